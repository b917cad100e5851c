#include <gtest/gtest.h>

#include <QAbstractItemModelTester>
#include <QApplication>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QSignalSpy>
#include <QTest>
#include <QTreeView>
#include <QTreeWidget>

#include "views/runs/inspector_view.h"
#include "views/runs/runs_delegates.h"
#include "views/runs/runs_filter.h"
#include "views/runs/runs_model.h"
#include "views/runs/runs_view.h"

namespace heddle::ui {
namespace {

RunRow makeRun(const std::string& id, const std::string& name, double started) {
  RunRow run;
  run.id = id;
  run.name = name;
  run.started = started;
  run.family = "bert";
  run.state = RunState::kFinished;
  return run;
}

std::vector<RunRow> makeRuns(int count) {
  std::vector<RunRow> runs;
  for (int i = count; i >= 1; --i) {
    runs.push_back(makeRun("id" + std::to_string(i), "run " + std::to_string(i), 1000.0 * i));
  }
  return runs;
}

QStringList column(const QAbstractItemModel& model, RunColumn which) {
  QStringList words;
  for (int row = 0; row < model.rowCount(); ++row) {
    words.append(model.index(row, static_cast<int>(which)).data().toString());
  }
  return words;
}

class RunsViewTest : public ::testing::Test {
 protected:
  void SetUp() override {
    view.resize(900, 500);
    view.show();
    ASSERT_TRUE(QTest::qWaitForWindowExposed(&view));
  }

  QModelIndex cell(int row, RunColumn which = RunColumn::kName) const {
    return view.table()->model()->index(row, static_cast<int>(which));
  }
  QPoint checkBox(int row) const {
    QStyleOptionViewItem option;
    option.initFrom(view.table());
    option.rect = view.table()->visualRect(cell(row));
    option.widget = view.table();
    return RunNameDelegate::checkBoxRect(option, cell(row)).center();
  }
  void click(int row) { QTest::mouseClick(view.table()->viewport(), Qt::LeftButton, {}, checkBox(row)); }
  // As a window system delivers it: the second press arrives as a double-click.
  void doubleClick(int row) {
    click(row);
    QTest::mouseDClick(view.table()->viewport(), Qt::LeftButton, {}, checkBox(row));
  }

