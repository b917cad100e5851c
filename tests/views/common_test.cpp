#include <gtest/gtest.h>
#include <qcustomplot.h>

#include <QImage>
#include <QLabel>
#include <QSignalSpy>
#include <QTest>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <set>
#include <sstream>

#include "tests/views/view_test_support.h"
#include "views/common/color_map.h"
#include "views/common/csv.h"
#include "views/common/empty_state.h"
#include "views/common/figure_export.h"
#include "views/common/flow_layout.h"
#include "views/common/number_format.h"
#include "views/common/oklab.h"
#include "views/common/palette.h"

namespace heddle::ui {
namespace {

TEST(OkLabColors, MatchTheReferenceValuesOfTheirAuthor) {
  // https://bottosson.github.io/posts/oklab: sRGB red is (0.62796, 0.22486, 0.12585).
  const OkLab red = toOkLab(QColor(255, 0, 0));
  EXPECT_NEAR(red.lightness, 0.62796, 1e-4);
  EXPECT_NEAR(red.a, 0.22486, 1e-4);
  EXPECT_NEAR(red.b, 0.12585, 1e-4);
  EXPECT_NEAR(toOkLab(Qt::white).lightness, 1.0, 1e-4);
}

TEST(OkLabColors, SurviveTheWayThereAndBack) {
  for (const QColor& color :
       {QColor(12, 200, 90), QColor(250, 250, 3), QColor(0, 0, 0), QColor(77, 77, 78)}) {
    EXPECT_EQ(fromOkLab(toOkLab(color)).rgb(), color.rgb());
  }
}

class BothThemes : public ::testing::TestWithParam<bool> {
 protected:
  QPalette palette() const { return GetParam() ? darkPalette() : lightPalette(); }
};
INSTANTIATE_TEST_SUITE_P(LightAndDark, BothThemes, ::testing::Bool());

TEST_P(BothThemes, SeriesColoursCanBeToldFromTheBackground) {
  for (int index = 0; index < 40; ++index) {
    EXPECT_GE(contrastRatio(seriesColor(index, palette()), palette().color(QPalette::Base)), 3.0) << index;
  }
}

TEST_P(BothThemes, FortySeriesDifferInColourOrLineStyle) {
  std::set<std::pair<QRgb, int>> looks;
  for (int index = 0; index < 40; ++index) {
    looks.emplace(seriesPen(index, palette()).color().rgb(),
                  static_cast<int>(seriesPen(index, palette()).style()));
  }
  EXPECT_EQ(looks.size(), 40U);
  for (int index = 0; index + 1 < 10; ++index) {
    EXPECT_GT(distance(toOkLab(seriesColor(index, palette())), toOkLab(seriesColor(index + 1, palette()))),
              0.1);
  }
}

TEST_P(BothThemes, HeadColoursAreLegibleAndDistinct) {
  std::set<QRgb> colors;
  for (int head = 0; head < 16; ++head) {
    colors.insert(headColor(head, 16, palette()).rgb());
    EXPECT_GE(contrastRatio(headColor(head, 16, palette()), palette().color(QPalette::Base)), 3.0) << head;
  }
  EXPECT_EQ(colors.size(), 16U);
}

TEST_P(BothThemes, TheColourScaleStartsAtTheBackgroundAndWalksEvenly) {
  const QColor background = palette().color(QPalette::Base);
  const ColorTable colors = sequentialColors(background);
  EXPECT_EQ(colors[0], background.rgb());
  const bool rising = isDark(palette());
  double total = 0;
  std::vector<double> lightness;
  // Steps of 16 entries: single ones are as small as the rounding to 8 bits.
  std::vector<double> steps;
  for (size_t i = 16; i < colors.size(); i += 16) {
    steps.push_back(distance(toOkLab(QColor::fromRgb(colors[i])), toOkLab(QColor::fromRgb(colors[i - 16]))));
    total += steps.back();
    const double before = toOkLab(QColor::fromRgb(colors[i - 16])).lightness;
    const double after = toOkLab(QColor::fromRgb(colors[i])).lightness;
    EXPECT_TRUE(rising ? after > before : after < before) << i;
  }
  for (const double step : steps) {
    EXPECT_NEAR(step, total / static_cast<double>(steps.size()),
                0.2 * total / static_cast<double>(steps.size()));
  }
}

TEST(ColorIndexes, CoverTheScaleAndClampWhatLiesOutside) {
  EXPECT_EQ(colorIndex(0.0F, 0.5F), 0);
  EXPECT_EQ(colorIndex(0.25F, 0.5F), 128);
  EXPECT_EQ(colorIndex(0.5F, 0.5F), 255);
  EXPECT_EQ(colorIndex(2.0F, 0.5F), 255);
  EXPECT_EQ(colorIndex(-1.0F, 0.5F), 0);
  EXPECT_EQ(colorIndex(std::numeric_limits<float>::quiet_NaN(), 0.5F), 0);
}

TEST(NumberFormat, KeepsSignificantDigitsWithoutNoise) {
  EXPECT_EQ(formatNumber(3), QStringLiteral("3"));
  EXPECT_EQ(formatNumber(2.34567), QStringLiteral("2.346"));
  EXPECT_EQ(formatNumber(21432.7), QStringLiteral("21433"));
  EXPECT_EQ(formatNumber(0.00012345), QStringLiteral("0.0001234"));
  EXPECT_EQ(formatNumber(1.5e-7), QStringLiteral("1.500e-07"));
  EXPECT_EQ(formatNumber(std::nan("")), QStringLiteral("NaN"));
  EXPECT_EQ(formatNumber(-std::numeric_limits<double>::infinity()), QStringLiteral("-∞"));
}

TEST(NumberFormat, ShortensCountsTimesAndBytes) {
  EXPECT_EQ(formatCount(9999), QStringLiteral("9999"));
  EXPECT_EQ(formatCount(110104890), QStringLiteral("110.1M"));
  EXPECT_EQ(formatCount(999960), QStringLiteral("1.0M"));
  EXPECT_EQ(formatDuration(4.24), QStringLiteral("4.2 s"));
  EXPECT_EQ(formatDuration(59.96), QStringLiteral("1 min 00 s"));
  EXPECT_EQ(formatDuration(185), QStringLiteral("3 min 05 s"));
  EXPECT_EQ(formatDuration(7620), QStringLiteral("2 h 07 min"));
  EXPECT_EQ(formatDuration(std::nan("")), QStringLiteral("–"));
  EXPECT_EQ(formatBytes(1.5 * 1024 * 1024 * 1024), QStringLiteral("1.5 GiB"));
  EXPECT_EQ(formatBytes(512), QStringLiteral("512 B"));
}

TEST(Csv, QuotesWhatWouldBreakARow) {
  const CsvTable table{.header = {QStringLiteral("a"), QStringLiteral("b")},
                       .rows = {{QStringLiteral("1,5"), QStringLiteral("say \"语\"")}}};
  EXPECT_EQ(csvText(table), QByteArray("a,b\n\"1,5\",\"say \"\"语\"\"\"\n"));
}

// A red square.
class SquareFigure final : public Figure {
 public:
  QSizeF size{40, 20};
  QSizeF figureSize() const override { return size; }
  void drawFigure(QCPPainter& painter) override { painter.fillRect(QRectF(QPointF(0, 0), size), Qt::red); }
  CsvTable shownData() const override {
    return {.header = {QStringLiteral("x")}, .rows = {{QStringLiteral("1")}}};
  }
};

std::string contentOf(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(FigureExport, WritesAPngOfTheAskedResolution) {
  const ScratchFolder folder;
  SquareFigure figure;
  ASSERT_TRUE(exportFigure(figure, folder.path() / "a.png", {.dpi = 192, .caption = {}}).ok());
  const QImage image(QString::fromStdString((folder.path() / "a.png").string()));
  EXPECT_EQ(image.size(), QSize(80, 40));
  EXPECT_EQ(image.pixelColor(40, 20), QColor(Qt::red));
}

TEST(FigureExport, MakesRoomForTheCaption) {
  const ScratchFolder folder;
  SquareFigure figure;
  ASSERT_TRUE(
      exportFigure(figure, folder.path() / "a.png", {.dpi = 96, .caption = {QStringLiteral("run 7")}}).ok());
  EXPECT_GT(QImage(QString::fromStdString((folder.path() / "a.png").string())).height(), 25);
}

TEST(FigureExport, WritesEveryFormatOfThisBuildAndTheData) {
  const ScratchFolder folder;
  SquareFigure figure;
  ASSERT_TRUE(exportFigure(figure, folder.path() / "a.pdf").ok());
  EXPECT_EQ(contentOf(folder.path() / "a.pdf").substr(0, 5), "%PDF-");
  ASSERT_TRUE(exportFigure(figure, folder.path() / "a.csv").ok());
  EXPECT_EQ(contentOf(folder.path() / "a.csv"), "x\n1\n");
  if (figureFormats().contains(QStringLiteral("SVG"))) {
    ASSERT_TRUE(exportFigure(figure, folder.path() / "a.svg").ok());
    EXPECT_NE(contentOf(folder.path() / "a.svg").find("<svg"), std::string::npos);
  }
}

TEST(FigureExport, SaysWhyItCannot) {
  const ScratchFolder folder;
  SquareFigure figure;
  const Status format = exportFigure(figure, folder.path() / "a.bmp");
  ASSERT_FALSE(format.ok());
  EXPECT_NE(format.error().message().find("a.bmp"), std::string::npos);
  EXPECT_NE(format.error().hint.find(".pdf"), std::string::npos);
  EXPECT_FALSE(exportFigure(figure, folder.path() / "missing" / "a.pdf").ok());
  figure.size = {};
  const Status empty = exportFigure(figure, folder.path() / "b.pdf");
  ASSERT_FALSE(empty.ok());
  EXPECT_NE(empty.error().text.find("shows nothing"), std::string::npos);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(EmptyStates, ShowReasonAndAdviceAndTurnDark) {
  EmptyState state;
  state.setMessage(EmptyState::Kind::kProblem, QStringLiteral("The engine ended"),
                   QStringLiteral("start it again"));
  EXPECT_EQ(state.text(), QStringLiteral("The engine ended"));
  EXPECT_EQ(state.hint(), QStringLiteral("start it again"));
  state.setPalette(darkPalette());
  const auto* label = state.findChild<QLabel*>();
  EXPECT_EQ(label->palette().color(QPalette::WindowText), roleColor(Role::kError, darkPalette()));
}

class FlowLayoutTest : public ::testing::Test {
 protected:
  QWidget* add(int width, QSizePolicy::Policy policy = QSizePolicy::Fixed) {
    auto* part = new QWidget(&page);
    part->setMinimumSize(width, 20);
    if (policy == QSizePolicy::Fixed) {
      part->setMaximumSize(width, 20);
    }
    part->setSizePolicy(policy, QSizePolicy::Fixed);
    flow->addWidget(part);
    return part;
  }
  void place(int width) {
    page.resize(width, flow->heightForWidth(width));
    flow->setGeometry(page.rect());
  }
  void SetUp() override {
    flow->setContentsMargins(0, 0, 0, 0);
    flow->setSpacing(10);
  }

  QWidget page;
  FlowLayout* flow = new FlowLayout(&page);
};

TEST_F(FlowLayoutTest, BreaksLinesWhereTheWidthEnds) {
  add(100);
  add(100);
  QWidget* third = add(100);
  EXPECT_EQ(flow->heightForWidth(320), 20);
  EXPECT_EQ(flow->heightForWidth(319), 50);
  EXPECT_EQ(flow->heightForWidth(100), 80);
  EXPECT_EQ(flow->minimumSize(), QSize(100, 20));
  place(319);
  EXPECT_EQ(third->geometry(), QRect(0, 30, 100, 20));
  EXPECT_EQ(flow->minimumSize(), QSize(100, 50)) << "of the lines as they stand";
}

TEST_F(FlowLayoutTest, FieldsThatGrowShareWhatALineLeavesOver) {
  const QWidget* first = add(100, QSizePolicy::Expanding);
  const QWidget* second = add(100, QSizePolicy::Expanding);
  const QWidget* third = add(50);
  place(400);
  EXPECT_EQ(first->geometry(), QRect(0, 0, 165, 20));
  EXPECT_EQ(second->geometry(), QRect(175, 0, 165, 20));
  EXPECT_EQ(third->geometry(), QRect(350, 0, 50, 20));
}

TEST_F(FlowLayoutTest, HiddenPartsTakeNoRoom) {
  add(100);
  QWidget* second = add(100);
  second->hide();
  EXPECT_EQ(flow->heightForWidth(110), 20);
  EXPECT_EQ(flow->heightForWidth(0), 20);
}

}  // namespace
}  // namespace heddle::ui
