#include "views/text/bands_painter.h"

#include <algorithm>
#include <cmath>

#include "views/common/palette.h"

namespace heddle::ui {
namespace {

constexpr double kPadding = BandsLayout::kPadding;
constexpr double kMargin = BandsLayout::kMargin;
constexpr double kSwatch = BandsLayout::kSwatch;
constexpr int kLabelFlags = Qt::AlignVCenter | Qt::AlignLeft | Qt::TextSingleLine;

QColor faded(QColor color, float alpha) {
  color.setAlphaF(alpha);
  return color;
}

}  // namespace

BandsPainter::BandsPainter(QPainter& painter, const BandsLayout& layout, const QPalette& palette,
                           const QFont& font, std::optional<BandPlace> marked)
    : painter_(painter), layout_(layout), palette_(palette), metrics_(font), marked_(marked) {}

void BandsPainter::drawLine(int line, double top) const {
  const AxisLine& shown = layout_.lines()[static_cast<size_t>(line)];
  const double origin = layout_.axis().left(shown.begin) - layout_.gutter();
  drawMark(shown, top, origin);
  drawCharacters(shown, top, origin);
  for (int band = 0; band < static_cast<int>(layout_.text().bands.size()); ++band) {
    drawBand(line, band, top);
  }
  if (const auto box = marked_ ? layout_.boxIn(*marked_, line) : std::nullopt) {
    painter_.setPen(QPen(roleColor(Role::kSelection, palette_), 2));
    painter_.drawRect(box->translated(0, top).adjusted(1, 1, -1, -1));
  }
}

void BandsPainter::drawMark(const AxisLine& shown, double top, double origin) const {
  const ByteRange mark = marked_ ? bytesOf(layout_.text(), *marked_) : ByteRange{};
  if (mark.begin >= mark.end || mark.begin >= shown.end || mark.end <= shown.begin) {
    return;
  }
  const double from = layout_.axis().right(std::max(mark.begin, shown.begin)) - origin;
  const double to = layout_.axis().left(std::min(mark.end, shown.end)) - origin - BandsLayout::kBoxGap;
  painter_.fillRect(QRectF(from, top, to - from, layout_.lineHeight() - BandsLayout::kLineGap),
                    faded(roleColor(Role::kSelection, palette_), 0.28F));
}

void BandsPainter::drawCharacters(const AxisLine& shown, double top, double origin) const {
  const TextAxis& axis = layout_.axis();
  const auto& all = axis.characters();
  const auto isPlain = [](const AxisCharacter& each) { return each.kind == AxisCharacter::Kind::kPlain; };
  auto at = std::partition_point(all.begin(), all.end(),
                                 [&](const AxisCharacter& each) { return each.begin < shown.begin; });
  while (at != all.end() && at->begin < shown.end) {
    // Characters without a gap between them are drawn as one, so that scripts keep their joins.
    QString run = axis.shown(*at).toString();
    auto next = at + 1;
    while (isPlain(*at) && next != all.end() && next->begin < shown.end && isPlain(*next) &&
           std::fabs(axis.right(next->begin) - axis.right((next - 1)->begin) -
                     static_cast<double>((next - 1)->width)) < 0.01) {
      run += axis.shown(*next);
      ++next;
    }
    painter_.setPen(isPlain(*at) ? roleColor(Role::kText, palette_)
                                 : faded(roleColor(Role::kMutedText, palette_), 0.7F));
    painter_.drawText(
        QRectF(axis.right(at->begin) - origin + kPadding, top + BandsLayout::kLead, 1e4, layout_.boxHeight()),
        kLabelFlags, run);
    at = next;
  }
}

void BandsPainter::drawBand(int line, int index, double top) const {
  const TokenBand& band = layout_.text().bands[static_cast<size_t>(index)];
  const AxisLine& shown = layout_.lines()[static_cast<size_t>(line)];
  const QColor color = seriesColor(index, palette_);
  drawName(index, top, color);
  for (int unit = firstUnitFrom(band, shown.begin);
       unit < static_cast<int>(band.units.size()) &&
       unitBegin(band, band.units[static_cast<size_t>(unit)]) < shown.end;
       ++unit) {
    drawUnit(index, unit, line, top, color);
  }
  for (int token = firstTokenFrom(band, shown.begin);
       token < static_cast<int>(band.tokens.size()) &&
       band.tokens[static_cast<size_t>(token)].begin <= shown.end;
       ++token) {
    if (const auto box = layout_.boxIn({index, ShownGrain::kFine, token}, line)) {
      drawToken(band.tokens[static_cast<size_t>(token)], box->translated(0, top), color, shown);
    }
  }
}

void BandsPainter::drawName(int band, double top, const QColor& color) const {
  const QRectF name(kMargin, top + layout_.rows(band).fine, layout_.gutter() - 2 * kMargin,
                    layout_.boxHeight());
  painter_.fillRect(QRectF(name.left(), name.center().y() - kSwatch / 2, kSwatch, kSwatch), color);
  painter_.setPen(roleColor(Role::kMutedText, palette_));
  painter_.drawText(name.adjusted(kSwatch + 5, 0, 0, 0), kLabelFlags,
                    metrics_.elidedText(layout_.text().bands[static_cast<size_t>(band)].name, Qt::ElideRight,
                                        name.width() - kSwatch - 5));
}

// A label goes beyond its box only where its token goes over the end of the line.
void BandsPainter::drawLabel(const QString& label, const QRectF& box, bool whole) const {
  const QRectF inside = box.adjusted(kPadding, 0, 0, 0);
  painter_.drawText(inside, kLabelFlags,
                    whole ? label : metrics_.elidedText(label, Qt::ElideRight, inside.width()));
}

void BandsPainter::drawToken(const ShownToken& token, const QRectF& box, const QColor& color,
                             const AxisLine& shown) const {
  QColor fill = faded(color, token.kind == PieceKind::kContinuation ? 0.07F : 0.16F);
  QPen pen(faded(color, 0.55F), 1);
  QColor ink = roleColor(Role::kText, palette_);
  if (token.kind == PieceKind::kUnknown) {
    ink = roleColor(Role::kError, palette_);
    pen = QPen(ink, 1.5);
    fill = Qt::transparent;
  } else if (token.kind == PieceKind::kSpecial) {
    pen = QPen(roleColor(Role::kMutedText, palette_), 1, Qt::DashLine);
    fill = Qt::transparent;
  }
  painter_.fillRect(box, fill);
  if (token.kind == PieceKind::kUnknown) {
    painter_.fillRect(box, QBrush(faded(ink, 0.45F), Qt::BDiagPattern));
  }
  painter_.setPen(pen);
  painter_.drawRect(box.adjusted(0.5, 0.5, -0.5, -0.5));
  if (token.begin < shown.begin) {
    return;  // its label stands in the line before
  }
  if (token.kind == PieceKind::kUnknown) {
    // Letters over hatching are hard to read.
    const QRectF paper(box.left() + kPadding - 1, box.top() + 2, metrics_.horizontalAdvance(token.piece) + 2,
                       box.height() - 4);
    painter_.fillRect(paper & box.adjusted(1.5, 1.5, -1.5, -1.5), palette_.color(QPalette::Base));
  }
  painter_.setPen(ink);
  drawLabel(token.piece, box, token.end <= shown.end);
}

void BandsPainter::drawUnit(int band_index, int unit_index, int line, double top, const QColor& color) const {
  const TokenBand& band = layout_.text().bands[static_cast<size_t>(band_index)];
  const ShownUnit& unit = band.units[static_cast<size_t>(unit_index)];
  const BandsLayout::Rows& rows = layout_.rows(band_index);
  const auto box = layout_.boxIn({band_index, ShownGrain::kCoarse, unit_index}, line);
  if (!box) {
    return;
  }
  const QColor edge = faded(color, 0.8F);
  const double fine_bottom = top + rows.fine + layout_.boxHeight();
  if (rows.coarse < 0) {
    // One grain: a line under the tokens of a word that was cut.
    if (unit.count > 1) {
      painter_.setPen(QPen(edge, 1.5));
      const double y = fine_bottom + 3;
      painter_.drawLine(QPointF(box->left(), y), QPointF(box->right(), y));
    }
    return;
  }
  if (unit.coarse < 0 && unit.count == 1) {
    return;  // one token in both grains: nothing holds anything together
  }
  const QRectF there = box->translated(0, top);
  painter_.setPen(QPen(edge, 1, unit.coarse >= 0 ? Qt::SolidLine : Qt::DotLine));
  for (int i = 0; i < unit.count; ++i) {
    if (const auto token = layout_.boxIn({band_index, ShownGrain::kFine, unit.first + i}, line)) {
      const double x = token->center().x();
      painter_.drawLine(QPointF(x, fine_bottom), QPointF(x, there.top()));
    }
  }
  if (unit.coarse < 0) {
    painter_.setPen(QPen(edge, 1, Qt::DotLine));
    painter_.drawLine(there.topLeft(), there.topRight());
    return;
  }
  painter_.fillRect(there, faded(color, 0.3F));
  painter_.setPen(QPen(edge, 1.5));
  painter_.drawRect(there.adjusted(0.75, 0.75, -0.75, -0.75));
  painter_.setPen(roleColor(Role::kText, palette_));
  const AxisLine& shown = layout_.lines()[static_cast<size_t>(line)];
  drawLabel(unit.text, there, unitBegin(band, unit) >= shown.begin && unitEnd(band, unit) <= shown.end);
}

}  // namespace heddle::ui
