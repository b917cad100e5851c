#include "views/text/vocabulary_page.h"

#include <QtWidgets>

#include "views/common/elided_label.h"
#include "views/common/empty_state.h"
#include "views/common/flow_layout.h"
#include "views/common/palette.h"

namespace heddle::ui {

struct VocabularyPage::Impl {
  VocabularyPage* self;
  VocabularyModel* model;
  QComboBox* chooser;
  QLineEdit* filter;
  QToolButton* regex;
  QPushButton* count;
  QLabel* rows;
  ElidedLabel* note;
  QTableView* table;
  QStackedWidget* pages;
  EmptyState* empty;
  QString counted_where;
  QString filter_problem;
  bool counting = false;

  explicit Impl(VocabularyPage* page) : self(page) {}

  void build() {
    model = new VocabularyModel(self);
    model->setPalette(self->palette());
    buildBar();
    table = new QTableView(self);
    table->setModel(model);
    table->setAccessibleName(VocabularyPage::tr("Pieces"));
    table->verticalHeader()->hide();
    table->verticalHeader()->setDefaultSectionSize(table->fontMetrics().height() + 6);
    table->setShowGrid(false);
    table->setWordWrap(false);
    table->setFrameShape(QFrame::NoFrame);
    table->setSelectionBehavior(QAbstractItemView::SelectRows);
    table->setSortingEnabled(true);
    table->sortByColumn(VocabularyModel::kId, Qt::AscendingOrder);
    // Tab leaves the table.
    table->setTabKeyNavigation(false);
    QHeaderView* header = table->horizontalHeader();
    header->setHighlightSections(false);
    const int character = table->fontMetrics().averageCharWidth();
    const int widths[] = {10, 36, 16, 10, 14};
    for (int column = 0; column < VocabularyModel::kColumns; ++column) {
      header->resizeSection(column, widths[column] * character);
    }
    header->setSectionResizeMode(VocabularyModel::kPiece, QHeaderView::Stretch);
    header->setMinimumSectionSize(6 * character);
    empty = new EmptyState(self);
    pages = new QStackedWidget(self);
    pages->addWidget(empty);
    pages->addWidget(table);
    note = new ElidedLabel(self);
    auto* layout = new QVBoxLayout(self);
    layout->setContentsMargins(6, 6, 6, 4);
    layout->setSpacing(4);
    layout->addWidget(self->findChild<QWidget*>(QStringLiteral("vocabulary-bar")));
    layout->addWidget(pages, 1);
    layout->addWidget(note);
    show();
  }

  void buildBar() {
    auto* bar = new QWidget(self);
    bar->setObjectName(QStringLiteral("vocabulary-bar"));
    auto* controls = new FlowLayout(bar);
    controls->setContentsMargins(0, 0, 0, 0);
    controls->setSpacing(8);
    chooser = new QComboBox(bar);
    chooser->setObjectName(QStringLiteral("vocabulary-tokenizer"));
    chooser->setAccessibleName(VocabularyPage::tr("Tokeniser"));
    chooser->setMinimumContentsLength(18);
    chooser->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    filter = new QLineEdit(bar);
    filter->setObjectName(QStringLiteral("vocabulary-filter"));
    filter->setAccessibleName(VocabularyPage::tr("Filter of the pieces"));
    filter->setPlaceholderText(VocabularyPage::tr("Filter: parts of a piece, a kind or an id"));
    filter->setClearButtonEnabled(true);
    filter->setMinimumWidth(30 * filter->fontMetrics().averageCharWidth());
    regex = new QToolButton(bar);
    regex->setObjectName(QStringLiteral("vocabulary-regex"));
    regex->setText(QStringLiteral(".*"));
    regex->setCheckable(true);
    regex->setToolTip(VocabularyPage::tr("Read the filter as a regular expression over pieces"));
    regex->setAccessibleName(VocabularyPage::tr("Regular expression"));
    rows = new QLabel(bar);
    count = new QPushButton(bar);
    count->setObjectName(QStringLiteral("vocabulary-count"));
    count->setToolTip(
        VocabularyPage::tr("Count how often each piece occurs in the source of random documents"));
    controls->addGroup({new QLabel(VocabularyPage::tr("Tokeniser"), bar), chooser});
    controls->addGroup({filter, regex});
    controls->addGroup({count});
    controls->addGroup({rows});
    connect(chooser, &QComboBox::currentIndexChanged, self, [this](int index) {
      model->setVocabulary(nullptr);
      counted_where.clear();
      show();
      if (index >= 0) {
        Q_EMIT self->vocabularyRequested(index);
      }
    });
    connect(filter, &QLineEdit::textChanged, self, [this] { applyFilter(); });
    connect(regex, &QToolButton::toggled, self, [this] { applyFilter(); });
    connect(count, &QPushButton::clicked, self, [this] {
      if (counting) {
        Q_EMIT self->countCancelled();
      } else {
        Q_EMIT self->countRequested(chooser->currentIndex());
      }
    });
  }

