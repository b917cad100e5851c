#include "views/text/corpora_page.h"

#include <QtWidgets>

#include "views/common/empty_state.h"
#include "views/common/flow_layout.h"
#include "views/common/palette.h"
#include "views/common/progress_entry.h"

namespace heddle::ui {
namespace {

constexpr int kFewestLines = 3;

}  // namespace

struct CorporaPage::Impl {
  CorporaPage* self;
  CorpusModel* model;
  QSortFilterProxyModel* order;
  ProgressEntry* progress;
  QLabel* statement;
  QStackedWidget* pages;
  EmptyState* empty;
  QTableView* table;
  QAction* prepare;
  QAction* show_tokenizer;
  QAction* new_run;
  QAction* copy;
  QPlainTextEdit* report;
  QTreeWidget* most_frequent;
  QTreeWidget* longest;
  QSplitter* splitter;
  bool known = false;  // the workspace has been looked into
  QString problem;     // that this met with; empty = none
  QString hint;
  bool busy = false;
  bool is_problem = false;

  explicit Impl(CorporaPage* page) : self(page) {}

  void build() {
    model = new CorpusModel(self);
    order = new QSortFilterProxyModel(self);
    order->setSourceModel(model);
    order->setSortRole(CorpusModel::kSortRole);
    order->setSortLocaleAware(true);
    progress = new ProgressEntry(CorporaPage::cancelHint(), self);
    progress->setObjectName(QStringLiteral("corpora-progress"));
    statement = new QLabel(self);
    statement->setObjectName(QStringLiteral("corpora-statement"));
    statement->setWordWrap(true);
    statement->setTextFormat(Qt::PlainText);
    statement->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    statement->hide();
    buildTable();
    splitter = new QSplitter(Qt::Vertical, self);
    splitter->addWidget(table);
    splitter->addWidget(details());
    splitter->setStretchFactor(0, 2);
    splitter->setStretchFactor(1, 3);
    splitter->setChildrenCollapsible(false);
    empty = new EmptyState(self);
    pages = new QStackedWidget(self);
    pages->addWidget(empty);
    pages->addWidget(splitter);
    auto* layout = new QVBoxLayout(self);
    layout->setContentsMargins(6, 6, 6, 4);
    layout->setSpacing(4);
    layout->addWidget(progress);
    layout->addWidget(statement);
    layout->addWidget(pages, 1);
    connect(progress, &ProgressEntry::cancelRequested, self, &CorporaPage::cancelRequested);
    connect(empty, &EmptyState::actionTriggered, self, &CorporaPage::prepareRequested);
    empty->actionButton()->setObjectName(QStringLiteral("corpora-prepare"));
    show();
    showCurrent();
  }

  void buildTable() {
    table = new QTableView(self);
    table->setObjectName(QStringLiteral("corpora-table"));
    table->setModel(order);
    table->setAccessibleName(CorporaPage::tr("Corpora"));
    table->verticalHeader()->hide();
    table->verticalHeader()->setDefaultSectionSize(table->fontMetrics().height() + 6);
    table->setShowGrid(false);
    table->setWordWrap(false);
    table->setFrameShape(QFrame::NoFrame);
    table->setSelectionBehavior(QAbstractItemView::SelectRows);
    table->setSelectionMode(QAbstractItemView::SingleSelection);
    table->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    // Tab leaves the table.
    table->setTabKeyNavigation(false);
    table->setMinimumHeight(3 * table->verticalHeader()->defaultSectionSize());
    table->setSortingEnabled(true);
    // As it was handed in: the newest first. The third click on a header leads back to it.
    table->sortByColumn(-1, Qt::AscendingOrder);
    QHeaderView* header = table->horizontalHeader();
    header->setSortIndicatorClearable(true);
    header->setHighlightSections(false);
    const int character = table->fontMetrics().averageCharWidth();
    const int widths[CorpusModel::kColumns] = {26, 12, 12, 13, 15, 10, 9, 12, 10, 12, 13, 26};
    for (int column = 0; column < CorpusModel::kColumns; ++column) {
      header->resizeSection(column, widths[column] * character);
    }
    prepare = action(CorporaPage::tr("Prepare text…"), "corpora-prepare-more");
    prepare->setToolTip(CorporaPage::tr("Learn tokenisers from text and pack it to train on"));
    show_tokenizer = action(CorporaPage::tr("Show its tokeniser"), "corpora-tokenizer");
    new_run = action(CorporaPage::tr("New run on this text…"), "corpora-run");
    copy = action(CorporaPage::tr("Copy the report"), "corpora-copy");
    table->addActions({show_tokenizer, new_run, copy});
    table->setContextMenuPolicy(Qt::ActionsContextMenu);
    connect(table->selectionModel(), &QItemSelectionModel::selectionChanged, self, [this] { showCurrent(); });
    connect(prepare, &QAction::triggered, self, &CorporaPage::prepareRequested);
    connect(show_tokenizer, &QAction::triggered, self,
            [this] { Q_EMIT self->tokenizerRequested(currentCorpus()->tokenizer); });
    connect(new_run, &QAction::triggered, self,
            [this] { Q_EMIT self->newRunRequested(currentCorpus()->name, currentCorpus()->recipe); });
    connect(copy, &QAction::triggered, self,
            [this] { QGuiApplication::clipboard()->setText(corpusReport(*currentCorpus())); });
  }

