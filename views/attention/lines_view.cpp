#include "views/attention/lines_view.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPaintEvent>
#include <QPainter>
#include <algorithm>
#include <cmath>

#include "views/common/palette.h"

namespace heddle::ui {
namespace {

constexpr double kMargin = 8;
constexpr double kTop = 24;                 // for the headings
constexpr float kFaintest = 1.0F / 255.0F;  // a fainter line has no pixel
constexpr double kWidestSpan = 560;         // longer lines are hard to follow

}  // namespace

LinesView::LinesView(QWidget* parent) : QWidget(parent) {
  setMouseTracking(true);
  setFocusPolicy(Qt::StrongFocus);
}

void LinesView::setHead(std::vector<float> cells, const std::vector<AttentionToken>& tokens,
                        const QColor& color) {
  if (tokens.size() != tokens_.size()) {
    hovered_.reset();
    locked_.reset();
  }
  cells_ = std::move(cells);
  tokens_ = tokens;
  color_ = color;
  label_width_ = 30;
  for (const AttentionToken& token : tokens_) {
    label_width_ = std::max(label_width_, fontMetrics().horizontalAdvance(tokenLabel(token)) + 10.0);
  }
  setMinimumHeight(sizeHint().height());
  updateGeometry();
  chooseLines();
}

void LinesView::setMass(double mass) {
  mass_ = mass;
  chooseLines();
}

void LinesView::chooseLines() {
  kept_.clear();
  hidden_ = 0;
  const size_t size = tokens_.size();
  for (size_t query = 0; query < size; ++query) {
    kept_.push_back(keepMass(std::span(cells_).subspan(query * size, size), mass_));
    hidden_ += kept_.back().hidden / static_cast<double>(size);
  }
  update();
  announce();
}

int64_t LinesView::lineCount() const {
  int64_t count = 0;
  for (const KeptKeys& kept : kept_) {
    count += static_cast<int64_t>(kept.keys.size());
  }
  return count;
}

double LinesView::rowHeight() const {
  return std::max(fontMetrics().height() + 2.0, 16.0);
}

double LinesView::columnWidth() const {
  return std::min((width() - kWidestSpan) / 2, width() / 3.0) < label_width_
             ? std::min(label_width_, width() / 3.0)
             : (width() - kWidestSpan) / 2;
}

float LinesView::weight(int query, int key) const {
  return cells_[static_cast<size_t>(query) * tokens_.size() + static_cast<size_t>(key)];
}

QRectF LinesView::tokenRect(Place place) const {
  const double column = columnWidth();
  const double left = place.side == Side::kQuery ? kMargin : width() - kMargin - column;
  return {left, kTop + place.token * rowHeight(), column, rowHeight()};
}

std::optional<LinesView::Place> LinesView::placeAt(const QPointF& position) const {
  const int token = static_cast<int>(std::floor((position.y() - kTop) / rowHeight()));
  if (token < 0 || token >= static_cast<int>(tokens_.size())) {
    return std::nullopt;
  }
  for (const Side side : {Side::kQuery, Side::kKey}) {
    const Place place{side, token};
    if (tokenRect(place).contains(position)) {
      return place;
    }
  }
  return std::nullopt;
}

QSize LinesView::sizeHint() const {
  return {static_cast<int>(2 * label_width_ + 200),
          static_cast<int>(kTop + rowHeight() * static_cast<double>(tokens_.size()) + kMargin)};
}

void LinesView::drawLines(QPainter& painter, const QRectF& clip) const {
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setPen(roleColor(Role::kMutedText, palette()));
  const double column = columnWidth();
  painter.drawText(QRectF(kMargin, 0, column, kTop), Qt::AlignRight | Qt::AlignVCenter, tr("Query "));
  painter.drawText(QRectF(width() - kMargin - column, 0, column, kTop), Qt::AlignLeft | Qt::AlignVCenter,
                   tr(" Key"));
  const auto alone = isolated();
  const double from_x = kMargin + column;
  const double to_x = width() - kMargin - column;
  const auto middle = [this](int token) { return kTop + (token + 0.5) * rowHeight(); };
  for (int query = 0; query < static_cast<int>(kept_.size()); ++query) {
    if (alone && alone->side == Side::kQuery && alone->token != query) {
      continue;
    }
    // Lightest first, so that heavy lines lie on top.
    const std::vector<int>& keys = kept_[static_cast<size_t>(query)].keys;
    for (auto key = keys.rbegin(); key != keys.rend(); ++key) {
      const float share = std::min(weight(query, *key), 1.0F);
      const double top = std::min(middle(query), middle(*key));
      const double bottom = std::max(middle(query), middle(*key));
      if ((alone && alone->side == Side::kKey && alone->token != *key) || share < kFaintest ||
          bottom < clip.top() || top > clip.bottom()) {
        continue;
      }
      QColor color = color_;
      color.setAlphaF(share);
      painter.setPen(QPen(color, 1.5 + 1.5 * static_cast<double>(share)));
      painter.drawLine(QPointF(from_x + 3, middle(query)), QPointF(to_x - 3, middle(*key)));
    }
  }
  for (int token = 0; token < static_cast<int>(tokens_.size()); ++token) {
    for (const Side side : {Side::kQuery, Side::kKey}) {
      const Place place{side, token};
      const QRectF rect = tokenRect(place);
      if (!rect.intersects(clip)) {
        continue;
      }
      float share = 0;  // of the isolated token's attention
      if (alone && *alone == place) {
        painter.fillRect(rect, palette().color(QPalette::Highlight));
      } else if (alone && alone->side != side) {
        share = side == Side::kKey ? weight(alone->token, token) : weight(token, alone->token);
        QColor fill = color_;
        fill.setAlphaF(std::isfinite(share) ? std::clamp(share, 0.0F, 1.0F) * 0.6F : 0.0F);
        painter.fillRect(rect, fill);
      }
      const bool here = alone && *alone == place;
      painter.setPen(here ? palette().color(QPalette::HighlightedText) : roleColor(Role::kText, palette()));
      const auto align = side == Side::kQuery ? Qt::AlignRight : Qt::AlignLeft;
      painter.drawText(rect.adjusted(4, 0, -4, 0), Qt::AlignVCenter | align,
                       tokenLabel(tokens_[static_cast<size_t>(token)]));
    }
  }
}

void LinesView::paintEvent(QPaintEvent* event) {
  QPainter painter(this);
  painter.fillRect(event->rect(), palette().color(QPalette::Base));
  drawLines(painter, QRectF(event->rect()));
}

void LinesView::announce() {
  const auto alone = isolated();
  if (!alone || tokens_.empty()) {
    Q_EMIT cellHovered(-1, -1);
    return;
  }
  int heaviest = 0;
  const auto share = [&](int other) {
    return alone->side == Side::kQuery ? weight(alone->token, other) : weight(other, alone->token);
  };
  for (int other = 1; other < static_cast<int>(tokens_.size()); ++other) {
    heaviest = share(other) > share(heaviest) ? other : heaviest;
  }
  const bool from_query = alone->side == Side::kQuery;
  Q_EMIT cellHovered(from_query ? alone->token : heaviest, from_query ? heaviest : alone->token);
}

void LinesView::mouseMoveEvent(QMouseEvent* event) {
  const auto place = placeAt(event->position());
  if (place != hovered_) {
    hovered_ = place;
    update();
    announce();
  }
}

void LinesView::mousePressEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton) {
    return;
  }
  const auto place = placeAt(event->position());
  locked_ = place == locked_ ? std::nullopt : place;
  update();
  announce();
}

void LinesView::leaveEvent(QEvent*) {
  hovered_.reset();
  update();
  announce();
}

void LinesView::keyPressEvent(QKeyEvent* event) {
  if (event->key() == Qt::Key_Escape && locked_) {
    locked_.reset();
    update();
    announce();
    return;
  }
  QWidget::keyPressEvent(event);
}

}  // namespace heddle::ui
