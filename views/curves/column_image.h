// An image that is filled column by column, as lines are traced: the pixels of a column lie side by side.

#pragma once

#include <QColor>
#include <QImage>
#include <QSize>
#include <span>
#include <vector>

#include "views/curves/curve_trace.h"

namespace heddle::ui {

enum class Edges {
  kSoft,  // rows that a span covers in part are drawn faintly, as anti-aliasing would
  kHard,
};

// Into so many slices a column is cut for what is smooth on all sides.
inline constexpr int kSlices = 4;

// Reused from line to line; each thread needs its own.
struct StrokeBuffers {
  std::vector<ColumnSpan> wide;
  std::vector<float> cover;
};

class ColumnImage {
 public:
  // In device pixels, `ratio` of which are one of the window. Contents are undefined until clear().
  void resize(const QSize& size, double ratio);

  // Calls for disjoint columns first .. last-1 may run side by side.
  void clear(int first, int last);
  // A line as vertical bars: for what fills its columns, or has to be quick.
  void fill(const std::vector<ColumnSpan>& spans, const QColor& color, double width, Edges edges);
  // A line as a round brush of `width` leaves it, anti-aliased. Its spans are slices; those up to
  // brushReach() beyond the columns belong to them.
  void stroke(const std::vector<ColumnSpan>& slices, int first, int last, const QColor& color, double width,
              StrokeBuffers& buffers);
  // An anti-aliased shape; the slices are consecutive.
  void cover(std::span<const ColumnSpan> slices, int first, int last, const QColor& color,
             StrokeBuffers& buffers);
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

// Slices on either side of a line that its brush touches.
int brushReach(double width);

}  // namespace heddle::ui