  QAction* action(const QString& text, const char* name) {
    auto* made = new QAction(text, self);
    made->setObjectName(QString::fromLatin1(name));
    return made;
  }

  QWidget* details() {
    auto* page = new QWidget(self);
    auto* buttons = new QWidget(page);
    auto* flow = new FlowLayout(buttons);
    flow->setContentsMargins(0, 0, 0, 0);
    flow->setSpacing(6);
    for (QAction* each : {prepare, show_tokenizer, new_run, copy}) {
      auto* button = new QToolButton(buttons);
      button->setDefaultAction(each);
      button->setObjectName(each->objectName() + QStringLiteral("-button"));
      flow->addWidget(button);
    }
    report = new QPlainTextEdit(page);
    report->setObjectName(QStringLiteral("corpora-report"));
    report->setReadOnly(true);
    report->setFrameShape(QFrame::NoFrame);
    report->setAccessibleName(CorporaPage::tr("Report of the corpus"));
    report->setLineWrapMode(QPlainTextEdit::NoWrap);
    report->setTabStopDistance(28 * report->fontMetrics().averageCharWidth());
    most_frequent = list("corpora-frequent", page);
    longest = list("corpora-longest", page);
    auto* row = new QSplitter(page);
    row->addWidget(report);
    row->addWidget(most_frequent);
    row->addWidget(longest);
    row->setStretchFactor(0, 2);
    row->setStretchFactor(1, 1);
    row->setStretchFactor(2, 1);
    row->setChildrenCollapsible(false);
    // On a small screen some lines must do.
    for (QWidget* part : std::initializer_list<QWidget*>{report, most_frequent, longest}) {
      part->setMinimumHeight(kFewestLines * part->fontMetrics().lineSpacing());
    }
    auto* layout = new QVBoxLayout(page);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addWidget(buttons);
    layout->addWidget(row, 1);
    return page;
  }

  QTreeWidget* list(const char* name, QWidget* parent) {
    auto* made = new QTreeWidget(parent);
    made->setObjectName(QString::fromLatin1(name));
    made->setRootIsDecorated(false);
    made->setUniformRowHeights(true);
    made->setFrameShape(QFrame::NoFrame);
    made->setColumnCount(2);
    made->header()->setSectionResizeMode(0, QHeaderView::Stretch);
    made->header()->setSectionResizeMode(1, QHeaderView::ResizeToContents);
    made->header()->setStretchLastSection(false);
    return made;
  }

  static void fill(QTreeWidget& list, const QString& title, const std::vector<CorpusUse>& uses) {
    list.clear();
    list.setHeaderLabels({title, CorporaPage::tr("Units")});
    list.setAccessibleName(title);
    for (const CorpusUse& use : uses) {
      auto* item = new QTreeWidgetItem(&list, {use.text, QString::number(use.count)});
      item->setToolTip(0, use.text);
      item->setTextAlignment(1, Qt::AlignRight | Qt::AlignVCenter);
    }
    list.setVisible(!uses.empty());
  }

  const CorpusDescription* currentCorpus() const {
    const QModelIndexList rows = table->selectionModel()->selectedRows();
    return rows.isEmpty() ? nullptr
                          : &model->corpora()[static_cast<size_t>(order->mapToSource(rows.first()).row())];
  }

  void select(const QString& id) {
    for (int row = 0; row < order->rowCount(); ++row) {
      const int own = order->mapToSource(order->index(row, 0)).row();
      if (model->corpora()[static_cast<size_t>(own)].id == id) {
        table->selectRow(row);
        return;
      }
    }
  }

