// Several tokenisers over one corpus: tokens per word and per word type, lengths of tokens, their
// frequencies by rank, and the tokens whose frequencies differ most.

#pragma once

#include <QWidget>
#include <memory>

#include "views/common/figure_export.h"
#include "views/text/comparison_data.h"

class QCustomPlot;

namespace heddle::ui {

class ComparisonPage final : public QWidget, public Figure {
  Q_OBJECT
  Q_DISABLE_COPY_MOVE(ComparisonPage)

 public:
  explicit ComparisonPage(QWidget* parent = nullptr);
  ~ComparisonPage() override;

  // How many are chosen, and what would be read: two or more make a comparison.
  void setChoice(int tokenizers, const QString& corpus);
  void setComparison(const ComparisonData& shown);
  const ComparisonData& comparison() const;
  // 0 .. 1 while the engine reads; below 0 = it is over.
  void setProgress(double done, const QString& doing);
  // Shown in place of the charts until the next comparison.
  void setProblem(const QString& text, const QString& hint);

  // Figure
  QSizeF figureSize() const override;
  void drawFigure(QCPPainter& painter) override;
  CsvTable shownData() const override;

 Q_SIGNALS:
  void compareRequested();
  void cancelRequested();

 protected:
  void changeEvent(QEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace heddle::ui
