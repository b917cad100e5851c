#include "views/text/rows_page.h"

#include <QtWidgets>

#include "views/common/elided_label.h"
#include "views/common/empty_state.h"
#include "views/common/flow_layout.h"
#include "views/common/palette.h"
#include "views/text/rows_view.h"

namespace heddle::ui {
namespace {

constexpr int kPause_ms = 200;  // a spun box asks when it rests
constexpr int kUsualRows = 4;

// A box of each form that occurs, with how often; in lines, as words are.
class StateLegend final : public QWidget {
 public:
  explicit StateLegend(QWidget* parent) : QWidget(parent) {}

  void setRows(const std::vector<TrainingRow>& rows) {
    entries_.clear();
    bool second_segment = false;
    for (const TrainingRow& row : rows) {
      for (const TrainingToken& token : row.tokens) {
        second_segment = second_segment || token.segment != 0;
      }
    }
    for (const StateCount& each : countStates(rows)) {
      if (each.count > 0) {
        entries_.push_back(
            {each.state, false, QStringLiteral("%1: %2").arg(stateText(each.state)).arg(each.count)});
      }
    }
    if (second_segment) {
      entries_.push_back({TokenState::kPlain, true, RowsPage::tr("second segment")});
    }
    arrange();
  }

 protected:
  void resizeEvent(QResizeEvent*) override { arrange(); }

  void paintEvent(QPaintEvent*) override {
    QPainter painter(this);
    for (const Entry& entry : entries_) {
      RowsView::drawState(painter, entry.box, entry.state, entry.second_segment, entry.text, palette());
    }
  }

 private:
  struct Entry {
    TokenState state = TokenState::kPlain;
    bool second_segment = false;
    QString text;
    QRectF box = {};
  };

  void arrange() {
    const double height = fontMetrics().height() + 4.0;
    QPointF at(0, 2);
    for (Entry& entry : entries_) {
      const double box_width = fontMetrics().horizontalAdvance(entry.text) + 12.0;
      if (at.x() > 0 && at.x() + box_width > width()) {
        at = {0, at.y() + height + 4};
      }
      entry.box = QRectF(at, QSizeF(box_width, height));
      at.rx() += box_width + 8;
    }
    setFixedHeight(static_cast<int>(at.y() + height + 4));
    update();
  }

  std::vector<Entry> entries_;
};

}  // namespace

struct RowsPage::Impl {
  RowsPage* self;
  QString subject;
  QString no_subject = RowsPage::tr("No run is selected");
  QString no_subject_hint =
      RowsPage::tr("Select a run in the table on the left to see what it is trained on.");
  bool busy = false;
  bool problem = false;

  ElidedLabel* name;
  QSpinBox* step;
  QSpinBox* rows;
  QPushButton* show_button;
  StateLegend* legend;
  RowsView* view;
  QStackedWidget* pages;
  EmptyState* empty;
  ElidedLabel* hover;
  QTimer* pause;

  explicit Impl(RowsPage* page) : self(page) {}

  void build() {
    auto* bar = new QWidget(self);
    auto* controls = new FlowLayout(bar);
    controls->setContentsMargins(0, 0, 0, 0);
    controls->setSpacing(8);
    name = new ElidedLabel(bar);
    name->setMinimumWidth(16 * name->fontMetrics().averageCharWidth());
    name->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    step = new QSpinBox(bar);
    step->setObjectName(QStringLiteral("rows-step"));
    step->setAccessibleName(RowsPage::tr("Step"));
    step->setRange(1, 2147483647);
    step->setToolTip(RowsPage::tr("The rows of this training step, the first step is 1"));
    rows = new QSpinBox(bar);
    rows->setObjectName(QStringLiteral("rows-count"));
    rows->setAccessibleName(RowsPage::tr("Rows"));
    rows->setRange(1, kMostRows);
    rows->setValue(kUsualRows);
    show_button = new QPushButton(RowsPage::tr("Show"), bar);
    show_button->setObjectName(QStringLiteral("rows-show"));
    controls->addGroup({name});
    controls->addGroup({new QLabel(RowsPage::tr("Step"), bar), step});
    controls->addGroup({new QLabel(RowsPage::tr("Rows"), bar), rows, show_button});
    legend = new StateLegend(self);
    view = new RowsView(self);
    empty = new EmptyState(self);
    pages = new QStackedWidget(self);
    pages->addWidget(empty);
    pages->addWidget(view);
    hover = new ElidedLabel(self);
    auto* layout = new QVBoxLayout(self);
    layout->setContentsMargins(6, 6, 6, 4);
    layout->setSpacing(4);
    layout->addWidget(bar);
    layout->addWidget(legend);
    layout->addWidget(pages, 1);
    layout->addWidget(hover);
    pause = new QTimer(self);
    pause->setSingleShot(true);
    pause->setInterval(kPause_ms);
    connect(show_button, &QPushButton::clicked, self, [this] {
      if (busy) {
        Q_EMIT self->rowsCancelled();
      } else {
        ask();
      }
    });
    for (QSpinBox* box : {step, rows}) {
      connect(box, &QSpinBox::valueChanged, self, [this] {
        // What is shown follows; the first look is asked for.
        if (!view->rows().empty() || problem) {
          pause->start();
        }
      });
    }
    connect(pause, &QTimer::timeout, self, [this] { ask(); });
    connect(view, &RowsView::markChanged, self, [this](const QString& said) { showHover(said); });
    show();
  }