  void showCurrent() {
    const CorpusDescription* corpus = currentCorpus();
    show_tokenizer->setEnabled(corpus != nullptr && !corpus->tokenizer.isEmpty());
    show_tokenizer->setToolTip(corpus == nullptr || show_tokenizer->isEnabled()
                                   ? CorporaPage::tr("Adds it to the tokenisers that read the text")
                                   : CorporaPage::tr("The tokeniser is not in the workspace any more"));
    new_run->setEnabled(corpus != nullptr && !corpus->recipe.isEmpty());
    new_run->setToolTip(corpus == nullptr || new_run->isEnabled()
                            ? CorporaPage::tr("Opens New run with this corpus and its tokeniser")
                            : CorporaPage::tr("It is not known what this corpus was prepared with: prepare "
                                              "the same text again"));
    copy->setEnabled(corpus != nullptr);
    const CorpusDescription shown = corpus == nullptr ? CorpusDescription{} : *corpus;
    report->setPlainText(corpus == nullptr ? QString() : corpusFigures(shown));
    const bool phrases = shown.grain == CorpusGrain::kPhrases;
    fill(*most_frequent,
         phrases ? CorporaPage::tr("Most frequent phrases") : CorporaPage::tr("Most frequent words"),
         shown.most_frequent);
    fill(*longest, phrases ? CorporaPage::tr("Longest phrases") : CorporaPage::tr("Longest words"),
         shown.longest);
  }

  void show() {
    using Kind = EmptyState::Kind;
    if (!known) {
      empty->setMessage(Kind::kNothingYet, CorporaPage::tr("Looking into the workspace…"));
    } else if (!problem.isEmpty()) {
      empty->setMessage(Kind::kProblem, problem, hint);
    } else if (busy) {
      empty->setMessage(Kind::kNothingYet, CorporaPage::tr("The first corpus is being prepared"));
    } else {
      empty->setMessage(
          Kind::kNothingYet, CorporaPage::tr("This workspace has no corpus yet"),
          CorporaPage::tr("A corpus is text cut into tokens, packed to train on. Preparing text learns its "
                          "tokenisers, fine and coarse, and packs it; a run does the same before its first "
                          "step."));
    }
    empty->setAction(known && problem.isEmpty() && !busy ? CorporaPage::tr("Prepare text…") : QString());
    pages->setCurrentWidget(model->rowCount() > 0 ? static_cast<QWidget*>(splitter) : empty);
    statement->setVisible(!statement->text().isEmpty() && !busy);
    setTextRole(*statement, is_problem ? Role::kError : Role::kMutedText, self->palette());
  }
};

CorporaPage::CorporaPage(QWidget* parent) : QWidget(parent), impl_(std::make_unique<Impl>(this)) {
  impl_->build();
}

CorporaPage::~CorporaPage() = default;

QString CorporaPage::cancelHint() {
  return tr("What is packed is kept: preparing the same text again goes on from there");
}

void CorporaPage::setCorpora(std::vector<CorpusDescription> corpora) {
  const QString before = current();
  impl_->known = true;
  impl_->problem.clear();
  impl_->model->setCorpora(std::move(corpora));
  impl_->select(before);
  if (current().isEmpty() && impl_->order->rowCount() > 0) {
    impl_->table->selectRow(0);
  }
  impl_->showCurrent();
  impl_->show();
}

void CorporaPage::setProblem(const QString& text, const QString& hint) {
  setCorpora({});
  impl_->problem = text;
  impl_->hint = hint;
  impl_->show();
}

const CorpusModel& CorporaPage::model() const {
  return *impl_->model;
}

QString CorporaPage::current() const {
  const CorpusDescription* corpus = impl_->currentCorpus();
  return corpus == nullptr ? QString() : corpus->id;
}

void CorporaPage::select(const QString& id) {
  impl_->select(id);
}

void CorporaPage::setProgress(double done, const QString& doing) {
  impl_->busy = done >= 0;
  impl_->progress->setProgress(done, doing);
  impl_->show();
}

void CorporaPage::setStatement(const QString& text, bool is_problem) {
  impl_->statement->setText(text);
  impl_->is_problem = is_problem;
  impl_->show();
}

QString CorporaPage::statement() const {
  return impl_->statement->text();
}

CsvTable CorporaPage::shownData() const {
  CsvTable csv;
  for (int column = 0; column < CorpusModel::kColumns; ++column) {
    csv.header.append(model().headerData(column, Qt::Horizontal, Qt::DisplayRole).toString().toLower());
  }
  for (int row = 0; row < impl_->order->rowCount(); ++row) {
    QStringList fields;
    for (int column = 0; column < CorpusModel::kColumns; ++column) {
      const QModelIndex cell = impl_->order->index(row, column);
      // What is not known is no zero.
      fields.append(cell.data().isValid() ? cell.data(CorpusModel::kSortRole).toString() : QString());
    }
    csv.rows.push_back(fields);
  }
  return csv;
}

void CorporaPage::changeEvent(QEvent* event) {
  if (event->type() == QEvent::PaletteChange) {
    impl_->show();
  }
  QWidget::changeEvent(event);
}

}  // namespace heddle::ui
