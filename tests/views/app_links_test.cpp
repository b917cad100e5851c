// The parts between the window and the outside: run ids, the engine, the session, the problems.

#include <signal.h>
#include <unistd.h>

#include <QLabel>
#include <QSignalSpy>
#include <QTest>
#include <QThread>
#include <QThreadPool>
#include <QToolButton>
#include <atomic>
#include <memory>

#include "app/engine_link.h"
#include "app/inspector_link.h"
#include "app/problem_bar.h"
#include "app/run_id.h"
#include "app/session.h"
#include "app/store_worker.h"
#include "app/termination.h"
#include "app/theme.h"
#include "app/write_beside.h"
#include "tests/views/app_test_support.h"
#include "views/common/palette.h"

namespace heddle::ui {
namespace {

class EngineLinkTest : public WorkspaceTest {};
class InspectorLinkTest : public WorkspaceTest {};
class SessionTest : public WorkspaceTest {};

InspectionQuestion question(const QString& text) {
  return {.checkpoint = QStringLiteral("/nowhere"),
          .text_a = text,
          .text_b = {},
          .model = QStringLiteral("m"),
          .step = 5};
}

TEST(RunId, IsTheTimeAndTheNameInPlainLetters) {
  EXPECT_EQ(slug("BERT base: läuft 2×!"), "bert-base-l-uft-2");
  EXPECT_EQ(slug("模型"), "run");
  EXPECT_EQ(slug(std::string(90, 'a')).size(), 40u);
  EXPECT_EQ(newRunId("/nowhere", "My Run", 0), "19700101-000000-my-run");
}

TEST(RunId, NeverNamesAFolderThatIsThere) {
  const QTemporaryDir folder;
  const std::filesystem::path runs = folder.path().toStdString();
  ASSERT_TRUE(makeFolder(runs / "19700101-000000-x").ok());
  EXPECT_EQ(newRunId(runs, "x", 0), "19700101-000000-x-2");
}

TEST_F(EngineLinkTest, AMissingEngineIsASentenceThatSaysWhereItWasLookedFor) {
  qputenv("HEDDLE_ENGINE", "/nowhere/heddle-engine");
  EngineLink link(workspace);
  QSignalSpy problems(&link, &EngineLink::problem);
  writeRun("a", recipe("a", 5));
  link.start(QStringLiteral("a"));
  ASSERT_EQ(problems.size(), 1);
  EXPECT_TRUE(problems[0][0].value<Problem>().text.contains(QStringLiteral("/nowhere/heddle-engine")));
}

TEST_F(EngineLinkTest, ARefusedRecipeReachesTheUserWithTheEnginesWords) {
  EngineLink link(workspace);
  QSignalSpy problems(&link, &EngineLink::problem);
  link.create(QStringLiteral("refused"), QString::fromStdString(recipe("refused", 5)), true);
  ASSERT_TRUE(problems.size() == 1 || problems.wait(kPatienceMs));
  EXPECT_TRUE(problems[0][0].value<Problem>().text.contains(QStringLiteral("this recipe is refused")));
}

TEST_F(EngineLinkTest, AnEngineThatIsKilledIsReportedWithItsSignal) {
  qputenv("HEDDLE_FAKE_STEP_MS", "1000");
  EngineLink link(workspace);
  QSignalSpy problems(&link, &EngineLink::problem);
  const RunFolder run = writeRun("a", recipe("a", 50));
  link.start(QStringLiteral("a"));
  std::optional<RunStarted> started;
  ASSERT_TRUE(waitUntil([&] {
    const Result<std::string> lines = readFile(run.events());
    const auto event = lines ? decodeEvent(lines->substr(0, lines->find('\n')))
                             : Result<std::optional<Event>>(lines.error());
    if (event && event->has_value() && std::holds_alternative<RunStarted>((*event)->body)) {
      started = std::get<RunStarted>((*event)->body);
    }
    return started.has_value();
  }));
  link.kill(QStringLiteral("a"), QStringLiteral("another-host"), started->pid);
  ASSERT_EQ(problems.size(), 1);
  EXPECT_TRUE(problems[0][0].value<Problem>().text.contains(QStringLiteral("another-host")));
  link.kill(QStringLiteral("other-run"), QString::fromStdString(started->host), started->pid);
  ASSERT_EQ(problems.size(), 2);
  EXPECT_TRUE(problems[1][0].value<Problem>().text.contains(QStringLiteral("no longer its engine")));
  link.kill(QStringLiteral("a"), QString::fromStdString(started->host), started->pid);
  ASSERT_TRUE(waitUntil([&] { return problems.size() == 3; }));
  EXPECT_TRUE(problems[2][0].value<Problem>().text.contains(QStringLiteral("signal 9")));
}

TEST_F(InspectorLinkTest, AnswersAreRememberedAndTheirFilesRemoved) {
  InspectorLink link;
  QSignalSpy answered(&link, &InspectorLink::answered);
  link.ask(question(QStringLiteral("two words")));
  ASSERT_TRUE(answered.wait(kPatienceMs));
  const auto map = answered[0][0].value<AttentionMap>();
  EXPECT_EQ(map.size(), 4);
  EXPECT_EQ(map.step, 5);
  EXPECT_FLOAT_EQ(map.weight(1, 1, 2, 2), 1.0f);
  EXPECT_FLOAT_EQ(map.weight(1, 1, 2, 3), 0.0f);
  EXPECT_EQ(link.cachedBytes(), 2u * 2 * 4 * 4 * 2);
  link.ask(question(QStringLiteral("two words")));
  EXPECT_EQ(answered.size(), 2) << "a remembered answer comes at once";
}

TEST_F(InspectorLinkTest, OfQuestionsThatComeMeanwhileOnlyTheNewestIsAnswered) {
  InspectorLink link;
  QSignalSpy answered(&link, &InspectorLink::answered);
  link.ask(question(QStringLiteral("a")));
  link.ask(question(QStringLiteral("a b")));
  link.ask(question(QStringLiteral("a b c")));
  ASSERT_TRUE(waitUntil([&] { return !link.busy(); }));
  ASSERT_EQ(answered.size(), 1);
  EXPECT_EQ(answered[0][0].value<AttentionMap>().size(), 5);
}

TEST_F(InspectorLinkTest, ARememberedAnswerIsNotFollowedByOneToAnEarlierQuestion) {
  InspectorLink link;
  QSignalSpy answered(&link, &InspectorLink::answered);
  link.ask(question(QStringLiteral("a")));
  ASSERT_TRUE(answered.wait(kPatienceMs));
  link.ask(question(QStringLiteral("a b")));
  link.ask(question(QStringLiteral("a")));
  ASSERT_TRUE(waitUntil([&] { return !link.busy(); }));
  ASSERT_EQ(answered.size(), 2);
  EXPECT_EQ(answered[1][0].value<AttentionMap>().size(), 3);
  // What came too late is remembered all the same.
  link.ask(question(QStringLiteral("a b")));
  EXPECT_EQ(answered.size(), 3);
}

TEST_F(InspectorLinkTest, TheMemoryOfAnswersIsBounded) {
  InspectorLink link(/*cache_bytes=*/200);
  QSignalSpy answered(&link, &InspectorLink::answered);
  for (const char* text : {"a", "b", "c"}) {
    link.ask(question(QString::fromLatin1(text)));
    ASSERT_TRUE(answered.wait(kPatienceMs));
  }
  EXPECT_LE(link.cachedBytes(), 200u);
}

TEST_F(InspectorLinkTest, ADeadEngineIsASentenceAndTheNextQuestionStartsAnother) {
  InspectorLink link;
  QSignalSpy failed(&link, &InspectorLink::failed);
  QSignalSpy answered(&link, &InspectorLink::answered);
  link.ask(question(QStringLiteral("crash")));
  ASSERT_TRUE(failed.wait(kPatienceMs));
  EXPECT_TRUE(failed[0][0].value<Problem>().text.contains(QStringLiteral("killed")));
  EXPECT_TRUE(failed[0][0].value<Problem>().details.contains(QStringLiteral("told to crash")));
  link.ask(question(QStringLiteral("fine")));
  ASSERT_TRUE(answered.wait(kPatienceMs));
  link.ask(question(QStringLiteral("problem")));
  ASSERT_TRUE(failed.wait(kPatienceMs));
  EXPECT_EQ(failed[1][0].value<Problem>().text, QStringLiteral("This text cannot be read"));
}

TEST_F(InspectorLinkTest, AMissingEngineIsASentence) {
  qputenv("HEDDLE_ENGINE", "/nowhere/heddle-engine");
  InspectorLink link;
  QSignalSpy failed(&link, &InspectorLink::failed);
  link.ask(question(QStringLiteral("a")));
  ASSERT_EQ(failed.size(), 1);
  EXPECT_FALSE(link.busy());
}

// A store's thread is not needed to ask it: calls are direct here.
class StoreWorkerTest : public WorkspaceTest {
 protected:
  void write(const RunFolder& run, int64_t from_step, int64_t to_step, double value) const {
    RunStarted start;
    start.run_id = run.id();
    start.from_step = from_step;
    start.pid = ::getpid();
    auto events = LineAppender::open(run.events());
    ASSERT_TRUE(events.ok());
    ASSERT_TRUE(events->append(encodeEvent({wallSeconds(), start})).ok());
    for (int64_t step = from_step + 1; step <= to_step; ++step) {
      const Metrics metrics{
          .step = step, .tokens = step, .flops = 1, .seconds = 1, .values = {{"train/loss", value}}};
      ASSERT_TRUE(events->append(encodeEvent({wallSeconds(), metrics})).ok());
    }
  }
  CurveRequest behind(int64_t step, double value) const {
    return {.run_id = QStringLiteral("a"),
            .metric = QStringLiteral("train/loss"),
            .axis = Axis::kStep,
            .from_x = static_cast<double>(step),
            .last_y = value};
  }
};

TEST_F(StoreWorkerTest, ACurveThatWasWrittenAgainBetweenTwoQuestionsComesWhole) {
  const RunFolder run = writeRun("a", recipe("a", 100));
  write(run, 0, 10, 3.5);
  StoreWorker worker(workspace);
  std::vector<CurveSeries> whole;
  std::vector<CurveSeries> more;
  QObject::connect(&worker, &StoreWorker::curvesLoaded, &worker,
                   [&](const std::vector<CurveSeries>& all, const std::vector<CurveSeries>& some) {
                     whole = all;
                     more = some;
                   });
  worker.start();
  worker.fetchCurves({behind(8, 3.5)});
  EXPECT_TRUE(whole.empty());
  ASSERT_EQ(more.size(), 1u);
  EXPECT_EQ(more[0].raw.size(), 2u);
  worker.fetchCurves({behind(10, 3.5)});
  EXPECT_TRUE(whole.empty() && more.empty());

  // Resumed from step 5 and beyond step 10 again before anyone looked.
  write(run, 5, 12, 2.5);
  worker.poll();
  worker.fetchCurves({behind(10, 3.5)});
  EXPECT_TRUE(more.empty());
  ASSERT_EQ(whole.size(), 1u);
  ASSERT_EQ(whole[0].raw.size(), 12u);
  EXPECT_EQ(whole[0].raw[4].y, 3.5);
  EXPECT_EQ(whole[0].raw[5].y, 2.5);

  // From the start, and nothing logged since.
  write(run, 0, 0, 0);
  worker.poll();
  worker.fetchCurves({behind(12, 2.5)});
  ASSERT_EQ(whole.size(), 1u);
  EXPECT_TRUE(whole[0].raw.empty());
}

TEST(Terminations, ReachTheEventLoopInsteadOfEndingTheProcess) {
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) {
    const Termination termination;
    QSignalSpy requested(&termination, &Termination::requested);
    ASSERT_EQ(::raise(number), 0);
    EXPECT_TRUE(requested.size() == 1 || requested.wait(kPatienceMs));
  }
  struct sigaction after {};
  ASSERT_EQ(::sigaction(SIGTERM, nullptr, &after), 0);
  EXPECT_EQ(after.sa_handler, SIG_DFL);
}

TEST_F(SessionTest, EverythingIsReadBackAsItWasWritten) {
  Session session;
  session.geometry = "bytes\n\x01";
  session.chosen_runs = QStringList{};
  session.run = QStringLiteral("läuft");
  session.smoothing = 0.93;
  session.smoothing_kind = SmoothingKind::kGaussian;
  session.show_raw = false;
  session.axis_metric = QStringLiteral("train/loss");
  session.all_segments = true;
  session.summarize_range = true;
  session.log_x = true;
  session.log_y = true;
  session.run_styles = {{QStringLiteral("läuft"), 3}, {QStringLiteral("other"), 0}};
  session.text_b = QStringLiteral("第二句");
  session.theme = QStringLiteral("dark");
  session.metrics = {QStringLiteral("train/loss")};
  ASSERT_TRUE(saveSession(workspace, session).ok());
  const Result<Session> read = loadSession(workspace);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(*read, session);
}

TEST_F(SessionTest, AMissingFileGivesTheDefaultsAndADamagedOneASentence) {
  ASSERT_TRUE(loadSession(workspace).ok());
  EXPECT_EQ(*loadSession(workspace), Session{});
  ASSERT_TRUE(writeFileAtomic(sessionFile(workspace), "{\"view\": ").ok());
  const Result<Session> read = loadSession(workspace);
  ASSERT_FALSE(read.ok());
  EXPECT_NE(read.error().text.find("settings.json"), std::string::npos);
}

TEST(WriteBeside, WorkRunsOnAnotherThreadAndOnlyAFailureComesBackToAWindowThatStillStands) {
  std::atomic<QThread*> worked_on = nullptr;
  QString said;
  QObject window;
  writeBeside(
      [&]() -> Status {
        worked_on = QThread::currentThread();
        return Error{"the disk is full", "free some space"};
      },
      &window,
      [&](const Error& error) {
        EXPECT_EQ(QThread::currentThread(), qApp->thread());
        said = QString::fromStdString(error.text);
      });
  ASSERT_TRUE(QTest::qWaitFor([&] { return !said.isEmpty(); }));
  EXPECT_EQ(said, QStringLiteral("the disk is full"));
  EXPECT_NE(worked_on.load(), qApp->thread());
  bool called = false;
  auto gone = std::make_unique<QObject>();
  writeBeside([]() -> Status { return Error{"late", ""}; }, gone.get(), [&](const Error&) { called = true; });
  gone.reset();
  writeBeside([] { return Status{}; }, &window, [&](const Error&) { called = true; });
  QThreadPool::globalInstance()->waitForDone();
  QCoreApplication::processEvents();
  EXPECT_FALSE(called);
}

TEST(ProblemBar, AProblemStaysUntilItIsDismissedAndNeverStandsTwice) {
  ProblemBar bar;
  bar.resize(600, 24);
  bar.show();
  ASSERT_TRUE(QTest::qWaitForWindowExposed(&bar));
  EXPECT_FALSE(bar.findChild<QToolButton*>(QStringLiteral("problem-dismiss"))->isVisible());
  bar.add({QStringLiteral("first"), {}, {}});
  bar.add({QStringLiteral("second"), QStringLiteral("do this"), {}});
  bar.add({QStringLiteral("first"), {}, {}});
  EXPECT_EQ(bar.count(), 2);
  EXPECT_EQ(bar.current().text, QStringLiteral("first"));
  QTest::mouseClick(bar.findChild<QToolButton*>(QStringLiteral("problem-dismiss")), Qt::LeftButton);
  EXPECT_EQ(bar.findChild<QLabel*>(QStringLiteral("problem-text"))->text(),
            QStringLiteral("Second (do this)"));
  QTest::mouseClick(bar.findChild<QToolButton*>(QStringLiteral("problem-dismiss")), Qt::LeftButton);
  EXPECT_EQ(bar.count(), 0);
}

TEST(Theme, BothPalettesAreReadable) {
  for (const QPalette& palette : {lightThemePalette(), darkThemePalette()}) {
    EXPECT_GE(contrastRatio(palette.color(QPalette::Text), palette.color(QPalette::Base)), 7);
    EXPECT_GE(contrastRatio(palette.color(QPalette::WindowText), palette.color(QPalette::Window)), 7);
    EXPECT_GE(contrastRatio(palette.color(QPalette::HighlightedText), palette.color(QPalette::Highlight)),
              4.5);
    EXPECT_GE(contrastRatio(palette.color(QPalette::PlaceholderText), palette.color(QPalette::Base)), 4.5);
  }
  EXPECT_TRUE(isDark(darkThemePalette()));
  EXPECT_FALSE(isDark(lightThemePalette()));
}

}  // namespace
}  // namespace heddle::ui
