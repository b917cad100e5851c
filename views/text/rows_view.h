// Training rows as the encoder reads them: each token a box whose form says what masking did to it, with what
// the model must predict beside it; the coarse grain below the fine one.

#pragma once

#include <QAbstractScrollArea>
#include <QHash>
#include <optional>
#include <vector>

#include "engine/events/inspection.h"
#include "views/common/figure_export.h"
#include "views/text/row_layout.h"

namespace heddle::ui {

// "masked", "replaced", "kept", "predicted", "plain".
QString stateText(TokenState state);

class RowsView final : public QAbstractScrollArea, public Figure {
  Q_OBJECT
  Q_DISABLE_COPY_MOVE(RowsView)

 public:
  struct Place {
    int row = 0;  // index into the rows
    int token = 0;
    friend bool operator==(const Place&, const Place&) = default;
  };

  explicit RowsView(QWidget* parent = nullptr);

  void setRows(std::vector<TrainingRow> rows);
  const std::vector<TrainingRow>& rows() const { return rows_; }

  QRectF tokenRect(Place place) const;  // in the viewport
  std::optional<Place> placeAt(const QPointF& position) const;
  std::optional<Place> marked() const { return hovered_ ? hovered_ : current_; }
  // What the box says: the piece, then what must be predicted.
  QString boxText(const TrainingToken& token) const;
  QString describe(Place place) const;
  QString heading(int row) const;

  // Figure
  QSizeF figureSize() const override;
  void drawFigure(QCPPainter& painter) override;
  CsvTable shownData() const override;

  // Draws one box of a state at `box`; the legend uses the same forms.
  static void drawState(QPainter& painter, const QRectF& box, TokenState state, bool second_segment,
                        const QString& text, const QPalette& palette);

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
  struct Card {
    RowLayout layout;
    double top = 0;     // of the heading
    double tokens = 0;  // top of the boxes
    double bottom = 0;
  };

  void arrange();
  double boxWidth(const TrainingToken& token);
  void setMark(std::optional<Place> hovered, std::optional<Place> current);
  void walk(int key);
  void drawCard(QPainter& painter, int row, double offset) const;
  void drawSpans(QPainter& painter, int row, double offset) const;

  std::vector<TrainingRow> rows_;
  std::vector<Card> cards_;  // [row]
  double height_ = 0;
  QHash<QString, double> widths_;  // of box texts, measured once
  std::optional<Place> hovered_;
  std::optional<Place> current_;
};

}  // namespace heddle::ui
