// Text prepared in the window: the dialog, the engine, what is packed. The engine's stand-in packs as the
// engine does.

#include <signal.h>

#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScreen>
#include <QSignalSpy>
#include <QTest>
#include <QToolButton>

#include "app/main_window.h"
#include "app/new_run/new_run_dialog.h"
#include "app/new_run/recipe_form.h"
#include "app/problem_bar.h"
#include "app/text/corpus_feed.h"
#include "app/text/prepare_dialog.h"
#include "app/welcome.h"
#include "tests/views/app_test_support.h"
#include "tests/views/view_test_support.h"
#include "views/common/progress_entry.h"
#include "views/runs/runs_view.h"
#include "views/text/corpora_page.h"
#include "views/text/text_view.h"

namespace heddle::ui {
namespace {

class PrepareTest : public OpenWindowTest {
 protected:
  void SetUp() override {
    WorkspaceTest::SetUp();
    writeRun("one", recipe("one", 10));
    open();
  }
  QString file(const std::string& name, const std::string& bytes) const {
    return QString::fromStdString(write(name, bytes));
  }
  PrepareDialog* dialog() {
    for (auto* each : window->findChildren<PrepareDialog*>()) {
      if (each->isVisible()) {
        return each;
      }
    }
    return nullptr;
  }
  static void type(QWidget* editor, const QString& text) {
    auto* line = qobject_cast<QLineEdit*>(editor);
    ASSERT_NE(line, nullptr);
    line->setFocus();
    line->selectAll();
    if (text.isEmpty()) {
      QTest::keyClick(line, Qt::Key_Delete);
    }
    // Test keys have no Chinese.
    if (text == QString::fromLatin1(text.toLatin1())) {
      QTest::keyClicks(line, text);
    } else {
      line->insert(text);
    }
  }
  void set(const char* key, const QString& value) {
    type(dialog()->form().editor(QString::fromLatin1(key)), value);
  }
  QPushButton* startButton() { return dialog()->findChild<QPushButton*>(QStringLiteral("prepare-start")); }
  // A dialog with settings small enough for a test.
  void openSmall() {
    command(QStringLiteral("Prepare text"));
    ASSERT_NE(dialog(), nullptr);
    set("text.vocab_size", QStringLiteral("300"));
    set("text.sample_documents", QStringLiteral("60"));
  }
  void openOn(const QString& name, const QString& file) {
    command(QStringLiteral("Prepare text"));
    ASSERT_NE(dialog(), nullptr);
    set("text.vocab_size", QStringLiteral("60"));
    if (auto* add = dialog()->form().findChild<QAbstractButton*>(QStringLiteral("add-corpus"))) {
      QTest::mouseClick(add, Qt::LeftButton);
    }
    set("corpus.0.name", name);
    set("corpus.0.files", file);
  }
  void start() {
    ASSERT_TRUE(waitUntil([this] { return dialog()->checked(); }));
    ASSERT_TRUE(startButton()->isEnabled()) << startButton()->toolTip().toStdString();
    QTest::mouseClick(startButton(), Qt::LeftButton);
    EXPECT_EQ(dialog(), nullptr);
  }
  CorporaPage& page() { return window->textView().corpora(); }
  bool isListed(size_t corpora) {
    return waitUntil(
        [&] { return !window->corpusFeed().busy() && page().model().corpora().size() == corpora; });
  }
  void press(const char* button) {
    QTest::mouseClick(page().findChild<QToolButton*>(QString::fromLatin1(button)), Qt::LeftButton);
  }
  static constexpr const char* kText =
      "the rain falls on the garden\n\nthe old gardener waters the roses\n\nrain and roses\n";
};

TEST_F(PrepareTest, TheDialogIsTheNewRunFormWithTheKeysOfTextAlone) {
  openSmall();
  RecipeForm& form = dialog()->form();
  EXPECT_NE(form.editor(QStringLiteral("text.coarse")), nullptr);
  EXPECT_EQ(form.editor(QStringLiteral("model.hidden_size")), nullptr);
  EXPECT_EQ(form.editor(QStringLiteral("name")), nullptr);
  ASSERT_TRUE(waitUntil([this] { return dialog()->checked(); }));
  bool command = false;
  bool recipe = false;
  for (const auto* preview : dialog()->findChildren<QPlainTextEdit*>()) {
    const QString text = preview->toPlainText();
    command = command || text.contains(QStringLiteral("heddle-engine corpus build --recipe"));
    recipe = recipe || (text.contains(QStringLiteral("vocab_size = 300")) &&
                        !text.contains(QStringLiteral("learning_rate")));
  }
  EXPECT_TRUE(command);
  EXPECT_TRUE(recipe);
  EXPECT_LT(dialog()->height(), dialog()->screen()->availableSize().height());
  dialog()->resize(800, 500);
  settle();
  EXPECT_EQ(dialog()->size(), QSize(800, 500)) << "all of it on a small screen";
  QPushButton* prepare = startButton();
  EXPECT_TRUE(prepare->isEnabled());
  auto* coarse = qobject_cast<QComboBox*>(form.editor(QStringLiteral("text.coarse")));
  coarse->setFocus();
  QTest::keyClicks(coarse, QStringLiteral("words"));
  ASSERT_TRUE(waitUntil([this] { return dialog()->checked(); }));
  EXPECT_FALSE(prepare->isEnabled()) << "no segmented text to learn words from";
  EXPECT_TRUE(form.problemText(QStringLiteral("text.segmented")).contains(QStringLiteral("blanks between")));
}

TEST_F(PrepareTest, TextBecomesATokeniserAndACorpusThatLeadToARun) {
  openOn(QStringLiteral("维基"), file("rain.txt", kText));
  start();
  EXPECT_EQ(window->textView().page(), TextPageKind::kCorpora);
  ASSERT_TRUE(isListed(1));
  EXPECT_FALSE(window->progress().isVisible());
  EXPECT_EQ(window->problems().count(), 0);
  const CorpusDescription corpus = page().model().corpora()[0];
  EXPECT_EQ(corpus.name, QStringLiteral("维基"));
  EXPECT_EQ(corpus.documents, 3);
  EXPECT_EQ(page().current(), corpus.id);
  press("corpora-run-button");
  auto* run = window->findChild<NewRunDialog*>();
  ASSERT_NE(run, nullptr);
  EXPECT_EQ(run->windowTitle(), QStringLiteral("New run on 维基"));
  for (const char* preset : {"first-run", "bert-base"}) {
    auto* presets = run->findChild<QComboBox*>(QStringLiteral("new-run-presets"));
    const int at = presets->findText(QString::fromLatin1(preset));
    ASSERT_GE(at, 0) << preset;
    presets->setCurrentIndex(at);
    Q_EMIT presets->activated(at);
    const Recipe& recipe = run->form().recipe();
    ASSERT_EQ(recipe.corpora.size(), 1U) << preset;
    EXPECT_EQ(recipe.corpora[0].name, "维基");
    EXPECT_EQ(recipe.text.vocab_size, 60) << preset;
  }
  run->close();
  press("corpora-tokenizer-button");
  EXPECT_EQ(window->textView().page(), TextPageKind::kText);
  ASSERT_TRUE(waitUntil([&] {
    return window->textView().bar().chosenNames().contains(corpus.tokenizer_name);
  })) << "its chip: "
      << corpus.tokenizer_name.toStdString();
}

TEST_F(PrepareTest, PhrasesOfTheSampleTextAreListed) {
  openSmall();
  auto* coarse = qobject_cast<QComboBox*>(dialog()->form().editor(QStringLiteral("text.coarse")));
  coarse->setFocus();
  QTest::keyClicks(coarse, QStringLiteral("phrases"));
  set("text.phrase_min_count", QStringLiteral("3"));
  start();
  ASSERT_TRUE(isListed(1));
  const CorpusDescription& corpus = page().model().corpora()[0];
  EXPECT_EQ(corpus.name, QStringLiteral("Sample text"));
  EXPECT_EQ(corpus.grain, CorpusGrain::kPhrases);
  EXPECT_GT(corpus.coarse_rate, 0.01);
  ASSERT_FALSE(corpus.most_frequent.empty());
  EXPECT_GE(corpus.most_frequent[0].count, 3);
  EXPECT_TRUE(corpus.longest[0].text.contains(u' '));
  // With everything that the page has, on a small screen.
  window->resize(800, 500);
  settle();
  EXPECT_LE(window->minimumSizeHint().height(), 500);
  EXPECT_LE(window->minimumSizeHint().width(), 800);
}

TEST_F(PrepareTest, ItGoesOnWithoutTheDialogAndCanBeCancelledInTheStatusBar) {
  openOn(QStringLiteral("waits"), file("rain.txt", kText));
  start();
  ASSERT_TRUE(waitUntil([this] {
    return window->progress().isVisible() && window->progress().doing().contains(QStringLiteral("(50 %)"));
  }));
  window->views().setCurrentIndex(0);
  EXPECT_TRUE(window->progress().isVisible()) << "whatever view is looked at";
  settle();
  EXPECT_LE(window->minimumSizeHint().width(), 800) << "there is room for it on a small screen";
  command(QStringLiteral("Prepare text"));
  ASSERT_TRUE(waitUntil([this] { return dialog()->checked(); }));
  EXPECT_FALSE(startButton()->isEnabled());
  EXPECT_TRUE(startButton()->toolTip().contains(QStringLiteral("being prepared")));
  const qint64 engine = window->corpusFeed().enginePid();
  ASSERT_GT(engine, 1);
  QTest::mouseClick(window->progress().findChild<QToolButton*>(), Qt::LeftButton);
  EXPECT_FALSE(window->corpusFeed().busy());
  EXPECT_FALSE(window->progress().isVisible());
  EXPECT_TRUE(page().statement().contains(QStringLiteral("goes on from there")));
  EXPECT_EQ(window->problems().count(), 0) << "to cancel is no problem";
  EXPECT_TRUE(waitUntil([&] { return ::kill(static_cast<pid_t>(engine), 0) != 0; })) << "the engine is gone";
  EXPECT_TRUE(startButton()->isEnabled());
  // The dialog begins with what was prepared last: the same text again, or another.
  EXPECT_EQ(dialog()->form().recipe().corpora.at(0).name, "waits");
  set("corpus.0.name", QStringLiteral("rain"));
  start();
  ASSERT_TRUE(isListed(1));
  EXPECT_TRUE(page().statement().isEmpty());
}

TEST_F(PrepareTest, AnEngineThatDiesIsOneProblemSaidOnThePageToo) {
  openOn(QStringLiteral("dies"), file("rain.txt", kText));
  start();
  ASSERT_TRUE(waitUntil([this] { return window->problems().count() == 1; }));
  EXPECT_TRUE(window->problems().current().text.contains(QStringLiteral("the engine was killed")));
  EXPECT_TRUE(window->problems().current().details.contains(QStringLiteral("told to die")));
  EXPECT_TRUE(page().statement().contains(QStringLiteral("the engine was killed")));
  EXPECT_FALSE(window->corpusFeed().busy());
}

TEST_F(PrepareTest, ABrokenVocabularyAndAMissingEngineAreOneSentenceEach) {
  openSmall();
  const QString broken = file("broken.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\na\n");
  set("text.vocabulary", broken);
  ASSERT_TRUE(waitUntil([this] { return dialog()->checked(); }));
  EXPECT_FALSE(startButton()->isEnabled());
  EXPECT_TRUE(startButton()->toolTip().contains(QStringLiteral("broken.txt")));
  // One that breaks after it was looked at is the engine's to refuse.
  const QString vocabulary = file("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb\n");
  set("text.vocabulary", vocabulary);
  ASSERT_TRUE(waitUntil([this] { return dialog()->checked(); }));
  std::filesystem::copy_file(broken.toStdString(), vocabulary.toStdString(),
                             std::filesystem::copy_options::overwrite_existing);
  start();
  ASSERT_TRUE(waitUntil([this] { return window->problems().count() == 1; }));
  EXPECT_TRUE(window->problems().current().text.contains(QStringLiteral("vocab.txt")));
  EXPECT_TRUE(page().statement().contains(QStringLiteral("vocab.txt")));
  qputenv("HEDDLE_ENGINE", "/nowhere/heddle-engine");
  command(QStringLiteral("Prepare text"));
  set("text.vocabulary", {});
  start();
  ASSERT_TRUE(waitUntil([this] { return window->problems().count() == 2; }));
  EXPECT_TRUE(page().statement().contains(QStringLiteral("/nowhere/heddle-engine")));
}

TEST_F(PrepareTest, WhatWasPreparedLastIsThereInTheNextWindow) {
  openOn(QStringLiteral("waits"), file("rain.txt", kText));
  start();
  ASSERT_TRUE(waitUntil([this] { return window->corpusFeed().enginePid() > 1; }));
  const auto engine = static_cast<pid_t>(window->corpusFeed().enginePid());
  close();
  EXPECT_NE(::kill(engine, 0), 0) << "it ends with the window";
  open();
  EXPECT_EQ(window->textView().page(), TextPageKind::kCorpora);
  QTest::mouseClick(window->textView().findChild<QPushButton*>(QStringLiteral("corpora-prepare")),
                    Qt::LeftButton);
  ASSERT_NE(dialog(), nullptr);
  EXPECT_EQ(dialog()->form().recipe().corpora.at(0).name, "waits");
}

TEST_F(PrepareTest, ThePageIsFilledWhenTheFirstRunTakesTheWelcomeAway) {
  command(QStringLiteral("Corpora of the workspace"));
  close();
  std::filesystem::remove_all(workspace.runs());
  for (const char* part : {"", "-wal", "-shm"}) {
    std::filesystem::remove(workspace.database().string() + part);
  }
  window = std::make_unique<MainWindow>(MainWindowOptions{.workspace = workspace, .first_run = false});
  window->show();
  window->start();
  ASSERT_TRUE(waitUntil([this] { return window->findChild<Welcome*>()->isVisible(); }));
  EXPECT_FALSE(page().isVisible());
  writeRun("two", recipe("two", 10));
  EXPECT_TRUE(waitUntil([this] { return says(page(), QStringLiteral("no corpus yet")); }));
}

TEST_F(PrepareTest, AWorkspaceThatCannotBeReadIsSaidSo) {
  ASSERT_TRUE(writeFileAtomic(workspace.corpora(), "no folder").ok());
  command(QStringLiteral("Corpora of the workspace"));
  ASSERT_TRUE(waitUntil([this] { return window->problems().count() == 1; }));
  EXPECT_TRUE(says(page(), QStringLiteral("cannot list")));
  EXPECT_FALSE(says(page(), QStringLiteral("no corpus yet"))) << "nobody knows";
  std::filesystem::remove(workspace.corpora());
  command(QStringLiteral("Tokens of a text"));
  command(QStringLiteral("Corpora of the workspace"));
  EXPECT_TRUE(waitUntil([this] { return says(page(), QStringLiteral("no corpus yet")); }));
  EXPECT_FALSE(says(page(), QStringLiteral("cannot list"))) << "it was put right";
}

}  // namespace
}  // namespace heddle::ui