  void ask() {
    pause->stop();
    if (!subject.isEmpty()) {
      Q_EMIT self->rowsRequested(step->value(), rows->value());
    }
  }

  // Whether the rows are predicted in an order of their own.
  bool inOrder() const {
    return !view->rows().empty() && !view->rows().front().tokens.empty() &&
           view->rows().front().tokens.front().order >= 0;
  }

  void showHover(const QString& said) {
    hover->setFullText(!said.isEmpty()        ? said
                       : view->rows().empty() ? QStringLiteral(" ")
                       : inOrder()
                           ? RowsPage::tr("Point at a token to read what the model sees there; numbers are "
                                          "places in the order of prediction")
                           : RowsPage::tr("Point at a token to read what the model sees there"));
  }

  void show() {
    using Kind = EmptyState::Kind;
    name->setFullText(subject);
    show_button->setText(busy ? RowsPage::tr("Stop") : RowsPage::tr("Show"));
    show_button->setEnabled(!subject.isEmpty());
    if (!problem) {
      if (subject.isEmpty()) {
        empty->setMessage(Kind::kNothingYet, no_subject, no_subject_hint);
      } else if (busy) {
        empty->setMessage(Kind::kNothingYet, RowsPage::tr("Making the rows of step %1…").arg(step->value()));
      } else {
        empty->setMessage(
            Kind::kNothingYet, RowsPage::tr("Press Show to see what %1 is trained on").arg(subject),
            RowsPage::tr("The rows are made again from the recipe, its seed and the step: exactly "
                         "those of the run."));
      }
    }
    const bool drawn = !problem && !view->rows().empty();
    pages->setCurrentWidget(drawn ? static_cast<QWidget*>(view) : empty);
    legend->setVisible(drawn);
    showHover({});
  }
};

RowsPage::RowsPage(QWidget* parent) : QWidget(parent), impl_(std::make_unique<Impl>(this)) {
  impl_->build();
}

RowsPage::~RowsPage() = default;

void RowsPage::setSubject(const QString& name) {
  if (name != impl_->subject) {
    impl_->subject = name;
    impl_->problem = false;
    impl_->busy = false;
    impl_->pause->stop();
    impl_->view->setRows({});
    impl_->show();
  }
}

QString RowsPage::subject() const {
  return impl_->subject;
}

void RowsPage::setNoSubject(const QString& text, const QString& hint) {
  impl_->no_subject = text;
  impl_->no_subject_hint = hint;
  impl_->show();
}

qint64 RowsPage::step() const {
  return impl_->step->value();
}

void RowsPage::setStep(qint64 step) {
  const QSignalBlocker quiet(impl_->step);
  impl_->step->setValue(static_cast<int>(std::clamp<qint64>(step, 1, 2147483647)));
}

int RowsPage::rowCount() const {
  return impl_->rows->value();
}

void RowsPage::setRows(std::vector<TrainingRow> rows) {
  impl_->busy = false;
  impl_->problem = false;
  impl_->legend->setRows(rows);
  impl_->view->setRows(std::move(rows));
  impl_->show();
}

void RowsPage::setBusy(bool busy, const QString& doing) {
  impl_->busy = busy;
  if (busy) {
    impl_->problem = false;
  }
  impl_->show();
  if (busy && !doing.isEmpty()) {
    impl_->hover->setFullText(doing);
  }
}

void RowsPage::setProblem(const QString& text, const QString& hint) {
  impl_->busy = false;
  impl_->problem = true;
  impl_->empty->setMessage(EmptyState::Kind::kProblem, text, hint);
  impl_->show();
}

const RowsView& RowsPage::view() const {
  return *impl_->view;
}

Figure& RowsPage::figure() {
  return *impl_->view;
}

void RowsPage::changeEvent(QEvent* event) {
  if (event->type() == QEvent::PaletteChange) {
    impl_->legend->update();
  }
  QWidget::changeEvent(event);
}

}  // namespace heddle::ui
