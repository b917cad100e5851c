// An image that is filled column by column, as dense lines are: the pixels of a column lie side by side.

#pragma once

#include <QColor>
#include <QImage>
#include <QSize>
#include <vector>

#include "views/curves/curve_trace.h"

namespace heddle::ui {

enum class Edges {
  kSoft,  // rows that a span covers in part are drawn faintly, as anti-aliasing would
  kHard,
};

class ColumnImage {
 public:
  // In device pixels, `ratio` of which are one of the window. Contents are undefined until clear().
  void resize(const QSize& size, double ratio);

  // Calls for disjoint columns first .. last-1 may run side by side.
  void clear(int first, int last);
  void fill(const std::vector<ColumnSpan>& spans, const QColor& color, double width, Edges edges);
  // Copies the columns to the image() of this size.
  void finish(int first, int last);

  // What was finished, premultiplied.
  const QImage& image() const { return image_; }

 private:
  QRgb* column(int index) { return pixels_.data() + static_cast<size_t>(index) * rows_; }

  QSize size_;
  size_t rows_ = 0;
  std::vector<QRgb> pixels_;
  QImage image_;
  QRgb* image_pixels_ = nullptr;  // of image_, detached once
  size_t image_stride_ = 0;
};

}  // namespace heddle::ui
