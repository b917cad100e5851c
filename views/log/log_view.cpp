#include "views/log/log_view.h"

#include <algorithm>

#include <QtWidgets>

#include "views/common/empty_state.h"
#include "views/log/log_model.h"

namespace heddle::ui {

struct LogView::Impl {
  LogView* self;
  QString run;
  LogModel* model;
  QLineEdit* filter;
  QCheckBox* follow;
  QPushButton* first_error;
  QLabel* count;
  QStackedWidget* pages;
  QTreeView* list;
  EmptyState* empty;

  explicit Impl(LogView* view) : self(view) {}

  void build() {
    model = new LogModel(self);
    model->setPalette(self->palette());
    filter = new QLineEdit(self);
    filter->setPlaceholderText(LogView::tr("Filter: words that must all occur"));
    filter->setAccessibleName(LogView::tr("Filter of the log"));
    filter->setClearButtonEnabled(true);
    follow = new QCheckBox(LogView::tr("Follow"), self);
    follow->setToolTip(LogView::tr("Keep the newest line in sight"));
    follow->setChecked(true);
    first_error = new QPushButton(LogView::tr("First error"), self);
    count = new QLabel(self);
    list = new QTreeView(self);
    list->setModel(model);
    list->setRootIsDecorated(false);
    list->setUniformRowHeights(true);
    list->setFrameShape(QFrame::NoFrame);
    list->setSelectionMode(QAbstractItemView::ExtendedSelection);
    const QFontMetrics metrics = list->fontMetrics();
    list->setMinimumHeight(3 * metrics.lineSpacing());  // small screens have no room for more
    list->header()->setStretchLastSection(true);
    list->header()->resizeSection(LogModel::kTime,
                                  metrics.horizontalAdvance(QStringLiteral("2026-00-00 00:00:00")) + 24);
    list->header()->resizeSection(LogModel::kLevel, metrics.horizontalAdvance(LogView::tr("warning")) + 24);
    empty = new EmptyState(self);
    pages = new QStackedWidget(self);
    pages->addWidget(empty);
    pages->addWidget(list);
    auto* top = new QHBoxLayout;
    top->setContentsMargins(4, 4, 4, 2);
    top->setSpacing(6);
    top->addWidget(filter, 1);
    top->addWidget(count);
    top->addWidget(first_error);
    top->addWidget(follow);
    auto* layout = new QVBoxLayout(self);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addLayout(top);
    layout->addWidget(pages, 1);

    connect(filter, &QLineEdit::textChanged, self, [this](const QString& text) {
      model->setFilter(text.split(QLatin1Char(' '), Qt::SkipEmptyParts));
      show();
    });
    connect(follow, &QCheckBox::toggled, self, [this](bool on) {
      if (on) {
        list->scrollToBottom();
      }
    });
    connect(first_error, &QPushButton::clicked, self, &LogView::jumpToFirstError);
    // Scrolling away from the end by hand stops following; reaching the end again resumes it.
    connect(list->verticalScrollBar(), &QScrollBar::actionTriggered, self, [this] {
      const QScrollBar* bar = list->verticalScrollBar();
      follow->setChecked(bar->sliderPosition() == bar->maximum());
    });
    // A lower view has a longer way to the end.
    connect(list->verticalScrollBar(), &QScrollBar::rangeChanged, self, [this](int /*low*/, int high) {
      if (follow->isChecked()) {
        list->verticalScrollBar()->setValue(high);
      }
    });
    list->viewport()->installEventFilter(self);
    auto* copy = new QAction(LogView::tr("Copy"), list);
    copy->setShortcut(QKeySequence::Copy);
    copy->setShortcutContext(Qt::WidgetShortcut);
    connect(copy, &QAction::triggered, self, [this] { copySelected(); });
    list->addAction(copy);
    list->setContextMenuPolicy(Qt::ActionsContextMenu);
    show();
  }

  void copySelected() const {
    QModelIndexList rows = list->selectionModel()->selectedRows();
    std::sort(rows.begin(), rows.end());
    QStringList lines;
    for (const QModelIndex& row : rows) {
      QStringList fields;
      for (int column = 0; column < LogModel::kColumns; ++column) {
        fields << row.siblingAtColumn(column).data().toString();
      }
      lines << fields.join(QLatin1Char('\t'));
    }
    QGuiApplication::clipboard()->setText(lines.join(QLatin1Char('\n')));
  }

  void show() {
    using Kind = EmptyState::Kind;
    if (run.isEmpty()) {
      empty->setMessage(Kind::kNothingYet, LogView::tr("No run is selected"),
                        LogView::tr("Select a run to read its log."));
    } else if (model->totalRows() == 0) {
      empty->setMessage(Kind::kNothingYet, LogView::tr("%1 has not logged anything yet").arg(run));
    } else if (model->rowCount() == 0) {
      empty->setMessage(Kind::kNothingYet, LogView::tr("No line passes the filter"),
                        LogView::tr("All of its words must occur in a line; clear it to see everything."));
    }
    pages->setCurrentWidget(model->rowCount() == 0 ? static_cast<QWidget*>(empty) : list);
    first_error->setEnabled(model->firstError() >= 0);
    count->setText(model->rowCount() == model->totalRows()
                       ? LogView::tr("Lines: %1").arg(model->rowCount())
                       : LogView::tr("Lines: %1 of %2").arg(model->rowCount()).arg(model->totalRows()));
    count->setVisible(!run.isEmpty());
    if (follow->isChecked()) {
      list->scrollToBottom();
    }
  }
};

LogView::LogView(QWidget* parent) : QWidget(parent), impl_(std::make_unique<Impl>(this)) {
  impl_->build();
}

LogView::~LogView() {
  // The list tells of its range until its own end, which comes after that of the rest.
  impl_->list->verticalScrollBar()->disconnect(this);
}

void LogView::setRun(const QString& name, std::vector<LogRow> rows) {
  impl_->run = name;
  impl_->model->setRows(std::move(rows));
  impl_->follow->setChecked(true);
  impl_->show();
}

void LogView::appendRows(const std::vector<LogRow>& rows) {
  impl_->model->appendRows(rows);
  impl_->show();
}

int64_t LogView::rowCount() const {
  return impl_->model->totalRows();
}

bool LogView::follows() const {
  return impl_->follow->isChecked();
}

void LogView::setFollows(bool follow) {
  impl_->follow->setChecked(follow);
}

void LogView::setFilter(const QString& text) {
  impl_->filter->setText(text);
}

bool LogView::jumpToFirstError() {
  const int row = impl_->model->firstError();
  if (row < 0) {
    return false;
  }
  impl_->follow->setChecked(false);
  const QModelIndex index = impl_->model->index(row, 0);
  impl_->list->setCurrentIndex(index);
  impl_->list->scrollTo(index, QAbstractItemView::PositionAtCenter);
  return true;
}

bool LogView::eventFilter(QObject* watched, QEvent* event) {
  if (watched == impl_->list->viewport() && event->type() == QEvent::Wheel &&
      static_cast<QWheelEvent*>(event)->angleDelta().y() > 0) {
    impl_->follow->setChecked(false);
  }
  return QWidget::eventFilter(watched, event);
}

void LogView::changeEvent(QEvent* event) {
  if (event->type() == QEvent::PaletteChange) {
    impl_->model->setPalette(palette());
  }
  QWidget::changeEvent(event);
}

}  // namespace heddle::ui
