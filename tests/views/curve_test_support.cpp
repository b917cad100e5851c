#include "tests/views/curve_test_support.h"

#include <qcustomplot.h>

#include <QTest>
#include <memory>
#include <utility>

namespace heddle::ui {

CurvePoint at(int64_t step, double y) {
  return {.x = static_cast<double>(step), .y = y, .step = step, .seconds = static_cast<double>(step) * 0.5};
}

std::vector<CurvePoint> falling(int count) {
  std::vector<CurvePoint> points;
  for (int step = 0; step < count; ++step) {
    points.push_back(at(step, 10.0 - 8.0 * step / count));
  }
  return points;
}

Points shared(std::vector<CurvePoint> points) {
  return std::make_shared<const CurvePoints>(std::move(points));
}

PlotArea area(double width, const Span& x, const Span& y) {
  return {.pixels = QRectF(0, 0, width, 100), .x = x, .y = y};
}

void CurvesViewTest::SetUp() {
  view.resize(900, 700);
  view.setVisibleRuns({{.id = QStringLiteral("a"), .name = QStringLiteral("first"), .style = 0},
                       {.id = QStringLiteral("b"), .name = QStringLiteral("second"), .style = 1}});
  view.setMetricNames(
      {QStringLiteral("eval/mlm_loss"), QStringLiteral("train/learning_rate"), QStringLiteral("train/loss")});
  view.setSmoothing(0);
  feed(1000);
  view.show();
  ASSERT_TRUE(QTest::qWaitForWindowExposed(&view));
  ASSERT_TRUE(QTest::qWaitFor([&] { return chart(0).curves().size() == 2 && plot(0).width() > 200; }));
}

void CurvesViewTest::feed(int count) {
  std::vector<CurveSeries> series;
  for (const char* run : {"a", "b"}) {
    for (const char* metric : {"train/loss", "train/learning_rate"}) {
      series.push_back({.run_id = QString::fromLatin1(run),
                        .metric = QString::fromLatin1(metric),
                        .axis = view.axis(),
                        .raw = falling(count)});
    }
  }
  view.setSeries(std::move(series));
  QCoreApplication::processEvents();
}

CurveChart& CurvesViewTest::chart(int index) {
  return *view.findChildren<CurveChart*>()[index];
}

QWidget& CurvesViewTest::plot(int index) {
  return *chart(index).findChild<QCustomPlot*>();
}

QPointF CurvesViewTest::inside(int index, double x, double y) {
  const QRectF pixels = chart(index).area().pixels;
  return pixels.topLeft() + QPointF(x * pixels.width(), y * pixels.height());
}

QAction* CurvesViewTest::action(const QString& text) {
  for (QAction* each : view.findChildren<QAction*>()) {
    if (each->text() == text) {
      return each;
    }
  }
  return nullptr;
}

void CurvesViewTest::settle() {
  for (int turn = 0; turn < 5; ++turn) {
    QCoreApplication::processEvents();
  }
}

}  // namespace heddle::ui
