#include "views/curves/curve_trace.h"

#include <gtest/gtest.h>

#include <QPainter>
#include <algorithm>
#include <cmath>
#include <optional>
#include <random>

#include "tests/views/curve_test_support.h"
#include "views/common/palette.h"
#include "views/curves/column_image.h"

namespace heddle::ui {
namespace {

TEST(CurveTrace, PixelsAndValuesAgreeOnBothScales) {
  PlotArea where = area(200, {1, 1000}, {0.1, 10});
  for (const bool logarithmic : {false, true}) {
    where.log_x = where.log_y = logarithmic;
    EXPECT_NEAR(where.toX(where.toPixelX(37)), 37, 1e-9);
    EXPECT_NEAR(where.toY(where.toPixelY(0.7)), 0.7, 1e-12);
    EXPECT_NEAR(where.toPixelX(1), 0, 1e-9);
    EXPECT_NEAR(where.toPixelY(10), 0, 1e-9);  // the largest value is at the top
  }
  EXPECT_NEAR(where.toPixelX(std::sqrt(1000.0)), 100, 1e-9);
}

TEST(CurveTrace, OneSpikeAmongAHundredThousandPointsSurvives) {
  std::vector<CurvePoint> points;
  for (int step = 0; step < 100000; ++step) {
    points.push_back(at(step, step == 54321 ? 9.0 : 1.0));
  }
  const PlotArea where = area(500, {0, 100000}, {0, 10});
  std::vector<QPointF> line;
  traceLine(CurvePoints(points), where, line);
  EXPECT_LE(line.size(), 4U * 501U);
  EXPECT_TRUE(
      std::any_of(line.begin(), line.end(), [](const QPointF& p) { return std::fabs(p.y() - 10) < 1e-9; }));
  std::vector<ColumnSpan> spans;
  traceColumns(CurvePoints(points), PixelColumns(where), 0, 500, spans);
  ASSERT_EQ(spans.size(), 500U);
  EXPECT_NEAR(spans[271].top, 10, 1e-4);  // 54321 of 100000 over 500 columns
  EXPECT_NEAR(spans[271].bottom, 90, 1e-4);
  EXPECT_NEAR(spans[100].top, 90, 1e-4);
}

// A line through the columns by its definition: every point and every segment is looked at for every column.
std::vector<ColumnSpan> columnsOneByOne(const std::vector<CurvePoint>& points, const PlotArea& where) {
  const auto count = static_cast<int>(where.pixels.width());
  std::vector<std::optional<ColumnSpan>> found(static_cast<size_t>(count));
  const auto cover = [&](int column, double y) {
    auto& span = found[static_cast<size_t>(column)];
    const auto pixel = static_cast<float>(y);
    span = span ? ColumnSpan{column, std::min(span->top, pixel), std::max(span->bottom, pixel)}
                : ColumnSpan{column, pixel, pixel};
  };
  const auto usable = [&](const CurvePoint& point) {
    return std::isfinite(point.y) && (!where.log_y || point.y > 0);
  };
  const auto columnOf = [&](const CurvePoint& point) {
    return static_cast<int>(std::floor(where.toPixelX(point.x)));
  };
  const auto visible = [&](int column) { return std::clamp(column, 0, count - 1); };
  for (size_t i = 0; i < points.size(); ++i) {
    const CurvePoint& a = points[i];
    if (usable(a) && a.x >= where.x.lower && a.x <= where.x.upper) {
      cover(visible(columnOf(a)), where.toPixelY(a.y));
    }
    if (i + 1 == points.size()) {
      continue;
    }
    const CurvePoint& b = points[i + 1];
    if (!usable(a) || !usable(b) || b.x < where.x.lower || a.x > where.x.upper ||
        columnOf(a) == columnOf(b)) {
      continue;
    }
    const double ax = where.toPixelX(a.x);
    const double bx = where.toPixelX(b.x);
    for (int column = visible(columnOf(a)); column <= visible(columnOf(b)); ++column) {
      for (const double edge : {column + 0.0, column + 1.0}) {
        const double share = (std::clamp(edge, ax, bx) - ax) / (bx - ax);
        cover(column, where.toPixelY(a.y) * (1 - share) + where.toPixelY(b.y) * share);
      }
    }
  }
  std::vector<ColumnSpan> spans;
  for (const auto& span : found) {
    if (span) {
      spans.push_back(*span);
    }
  }
  return spans;
}

// Evenly spaced points and others, denser and sparser than the columns.
TEST(CurveTrace, BlocksOfPointsGiveTheColumnsThatTheDefinitionGives) {
  std::mt19937 generator(7);
  for (int round = 0; round < 200; ++round) {
    const int count = std::uniform_int_distribution(1, round % 4 == 0 ? 20000 : 200)(generator);
    std::normal_distribution<double> value(1, 1);
    std::vector<CurvePoint> points;
    double x = 0;
    for (int step = 0; step < count; ++step) {
      x += round % 3 == 0 ? 1 : std::uniform_real_distribution<double>(0.01, 2)(generator);
      points.push_back({.x = x, .y = generator() % 50 == 0 ? kNaN : value(generator), .step = step});
    }
    double ends[] = {std::uniform_real_distribution<double>(-10, x)(generator),
                     std::uniform_real_distribution<double>(-10, x + 10)(generator)};
    std::sort(std::begin(ends), std::end(ends));
    PlotArea where = area(1 + static_cast<double>(generator() % 300), {ends[0], ends[1] + 1}, {0.1, 4});
    where.log_y = round % 2 == 1;
    const CurvePoints series(points);
    const PixelColumns columns(where);
    std::vector<ColumnSpan> spans;
    traceColumns(series, columns, 0, columns.count(), spans);
    const std::vector<ColumnSpan> expected = columnsOneByOne(points, where);
    ASSERT_EQ(spans.size(), expected.size()) << "round " << round;
    for (size_t i = 0; i < spans.size(); ++i) {
      ASSERT_EQ(spans[i].column, expected[i].column) << "round " << round;
      EXPECT_NEAR(spans[i].top, expected[i].top, 1e-2) << "round " << round << " column " << spans[i].column;
      EXPECT_NEAR(spans[i].bottom, expected[i].bottom, 1e-2) << "round " << round;
    }
    // In stripes, as threads take them.
    std::vector<ColumnSpan> striped;
    for (int first = 0; first < columns.count();) {
      const int last = std::min(first + 1 + static_cast<int>(generator() % 40), columns.count());
      traceColumns(series, columns, first, last, striped);
      first = last;
    }
    EXPECT_TRUE(std::equal(spans.begin(), spans.end(), striped.begin(), striped.end(),
                           [](const ColumnSpan& a, const ColumnSpan& b) {
                             return a.column == b.column && a.top == b.top && a.bottom == b.bottom;
                           }))
        << "round " << round;
  }
}

TEST(CurveTrace, AValueThatIsNoNumberBreaksTheLine) {
  std::vector<QPointF> line;
  traceLine(CurvePoints({at(0, 1), at(10, 1), at(20, kNaN), at(30, 2), at(40, 2)}),
            area(400, {0, 40}, {0, 3}), line);
  ASSERT_EQ(line.size(), 5U);
  EXPECT_TRUE(std::isnan(line[2].x()));
}

TEST(CurveTrace, ALogarithmicAxisLeavesOutWhatIsNotPositive) {
  PlotArea where = area(400, {1, 40}, {0.1, 3});
  where.log_y = true;
  std::vector<QPointF> line;
  traceLine(CurvePoints({at(1, 1), at(10, 0), at(20, -1), at(30, 2)}), where, line);
  ASSERT_EQ(line.size(), 3U);
  EXPECT_TRUE(std::isnan(line[1].x()));
}

TEST(CurveTrace, ALineReachesTheEdgesOfAZoomedView) {
  std::vector<QPointF> line;
  traceLine(CurvePoints({at(0, 0), at(100, 10)}), area(100, {40, 60}, {0, 10}), line);
  ASSERT_EQ(line.size(), 2U);  // both points lie outside, their line crosses
  EXPECT_LT(line[0].x(), 0);
  EXPECT_GT(line[1].x(), 100);
}

TEST(CurveTrace, AClippedLineStaysInsideAndKeepsItsBreaks) {
  const QRectF frame(0, 0, 100, 100);
  // In, out over the top, back in; a break; a point alone; a segment that misses.
  const auto line =
      clipLine({{10, 50}, {20, -50}, {30, 50}, {kNaN, 0}, {50, 50}, {kNaN, 0}, {60, -10}, {70, -20}}, frame);
  ASSERT_EQ(line.size(), 8U);
  EXPECT_EQ(line[1], QPointF(15, 0));
  EXPECT_TRUE(std::isnan(line[2].x()));
  EXPECT_EQ(line[3], QPointF(25, 0));
  EXPECT_EQ(line[4], QPointF(30, 50));
  EXPECT_TRUE(std::isnan(line[5].x()));
  EXPECT_EQ(line[6], QPointF(50, 50));
  EXPECT_TRUE(std::isnan(line[7].x()));
  const auto crossing = clipLine({{-50, 50}, {150, 50}}, frame);
  EXPECT_EQ(crossing, (std::vector<QPointF>{{0, 50}, {100, 50}}));
}

// Source over destination as painters do it, one pixel at a time.
TEST(ColumnImages, BlendSpansAsThePainterDoes) {
  ColumnImage image;
  image.resize(QSize(3, 10), 1);
  image.clear(0, 3);
  const QColor opaque(200, 100, 50);
  QColor faint(20, 60, 240);
  faint.setAlpha(64);
  image.fill({{0, 2, 6}, {1, 2, 6}}, opaque, 1, Edges::kHard);
  image.fill({{1, 4, 20}, {2, -5, 1}}, faint, 1, Edges::kHard);
  image.finish(0, 3);
  const QImage& drawn = image.image();
  EXPECT_EQ(drawn.pixelColor(0, 2), opaque);
  EXPECT_EQ(drawn.pixelColor(0, 6), opaque);
  EXPECT_EQ(drawn.pixelColor(0, 7).alpha(), 0);
  EXPECT_EQ(drawn.pixelColor(1, 3), opaque);
  for (const auto& [channel, above, below] : {std::tuple(&QColor::red, faint.red(), opaque.red()),
                                              std::tuple(&QColor::green, faint.green(), opaque.green()),
                                              std::tuple(&QColor::blue, faint.blue(), opaque.blue())}) {
    EXPECT_NEAR((drawn.pixelColor(1, 5).*channel)(), (64 * above + 191 * below) / 255, 1);
  }
  EXPECT_EQ(drawn.pixelColor(1, 5).alpha(), 255);
  EXPECT_EQ(drawn.pixelColor(1, 9).alpha(), 64);
  EXPECT_EQ(drawn.pixelColor(2, 0).alpha(), 64);
  EXPECT_EQ(drawn.pixelColor(2, 2).alpha(), 0);
}

TEST(ColumnImages, SoftEdgesCoverARowByItsShare) {
  ColumnImage image;
  image.resize(QSize(2, 10), 1);
  image.clear(0, 2);
  image.fill({{0, 2.75F, 5.25F}, {1, 4.5F, 4.5F}}, Qt::black, 1, Edges::kSoft);
  image.finish(0, 2);
  const auto alpha = [&](int column, int row) { return image.image().pixelColor(column, row).alpha(); };
  EXPECT_NEAR(alpha(0, 2), 0.75 * 255, 1);
  EXPECT_EQ(alpha(0, 3), 255);
  EXPECT_EQ(alpha(0, 4), 255);
  EXPECT_NEAR(alpha(0, 5), 0.75 * 255, 1);
  EXPECT_EQ(alpha(0, 6), 0);
  EXPECT_EQ(alpha(1, 4), 255);
  EXPECT_EQ(alpha(1, 3), 0);
}

// Qt's painter strokes the same line with the same brush.
TEST(ColumnImages, ABrushLeavesWhatThePainterStrokes) {
  std::mt19937 generator(9);
  for (int round = 0; round < 30; ++round) {
    std::vector<CurvePoint> points;
    const double noise = round % 3 == 0 ? 1 : 10;
    for (int step = 0; step < 30; ++step) {
      points.push_back(at(step, 50 + noise * std::normal_distribution<double>()(generator)));
    }
    const PlotArea where = area(90, {2.5, 26.5}, {0, 100});
    const CurvePoints series(points);
    const double width = 1.6;
    QImage expected(90, 100, QImage::Format_ARGB32_Premultiplied);
    expected.fill(Qt::transparent);
    {
      QPainter painter(&expected);
      painter.setRenderHint(QPainter::Antialiasing);
      painter.setPen(QPen(Qt::black, width, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
      QPolygonF line;
      for (const CurvePoint& point : points) {
        line << QPointF(where.toPixelX(point.x), where.toPixelY(point.y));
      }
      painter.drawPolyline(line);
    }
    ColumnImage image;
    image.resize(QSize(90, 100), 1);
    const PixelColumns slices(where, kSlices);
    const int reach = brushReach(width);
    StrokeBuffers buffers;
    for (const auto& [first, last] : {std::pair(0, 40), std::pair(40, 90)}) {
      image.clear(first, last);
      std::vector<ColumnSpan> spans;
      traceColumns(series, slices, std::max(first * kSlices - reach, 0),
                   std::min(last * kSlices + reach, slices.count()), spans);
      image.stroke(spans, first, last, Qt::black, width, buffers);
      image.finish(first, last);
    }
    double sum = 0;
    double drawn = 0;
    int most = 0;
    for (int y = 0; y < 100; ++y) {
      for (int x = 1; x < 89; ++x) {  // lines are traced up to the edges, the painter beyond
        const int wanted = qAlpha(expected.pixel(x, y));
        const int away = std::abs(wanted - qAlpha(image.image().pixel(x, y)));
        sum += away;
        drawn += wanted > 0 ? 1 : 0;
        most = std::max(most, away);
      }
    }
    // Of 255. A slice is a quarter of a pixel: steep lines come out up to a seventh of a pixel wider.
    EXPECT_LT(sum / drawn, 20) << "round " << round;
    EXPECT_LT(most, 128) << "round " << round;
  }
}

}  // namespace
}  // namespace heddle::ui
