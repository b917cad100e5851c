#include "views/text/rows_view.h"

#include <qcustomplot.h>

#include <QtWidgets>
#include <algorithm>
#include <cmath>

#include "views/common/palette.h"
#include "views/text/pointing.h"
#include "views/text/tokenized_text.h"

namespace heddle::ui {
namespace {

constexpr double kMargin = 10;
constexpr double kPadding = 4;
constexpr double kCardGap = 18;

QString quoted(const std::string& text) {
  return ui::quoted(QString::fromStdString(text));
}

}  // namespace

QString stateText(TokenState state) {
  switch (state) {
    case TokenState::kPlain:
      return RowsView::tr("plain");
    case TokenState::kMasked:
      return RowsView::tr("masked");
    case TokenState::kRandom:
      return RowsView::tr("replaced");
    case TokenState::kKept:
      return RowsView::tr("kept");
    case TokenState::kTarget:
      return RowsView::tr("predicted");
  }
  return {};
}

RowsView::RowsView(QWidget* parent) : QAbstractScrollArea(parent) {
  setFrameShape(QFrame::NoFrame);
  setFocusPolicy(Qt::StrongFocus);
  setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  viewport()->setMouseTracking(true);
  setAccessibleName(tr("Training rows"));
}

void RowsView::setRows(std::vector<TrainingRow> rows) {
  rows_ = std::move(rows);
  hovered_.reset();
  current_.reset();
  arrange();
  Q_EMIT markChanged({});
}

QString RowsView::boxText(const TrainingToken& token) const {
  QString text = QString::fromStdString(token.text);
  // The context of a permutation shares a place, which says nothing.
  if (token.order >= 0 && token.state == TokenState::kTarget) {
    text = QString::number(token.order + 1) + QStringLiteral("· ") + text;
  }
  // What stands there and is predicted as it is has no need of saying so.
  if (!token.label.empty() && (token.state != TokenState::kTarget || token.label != token.text)) {
    text += QStringLiteral(" ▸ ") + QString::fromStdString(token.label);
  }
  return text;
}

double RowsView::boxWidth(const TrainingToken& token) {
  const QString text = boxText(token);
  const auto known = widths_.constFind(text);
  return known != widths_.constEnd()
             ? *known
             : *widths_.insert(text, QFontMetricsF(font()).horizontalAdvance(text) + 2 * kPadding + 2);
}

void RowsView::arrange() {
  const QFontMetricsF metrics(font());
  const RowMetrics given{.width = [this](const TrainingToken& token) { return boxWidth(token); },
                         .box_height = metrics.height() + 6,
                         .link_height = 8,
                         .line_gap = 11,
                         .gap = 3};
  cards_.clear();
  double top = kMargin;
  for (const TrainingRow& row : rows_) {
    Card card{.layout = layoutRow(row, viewport()->width() - 2 * kMargin, given),
              .top = top,
              .tokens = 0,
              .bottom = 0};
    card.tokens = top + metrics.height() + 9;
    card.bottom = card.tokens + card.layout.height;
    if (!row.target.empty()) {
      card.bottom += metrics.height() + 8;
    }
    top = card.bottom + kCardGap;
    cards_.push_back(std::move(card));
  }
  height_ = top;
  verticalScrollBar()->setPageStep(viewport()->height());
  verticalScrollBar()->setSingleStep(static_cast<int>(2 * metrics.height()));
  verticalScrollBar()->setRange(0, std::max(0, static_cast<int>(std::ceil(height_)) - viewport()->height()));
  viewport()->update();
}

QRectF RowsView::tokenRect(Place place) const {
  const Card& card = cards_[static_cast<size_t>(place.row)];
  return card.layout.boxes[static_cast<size_t>(place.token)].translated(
      kMargin, card.tokens - verticalScrollBar()->value());
}

std::optional<RowsView::Place> RowsView::placeAt(const QPointF& position) const {
  const double y = position.y() + verticalScrollBar()->value();
  for (int row = 0; row < static_cast<int>(cards_.size()); ++row) {
    const Card& card = cards_[static_cast<size_t>(row)];
    if (y < card.tokens || y > card.bottom) {
      continue;
    }
    const QPointF inside(position.x() - kMargin, y - card.tokens);
    for (int token = 0; token < static_cast<int>(card.layout.boxes.size()); ++token) {
      if (card.layout.boxes[static_cast<size_t>(token)].contains(inside)) {
        return Place{row, token};
      }
    }
  }
  return std::nullopt;
}

QString RowsView::heading(int index) const {
  const TrainingRow& row = rows_[static_cast<size_t>(index)];
  int64_t fine = 0;
  int64_t coarse = 0;
  for (const TrainingToken& token : row.tokens) {
    (token.grain == 0 ? fine : coarse) += 1;
  }
  QString text = coarse > 0
                     ? tr("Row %1 · %2 fine and %3 coarse tokens").arg(row.row + 1).arg(fine).arg(coarse)
                     : tr("Row %1 · %2 tokens").arg(row.row + 1).arg(fine);
  if (row.label >= 0) {
    text += tr(" · pair: %1 (label %2)").arg(QString::fromStdString(row.label_text)).arg(row.label);
  }
  return text;
}

QString RowsView::describe(Place place) const {
  const TrainingToken& token = rows_[static_cast<size_t>(place.row)].tokens[static_cast<size_t>(place.token)];
  QString text = tr("%1 · %2").arg(quoted(token.text), stateText(token.state));
  if (!token.label.empty()) {
    text += tr(" · must be predicted as %1").arg(quoted(token.label));
  }
  if (token.order >= 0) {
    text += tr(" · place %1 in the order of prediction").arg(token.order + 1);
  }
  if (token.span >= 0) {
    text += tr(" · span %1").arg(token.span + 1);
  }
  text += token.unit >= 0 ? tr(" · unit %1").arg(token.unit + 1) : tr(" · special token");
  text += tr(" · segment %1, %2 grain")
              .arg(token.segment == 0 ? QStringLiteral("A") : QStringLiteral("B"),
                   token.grain == 0 ? tr("fine") : tr("coarse"));
  return text;
}

void RowsView::drawState(QPainter& painter, const QRectF& box, TokenState state, bool second_segment,
                         const QString& text, const QPalette& palette) {
  const QColor ink = roleColor(Role::kText, palette);
  const QColor paper = palette.color(QPalette::Base);
  const QColor edge = roleColor(Role::kAxis, palette);
  QColor letters = ink;
  painter.fillRect(box, second_segment ? roleColor(Role::kGrid, palette) : paper);
  const QRectF outline = box.adjusted(0.5, 0.5, -0.5, -0.5);
  switch (state) {
    case TokenState::kPlain:
      painter.setPen(QPen(edge, 1));
      painter.drawRect(outline);
      break;
    case TokenState::kMasked:  // filled
      painter.fillRect(box, seriesColor(0, palette));
      letters = contrastRatio(Qt::white, seriesColor(0, palette)) >
                        contrastRatio(Qt::black, seriesColor(0, palette))
                    ? Qt::white
                    : Qt::black;
      break;
    case TokenState::kRandom: {  // hatched
      const QColor color = seriesColor(1, palette);
      painter.fillRect(box, QBrush(color, Qt::BDiagPattern));
      const double width = QFontMetricsF(painter.font()).horizontalAdvance(text);
      painter.fillRect(QRectF(box.left() + kPadding - 1, box.top() + 3, width + 3, box.height() - 6) & box,
                       paper);
      painter.setPen(QPen(color, 1.5));
      painter.drawRect(outline);
      break;
    }
    case TokenState::kKept: {  // two lines around
      painter.setPen(QPen(seriesColor(2, palette), 1));
      painter.drawRect(outline);
      painter.drawRect(outline.adjusted(2, 2, -2, -2));
      break;
    }
    case TokenState::kTarget: {  // a heavy line below
      painter.setPen(QPen(edge, 1));
      painter.drawRect(outline);
      painter.fillRect(QRectF(box.left(), box.bottom() - 3, box.width(), 3), seriesColor(4, palette));
      break;
    }
  }
  painter.setPen(letters);
  painter.drawText(box.adjusted(kPadding + 1, 0, 0, 0), Qt::AlignVCenter | Qt::AlignLeft | Qt::TextSingleLine,
                   text);
}

void RowsView::drawSpans(QPainter& painter, int index, double offset) const {
  const TrainingRow& row = rows_[static_cast<size_t>(index)];
  const Card& card = cards_[static_cast<size_t>(index)];
  painter.setPen(QPen(roleColor(Role::kSelection, palette()), 2));
  for (size_t i = 0; i < row.tokens.size(); ++i) {
    if (row.tokens[i].span < 0) {
      continue;
    }
    const QRectF box = card.layout.boxes[i].translated(kMargin, card.tokens - offset);
    const double y = box.top() - 3;
    const bool begins = i == 0 || row.tokens[i - 1].span != row.tokens[i].span;
    const bool ends = i + 1 == row.tokens.size() || row.tokens[i + 1].span != row.tokens[i].span;
    // To the next box of the span, so that the line goes through.
    painter.drawLine(QPointF(box.left() + 1, y), QPointF(box.right() + (ends ? -1 : 3), y));
    if (begins) {
      painter.drawLine(QPointF(box.left() + 1, y), QPointF(box.left() + 1, y + 3));
    }
    if (ends) {
      painter.drawLine(QPointF(box.right() - 1, y), QPointF(box.right() - 1, y + 3));
    }
  }
}

void RowsView::drawCard(QPainter& painter, int index, double offset) const {
  const TrainingRow& row = rows_[static_cast<size_t>(index)];
  const Card& card = cards_[static_cast<size_t>(index)];
  const QFontMetricsF metrics(font());
  painter.setPen(roleColor(Role::kText, palette()));
  QFont bold = font();
  bold.setBold(true);
  painter.setFont(bold);
  painter.drawText(
      QRectF(kMargin, card.top - offset, viewport()->width() - 2 * kMargin, metrics.height() + 2),
      Qt::AlignVCenter | Qt::AlignLeft,
      QFontMetricsF(bold).elidedText(heading(index), Qt::ElideRight, viewport()->width() - 2 * kMargin));
  painter.setFont(font());
  painter.setPen(QPen(roleColor(Role::kAxis, palette()), 1));
  for (const RowLink& link : card.layout.links) {
    const QRectF fine = card.layout.boxes[static_cast<size_t>(link.fine)];
    const QRectF coarse = card.layout.boxes[static_cast<size_t>(link.coarse)];
    painter.drawLine(QPointF(fine.center().x() + kMargin, fine.bottom() + card.tokens - offset),
                     QPointF(fine.center().x() + kMargin, coarse.top() + card.tokens - offset));
  }
  for (size_t i = 0; i < row.tokens.size(); ++i) {
    const TrainingToken& token = row.tokens[i];
    drawState(painter, card.layout.boxes[i].translated(kMargin, card.tokens - offset), token.state,
              token.segment != 0, boxText(token), palette());
  }
  drawSpans(painter, index, offset);
  if (!row.target.empty()) {
    QStringList words;
    for (const std::string& word : row.target) {
      words.append(QString::fromStdString(word));
    }
    painter.setPen(roleColor(Role::kText, palette()));
    const double room = viewport()->width() - 2 * kMargin;
    painter.drawText(QRectF(kMargin, card.bottom - metrics.height() - offset, room, metrics.height() + 2),
                     Qt::AlignVCenter | Qt::AlignLeft,
                     metrics.elidedText(tr("To be written: %1").arg(words.join(u' ')), Qt::ElideRight, room));
  }
  const auto mark = marked();
  if (mark && mark->row == index) {
    painter.setPen(QPen(roleColor(Role::kSelection, palette()), 2));
    painter.drawRect(card.layout.boxes[static_cast<size_t>(mark->token)]
                         .translated(kMargin, card.tokens - offset)
                         .adjusted(-1, -1, 1, 1));
  }
}

void RowsView::paintEvent(QPaintEvent* event) {
  QPainter painter(viewport());
  painter.fillRect(event->rect(), palette().color(QPalette::Base));
  const double offset = verticalScrollBar()->value();
  for (int row = 0; row < static_cast<int>(cards_.size()); ++row) {
    const Card& card = cards_[static_cast<size_t>(row)];
    if (card.bottom - offset >= event->rect().top() && card.top - offset <= event->rect().bottom()) {
      drawCard(painter, row, offset);
    }
  }
}

void RowsView::resizeEvent(QResizeEvent*) {
  arrange();
}

void RowsView::changeEvent(QEvent* event) {
  if (event->type() == QEvent::FontChange) {
    widths_.clear();
    arrange();
  } else if (event->type() == QEvent::PaletteChange) {
    viewport()->update();
  }
  QAbstractScrollArea::changeEvent(event);
}

void RowsView::setMark(std::optional<Place> hovered, std::optional<Place> current) {
  const auto before = marked();
  hovered_ = hovered;
  current_ = current;
  if (marked() != before) {
    viewport()->update();
    Q_EMIT markChanged(marked() ? describe(*marked()) : QString());
  }
}

void RowsView::walk(int key) {
  if (rows_.empty() || rows_.front().tokens.empty()) {
    return;
  }
  Place place = current_.value_or(Place{});
  const auto lastToken = [this](int row) {
    return static_cast<int>(rows_[static_cast<size_t>(row)].tokens.size()) - 1;
  };
  if (current_) {
    if (key == Qt::Key_Up || key == Qt::Key_Down) {
      place = {std::clamp(place.row + (key == Qt::Key_Down ? 1 : -1), 0, static_cast<int>(rows_.size()) - 1),
               0};
    } else {
      place.token = std::clamp(place.token + (key == Qt::Key_Right ? 1 : -1), 0, lastToken(place.row));
    }
  }
  if (lastToken(place.row) < 0) {
    return;
  }
  setMark(std::nullopt, place);
  const QRectF box = tokenRect(place);
  QScrollBar* bar = verticalScrollBar();
  if (box.top() < 0 || box.bottom() > viewport()->height()) {
    bar->setValue(bar->value() + static_cast<int>(box.center().y() - viewport()->height() / 2.0));
  }
}

void RowsView::keyPressEvent(QKeyEvent* event) {
  const bool plain = (event->modifiers() & ~Qt::KeypadModifier) == 0;
  const int key = plain ? event->key() : 0;
  if (key == Qt::Key_Left || key == Qt::Key_Right || key == Qt::Key_Up || key == Qt::Key_Down) {
    walk(key);
    return;
  }
  if (key == Qt::Key_Escape && marked()) {
    setMark(std::nullopt, std::nullopt);
    return;
  }
  QAbstractScrollArea::keyPressEvent(event);
}

bool RowsView::viewportEvent(QEvent* event) {
  const bool used = handlePointer(
      event, viewport(), [this](const QPointF& at) { return placeAt(at); },
      [this](std::optional<Place> place) { setMark(place, current_); },
      [this](Place place) { setMark(place, place); }, [this](Place place) { return describe(place); });
  return used || QAbstractScrollArea::viewportEvent(event);
}

QSizeF RowsView::figureSize() const {
  return rows_.empty() ? QSizeF() : QSizeF(viewport()->width(), height_);
}

void RowsView::drawFigure(QCPPainter& painter) {
  painter.setFont(font());
  for (int row = 0; row < static_cast<int>(cards_.size()); ++row) {
    drawCard(painter, row, 0);
  }
}

CsvTable RowsView::shownData() const {
  CsvTable table{.header = {QStringLiteral("row"), QStringLiteral("pair_label"), QStringLiteral("position"),
                            QStringLiteral("grain"), QStringLiteral("segment"), QStringLiteral("unit"),
                            QStringLiteral("token"), QStringLiteral("state"), QStringLiteral("label"),
                            QStringLiteral("order"), QStringLiteral("span")},
                 .rows = {}};
  const auto number = [](int64_t value) { return value < 0 ? QString() : QString::number(value); };
  for (const TrainingRow& row : rows_) {
    for (size_t i = 0; i < row.tokens.size(); ++i) {
      const TrainingToken& token = row.tokens[i];
      table.rows.push_back({QString::number(row.row), number(row.label), QString::number(i),
                            QString::number(token.grain), QString::number(token.segment), number(token.unit),
                            QString::fromStdString(token.text), stateText(token.state),
                            QString::fromStdString(token.label), number(token.order), number(token.span)});
    }
  }
  return table;
}

}  // namespace heddle::ui
