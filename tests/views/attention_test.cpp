#include <gtest/gtest.h>
#include <qcustomplot.h>

#include <QImage>
#include <QSignalSpy>
#include <QTest>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <numeric>

#include "engine/base/safetensors.h"
#include "tests/views/view_test_support.h"
#include "views/attention/attention_data.h"
#include "views/attention/attention_view.h"
#include "views/attention/head_grid.h"
#include "views/attention/lines_view.h"
#include "views/attention/matrix_view.h"
#include "views/common/empty_state.h"

namespace heddle::ui {
namespace {

std::vector<AttentionToken> tokensOf(const std::vector<std::string>& texts) {
  std::vector<AttentionToken> tokens;
  for (const std::string& text : texts) {
    tokens.push_back({.text = text});
  }
  return tokens;
}

// Head h of layer l attends from query q to key (q + l + h) % n with .75, and evenly to all with the rest.
AttentionMap shiftedMap(const std::vector<std::string>& texts, int layers, int heads) {
  const int n = static_cast<int>(texts.size());
  std::vector<uint16_t> probs;
  for (int head = 0; head < layers * heads; ++head) {
    for (int query = 0; query < n; ++query) {
      for (int key = 0; key < n; ++key) {
        const bool main = key == (query + head / heads + head % heads) % n;
        probs.push_back(floatToHalf((main ? 0.75F : 0.0F) + 0.25F / static_cast<float>(n)));
      }
    }
  }
  AttentionMap map = makeAttentionMap(tokensOf(texts), layers, heads, std::move(probs));
  map.model = QStringLiteral("mini");
  map.step = 200;
  return map;
}

std::vector<std::string> manyTokens(int count) {
  return std::vector<std::string>(static_cast<size_t>(count), "international");
}

const std::vector<std::string> kChinese = {"[CLS]", "北", "京", "大", "学", "[SEP]"};

TEST(HalfPrecision, MatchesTheStandardsOwnExamples) {
  EXPECT_EQ(halfToFloat(0x3C00), 1.0F);
  EXPECT_EQ(halfToFloat(0x3555), 0.333251953125F);
  EXPECT_EQ(halfToFloat(0x7BFF), 65504.0F);
  EXPECT_EQ(halfToFloat(0x0001), std::ldexp(1.0F, -24));
  EXPECT_EQ(halfToFloat(0x03FF), std::ldexp(1023.0F, -24));
  EXPECT_EQ(halfToFloat(0xC000), -2.0F);
  EXPECT_TRUE(std::isinf(halfToFloat(0x7C00)));
  EXPECT_TRUE(std::isnan(halfToFloat(0x7E00)));
}

TEST(HalfPrecision, EveryHalfSurvivesTheWayThroughFloat) {
  for (uint32_t half = 0; half < 0x10000; ++half) {
    const float value = halfToFloat(static_cast<uint16_t>(half));
    if (!std::isnan(value)) {
      ASSERT_EQ(floatToHalf(value), half);
    }
  }
  EXPECT_EQ(floatToHalf(1e9F), 0x7C00);
}

TEST(AttentionSummaries, AverageBlocksAndFindWhatIsWrong) {
  constexpr int kSize = 80;
  std::vector<uint16_t> probs(size_t{3} * kSize * kSize, floatToHalf(1.0F / kSize));  // 3 heads, uniform
  probs[kSize * kSize] = floatToHalf(0.5F);  // head 2: one heavy cell
  probs[2 * kSize * kSize + 5] = 0x7E00;     // head 3: one row is not a number
  const MapSummary summary = summarize(makeAttentionMap(tokensOf(manyTokens(kSize)), 1, 3, probs));
  ASSERT_EQ(summary.side, 40);
  EXPECT_TRUE(summary.heads[0].uniform);
  EXPECT_FALSE(summary.heads[1].uniform);
  EXPECT_EQ(summary.heads[1].largest, 0.5F);
  // The heavy cell shares its 2 x 2 block with three uniform ones.
  EXPECT_NEAR(summary.heads[1].thumb[0], (0.5F + 3.0F / kSize) / 4, 1e-4F);
  EXPECT_NEAR(summary.heads[1].thumb[1], 1.0F / kSize, 1e-4F);
  EXPECT_EQ(summary.heads[2].bad_rows, 1);
  EXPECT_FALSE(summary.heads[2].uniform);
}

TEST(AttentionSummaries, ReadSubnormalWeightsAsTheyAre) {
  const MapSummary summary = summarize(makeAttentionMap(tokensOf({"a"}), 1, 1, {0x0003}));
  EXPECT_EQ(summary.heads[0].largest, std::ldexp(3.0F, -24));
}

TEST(AttentionData, HalvedMapsKeepTheirAverage) {
  const std::vector<float> cells = {1, 2, 3, 4, 5, 6, 7, 8, 9};
  EXPECT_EQ(halved(cells, 3),
            (std::vector<float>{3, 4.5F, 7.5F, 9}));  // the odd last row and column stand alone
}

TEST(AttentionData, KeepsTheHeaviestKeysUpToTheMass) {
  const std::vector<float> row = {0.1F, 0.6F, 0.05F, 0.25F};
  const KeptKeys most = keepMass(row, 0.8);
  EXPECT_EQ(most.keys, (std::vector<int>{1, 3}));
  EXPECT_NEAR(most.hidden, 0.15, 1e-6);
  EXPECT_EQ(keepMass(row, 1.0).keys.size(), 4U);
  EXPECT_EQ(keepMass(row, 1.0).hidden, 0);
  EXPECT_TRUE(keepMass(std::vector<float>{NAN, NAN}, 0.9).keys.empty());
}

TEST(AttentionData, LabelsAreThinnedUntilTheyFit) {
  EXPECT_EQ(labelStride(20, 16), 1);
  EXPECT_EQ(labelStride(10, 16), 2);
  EXPECT_EQ(labelStride(1.2, 16), 20);
  for (double cell = 0.05; cell < 40; cell *= 1.3) {
    EXPECT_GE(labelStride(cell, 16) * cell, 16);
  }
}

TEST(AttentionData, EveryGridCellIsFoundAtItsCentre) {
  const GridLayout layout{.size = {300, 200}, .layers = 12, .heads = 16};
  for (int layer = 0; layer < 12; ++layer) {
    for (int head = 0; head < 16; ++head) {
      EXPECT_EQ(layout.cellAt(layout.cellRect(layer, head).center()), QPoint(head, layer));
    }
  }
  EXPECT_FALSE(layout.cellAt({3, 3}).has_value());
  EXPECT_FALSE(layout.cellAt({299, 199}).has_value());
  EXPECT_FALSE((GridLayout{.size = {300, 200}}.cellAt({50, 50}).has_value()));
}

class AttentionFile : public ::testing::Test {
 protected:
  std::filesystem::path write(TensorType type, std::vector<int64_t> shape, const char* name = "probs") {
    int64_t count = 1;
    for (const int64_t size : shape) {
      count *= size;
    }
    bytes.assign(static_cast<size_t>(count) * elementSize(type), std::byte{0x2C});
    const std::filesystem::path path = folder.path() / "map.safetensors";
    EXPECT_TRUE(writeSafetensors(path, {{name, {type, std::move(shape), bytes}}}).ok());
    return path;
  }

