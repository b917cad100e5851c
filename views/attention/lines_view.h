// One head as lines from each query (left) to the keys (right) it attends to; opacity is the weight. Hovering
// a token isolates its lines, a click locks them, Esc lets go.

#pragma once

#include <QWidget>
#include <optional>
#include <vector>

#include "views/attention/attention_data.h"

namespace heddle::ui {

class LinesView final : public QWidget {
  Q_OBJECT
  Q_DISABLE_COPY_MOVE(LinesView)

 public:
  enum class Side { kQuery, kKey };
  struct Place {
    Side side = Side::kQuery;
    int token = 0;
    friend bool operator==(const Place&, const Place&) = default;
  };

  explicit LinesView(QWidget* parent = nullptr);

  // `cells` float [query, key]; `color` is the head's.
  void setHead(std::vector<float> cells, const std::vector<AttentionToken>& tokens, const QColor& color);
  // The share of each query's weight that is drawn, heaviest keys first: 0 .. 1.
  void setMass(double mass);
  // What is not drawn, averaged over the queries: 0 .. 1.
  double hiddenMass() const { return hidden_; }
  int64_t lineCount() const;

  std::optional<Place> placeAt(const QPointF& position) const;
  QRectF tokenRect(Place place) const;
  // The token whose lines alone are drawn: the locked one, else the one under the pointer.
  std::optional<Place> isolated() const { return locked_ ? locked_ : hovered_; }
  bool isLocked() const { return locked_.has_value(); }

  QSize sizeHint() const override;
  void drawLines(QPainter& painter, const QRectF& clip) const;

 Q_SIGNALS:
  // The isolated token and the heaviest token it is tied to; -1, -1 = none.
  void cellHovered(int query, int key);

 protected:
  void paintEvent(QPaintEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void leaveEvent(QEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;

 private:
  double rowHeight() const;
  double columnWidth() const;
  float weight(int query, int key) const;
  void chooseLines();
  void announce();

  std::vector<float> cells_;
  std::vector<AttentionToken> tokens_;
  std::vector<KeptKeys> kept_;  // [query]
  QColor color_;
  double mass_ = 1;
  double hidden_ = 0;
  double label_width_ = 0;
  std::optional<Place> hovered_;
  std::optional<Place> locked_;
};

}  // namespace heddle::ui
