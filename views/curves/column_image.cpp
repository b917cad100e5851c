#include "views/curves/column_image.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <utility>

namespace heddle::ui {
namespace {

QRgb premultiplied(const QColor& color, double share) {
  return qPremultiply(
      qRgba(color.red(), color.green(), color.blue(), static_cast<int>(std::lround(color.alpha() * share))));
}

// Source over destination, all channels as bytes: what compilers turn into vector instructions.
void blend(QRgb* pixels, size_t count, QRgb source) {
  const auto left = static_cast<uint16_t>(255 - qAlpha(source));
  auto* bytes = reinterpret_cast<uint8_t*>(pixels);
  for (size_t i = 0; i < 4 * count; ++i) {
    const auto product = static_cast<uint16_t>(bytes[i] * left + 128);
    bytes[i] = static_cast<uint8_t>((product + (product >> 8)) >> 8);
  }
  for (size_t i = 0; i < count; ++i) {
    pixels[i] += source;
  }
}

// The share 0 .. 1 of a premultiplied colour over a pixel.
QRgb over(QRgb below, QRgb above, float share) {
  const auto part = static_cast<uint32_t>(share * 256 + 0.5F);
  // Two channels at once, each with a byte above it for the product.
  const auto scaled = [](QRgb color, uint32_t by) {
    const uint32_t odd = ((color >> 8) & 0x00FF00FFU) * by & 0xFF00FF00U;
    const uint32_t even = (((color & 0x00FF00FFU) * by) >> 8) & 0x00FF00FFU;
    return odd | even;
  };
  const QRgb source = scaled(above, part);
  return source + scaled(below, 256 - static_cast<uint32_t>(qAlpha(source)) - (qAlpha(source) >> 7));
}

}  // namespace

void ColumnImage::resize(const QSize& size, double ratio) {
  if (size != size_) {
    size_ = size;
    rows_ = static_cast<size_t>(size.height());
    pixels_.resize(static_cast<size_t>(size.width()) * rows_);
    image_ = QImage(size, QImage::Format_ARGB32_Premultiplied);
  }
  image_.setDevicePixelRatio(ratio);
  image_pixels_ = reinterpret_cast<QRgb*>(image_.bits());
  image_stride_ = static_cast<size_t>(image_.bytesPerLine()) / sizeof(QRgb);
}

void ColumnImage::clear(int first, int last) {
  std::fill(column(first), column(last), QRgb{0});
}

void ColumnImage::fill(const std::vector<ColumnSpan>& spans, const QColor& color, double width, Edges edges) {
  const QRgb full = premultiplied(color, 1);
  const bool opaque = color.alpha() == 255;
  for (const ColumnSpan& span : spans) {
    double top = span.top - width / 2;
    double bottom = span.bottom + width / 2;
    if (edges == Edges::kHard) {
      top = std::floor(span.top);
      bottom = std::max(std::floor(span.bottom) + 1.0, top + std::round(width));
    }
    top = std::max(top, 0.0);
    bottom = std::min(bottom, static_cast<double>(size_.height()));
    if (top >= bottom) {
      continue;
    }
    QRgb* const pixels = column(span.column);
    const auto rows = [&](int from, int to) {
      if (opaque) {
        std::fill(pixels + from, pixels + to, full);
      } else {
        blend(pixels + from, static_cast<size_t>(to - from), full);
      }
    };
    const int first = static_cast<int>(top);
    const int last = static_cast<int>(std::ceil(bottom)) - 1;
    if (edges == Edges::kHard) {
      rows(first, last + 1);
    } else if (first == last) {
      blend(pixels + first, 1, premultiplied(color, bottom - top));
    } else {
      blend(pixels + first, 1, premultiplied(color, first + 1 - top));
      rows(first + 1, last);
      blend(pixels + last, 1, premultiplied(color, bottom - last));
    }
  }
}

int brushReach(double width) {
  return static_cast<int>(width / 2 * kSlices);
}

void ColumnImage::stroke(const std::vector<ColumnSpan>& slices, int first, int last, const QColor& color,
                         double width, StrokeBuffers& buffers) {
  const int reach = brushReach(width);
  std::vector<float> heights;  // of the brush, by the distance from its middle
  for (int away = 0; away <= reach; ++away) {
    const double x = static_cast<double>(away) / kSlices;
    heights.push_back(static_cast<float>(std::sqrt(width * width / 4 - x * x)));
  }
  std::vector<ColumnSpan>& wide = buffers.wide;
  // Piece by piece: what the brush leaves of a line without a break has none either.
  for (size_t begin = 0; begin < slices.size();) {
    size_t end = begin + 1;
    while (end < slices.size() && slices[end].column == slices[end - 1].column + 1) {
      ++end;
    }
    wide.clear();
    for (int column = slices[begin].column - reach; column <= slices[end - 1].column + reach; ++column) {
      wide.push_back({column, std::numeric_limits<float>::max(), std::numeric_limits<float>::lowest()});
    }
    for (size_t i = begin; i < end; ++i) {
      ColumnSpan* const middle = wide.data() + (i - begin) + reach;
      for (int away = -reach; away <= reach; ++away) {
        const float height = heights[static_cast<size_t>(std::abs(away))];
        middle[away].top = std::min(middle[away].top, slices[i].top - height);
        middle[away].bottom = std::max(middle[away].bottom, slices[i].bottom + height);
      }
    }
    cover(wide, first, last, color, buffers);
    begin = end;
  }
}

void ColumnImage::cover(std::span<const ColumnSpan> slices, int first, int last, const QColor& color,
                        StrokeBuffers& buffers) {
  constexpr float kShare = 1.0F / kSlices;
  constexpr float kFull = 1 - 0.5F / 255;
  const auto height = static_cast<float>(rows_);
  const QRgb full = premultiplied(color, 1);
  // How much more of each row is covered than of the one above.
  std::vector<float>& change = buffers.cover;
  if (change.size() != rows_ + 2) {
    change.assign(rows_ + 2, 0);  // each use leaves it so
  }
  const auto edge = [&change](float y, float share) {
    const auto row = static_cast<size_t>(y);
    const float part = y - static_cast<float>(row);
    change[row] += share * (1 - part);
    change[row + 1] += share * part;
  };
  size_t at = 0;
  while (at < slices.size() && slices[at].column < first * kSlices) {
    ++at;
  }
  while (at < slices.size() && slices[at].column < last * kSlices) {
    const int index = slices[at].column / kSlices;
    float top = height;
    float bottom = 0;
    for (; at < slices.size() && slices[at].column / kSlices == index; ++at) {
      const float from = std::clamp(slices[at].top, 0.0F, height);
      const float to = std::clamp(slices[at].bottom, 0.0F, height);
      edge(from, kShare);
      edge(to, -kShare);
      top = std::min(top, from);
      bottom = std::max(bottom, to);
    }
    QRgb* const pixels = column(index);
    const auto end = std::min(static_cast<size_t>(bottom) + 2, change.size());
    float covered = 0;
    for (auto row = static_cast<size_t>(top); row < end; ++row) {
      covered += std::exchange(change[row], 0.0F);
      if (row >= rows_ || covered <= 0) {
        continue;
      }
      if (covered >= kFull && color.alpha() == 255) {
        pixels[row] = full;
      } else {
        pixels[row] = over(pixels[row], full, std::min(covered, 1.0F));
      }
    }
  }
}

void ColumnImage::finish(int first, int last) {
  // By small squares, which stay in the cache on both sides.
  constexpr int kSquare = 16;
  for (int left = first; left < last; left += kSquare) {
    const int right = std::min(left + kSquare, last);
    for (int top = 0; top < size_.height(); top += kSquare) {
      const int bottom = std::min(top + kSquare, size_.height());
      for (int row = top; row < bottom; ++row) {
        QRgb* const line = image_pixels_ + static_cast<size_t>(row) * image_stride_;
        for (int index = left; index < right; ++index) {
          line[index] = column(index)[row];
        }
      }
    }
  }
}

}  // namespace heddle::ui
