#include "views/curves/column_image.h"

#include <algorithm>
#include <cmath>

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
