#include "views/text/bands_view.h"

#include <qcustomplot.h>

#include <QtWidgets>
#include <algorithm>
#include <cmath>

#include "views/common/palette.h"
#include "views/text/pointing.h"

namespace heddle::ui {
namespace {

constexpr double kMargin = 8;
constexpr double kPadding = 4;  // between a box's edge and its label
constexpr double kBoxGap = 2;   // between neighbouring boxes
constexpr double kLinkHeight = 7;
constexpr double kBandGap = 6;
constexpr double kLead = 6;  // above the characters of a line
constexpr double kLineGap = 10;
constexpr int kMostNameCharacters = 24;
constexpr double kSwatch = 9;

// The first of `boxes` that ends behind `byte`, or covers nothing and stands there.
template <typename Boxes, typename End>
int firstFrom(const Boxes& boxes, int32_t byte, End&& end) {
  const auto found =
      std::partition_point(boxes.begin(), boxes.end(), [&](const auto& box) { return end(box) < byte; });
  return static_cast<int>(found - boxes.begin());
}

QString quoted(const QString& text) {
  return QStringLiteral("“") + text + QStringLiteral("”");
}

}  // namespace

BandsView::BandsView(QWidget* parent) : QAbstractScrollArea(parent) {
  setFrameShape(QFrame::NoFrame);
  setFocusPolicy(Qt::StrongFocus);
  setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  viewport()->setMouseTracking(true);
  viewport()->setBackgroundRole(QPalette::Base);
  setAccessibleName(tr("Tokens"));
  measure();
}

void BandsView::setText(TokenizedTextPtr text) {
  text_ = std::move(text);
  hovered_.reset();
  current_.reset();
  measure();
  Q_EMIT markChanged({});
}

double BandsView::boxHeight() const {
  return fontMetrics().height() + 4.0;
}

double BandsView::textHeight() const {
  return fontMetrics().height() + 4.0;
}

// Blanks are wider than their dot: words must stand apart among tokens that do.
double BandsView::characterWidth(const QString& shown) const {
  return labelWidth(shown) + (shown == QChar(u'·') ? 2 * kPadding : 0);
}

double BandsView::labelWidth(const QString& label) const {
  const auto known = widths_.constFind(label);
  if (known != widths_.constEnd()) {
    return *known;
  }
  const double width = QFontMetricsF(font()).horizontalAdvance(label);
  widths_.insert(label, width);
  return width;
}

void BandsView::measure() {
  rows_.clear();
  gutter_ = 0;
  double top = kLead + textHeight();
  if (text_) {
    axis_ = TextAxis(
        *text_,
        {.text_width = [this](const QString& character) { return characterWidth(character); },
         .label_width = [this](const QString& label) { return labelWidth(label) + 2 * kPadding + kBoxGap; }});
    const double widest = kMostNameCharacters * fontMetrics().averageCharWidth();
    for (const TokenBand& band : text_->bands) {
      gutter_ = std::max(gutter_, std::min(labelWidth(band.name), widest));
      Rows rows;
      rows.fine = top;
      rows.bottom = top + boxHeight();
      if (band.has_coarse) {
        rows.coarse = rows.bottom + kLinkHeight;
        rows.bottom = rows.coarse + boxHeight();
      } else {
        rows.bottom += kLinkHeight;
      }
      top = rows.bottom + kBandGap;
      rows_.push_back(rows);
    }
    gutter_ += kSwatch + 3 * kMargin;
  }
  line_height_ = top + kLineGap;
  breakLines();
}

void BandsView::breakLines() {
  lines_.clear();
  if (text_ && !text_->utf8.isEmpty()) {
    const double room = viewport()->width() - gutter_ - kMargin;
    lines_ = axis_.wrap(std::max(room, 12.0 * fontMetrics().averageCharWidth()));
  }
  const int height = static_cast<int>(std::ceil(line_height_ * lineCount() + kMargin));
  verticalScrollBar()->setPageStep(viewport()->height());
  verticalScrollBar()->setSingleStep(fontMetrics().lineSpacing() * 2);
  verticalScrollBar()->setRange(0, std::max(0, height - viewport()->height()));
  viewport()->update();
}

AxisLine BandsView::bytesOf(Place place) const {
  const TokenBand& band = text_->bands[static_cast<size_t>(place.band)];
  if (place.grain == Grain::kFine) {
    const ShownToken& token = band.tokens[static_cast<size_t>(place.index)];
    return {token.begin, token.end};
  }
  const ShownUnit& unit = band.units[static_cast<size_t>(place.index)];
  return {unitBegin(band, unit), unitEnd(band, unit)};
}

AxisLine BandsView::markedBytes() const {
  const auto place = marked();
  return place && text_ ? bytesOf(*place) : AxisLine{};
}

int BandsView::lineOf(int32_t byte) const {
  const auto found = std::partition_point(lines_.begin(), lines_.end(),
                                          [&](const AxisLine& line) { return line.end <= byte; });
  return std::min(static_cast<int>(found - lines_.begin()), lineCount() - 1);
}

std::optional<QRectF> BandsView::boxIn(Place place, int line) const {
  const AxisLine& shown = lines_[static_cast<size_t>(line)];
  const AxisLine bytes = bytesOf(place);
  const TokenBand& band = text_->bands[static_cast<size_t>(place.band)];
  const Rows& rows = rows_[static_cast<size_t>(place.band)];
  const double top = place.grain == Grain::kFine ? rows.fine : rows.coarse;
  const double origin = axis_.left(shown.begin) - gutter_;
  if (bytes.begin == bytes.end) {
    if (lineOf(bytes.begin) != line || place.grain == Grain::kCoarse) {
      return std::nullopt;
    }
    double before = 0;  // others that stand at the same place
    for (int i = place.index - 1; i >= 0; --i) {
      const ShownToken& other = band.tokens[static_cast<size_t>(i)];
      if (other.begin != bytes.begin || other.end != bytes.begin) {
        break;
      }
      before += labelWidth(other.piece) + 2 * kPadding + kBoxGap;
    }
    const double width = labelWidth(band.tokens[static_cast<size_t>(place.index)].piece) + 2 * kPadding;
    return QRectF(axis_.left(bytes.begin) + before - origin, top, width, boxHeight());
  }
  if (bytes.end <= shown.begin || bytes.begin >= shown.end) {
    return std::nullopt;
  }
  const double from = bytes.begin < shown.begin ? axis_.left(shown.begin) : axis_.right(bytes.begin);
  const double to = axis_.left(std::min(bytes.end, shown.end));
  return QRectF(from - origin, top, std::max(to - from - kBoxGap, 1.0), boxHeight());
}

QRectF BandsView::placeRect(Place place) const {
  const int line = lineOf(bytesOf(place).begin);
  const auto box = boxIn(place, line);
  return box ? box->translated(0, line * line_height_ - verticalScrollBar()->value()) : QRectF();
}

std::optional<BandsView::Place> BandsView::placeAt(const QPointF& position) const {
  const double y = position.y() + verticalScrollBar()->value();
  const int line = static_cast<int>(std::floor(y / line_height_));
  if (!text_ || line < 0 || line >= lineCount()) {
    return std::nullopt;
  }
  const QPointF inside(position.x(), y - line * line_height_);
  const AxisLine& shown = lines_[static_cast<size_t>(line)];
  for (int b = 0; b < static_cast<int>(rows_.size()); ++b) {
    const TokenBand& band = text_->bands[static_cast<size_t>(b)];
    const Rows& rows = rows_[static_cast<size_t>(b)];
    if (inside.y() < rows.fine || inside.y() >= rows.bottom) {
      continue;
    }
    const bool coarse = rows.coarse >= 0 && inside.y() >= rows.coarse;
    const int count = static_cast<int>(coarse ? band.units.size() : band.tokens.size());
    int index =
        coarse
            ? firstFrom(band.units, shown.begin, [&](const ShownUnit& unit) { return unitEnd(band, unit); })
            : firstFrom(band.tokens, shown.begin, [](const ShownToken& token) { return token.end; });
    for (; index < count; ++index) {
      const Place place{b, coarse ? Grain::kCoarse : Grain::kFine, index};
      if (bytesOf(place).begin > shown.end) {
        break;
      }
      const auto box = boxIn(place, line);
      if (box && box->contains(inside)) {
        return place;
      }
    }
  }
  return std::nullopt;
}

QString BandsView::describe(Place place) const {
  const TokenBand& band = text_->bands[static_cast<size_t>(place.band)];
  const AxisLine bytes = bytesOf(place);
  const int32_t from = charactersBefore(text_->utf8, bytes.begin);
  const int32_t to = charactersBefore(text_->utf8, bytes.end);
  const QString where =
      bytes.begin == bytes.end
          ? tr("covers nothing, before character %1").arg(from + 1)
          : tr("characters %1–%2, bytes %3–%4").arg(from + 1).arg(to).arg(bytes.begin).arg(bytes.end);
  const QString covered = QString::fromUtf8(text_->utf8.mid(bytes.begin, bytes.end - bytes.begin));
  if (place.grain == Grain::kCoarse) {
    const ShownUnit& unit = band.units[static_cast<size_t>(place.index)];
    return unit.coarse >= 0
               ? tr("%1 · coarse token %2, id %3 · %4 · %n fine token(s)", nullptr, unit.count)
                     .arg(band.name, quoted(unit.text))
                     .arg(unit.coarse)
                     .arg(where)
               : tr("%1 · unit %2, not in the coarse vocabulary: its %n fine token(s) stand for it · %3",
                    nullptr, unit.count)
                     .arg(band.name, quoted(covered), where);
  }
  const ShownToken& token = band.tokens[static_cast<size_t>(place.index)];
  QString said = tr("%1 · %2, id %3, %4 · %5 · token %6 of %7")
                     .arg(band.name, quoted(token.piece))
                     .arg(token.id)
                     .arg(kindText(token.kind), where)
                     .arg(place.index + 1)
                     .arg(band.tokens.size());
  if (token.unit >= 0 && band.units[static_cast<size_t>(token.unit)].coarse >= 0) {
    const ShownUnit& unit = band.units[static_cast<size_t>(token.unit)];
    said += tr(" · in coarse token %1, id %2").arg(quoted(unit.text)).arg(unit.coarse);
  }
  return said;
}

void BandsView::setMark(std::optional<Place> hovered, std::optional<Place> current) {
  const auto before = marked();
  hovered_ = hovered;
  current_ = current;
  if (marked() != before) {
    viewport()->update();
    Q_EMIT markChanged(marked() ? describe(*marked()) : QString());
  }
}

void BandsView::walk(int key) {
  if (!text_ || text_->bands.empty() || lines_.empty()) {
    return;
  }
  const auto countOf = [this](int band, Grain grain) {
    const TokenBand& shown = text_->bands[static_cast<size_t>(band)];
    return static_cast<int>(grain == Grain::kFine ? shown.tokens.size() : shown.units.size());
  };
  Place place = current_.value_or(Place{});
  if (current_ && (key == Qt::Key_Left || key == Qt::Key_Right)) {
    place.index += key == Qt::Key_Right ? 1 : -1;
  } else if (key == Qt::Key_Home || key == Qt::Key_End) {
    place.index = key == Qt::Key_Home ? 0 : countOf(place.band, place.grain) - 1;
  } else if (current_) {
    // To the row above or below, at the same characters.
    const int32_t byte = bytesOf(place).begin;
    const bool down = key == Qt::Key_Down;
    const bool has_coarse = text_->bands[static_cast<size_t>(place.band)].has_coarse;
    if (down && place.grain == Grain::kFine && has_coarse) {
      place.grain = Grain::kCoarse;
    } else if (!down && place.grain == Grain::kCoarse) {
      place.grain = Grain::kFine;
    } else {
      const int band = place.band + (down ? 1 : -1);
      if (band < 0 || band >= static_cast<int>(text_->bands.size())) {
        return;
      }
      place.band = band;
      place.grain =
          !down && text_->bands[static_cast<size_t>(band)].has_coarse ? Grain::kCoarse : Grain::kFine;
    }
    const TokenBand& shown = text_->bands[static_cast<size_t>(place.band)];
    place.index =
        place.grain == Grain::kFine
            ? firstFrom(shown.tokens, byte + 1, [](const ShownToken& token) { return token.end; })
            : firstFrom(shown.units, byte + 1, [&](const ShownUnit& unit) { return unitEnd(shown, unit); });
  }
  const int count = countOf(place.band, place.grain);
  if (count == 0) {
    return;
  }
  place.index = std::clamp(place.index, 0, count - 1);
  setMark(std::nullopt, place);
  scrollTo(place);
}

void BandsView::scrollTo(Place place) {
  const QRectF box = placeRect(place);
  QScrollBar* bar = verticalScrollBar();
  const double text_row = kLead + textHeight();
  if (box.top() < text_row) {
    bar->setValue(bar->value() + static_cast<int>(box.top() - text_row));
  } else if (box.bottom() > viewport()->height()) {
    bar->setValue(bar->value() + static_cast<int>(std::ceil(box.bottom() - viewport()->height() + kMargin)));
  }
}

void BandsView::drawToken(QPainter& painter, const ShownToken& token, const QRectF& box, const QColor& color,
                          bool starts_here) const {
  const QPalette& colors = palette();
  QColor fill = color;
  fill.setAlphaF(token.kind == PieceKind::kContinuation ? 0.07F : 0.16F);
  QColor edge = color;
  edge.setAlphaF(0.55F);
  QPen pen(edge, 1);
  QColor ink = roleColor(Role::kText, colors);
  if (token.kind == PieceKind::kUnknown) {
    pen = QPen(roleColor(Role::kError, colors), 1.5);
    ink = roleColor(Role::kError, colors);
    fill = Qt::transparent;
  } else if (token.kind == PieceKind::kSpecial) {
    pen = QPen(roleColor(Role::kMutedText, colors), 1, Qt::DashLine);
    fill = Qt::transparent;
  }
  painter.setPen(Qt::NoPen);
  painter.fillRect(box, fill);
  if (token.kind == PieceKind::kUnknown) {
    QColor hatch = roleColor(Role::kError, colors);
    hatch.setAlphaF(0.45F);
    painter.fillRect(box, QBrush(hatch, Qt::BDiagPattern));
  }
  painter.setPen(pen);
  painter.drawRect(box.adjusted(0.5, 0.5, -0.5, -0.5));
  if (!starts_here) {
    return;
  }
  const QRectF inside = box.adjusted(kPadding, 0, 0, 0);
  if (token.kind == PieceKind::kUnknown) {
    // Letters over hatching are hard to read.
    QRectF paper(inside.left() - 1, box.top() + 2, labelWidth(token.piece) + 2, box.height() - 4);
    painter.fillRect(paper & box.adjusted(1.5, 1.5, -1.5, -1.5), colors.color(QPalette::Base));
  }
  painter.setPen(ink);
  // A label goes beyond its box only where its token goes over the end of the line.
  const bool fits = labelWidth(token.piece) <= inside.width() + 1;
  painter.drawText(
      inside, Qt::AlignVCenter | Qt::AlignLeft | Qt::TextSingleLine,
      fits ? token.piece : QFontMetricsF(font()).elidedText(token.piece, Qt::ElideRight, inside.width()));
}

void BandsView::drawUnit(QPainter& painter, const TokenBand& band, int unit_index, int line, double top,
                         const QColor& color) const {
  const ShownUnit& unit = band.units[static_cast<size_t>(unit_index)];
  const int band_index = static_cast<int>(&band - text_->bands.data());
  const Rows& rows = rows_[static_cast<size_t>(band_index)];
  const auto box = boxIn({band_index, Grain::kCoarse, unit_index}, line);
  if (!box) {
    return;
  }
  QColor edge = color;
  edge.setAlphaF(0.8F);
  const double fine_bottom = top + rows.fine + boxHeight();
  if (rows.coarse < 0) {
    // One grain: a line under the tokens of a word that was cut.
    if (unit.count > 1) {
      painter.setPen(QPen(edge, 1.5));
      const double y = fine_bottom + 3;
      painter.drawLine(QPointF(box->left(), y), QPointF(box->right(), y));
    }
    return;
  }
  if (unit.coarse < 0 && unit.count == 1) {
    return;  // one token in both grains: nothing holds anything together
  }
  const QRectF there = box->translated(0, top);
  painter.setPen(QPen(edge, 1, unit.coarse >= 0 ? Qt::SolidLine : Qt::DotLine));
  for (int i = 0; i < unit.count; ++i) {
    const auto token = boxIn({band_index, Grain::kFine, unit.first + i}, line);
    if (token) {
      const double x = token->center().x();
      painter.drawLine(QPointF(x, fine_bottom), QPointF(x, there.top()));
    }
  }
  if (unit.coarse < 0) {
    painter.setPen(QPen(edge, 1, Qt::DotLine));
    painter.drawLine(there.topLeft(), there.topRight());
    return;
  }
  QColor fill = color;
  fill.setAlphaF(0.3F);
  painter.fillRect(there, fill);
  painter.setPen(QPen(edge, 1.5));
  painter.drawRect(there.adjusted(0.75, 0.75, -0.75, -0.75));
  painter.setPen(roleColor(Role::kText, palette()));
  const QRectF inside = there.adjusted(kPadding, 0, 0, 0);
  painter.drawText(inside, Qt::AlignVCenter | Qt::AlignLeft | Qt::TextSingleLine,
                   labelWidth(unit.text) <= inside.width() + 1
                       ? unit.text
                       : QFontMetricsF(font()).elidedText(unit.text, Qt::ElideRight, inside.width()));
}

void BandsView::drawBand(QPainter& painter, int line, int index, double top) const {
  const TokenBand& band = text_->bands[static_cast<size_t>(index)];
  const Rows& rows = rows_[static_cast<size_t>(index)];
  const AxisLine& shown = lines_[static_cast<size_t>(line)];
  const QColor color = seriesColor(index, palette());
  const QRectF name(kMargin, top + rows.fine, gutter_ - 2 * kMargin, boxHeight());
  painter.fillRect(QRectF(name.left(), name.center().y() - kSwatch / 2, kSwatch, kSwatch), color);
  painter.setPen(roleColor(Role::kMutedText, palette()));
  const double name_room = name.width() - kSwatch - 5;
  painter.drawText(name.adjusted(kSwatch + 5, 0, 0, 0), Qt::AlignVCenter | Qt::AlignLeft | Qt::TextSingleLine,
                   QFontMetricsF(font()).elidedText(band.name, Qt::ElideRight, name_room));
  for (int unit = firstFrom(band.units, shown.begin, [&](const ShownUnit& u) { return unitEnd(band, u); });
       unit < static_cast<int>(band.units.size()) &&
       unitBegin(band, band.units[static_cast<size_t>(unit)]) < shown.end;
       ++unit) {
    drawUnit(painter, band, unit, line, top, color);
  }
  for (int token = firstFrom(band.tokens, shown.begin, [](const ShownToken& t) { return t.end; });
       token < static_cast<int>(band.tokens.size()) &&
       band.tokens[static_cast<size_t>(token)].begin <= shown.end;
       ++token) {
    const ShownToken& each = band.tokens[static_cast<size_t>(token)];
    if (const auto box = boxIn({index, Grain::kFine, token}, line)) {
      drawToken(painter, each, box->translated(0, top), color, each.begin >= shown.begin);
    }
  }
}

void BandsView::drawLine(QPainter& painter, int line, double top) const {
  const AxisLine& shown = lines_[static_cast<size_t>(line)];
  const double origin = axis_.left(shown.begin) - gutter_;
  const AxisLine mark = markedBytes();
  if (mark.begin < mark.end && mark.begin < shown.end && mark.end > shown.begin) {
    const double from = axis_.right(std::max(mark.begin, shown.begin)) - origin;
    const double to = axis_.left(std::min(mark.end, shown.end)) - origin - kBoxGap;
    QColor color = roleColor(Role::kSelection, palette());
    color.setAlphaF(0.28F);
    painter.fillRect(QRectF(from, top, to - from, line_height_ - kLineGap), color);
  }
  const auto& characters = axis_.characters();
  auto at = std::partition_point(characters.begin(), characters.end(),
                                 [&](const AxisCharacter& c) { return c.begin < shown.begin; });
  QColor faint = roleColor(Role::kMutedText, palette());
  faint.setAlphaF(0.7F);
  while (at != characters.end() && at->begin < shown.end) {
    // Characters without a gap between them are drawn as one, so that scripts keep their joins.
    QString run = at->shown;
    const double x = axis_.right(at->begin) - origin;
    const bool blank = at->blank;
    auto next = at + 1;
    while (!blank && next != characters.end() && next->begin < shown.end && !next->blank &&
           std::fabs(axis_.right(next->begin) - axis_.right((next - 1)->begin) -
                     characterWidth((next - 1)->shown)) < 0.01) {
      run += next->shown;
      ++next;
    }
    painter.setPen(blank ? faint : roleColor(Role::kText, palette()));
    painter.drawText(QRectF(x + kPadding, top + kLead, 1e4, textHeight()),
                     Qt::AlignVCenter | Qt::AlignLeft | Qt::TextSingleLine, run);
    at = next;
  }
  for (int band = 0; band < static_cast<int>(rows_.size()); ++band) {
    drawBand(painter, line, band, top);
  }
  if (const auto place = marked()) {
    if (const auto box = boxIn(*place, line)) {
      painter.setPen(QPen(roleColor(Role::kSelection, palette()), 2));
      painter.drawRect(box->translated(0, top).adjusted(1, 1, -1, -1));
    }
  }
}

void BandsView::paintEvent(QPaintEvent* event) {
  QPainter painter(viewport());
  painter.fillRect(event->rect(), palette().color(QPalette::Base));
  const double scrolled = verticalScrollBar()->value();
  const int first = std::max(0, static_cast<int>((event->rect().top() + scrolled) / line_height_));
  for (int line = first; line < lineCount(); ++line) {
    const double top = line * line_height_ - scrolled;
    if (top > event->rect().bottom()) {
      break;
    }
    drawLine(painter, line, top);
  }
}

void BandsView::resizeEvent(QResizeEvent*) {
  // The text that is looked at stays in sight.
  const int32_t byte =
      lines_.empty()
          ? 0
          : lines_[static_cast<size_t>(std::clamp(
                       static_cast<int>(verticalScrollBar()->value() / line_height_), 0, lineCount() - 1))]
                .begin;
  const bool at_top = verticalScrollBar()->value() == 0;
  breakLines();
  if (!lines_.empty() && !at_top) {
    verticalScrollBar()->setValue(static_cast<int>(lineOf(byte) * line_height_));
  }
}

void BandsView::changeEvent(QEvent* event) {
  if (event->type() == QEvent::FontChange) {
    widths_.clear();
    measure();
  } else if (event->type() == QEvent::PaletteChange) {
    viewport()->update();
  }
  QAbstractScrollArea::changeEvent(event);
}

void BandsView::keyPressEvent(QKeyEvent* event) {
  const bool plain = (event->modifiers() & ~Qt::KeypadModifier) == 0;
  switch (plain ? event->key() : 0) {
    case Qt::Key_Left:
    case Qt::Key_Right:
    case Qt::Key_Up:
    case Qt::Key_Down:
    case Qt::Key_Home:
    case Qt::Key_End:
      walk(event->key());
      return;
    case Qt::Key_Escape:
      if (marked()) {
        setMark(std::nullopt, std::nullopt);
        return;
      }
      break;
    default:
      break;
  }
  QAbstractScrollArea::keyPressEvent(event);
}

bool BandsView::viewportEvent(QEvent* event) {
  const bool used = handlePointer(
      event, viewport(), [this](const QPointF& at) { return placeAt(at); },
      [this](std::optional<Place> place) { setMark(place, current_); },
      [this](Place place) { setMark(place, place); }, [this](Place place) { return describe(place); });
  return used || QAbstractScrollArea::viewportEvent(event);
}

QSizeF BandsView::figureSize() const {
  if (lines_.empty()) {
    return {};
  }
  return {static_cast<double>(viewport()->width()), line_height_ * lineCount() + kMargin};
}

void BandsView::drawFigure(QCPPainter& painter) {
  painter.setFont(font());
  for (int line = 0; line < lineCount(); ++line) {
    drawLine(painter, line, kMargin / 2 + line * line_height_);
  }
}

CsvTable BandsView::shownData() const {
  CsvTable table{.header = {QStringLiteral("tokenizer"), QStringLiteral("index"), QStringLiteral("id"),
                            QStringLiteral("piece"), QStringLiteral("kind"), QStringLiteral("begin_byte"),
                            QStringLiteral("end_byte"), QStringLiteral("unit"), QStringLiteral("coarse_id"),
                            QStringLiteral("coarse_token")},
                 .rows = {}};
  if (!text_) {
    return table;
  }
  for (const TokenBand& band : text_->bands) {
    for (size_t i = 0; i < band.tokens.size(); ++i) {
      const ShownToken& token = band.tokens[i];
      const ShownUnit* unit = token.unit >= 0 ? &band.units[static_cast<size_t>(token.unit)] : nullptr;
      const bool coarse = unit != nullptr && unit->coarse >= 0;
      table.rows.push_back({band.name, QString::number(i), QString::number(token.id), token.piece,
                            kindText(token.kind), QString::number(token.begin), QString::number(token.end),
                            QString::number(token.unit), coarse ? QString::number(unit->coarse) : QString(),
                            coarse ? unit->text : QString()});
    }
  }
  return table;
}

}  // namespace heddle::ui
