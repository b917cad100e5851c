// A text with every tokeniser's reading below it, on one axis of characters: tokens as boxes, coarse units as
// boxes under them tied to the tokens they hold. Pointing at a box, or walking to it with the arrow keys,
// marks the same characters in all bands.

#pragma once

#include <QAbstractScrollArea>
#include <QHash>
#include <optional>
#include <vector>

#include "views/common/figure_export.h"
#include "views/text/text_axis.h"
#include "views/text/tokenized_text.h"

namespace heddle::ui {

class BandsView final : public QAbstractScrollArea, public Figure {
  Q_OBJECT
  Q_DISABLE_COPY_MOVE(BandsView)

 public:
  enum class Grain { kFine, kCoarse };
  struct Place {
    int band = 0;
    Grain grain = Grain::kFine;
    int index = 0;  // of a token, or of a unit in the coarse grain
    friend bool operator==(const Place&, const Place&) = default;
  };

  explicit BandsView(QWidget* parent = nullptr);

  // Keeps the scroll position.
  void setText(TokenizedTextPtr text);
  const TokenizedText* text() const { return text_.get(); }

  int lineCount() const { return static_cast<int>(lines_.size()); }
  // In the viewport; the box's first part where it goes over the end of a line.
  QRectF placeRect(Place place) const;
  std::optional<Place> placeAt(const QPointF& position) const;
  // The place that is marked: under the pointer, else where the keys have walked to.
  std::optional<Place> marked() const { return hovered_ ? hovered_ : current_; }
  // Bytes of the text that are marked in all bands; empty without a mark.
  AxisLine markedBytes() const;
  // What the tool tip says: piece, id, characters and bytes, its unit.
  QString describe(Place place) const;

  // Figure
  QSizeF figureSize() const override;
  void drawFigure(QCPPainter& painter) override;
  CsvTable shownData() const override;

 Q_SIGNALS:
  // Empty = nothing is marked.
  void markChanged(const QString& description);

 protected:
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void changeEvent(QEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  bool viewportEvent(QEvent* event) override;

 private:
  struct Rows {  // offsets from the top of a line
    double fine = 0;
    double coarse = -1;  // -1: no coarse grain
    double bottom = 0;
  };

  void measure();
  void breakLines();
  void setMark(std::optional<Place> hovered, std::optional<Place> current);
  void walk(int key);
  void scrollTo(Place place);

  AxisLine bytesOf(Place place) const;
  int lineOf(int32_t byte) const;
  // Its box in line `line`, from the line's left edge; nullopt: not in this line.
  std::optional<QRectF> boxIn(Place place, int line) const;
  void drawLine(QPainter& painter, int line, double top) const;
  void drawBand(QPainter& painter, int line, int band, double top) const;
  void drawToken(QPainter& painter, const ShownToken& token, const QRectF& box, const QColor& color,
                 bool starts_here) const;
  void drawUnit(QPainter& painter, const TokenBand& band, int unit, int line, double top,
                const QColor& color) const;
  double labelWidth(const QString& label) const;
  double characterWidth(const QString& shown) const;
  double boxHeight() const;
  double textHeight() const;  // of the row of characters

  TokenizedTextPtr text_;
  TextAxis axis_;
  std::vector<AxisLine> lines_;
  std::vector<Rows> rows_;  // [band]
  double line_height_ = 0;
  double gutter_ = 0;
  std::optional<Place> hovered_;
  std::optional<Place> current_;
  mutable QHash<QString, double> widths_;  // of labels, measured once
};

}  // namespace heddle::ui
