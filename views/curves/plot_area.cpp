#include "views/curves/plot_area.h"

#include <cmath>

namespace heddle::ui {
namespace {

double scaled(double value, const Span& span, bool logarithmic) {
  return logarithmic ? std::log(value / span.lower) / std::log(span.upper / span.lower)
                     : (value - span.lower) / span.size();
}

double unscaled(double share, const Span& span, bool logarithmic) {
  return logarithmic ? span.lower * std::pow(span.upper / span.lower, share)
                     : span.lower + share * span.size();
}

}  // namespace

double PlotArea::toPixelX(double value) const {
  return pixels.left() + scaled(value, x, log_x) * pixels.width();
}

double PlotArea::toPixelY(double value) const {
  return pixels.bottom() - scaled(value, y, log_y) * pixels.height();
}

double PlotArea::toX(double pixel) const {
  return unscaled((pixel - pixels.left()) / pixels.width(), x, log_x);
}

double PlotArea::toY(double pixel) const {
  return unscaled((pixels.bottom() - pixel) / pixels.height(), y, log_y);
}

Span padded(const Span& span, bool logarithmic, double margin) {
  if (logarithmic) {
    const double ratio = span.upper > span.lower ? std::pow(span.upper / span.lower, margin) : 1.5;
    return {span.lower / ratio, span.upper * ratio};
  }
  if (span.upper > span.lower) {
    return {span.lower - margin * span.size(), span.upper + margin * span.size()};
  }
  const double around = span.lower == 0 ? 1 : std::fabs(span.lower) * 0.1;
  return {span.lower - around, span.upper + around};
}

Span panned(const Span& span, double pixels, double length, bool logarithmic) {
  if (logarithmic) {
    const double ratio = std::pow(span.upper / span.lower, pixels / length);
    return {span.lower * ratio, span.upper * ratio};
  }
  const double shift = pixels / length * span.size();
  return {span.lower + shift, span.upper + shift};
}

Span scaledAround(const Span& span, double factor, double center, bool logarithmic) {
  if (logarithmic) {
    return {center * std::pow(span.lower / center, factor), center * std::pow(span.upper / center, factor)};
  }
  return {center + (span.lower - center) * factor, center + (span.upper - center) * factor};
}

}  // namespace heddle::ui
