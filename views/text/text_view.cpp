#include "views/text/text_view.h"

#include <QtWidgets>

#include "views/common/tab_room.h"
#include "views/text/comparison_page.h"
#include "views/text/corpora_page.h"
#include "views/text/rows_page.h"
#include "views/text/rows_view.h"
#include "views/text/text_page.h"
#include "views/text/vocabulary_page.h"

namespace heddle::ui {

struct TextView::Impl {
  TokenizerBar* bar;
  QTabWidget* tabs;
  TextPage* text;
  VocabularyPage* vocabulary;
  ComparisonPage* comparison;
  RowsPage* rows;
  CorporaPage* corpora;

  // What is drawn; null for what is a table alone.
  Figure* figure() const {
    switch (static_cast<TextPageKind>(tabs->currentIndex())) {
      case TextPageKind::kText:
        return &text->bands();
      case TextPageKind::kComparison:
        return comparison;
      case TextPageKind::kRows:
        return &rows->figure();
      case TextPageKind::kVocabulary:
      case TextPageKind::kCorpora:
        break;
    }
    return nullptr;
  }

  void showChoice() const {
    const QStringList names = bar->chosenNames();
    text->setTokenizers(static_cast<int>(names.size()));
    text->setSource(bar->sourceName());
    comparison->setChoice(static_cast<int>(names.size()), bar->sourceName());
  }
};

TextView::TextView(QWidget* parent) : QWidget(parent), impl_(std::make_unique<Impl>()) {
  impl_->bar = new TokenizerBar(this);
  impl_->text = new TextPage(this);
  impl_->vocabulary = new VocabularyPage(this);
  impl_->comparison = new ComparisonPage(this);
  impl_->rows = new RowsPage(this);
  impl_->corpora = new CorporaPage(this);
  impl_->tabs = new QTabWidget(this);
  impl_->tabs->setDocumentMode(true);
  impl_->tabs->setObjectName(QStringLiteral("text-pages"));
  impl_->tabs->addTab(impl_->text, tr("Tokens"));
  impl_->tabs->addTab(impl_->vocabulary, tr("Vocabulary"));
  impl_->tabs->addTab(impl_->comparison, tr("Comparison"));
  impl_->tabs->addTab(impl_->rows, tr("Training rows"));
  impl_->tabs->addTab(impl_->corpora, tr("Corpora"));
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(0);
  layout->addWidget(impl_->bar);
  layout->addWidget(impl_->tabs, 1);
  connect(impl_->bar, &TokenizerBar::tokenizerToggled, this, &TextView::tokenizerToggled);
  connect(impl_->bar, &TokenizerBar::sourceChosen, this, &TextView::sourceChosen);
  connect(impl_->bar, &TokenizerBar::tokenizerFileRequested, this, &TextView::chooseTokenizer);
  connect(impl_->bar, &TokenizerBar::sourceFileRequested, this, &TextView::chooseSource);
  connect(impl_->bar, &TokenizerBar::prepareRequested, this, &TextView::prepareRequested);
  connect(impl_->corpora, &CorporaPage::prepareRequested, this, &TextView::prepareRequested);
  connect(impl_->tabs, &QTabWidget::currentChanged, this, [this] {
    // Training rows are a run's, corpora the workspace's: they have nothing to do with the tokenisers chosen.
    impl_->bar->setVisible(page() != TextPageKind::kRows && page() != TextPageKind::kCorpora);
    Q_EMIT pageChanged();
  });
  askRoomOfCurrentPage(*impl_->tabs);
}

TextView::~TextView() = default;

void TextView::setTokenizers(std::vector<TokenizerChoice> choices) {
  const QStringList before = impl_->bar->chosenNames();
  impl_->bar->setTokenizers(std::move(choices));
  impl_->showChoice();
  if (impl_->bar->chosenNames() != before) {
    impl_->vocabulary->setTokenizers(impl_->bar->chosenNames());
  }
}

void TextView::setSources(const std::vector<SourceChoice>& sources, const QString& current) {
  impl_->bar->setSources(sources, current);
  impl_->showChoice();
}

TextPageKind TextView::page() const {
  return static_cast<TextPageKind>(impl_->tabs->currentIndex());
}

void TextView::setPage(TextPageKind page) {
  impl_->tabs->setCurrentIndex(static_cast<int>(page));
}

TokenizerBar& TextView::bar() const {
  return *impl_->bar;
}

TextPage& TextView::text() const {
  return *impl_->text;
}

VocabularyPage& TextView::vocabulary() const {
  return *impl_->vocabulary;
}

ComparisonPage& TextView::comparison() const {
  return *impl_->comparison;
}

RowsPage& TextView::rows() const {
  return *impl_->rows;
}

CorporaPage& TextView::corpora() const {
  return *impl_->corpora;
}

void TextView::chooseTokenizer(bool folder) {
  auto* dialog =
      new QFileDialog(this, folder ? tr("Open a folder with a tokeniser") : tr("Open a tokeniser"));
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->setFileMode(folder ? QFileDialog::Directory : QFileDialog::ExistingFiles);
  if (!folder) {
    dialog->setNameFilters(
        {tr("Tokenisers (vocab.txt *.txt *.model vocab.json merges.txt)"), tr("All files (*)")});
  }
  connect(dialog, &QFileDialog::filesSelected, this, [this](const QStringList& paths) {
    for (const QString& path : paths) {
      // A vocab.json brings its merges.txt along.
      const QFileInfo file(path);
      if (file.fileName() != u"merges.txt" ||
          !paths.contains(file.dir().filePath(QStringLiteral("vocab.json")))) {
        Q_EMIT tokenizerFileChosen(path);
      }
    }
  });
  dialog->open();
}

void TextView::chooseSource(bool folder) {
  auto* dialog = new QFileDialog(this, folder ? tr("Choose a folder of text") : tr("Choose a file of text"));
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->setFileMode(folder ? QFileDialog::Directory : QFileDialog::ExistingFile);
  connect(dialog, &QFileDialog::fileSelected, this, &TextView::sourceFileChosen);
  // A dialog that was closed leaves the source that there was.
  connect(dialog, &QFileDialog::rejected, this, [this] { Q_EMIT sourceChosen({}); });
  dialog->open();
}

QSizeF TextView::figureSize() const {
  const Figure* figure = impl_->figure();
  return figure != nullptr ? figure->figureSize() : QSizeF();
}

void TextView::drawFigure(QCPPainter& painter) {
  if (Figure* figure = impl_->figure()) {
    figure->drawFigure(painter);
  }
}

QStringList TextView::figureCaption() const {
  if (page() == TextPageKind::kRows) {
    return {tr("Training rows of %1, step %2").arg(impl_->rows->subject()).arg(impl_->rows->step())};
  }
  QStringList lines = {tr("Tokenisers: %1").arg(impl_->bar->chosenNames().join(QStringLiteral(", ")))};
  if (page() == TextPageKind::kComparison) {
    lines.append(tr("Compared over %1").arg(impl_->comparison->comparison().corpus));
  }
  return lines;
}

CsvTable TextView::shownData() const {
  const Figure* figure = impl_->figure();
  return figure != nullptr                  ? figure->shownData()
         : page() == TextPageKind::kCorpora ? impl_->corpora->shownData()
                                            : impl_->vocabulary->shownData();
}

}  // namespace heddle::ui