  void applyFilter() {
    filter_problem = model->setFilter(filter->text(), regex->isChecked());
    show();
  }

  void show() {
    using Kind = EmptyState::Kind;
    if (chooser->count() == 0) {
      empty->setMessage(Kind::kNothingYet, VocabularyPage::tr("No tokeniser is chosen"),
                        VocabularyPage::tr("Choose one with the button Tokenisers above."));
    } else if (model->vocabulary() == nullptr) {
      empty->setMessage(Kind::kNothingYet, VocabularyPage::tr("Reading the vocabulary…"));
    } else if (model->rowCount() == 0) {
      empty->setMessage(Kind::kNothingYet, VocabularyPage::tr("No piece passes the filter"),
                        VocabularyPage::tr("Clear it to see all %1 pieces.").arg(model->totalRows()));
    }
    pages->setCurrentWidget(model->rowCount() == 0 ? static_cast<QWidget*>(empty) : table);
    rows->setText(model->rowCount() == model->totalRows()
                      ? VocabularyPage::tr("%1 pieces").arg(model->totalRows())
                      : VocabularyPage::tr("%1 of %2 pieces").arg(model->rowCount()).arg(model->totalRows()));
    rows->setVisible(model->vocabulary() != nullptr);
    if (!counting) {
      count->setText(VocabularyPage::tr("Count frequencies"));
      count->setEnabled(model->vocabulary() != nullptr);
    }
    note->setFullText(!filter_problem.isEmpty()  ? filter_problem
                      : !counted_where.isEmpty() ? VocabularyPage::tr("Frequencies in %1").arg(counted_where)
                                                 : VocabularyPage::tr("Frequencies are not counted yet"));
    setTextRole(*note, filter_problem.isEmpty() ? Role::kMutedText : Role::kError, self->palette());
  }
};

VocabularyPage::VocabularyPage(QWidget* parent) : QWidget(parent), impl_(std::make_unique<Impl>(this)) {
  impl_->build();
}

VocabularyPage::~VocabularyPage() = default;

void VocabularyPage::setTokenizers(const QStringList& names) {
  const QString before = impl_->chooser->currentText();
  {
    const QSignalBlocker quiet(impl_->chooser);
    impl_->chooser->clear();
    impl_->chooser->addItems(names);
    impl_->chooser->setCurrentIndex(
        names.isEmpty() ? -1 : std::max<int>(0, static_cast<int>(names.indexOf(before))));
  }
  impl_->model->setVocabulary(nullptr);
  impl_->counted_where.clear();
  impl_->show();
  if (!names.isEmpty()) {
    Q_EMIT vocabularyRequested(tokenizer());
  }
}

int VocabularyPage::tokenizer() const {
  return impl_->chooser->currentIndex();
}

void VocabularyPage::setVocabulary(VocabularyPtr vocabulary) {
  impl_->model->setVocabulary(std::move(vocabulary));
  impl_->counted_where.clear();
  impl_->show();
}

void VocabularyPage::setCounts(std::vector<int64_t> counts, const QString& where) {
  impl_->counted_where = counts.empty() ? QString() : where;
  impl_->model->setCounts(std::move(counts));
  if (impl_->model->hasCounts()) {
    impl_->table->sortByColumn(VocabularyModel::kCount, Qt::DescendingOrder);
  }
  impl_->show();
}

void VocabularyPage::setCountProgress(double done) {
  impl_->counting = done >= 0;
  if (impl_->counting) {
    impl_->count->setText(tr("Stop counting (%1 %)").arg(static_cast<int>(done * 100)));
  }
  impl_->show();
}

void VocabularyPage::setFilter(const QString& text, bool regex) {
  impl_->regex->setChecked(regex);
  impl_->filter->setText(text);
}

const VocabularyModel& VocabularyPage::model() const {
  return *impl_->model;
}

CsvTable VocabularyPage::shownData() const {
  CsvTable table;
  for (int column = 0; column < VocabularyModel::kColumns; ++column) {
    table.header.append(model().headerData(column, Qt::Horizontal, Qt::DisplayRole).toString().toLower());
  }
  for (int row = 0; row < model().rowCount(); ++row) {
    QStringList fields;
    for (int column = 0; column < VocabularyModel::kColumns; ++column) {
      fields.append(model().index(row, column).data().toString());
    }
    table.rows.push_back(fields);
  }
  return table;
}

void VocabularyPage::changeEvent(QEvent* event) {
  if (event->type() == QEvent::PaletteChange) {
    impl_->model->setPalette(palette());
    impl_->show();
  }
  QWidget::changeEvent(event);
}

}  // namespace heddle::ui