  ScratchFolder folder;
  std::vector<std::byte> bytes;
  AttentionAnswer answer{.layers = 2, .heads = 3, .tokens = tokensOf({"a", "b"}), .truncated = true};
};

TEST_F(AttentionFile, IsMappedAndOutlivesItsName) {
  const auto path = write(TensorType::kF16, {2, 3, 2, 2});
  const auto map = readAttentionMap(path, answer);
  ASSERT_TRUE(map.ok()) << map.error().message();
  std::filesystem::remove(path);
  EXPECT_EQ(map->layers, 2);
  EXPECT_EQ(map->heads, 3);
  EXPECT_TRUE(map->truncated);
  EXPECT_EQ(map->weight(1, 2, 1, 1), halfToFloat(0x2C2C));
}

TEST_F(AttentionFile, ThatDoesNotFitIsRefusedWithBothShapes) {
  const auto shape = readAttentionMap(write(TensorType::kF16, {2, 3, 2, 5}), answer);
  ASSERT_FALSE(shape.ok());
  EXPECT_NE(shape.error().text.find("expected F16 [2, 3, 2, 2], found F16 [2, 3, 2, 5]"), std::string::npos)
      << shape.error().text;
  EXPECT_FALSE(readAttentionMap(write(TensorType::kF32, {2, 3, 2, 2}), answer).ok());
  const auto name = readAttentionMap(write(TensorType::kF16, {2, 3, 2, 2}, "weights"), answer);
  ASSERT_FALSE(name.ok());
  EXPECT_NE(name.error().text.find("no tensor named probs"), std::string::npos);
  EXPECT_FALSE(readAttentionMap(folder.path() / "missing", answer).ok());
}

class AttentionViewTest : public ::testing::Test {
 protected:
  void SetUp() override {
    view.resize(1100, 750);
    view.setModelName(QStringLiteral("mini"));
    view.setCheckpoints({0, 100, 200});
    view.setTexts(QStringLiteral("北京大学"), {});
    view.show();
    ASSERT_TRUE(QTest::qWaitForWindowExposed(&view));
  }
  void settle() {
    for (int turn = 0; turn < 5; ++turn) {
      QCoreApplication::processEvents();
    }
  }
  HeadGrid& grid() { return *view.findChild<HeadGrid*>(); }
  MatrixView& matrix() { return *view.findChild<MatrixView*>(); }
  LinesView& lines() { return *view.findChild<LinesView*>(); }
  EmptyState& reason() { return *view.findChild<EmptyState*>(); }
  bool says(const QString& text) {
    for (const QLabel* label : view.findChildren<QLabel*>()) {
      if (label->isVisible() && label->text().contains(text)) {
        return true;
      }
    }
    return false;
  }

