// What the tests of curves share: made points, and a view with two runs and three metrics.

#pragma once

#include <gtest/gtest.h>

#include <QAction>
#include <QPointF>
#include <limits>
#include <vector>

#include "views/curves/curve_chart.h"
#include "views/curves/curves_view.h"

namespace heddle::ui {

inline constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

CurvePoint at(int64_t step, double y);

// From 10 towards 2 in `count` equal steps.
std::vector<CurvePoint> falling(int count);

Points shared(std::vector<CurvePoint> points);

PlotArea area(double width, const Span& x, const Span& y);

// Runs "a" (first) and "b" (second), with a chart of the losses and one of the learning rate.
class CurvesViewTest : public ::testing::Test {
 protected:
  void SetUp() override;

  // Points 0 .. count-1 of both runs on the view's axis.
  void feed(int count);
  CurveChart& chart(int index);
  QWidget& plot(int index);
  // A place inside the axes, from the left and from the top.
  QPointF inside(int index, double x, double y);
  QAction* action(const QString& text);
  void settle();

  CurvesView view;
};

}  // namespace heddle::ui
