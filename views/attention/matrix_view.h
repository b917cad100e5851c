// One head as a matrix: queries downwards, keys to the right, colour bar, token labels thinned so that they
// never touch. The wheel zooms, a drag pans, a double click shows all.

#pragma once

#include <QWidget>
#include <memory>
#include <optional>

#include "views/attention/attention_data.h"

class QCPPainter;

namespace heddle::ui {

class MatrixView final : public QWidget {
  Q_OBJECT
  Q_DISABLE_COPY_MOVE(MatrixView)

 public:
  explicit MatrixView(QWidget* parent = nullptr);
  ~MatrixView() override;

  // `cells` float [query, key]. Another number of tokens shows all of them; the same number keeps the zoom.
  void setHead(std::vector<float> cells, const std::vector<AttentionToken>& tokens, float largest);

  struct Cell {
    int query = 0;
    int key = 0;
    friend bool operator==(const Cell&, const Cell&) = default;
  };
  std::optional<Cell> cellAt(const QPointF& position) const;  // pixels of this widget
  QPointF cellCenter(Cell cell) const;
  // Tokens between two labels of the keys, at the current zoom.
  int keyLabelStride() const;

  void lock(std::optional<Cell> cell);
  std::optional<Cell> locked() const;

  // Draws at once, for exports and measurements.
  void drawFigure(QCPPainter& painter, const QSize& size);
  void redrawNow();

 Q_SIGNALS:
  // The pointer, or the locked cell; -1, -1 = none.
  void cellHovered(int query, int key);

 protected:
  void changeEvent(QEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace heddle::ui
