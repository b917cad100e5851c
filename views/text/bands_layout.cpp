#include "views/text/bands_layout.h"

#include <algorithm>
#include <cmath>

namespace heddle::ui {
namespace {

constexpr double kLinkHeight = 7;
constexpr double kBandGap = 6;
constexpr int kMostNameCharacters = 24;

double boxWidth(TextWidths& widths, QStringView label) {
  return widths.of(label) + 2 * BandsLayout::kPadding;
}

AxisMetrics metricsOf(TextWidths& widths) {
  return {
      .text_width =
          [&widths](QStringView shown) {
            // Blanks are wider than their dot: words must stand apart among tokens that do.
            return widths.of(shown) + (shown == u"·" ? 2 * BandsLayout::kPadding : 0);
          },
      .label_width = [&widths](QStringView label) { return boxWidth(widths, label) + BandsLayout::kBoxGap; }};
}

}  // namespace

BandsLayout::BandsLayout(TokenizedTextPtr text, TextWidths& widths)
    : text_(std::move(text)),
      axis_(*text_, metricsOf(widths)),
      box_height_(widths.height() + 4.0),
      narrowest_(12.0 * widths.averageCharacter()) {
  arrangeRows(widths);
  findStanding(widths);
}

void BandsLayout::arrangeRows(TextWidths& widths) {
  const double widest = kMostNameCharacters * widths.averageCharacter();
  double top = kLead + box_height_;
  for (const TokenBand& band : text_->bands) {
    gutter_ = std::max(gutter_, std::min(widths.of(band.name), widest));
    Rows rows;
    rows.fine = top;
    rows.bottom = top + box_height_ + kLinkHeight;
    if (band.has_coarse) {
      rows.coarse = rows.bottom;
      rows.bottom += box_height_;
    }
    top = rows.bottom + kBandGap;
    rows_.push_back(rows);
  }
  gutter_ += kSwatch + 3 * kMargin;
  line_height_ = top + kLineGap;
}

void BandsLayout::findStanding(TextWidths& widths) {
  for (const TokenBand& band : text_->bands) {
    std::vector<Standing>& all = standing_.emplace_back();
    for (int i = 0; i < static_cast<int>(band.tokens.size()); ++i) {
      const ShownToken& token = band.tokens[static_cast<size_t>(i)];
      if (token.begin != token.end) {
        continue;
      }
      const bool behind = !all.empty() && all.back().index == i - 1 &&
                          band.tokens[static_cast<size_t>(i) - 1].begin == token.begin;
      all.push_back(
          {i, behind ? all.back().before + all.back().width + kBoxGap : 0, boxWidth(widths, token.piece)});
    }
  }
}

void BandsLayout::wrap(double width) {
  lines_.clear();
  if (!text_->utf8.isEmpty()) {
    lines_ = axis_.wrap(std::max(width - gutter_ - kMargin, narrowest_));
  }
}

int BandsLayout::lineOf(int32_t byte) const {
  const auto found = std::partition_point(lines_.begin(), lines_.end(),
                                          [&](const AxisLine& line) { return line.end <= byte; });
  return std::min(static_cast<int>(found - lines_.begin()), lineCount() - 1);
}

std::optional<QRectF> BandsLayout::boxIn(BandPlace place, int line) const {
  const AxisLine& shown = lines_[static_cast<size_t>(line)];
  const ByteRange bytes = bytesOf(*text_, place);
  const double top = place.grain == ShownGrain::kFine ? rows(place.band).fine : rows(place.band).coarse;
  const double origin = axis_.left(shown.begin) - gutter_;
  if (bytes.begin == bytes.end) {
    if (lineOf(bytes.begin) != line || place.grain == ShownGrain::kCoarse) {
      return std::nullopt;
    }
    const std::vector<Standing>& all = standing_[static_cast<size_t>(place.band)];
    const auto found = std::partition_point(all.begin(), all.end(),
                                            [&](const Standing& each) { return each.index < place.index; });
    return QRectF(axis_.left(bytes.begin) + found->before - origin, top, found->width, box_height_);
  }
  if (bytes.end <= shown.begin || bytes.begin >= shown.end) {
    return std::nullopt;
  }
  const double from = bytes.begin < shown.begin ? axis_.left(shown.begin) : axis_.right(bytes.begin);
  const double to = axis_.left(std::min(bytes.end, shown.end));
  return QRectF(from - origin, top, std::max(to - from - kBoxGap, 1.0), box_height_);
}

QRectF BandsLayout::box(BandPlace place) const {
  const int line = lineOf(bytesOf(*text_, place).begin);
  const auto box = line < 0 ? std::nullopt : boxIn(place, line);
  return box ? box->translated(0, lineTop(line)) : QRectF();
}

std::optional<BandPlace> BandsLayout::placeAt(const QPointF& position) const {
  const int line = static_cast<int>(std::floor(position.y() / line_height_));
  if (line < 0 || line >= lineCount()) {
    return std::nullopt;
  }
  const QPointF inside(position.x(), position.y() - lineTop(line));
  const AxisLine& shown = lines_[static_cast<size_t>(line)];
  for (int b = 0; b < static_cast<int>(rows_.size()); ++b) {
    const TokenBand& band = text_->bands[static_cast<size_t>(b)];
    if (inside.y() < rows(b).fine || inside.y() >= rows(b).bottom) {
      continue;
    }
    const bool coarse = rows(b).coarse >= 0 && inside.y() >= rows(b).coarse;
    const int count = static_cast<int>(coarse ? band.units.size() : band.tokens.size());
    for (int index = coarse ? firstUnitFrom(band, shown.begin) : firstTokenFrom(band, shown.begin);
         index < count; ++index) {
      const BandPlace place{b, coarse ? ShownGrain::kCoarse : ShownGrain::kFine, index};
      if (bytesOf(*text_, place).begin > shown.end) {
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

}  // namespace heddle::ui
