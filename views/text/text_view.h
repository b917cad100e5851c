// Text and tokenisers: a text under several tokenisers, their vocabularies, their comparison over a corpus,
// the rows a run is trained on, and the corpora of the workspace. Emits what it wants; is handed finished
// values.

#pragma once

#include <QWidget>
#include <memory>

#include "views/common/figure_export.h"
#include "views/text/tokenizer_bar.h"

namespace heddle::ui {

class ComparisonPage;
class CorporaPage;
class RowsPage;
class TextPage;
class VocabularyPage;

enum class TextPageKind { kText, kVocabulary, kComparison, kRows, kCorpora };

class TextView final : public QWidget, public Figure {
  Q_OBJECT
  Q_DISABLE_COPY_MOVE(TextView)

 public:
  explicit TextView(QWidget* parent = nullptr);
  ~TextView() override;

  void setTokenizers(std::vector<TokenizerChoice> choices);
  void setSources(const std::vector<SourceChoice>& sources, const QString& current);

  TextPageKind page() const;
  void setPage(TextPageKind page);
  TokenizerBar& bar() const;
  TextPage& text() const;
  VocabularyPage& vocabulary() const;
  ComparisonPage& comparison() const;
  RowsPage& rows() const;
  CorporaPage& corpora() const;

  // Opens the dialog for tokeniser files, or for a folder.
  void chooseTokenizer(bool folder);
  void chooseSource(bool folder);

  // Figure: of the page that is shown. A vocabulary and the corpora are tables alone: they have data and
  // no figure.
  QSizeF figureSize() const override;
  void drawFigure(QCPPainter& painter) override;
  CsvTable shownData() const override;
  // What a figure of the page was made of: tokenisers and source, or run and step.
  QStringList figureCaption() const;

 Q_SIGNALS:
  void tokenizerToggled(const QString& path, bool chosen);
  void tokenizerFileChosen(const QString& path);
  void sourceChosen(const QString& id);
  void sourceFileChosen(const QString& path);
  void pageChanged();
  // Text shall be made into tokenisers and a corpus.
  void prepareRequested();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace heddle::ui