  RunsView view;
};

TEST(RunsModel, KeepsTheContractOfItemModelsWhileRunsComeAndChange) {
  RunsModel model;
  const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
  RunsFilter filter;
  filter.setSourceModel(&model);
  const QAbstractItemModelTester filter_tester(&filter,
                                               QAbstractItemModelTester::FailureReportingMode::Fatal);
  model.setRuns(makeRuns(3));
  model.updateRuns({makeRun("id4", "run 4", 4000), makeRun("id2", "renamed", 2000)});
  filter.setText(QStringLiteral("run"));
  filter.sort(static_cast<int>(RunColumn::kName));
  ASSERT_EQ(model.rowCount(), 4);
  EXPECT_EQ(column(model, RunColumn::kName), (QStringList{"run 4", "run 3", "renamed", "run 1"}));
  model.setRuns({});
  EXPECT_EQ(model.rowCount(), 0);
}

TEST(RunsModel, AMissingMetricIsAnEmptyCell) {
  RunsModel model;
  model.setRuns({makeRun("a", "a", 1)});
  EXPECT_EQ(model.indexOf(QStringLiteral("a"), RunColumn::kBestEval).data().toString(), QString());
  EXPECT_FALSE(model.indexOf(QStringLiteral("a"), RunColumn::kBestEval).data(RunsModel::kSortRole).isValid());
}

TEST(RunsModel, ARunningRunShowsItsStepsAndTheTimeLeft) {
  RunsModel model;
  RunRow run = makeRun("a", "a", 1);
  run.state = RunState::kRunning;
  run.step = 1234;
  run.total_steps = 15000;
  run.progress = 0.08;
  run.remaining_seconds = 125;
  run.activity = "training";
  model.setRuns({run});
  const QModelIndex progress = model.indexOf(QStringLiteral("a"), RunColumn::kProgress);
  EXPECT_EQ(progress.data().toString(), QStringLiteral("1,234 / 15,000 · 2 min 05 s left"));
  EXPECT_DOUBLE_EQ(progress.data(RunsModel::kProgressRole).toDouble(), 0.08);
}

TEST(RunsModel, TypedWordsAreShownAndReportedButAnEmptyNameIsNot) {
  RunsModel model;
  model.setRuns({makeRun("a", "first", 1)});
  QSignalSpy annotated(&model, &RunsModel::annotated);
  EXPECT_TRUE(model.setData(model.indexOf(QStringLiteral("a")), QStringLiteral(" better "), Qt::EditRole));
  EXPECT_EQ(model.indexOf(QStringLiteral("a")).data().toString(), QStringLiteral("better"));
  ASSERT_EQ(annotated.size(), 1);
  EXPECT_EQ(annotated[0],
            (QVariantList{QStringLiteral("a"), QStringLiteral("name"), QStringLiteral("better")}));
  EXPECT_FALSE(model.setData(model.indexOf(QStringLiteral("a")), QStringLiteral("  "), Qt::EditRole));
  EXPECT_EQ(annotated.size(), 1);
}

TEST(RunsModel, DrawnRunsHaveDistinctStylesAndKeepThem) {
  RunsModel model;
  model.setRuns(makeRuns(4));
  model.setDrawn({QStringLiteral("id4"), QStringLiteral("id3"), QStringLiteral("id2")});
  EXPECT_EQ(model.style(QStringLiteral("id2")), 2);
  model.setDrawn({QStringLiteral("id1"), QStringLiteral("id2"), QStringLiteral("id3")});
  EXPECT_EQ(model.style(QStringLiteral("id3")), 1);
  EXPECT_EQ(model.style(QStringLiteral("id2")), 2);
  EXPECT_EQ(model.style(QStringLiteral("id1")), 0);
}

TEST(RunsModel, ARunThatComesBackHasTheStyleItHadUnlessADrawnOneHasTakenIt) {
  const auto id = [](int number) { return QStringLiteral("id%1").arg(number); };
  RunsModel model;
  model.setRuns(makeRuns(4));
  model.setDrawn({id(4), id(3), id(2)});
  model.setDrawn({id(2)});
  model.setDrawn({id(3), id(2), id(4)});
  EXPECT_EQ(model.style(id(4)), 0);
  EXPECT_EQ(model.style(id(3)), 1);
  EXPECT_EQ(model.style(id(2)), 2);
  model.setDrawn({id(2)});
  model.setDrawn({id(2), id(1)});
  model.setDrawn({id(2), id(1), id(4)});
  EXPECT_EQ(model.style(id(1)), 0);
  EXPECT_EQ(model.style(id(4)), 1);
  RunsModel next;
  next.setStyles(model.styles());
  next.setRuns(makeRuns(4));
  next.setDrawn({id(1)});
  next.setDrawn({id(4), id(2), id(1)});
  for (const int run : {1, 2, 4}) {
    EXPECT_EQ(next.style(id(run)), model.style(id(run))) << run;
  }
}

TEST(RunsFilter, NamesSortNaturallyAndMissingValuesStandLastEitherWay) {
  RunsModel model;
  std::vector<RunRow> runs = {makeRun("a", "run 10", 3), makeRun("b", "run 9", 2), makeRun("c", "Run 1", 1)};
  runs[0].last_loss = 2.0;
  runs[2].last_loss = 10.0;
  model.setRuns(runs);
  RunsFilter filter;
  filter.setSourceModel(&model);
  filter.sort(static_cast<int>(RunColumn::kName));
  EXPECT_EQ(column(filter, RunColumn::kName), (QStringList{"Run 1", "run 9", "run 10"}));
  filter.sort(static_cast<int>(RunColumn::kLastLoss), Qt::AscendingOrder);
  EXPECT_EQ(column(filter, RunColumn::kName), (QStringList{"run 10", "Run 1", "run 9"}));
  filter.sort(static_cast<int>(RunColumn::kLastLoss), Qt::DescendingOrder);
  EXPECT_EQ(column(filter, RunColumn::kName), (QStringList{"Run 1", "run 10", "run 9"}));
}

TEST(RunsFilter, EveryChunkMustOccurSomewhereInTheRun) {
  RunsModel model;
  std::vector<RunRow> runs = {makeRun("a", "alpha", 2), makeRun("b", "beta", 1)};
  runs[0].tags = "paper, Big";
  runs[1].state = RunState::kFailed;
  model.setRuns(runs);
  RunsFilter filter;
  filter.setSourceModel(&model);
  filter.setText(QStringLiteral("alp big"));
  EXPECT_EQ(column(filter, RunColumn::kName), QStringList{"alpha"});
  filter.setText(QStringLiteral("failed"));
  EXPECT_EQ(column(filter, RunColumn::kName), QStringList{"beta"});
  filter.setText(QStringLiteral("alpha failed"));
  EXPECT_EQ(filter.rowCount(), 0);
}

TEST(RunsFilter, ArchivedRunsAreHiddenUntilAskedFor) {
  RunsModel model;
  std::vector<RunRow> runs = makeRuns(2);
  runs[0].archived = true;
  model.setRuns(runs);
  RunsFilter filter;
  filter.setSourceModel(&model);
  EXPECT_EQ(filter.rowCount(), 1);
  filter.setShowArchived(true);
  EXPECT_EQ(filter.rowCount(), 2);
}

TEST_F(RunsViewTest, NewestRunsComeFirstAndTenOfThemAreDrawnWithALineSayingSo) {
  view.setRuns(makeRuns(12));
  EXPECT_EQ(cell(0).data().toString(), QStringLiteral("run 12"));
  EXPECT_EQ(view.drawnRuns().size(), 10);
  EXPECT_EQ(view.drawnRuns().first(), QStringLiteral("id12"));
  EXPECT_EQ(view.findChild<QLabel*>(QStringLiteral("runs-drawn-note"))->text(),
            QStringLiteral("Nothing ticked: the first 10 of 12 are drawn."));
}

TEST_F(RunsViewTest, AClickOnTheBoxTakesTheRunOutOfTheCharts) {
  view.setRuns(makeRuns(3));
  QSignalSpy drawn(&view, &RunsView::drawnRunsChanged);
  click(1);
  EXPECT_EQ(view.drawnRuns(), (QStringList{"id3", "id1"}));
  click(1);
  EXPECT_EQ(view.drawnRuns(), (QStringList{"id3", "id2", "id1"}));
  EXPECT_EQ(drawn.size(), 2);
}

TEST_F(RunsViewTest, ADoubleClickOnTheBoxDrawsThisRunAloneAndAgainAll) {
  view.setRuns(makeRuns(3));
  doubleClick(1);
  EXPECT_EQ(view.drawnRuns(), QStringList{"id2"});
  doubleClick(1);
  EXPECT_EQ(view.drawnRuns(), (QStringList{"id3", "id2", "id1"}));
  EXPECT_FALSE(view.chosenRuns().has_value());
}

TEST_F(RunsViewTest, TypingInTheFilterKeepsTheCurrentRun) {
  view.setRuns(makeRuns(12));
  view.setCurrentRun(QStringLiteral("id11"));
  view.filterLine()->setFocus();
  QTest::keyClicks(view.filterLine(), QStringLiteral("run 1"));
  EXPECT_EQ(view.table()->model()->rowCount(), 4);
  EXPECT_EQ(view.currentRun(), QStringLiteral("id11"));
}

TEST_F(RunsViewTest, LiveUpdatesKeepSelectionAndOrder) {
  view.setRuns(makeRuns(3));
  view.setCurrentRun(QStringLiteral("id2"));
  QSignalSpy current(&view, &RunsView::currentRunChanged);
  RunRow changed = makeRun("id1", "run 1", 1000);
  changed.last_loss = 1.5;
  view.updateRuns({changed, makeRun("id4", "run 4", 4000)});
  EXPECT_EQ(view.selectedRuns(), QStringList{"id2"});
  EXPECT_EQ(cell(0).data().toString(), QStringLiteral("run 4"));
  EXPECT_EQ(current.size(), 0);
}

TEST_F(RunsViewTest, F2RenamesInPlace) {
  view.setRuns(makeRuns(1));
  view.setCurrentRun(QStringLiteral("id1"));
  view.table()->setFocus();
  QSignalSpy annotated(&view, &RunsView::annotated);
  QTest::keyClick(view.table(), Qt::Key_F2);
  auto* editor = view.table()->findChild<QLineEdit*>();
  ASSERT_NE(editor, nullptr);
  editor->selectAll();
  QTest::keyClicks(editor, QStringLiteral("mine"));
  QTest::keyClick(editor, Qt::Key_Return);
  ASSERT_TRUE(annotated.size() == 1 || annotated.wait());
  EXPECT_EQ(annotated[0].at(2).toString(), QStringLiteral("mine"));
}

TEST_F(RunsViewTest, TenThousandRunsAreShownAndSorted) {
  view.setRuns(makeRuns(10000));
  EXPECT_FALSE(view.table()->grab().isNull());
  view.table()->sortByColumn(static_cast<int>(RunColumn::kName), Qt::AscendingOrder);
  EXPECT_EQ(cell(0).data().toString(), QStringLiteral("run 1"));
}

TEST(RunProgressDelegate, ANarrowCellSaysLessButNothingCutOff) {
  const QFontMetrics metrics{QFont()};
  const QString words = QStringLiteral("1,234 / 15,000 · 2 min 05 s left");
  const auto fitting = [&](const QString& most) {
    return RunProgressDelegate::fittingWords(words, 0.0823, metrics, metrics.horizontalAdvance(most));
  };
  EXPECT_EQ(fitting(words), words);
  EXPECT_EQ(fitting(words.chopped(1)), QStringLiteral("1,234 / 15,000"));
  EXPECT_EQ(fitting(QStringLiteral("1,234 / 15")), QStringLiteral("8 %"));
}

TEST(RunProgressDelegate, TheBarFillsItsShareOfTheCell) {
  const QRectF whole = RunProgressDelegate::barRect({0, 0, 104, 20}, 1);
  EXPECT_DOUBLE_EQ(whole.width(), 100);
  EXPECT_DOUBLE_EQ(RunProgressDelegate::barRect({0, 0, 104, 20}, 0.25).width(), 25);
  EXPECT_DOUBLE_EQ(RunProgressDelegate::barRect({0, 0, 104, 20}, 7).width(), 100);
}

TEST(InspectorView, ShowsEstimateBesideMeasurementAndTheFailureWithItsHint) {
  InspectorView view;
  RunRow run = makeRun("a", "alpha", 1);
  run.memory_estimate_bytes = 2.0 * (1 << 30);
  run.peak_memory_bytes = 1.0 * (1 << 30);
  run.failure = "The disk is full (free some space)";
  view.setRun(run);
  EXPECT_EQ(view.value(QStringLiteral("Peak memory")), QStringLiteral("2.0 GiB"));
  EXPECT_EQ(view.measured(QStringLiteral("Peak memory")), QStringLiteral("1.0 GiB"));
  EXPECT_EQ(view.failureText(), QStringLiteral("The disk is full (free some space)"));
}

TEST(InspectorView, DetailsOfAnotherRunAreIgnoredAndCheckpointsCanBeOpened) {
  InspectorView view;
  view.setRun(makeRun("a", "alpha", 1));
  RunDetails details;
  details.run_id = QStringLiteral("b");
  details.recipe = {{QStringLiteral("Model"), {{QStringLiteral("Layers"), QStringLiteral("2"), {}}}}};
  view.setDetails(details);
  EXPECT_EQ(view.value(QStringLiteral("Layers")), QString());
  details.run_id = QStringLiteral("a");
  details.checkpoints = {{.step = 500, .path = "/x/500", .bytes = 1024, .time = 1}};
  view.setDetails(details);
  EXPECT_EQ(view.value(QStringLiteral("Layers")), QStringLiteral("2"));
  EXPECT_EQ(view.value(QStringLiteral("Step 500")), QStringLiteral("1.0 KiB"));
}

TEST(InspectorView, FiguresThatArriveLaterWidenTheirColumn) {
  InspectorView view;
  view.resize(320, 600);
  view.show();
  RunRow run = makeRun("a", "alpha", 1);
  run.predicted_seconds = 0;
  run.engine_seconds = 0;
  view.setRun(run);
  ASSERT_TRUE(QTest::qWaitForWindowExposed(&view));
  run.predicted_seconds = 5000;
  run.engine_seconds = 91;
  view.setRun(run);
  const QString text = view.value(QStringLiteral("Engine time"));
  EXPECT_EQ(text, QStringLiteral("1 h 23 min"));
  EXPECT_GE(view.tree()->columnWidth(1), view.tree()->fontMetrics().horizontalAdvance(text));
}

TEST(InspectorView, AProblemOfTheRecipeStandsBesideWhatCouldBeRead) {
  InspectorView view;
  view.setRun(makeRun("a", "alpha", 1));
  RunDetails details;
  details.run_id = QStringLiteral("a");
  details.recipe_problem = QStringLiteral("line 3: unknown key");
  details.recipe = {{QStringLiteral("Model"), {{QStringLiteral("Layers"), QStringLiteral("2"), {}}}}};
  view.setDetails(details);
  view.setDetails(details);
  EXPECT_EQ(view.value(QStringLiteral("Unreadable")), details.recipe_problem);
  EXPECT_EQ(view.value(QStringLiteral("Layers")), QStringLiteral("2"));
  details.recipe_problem.clear();
  view.setDetails(details);
  EXPECT_EQ(view.value(QStringLiteral("Unreadable")), QString());
  EXPECT_EQ(view.value(QStringLiteral("Layers")), QStringLiteral("2"));
}

TEST(InspectorView, LongValuesTakeBothColumnsAndMoreLinesInsteadOfBeingCut) {
  InspectorView view;
  RunRow run = makeRun("20261121-052337-a-run-with-quite-a-long-name-in-its-folder", "alpha", 1);
  run.device = "cpu";
  run.started = 1e9;
  view.resize(260, 600);
  view.show();
  view.setRun(run);
  const auto height = [&](const QString& label) {
    const auto rows = view.tree()->findItems(label, Qt::MatchExactly | Qt::MatchRecursive);
    return rows.isEmpty() ? 0 : view.tree()->visualItemRect(rows.first()).height();
  };
  ASSERT_TRUE(QTest::qWaitFor([&] { return height(QStringLiteral("Folder")) > 0; }));
  EXPECT_TRUE(
      QTest::qWaitFor([&] { return height(QStringLiteral("Folder")) > height(QStringLiteral("Device")); }));
  const int narrow = height(QStringLiteral("Folder"));
  view.resize(800, 600);
  EXPECT_TRUE(QTest::qWaitFor([&] { return height(QStringLiteral("Folder")) < narrow; }));
  EXPECT_EQ(view.value(QStringLiteral("Started")).size(), QStringLiteral("2001-09-09 01:46").size());
}

}  // namespace
}  // namespace heddle::ui