  AttentionView view;
};

TEST_F(AttentionViewTest, SaysWhyItIsEmpty) {
  EXPECT_TRUE(reason().isVisible());
  EXPECT_TRUE(reason().text().contains(QStringLiteral("Press Show")));
  view.setTexts({}, {});
  EXPECT_EQ(reason().text(), QStringLiteral("No text to look at"));
  view.setCheckpoints({});
  EXPECT_TRUE(reason().text().contains(QStringLiteral("no checkpoint yet")));
  view.setModelName({});
  EXPECT_EQ(reason().text(), QStringLiteral("No run is selected"));
  EXPECT_TRUE(view.figureSize().isEmpty());
}

TEST_F(AttentionViewTest, FitsBetweenTheDocksOfASmallScreen) {
  view.setMap(shiftedMap(kChinese, 12, 12));
  for (const AttentionMode mode : {AttentionMode::kLines, AttentionMode::kMatrix}) {
    view.setMode(mode);
    settle();
    EXPECT_LE(view.minimumSizeHint().width(), 520);
  }
  view.resize(520, 200);
  ASSERT_TRUE(QTest::qWaitFor([&] { return view.height() >= view.minimumSizeHint().height(); }))
      << "a low window grows before its controls lie on the picture";
  for (const QWidget* part : view.findChildren<QWidget*>(QString(), Qt::FindDirectChildrenOnly)) {
    EXPECT_TRUE(!part->isVisible() || view.rect().contains(part->geometry()))
        << part->metaObject()->className();
  }
}

TEST_F(AttentionViewTest, EnterAsksForTheNewestCheckpoint) {
  QSignalSpy asked(&view, &AttentionView::attentionRequested);
  QTest::keyClick(view.findChild<QLineEdit*>(), Qt::Key_Return);
  ASSERT_EQ(asked.count(), 1);
  EXPECT_EQ(asked[0][0].toString(), QStringLiteral("北京大学"));
  EXPECT_EQ(asked[0][1].toString(), QString());
  EXPECT_EQ(asked[0][2].toLongLong(), 200);
}

TEST_F(AttentionViewTest, TheSliderAsksOnceItRests) {
  QSignalSpy asked(&view, &AttentionView::attentionRequested);
  auto* slider = view.findChild<QSlider*>();
  QTest::keyClick(slider, Qt::Key_Left);
  EXPECT_EQ(view.checkpointStep(), 100);
  EXPECT_EQ(asked.count(), 0);  // nobody has asked for this text yet
  QTest::keyClick(view.findChild<QLineEdit*>(), Qt::Key_Return);
  QTest::keyClick(slider, Qt::Key_Left);
  QTest::keyClick(slider, Qt::Key_Right);
  QTest::keyClick(slider, Qt::Key_Left);
  ASSERT_TRUE(asked.count() > 1 || asked.wait(2000));
  EXPECT_EQ(asked.count(), 2);
  EXPECT_EQ(asked[1][2].toLongLong(), 0);
}

TEST_F(AttentionViewTest, TheSliderKeepsItsStepWhileCheckpointsComeAndFollowsTheNewest) {
  view.setCheckpoints({100, 200, 300});
  EXPECT_EQ(view.checkpointStep(), 300);
  QTest::keyClick(view.findChild<QSlider*>(), Qt::Key_Left);
  view.setCheckpoints({100, 200, 300, 400});
  EXPECT_EQ(view.checkpointStep(), 200);
}

TEST_F(AttentionViewTest, StatesModelStepAndHowLayersAreCounted) {
  view.setMap(shiftedMap(kChinese, 3, 4));
  view.setHead(2, 1);
  EXPECT_TRUE(
      says(QStringLiteral("mini · checkpoint at step 200 · layer 3 of 3, head 2 of 4 (counted from 1)")));
}

TEST_F(AttentionViewTest, ShortTextsAreLinesAndLongOnesAMatrix) {
  view.setMap(shiftedMap(kChinese, 2, 2));
  EXPECT_EQ(view.mode(), AttentionMode::kLines);
  view.setMap(shiftedMap(manyTokens(65), 2, 2));
  EXPECT_EQ(view.mode(), AttentionMode::kMatrix);
  view.setMode(AttentionMode::kLines);
  view.setMap(shiftedMap(manyTokens(66), 2, 2));
  EXPECT_EQ(view.mode(), AttentionMode::kLines);  // the user's choice stays
}

TEST_F(AttentionViewTest, AClickInTheGridChoosesAHeadAndArrowsMoveOn) {
  view.setMap(shiftedMap(kChinese, 3, 4));
  settle();
  QSignalSpy chosen(&view, &AttentionView::headSelected);
  QTest::mouseClick(&grid(), Qt::LeftButton, Qt::NoModifier,
                    grid().gridLayout().cellRect(1, 2).center().toPoint());
  EXPECT_EQ(view.layer(), 1);
  EXPECT_EQ(view.head(), 2);
  QTest::keyClick(&grid(), Qt::Key_Right);
  QTest::keyClick(&grid(), Qt::Key_Right);  // the last head stays
  QTest::keyClick(&grid(), Qt::Key_Up);
  EXPECT_EQ(view.layer(), 0);
  EXPECT_EQ(view.head(), 3);
  EXPECT_EQ(chosen.count(), 3);
  QTest::keyClick(&grid(), Qt::Key_Left, Qt::AltModifier);
  EXPECT_EQ(view.layer(), 1);
  QTest::keyClick(&grid(), Qt::Key_Right, Qt::AltModifier);
  EXPECT_EQ(view.layer(), 0);
}

TEST_F(AttentionViewTest, HoveringATokenIsolatesItAndAClickHoldsItUntilEsc) {
  view.setMap(shiftedMap(kChinese, 1, 2));
  view.setHead(0, 1);
  settle();
  const LinesView::Place place{LinesView::Side::kQuery, 2};
  movePointer(lines(), lines().tokenRect(place).center());
  EXPECT_EQ(lines().isolated(), place);
  EXPECT_TRUE(says(
      QStringLiteral("Query 3 “京”  →  key 4 “大”:  weight 0.7915")));  // .75 + .25 / 6 in half precision
  QTest::mouseClick(&lines(), Qt::LeftButton, Qt::NoModifier, lines().tokenRect(place).center().toPoint());
  movePointer(lines(), lines().tokenRect({LinesView::Side::kKey, 4}).center());
  EXPECT_EQ(lines().isolated(), place);
  EXPECT_TRUE(lines().isLocked());
  QTest::keyClick(&lines(), Qt::Key_Escape);
  EXPECT_FALSE(lines().isLocked());
}

TEST_F(AttentionViewTest, HiddenMassIsSaid) {
  view.setMap(shiftedMap(manyTokens(40), 1, 1));
  // .75 + .25 / 40 for the main key, then 23 of the even ones until 90 %.
  EXPECT_NEAR(lines().hiddenMass(), 16 * 0.25 / 40, 0.01);
  EXPECT_TRUE(says(QStringLiteral("≥ 90 %, ")));
  view.setMap(shiftedMap(kChinese, 1, 1));
  EXPECT_EQ(lines().hiddenMass(), 0);
}

TEST_F(AttentionViewTest, TheMatrixReadsQueryAndKeyUnderThePointer) {
  view.setMap(shiftedMap(kChinese, 1, 1));
  view.setMode(AttentionMode::kMatrix);
  settle();
  matrix().redrawNow();
  auto* plot = matrix().findChild<QCustomPlot*>();
  for (const MatrixView::Cell cell :
       {MatrixView::Cell{0, 0}, MatrixView::Cell{1, 4}, MatrixView::Cell{5, 5}}) {
    EXPECT_EQ(matrix().cellAt(matrix().cellCenter(cell)), cell);
  }
  movePointer(*plot, matrix().cellCenter({1, 4}));
  EXPECT_TRUE(says(QStringLiteral("Query 2 “北”  →  key 5 “学”")));
  QTest::mouseClick(plot, Qt::LeftButton, Qt::NoModifier, matrix().cellCenter({1, 4}).toPoint());
  EXPECT_EQ(matrix().locked(), (MatrixView::Cell{1, 4}));
  QTest::keyClick(plot, Qt::Key_Escape);
  EXPECT_FALSE(matrix().locked().has_value());
}

TEST_F(AttentionViewTest, MatrixLabelsNeverTouch) {
  view.setMap(shiftedMap(manyTokens(300), 1, 1));
  for (const int width : {500, 800, 1600}) {
    view.resize(width, 700);
    settle();
    settle();
    const double cell = matrix().cellCenter({0, 1}).x() - matrix().cellCenter({0, 0}).x();
    EXPECT_GE(cell * matrix().keyLabelStride(), matrix().fontMetrics().height()) << width;
  }
}

TEST_F(AttentionViewTest, AnErrorStandsInPlaceOfThePictureUntilTheNextMap) {
  view.setMap(shiftedMap(kChinese, 1, 1));
  EXPECT_FALSE(reason().isVisible());
  view.setProblem(QStringLiteral("The engine ended"), QStringLiteral("ask again"));
  EXPECT_TRUE(reason().isVisible());
  EXPECT_EQ(reason().kind(), EmptyState::Kind::kProblem);
  EXPECT_TRUE(view.figureSize().isEmpty());
  EXPECT_FALSE(says(QStringLiteral("checkpoint at step")));
  view.setMap(shiftedMap(kChinese, 1, 1));
  EXPECT_FALSE(reason().isVisible());
}

TEST_F(AttentionViewTest, AnotherRunTakesThePictureAway) {
  view.setMap(shiftedMap(kChinese, 1, 1));
  view.setModelName(QStringLiteral("other"));
  EXPECT_TRUE(view.map().empty());
  EXPECT_TRUE(reason().isVisible());
}

TEST_F(AttentionViewTest, WarnsOfUniformAndBrokenHeads) {
  std::vector<uint16_t> probs(36, floatToHalf(1.0F / 6));
  probs.insert(probs.end(), 36, 0x7E00);
  view.setMap(makeAttentionMap(tokensOf(kChinese), 1, 2, probs));
  EXPECT_TRUE(says(QStringLiteral("nearly uniform")));
  view.setHead(0, 1);
  EXPECT_TRUE(says(QStringLiteral("not numbers: 6")));
  EXPECT_FALSE(view.grab().isNull());
}

TEST_F(AttentionViewTest, SaysHowManyTokensTheVocabularyLacks) {
  const std::vector<std::string> words = {"[CLS]", "[UNK]", "[UNK]", "[SEP]"};
  view.setMap(makeAttentionMap(tokensOf(words), 1, 1, std::vector<uint16_t>(16, floatToHalf(0.25F))));
  EXPECT_TRUE(says(QStringLiteral("[UNK]: 2 of 4 tokens")));
}

TEST_F(AttentionViewTest, BusyKeepsThePictureAndBlocksASecondQuestion) {
  view.setMap(shiftedMap(kChinese, 1, 1));
  view.setBusy(true);
  EXPECT_TRUE(says(QStringLiteral("Reading the attention of step 200")));
  EXPECT_FALSE(view.findChild<QPushButton*>()->isEnabled());
  EXPECT_FALSE(reason().isVisible());
  view.setBusy(false);
  EXPECT_TRUE(says(QStringLiteral("checkpoint at step 200")));
}

TEST_F(AttentionViewTest, ExportsBothModesAndTheNumbers) {
  const ScratchFolder folder;
  view.setMap(shiftedMap(kChinese, 1, 1));
  settle();
  ASSERT_TRUE(exportFigure(view, folder.path() / "lines.pdf").ok());
  view.setMode(AttentionMode::kMatrix);
  settle();
  ASSERT_TRUE(exportFigure(view, folder.path() / "matrix.png").ok());
  const CsvTable table = view.shownData();
  ASSERT_EQ(table.rows.size(), 36U);
  EXPECT_EQ(table.rows[7][1], QStringLiteral("北"));
  EXPECT_NEAR(table.rows[7][4].toDouble(), 0.75 + 0.25 / 6, 1e-3);
}

TEST_F(AttentionViewTest, TurnsDarkInBothModes) {
  view.setMap(shiftedMap(kChinese, 2, 2));
  view.setPalette(darkPalette());
  settle();
  const QColor base = darkPalette().color(QPalette::Base);
  EXPECT_EQ(lines().grab().toImage().pixelColor(1, 1), base);
  view.setMode(AttentionMode::kMatrix);
  settle();
  EXPECT_EQ(matrix().grab().toImage().pixelColor(1, 1), base);
}

TEST_F(AttentionViewTest, TheScaleIsSharedAsAsked) {
  std::vector<uint16_t> probs(4, floatToHalf(0.5F));  // head 1
  probs.insert(probs.end(), 4, floatToHalf(0.25F));   // head 2
  view.setMap(makeAttentionMap(tokensOf({"a", "b"}), 1, 2, probs));
  view.setMode(AttentionMode::kMatrix);
  view.setHead(0, 1);
  const auto largest = [&] { return matrix().findChild<QCPColorScale*>()->dataRange().upper; };
  EXPECT_NEAR(largest(), 0.25, 1e-6);
  view.setScaleScope(ScaleScope::kGlobal);
  EXPECT_NEAR(largest(), 0.5, 1e-6);
}

}  // namespace
}  // namespace heddle::ui
