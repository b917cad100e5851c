// A text with every tokeniser's reading below it, on one axis of characters: tokens as boxes, coarse units as
// boxes under them tied to the tokens they hold. Pointing at a box, or walking to it with the arrow keys,
// marks the same characters in all bands. Long texts are laid out beside the window's thread.

#pragma once

#include <QAbstractScrollArea>
#include <memory>
#include <optional>

#include "views/common/figure_export.h"
#include "views/text/bands_layout.h"
#include "views/text/tokenized_text.h"

namespace heddle::ui {

class BandsView final : public QAbstractScrollArea, public Figure {
  Q_OBJECT
  Q_DISABLE_COPY_MOVE(BandsView)

 public:
  using Grain = ShownGrain;
  using Place = BandPlace;

  explicit BandsView(QWidget* parent = nullptr);

  // Shown at once when it is short or null; the text before stays in sight until a long one is laid out, of
  // several that wait only the newest. Keeps the scroll position.
  void setText(TokenizedTextPtr text);
  // What is shown.
  const TokenizedText* text() const { return layout_ != nullptr ? &layout_->text() : nullptr; }
  bool busy() const { return working_; }

  int lineCount() const { return layout_ != nullptr ? layout_->lineCount() : 0; }
  // In the viewport; the box's first part where it goes over the end of a line.
  QRectF placeRect(Place place) const;
  std::optional<Place> placeAt(const QPointF& position) const;
  // The place that is marked: under the pointer, else where the keys have walked to.
  std::optional<Place> marked() const { return hovered_ ? hovered_ : current_; }
  // Bytes of the text that are marked in all bands; empty without a mark.
  ByteRange markedBytes() const;

  // Figure
  QSizeF figureSize() const override;
  void drawFigure(QCPPainter& painter) override;
  CsvTable shownData() const override;

 Q_SIGNALS:
  // Another text is shown.
  void textShown();
  // Empty = nothing is marked.
  void markChanged(const QString& description);

 protected:
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void changeEvent(QEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  bool viewportEvent(QEvent* event) override;

 private:
  void layOut();
  void layOutBeside();
  void accept(std::unique_ptr<BandsLayout> layout);
  void breakLines();
  void setMark(std::optional<Place> hovered, std::optional<Place> current);
  void walk(int key);
  std::optional<Place> neighbour(Place place, int key) const;
  void scrollTo(Place place);
  int tokenCount(int band, Grain grain) const;

  TokenizedTextPtr wanted_;
  std::unique_ptr<BandsLayout> layout_;  // of what is shown; null = nothing
  std::shared_ptr<TextWidths> widths_;   // only the job's while one works
  bool working_ = false;
  bool again_ = false;  // the text or the font has changed since the job began
  std::optional<Place> hovered_;
  std::optional<Place> current_;
};

}  // namespace heddle::ui
