// The Text view in the window: real tokenisers from files, the engine by its stand-in.

#include <signal.h>
#include <zlib.h>

#include <QApplication>
#include <QComboBox>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTabWidget>
#include <QTest>
#include <set>

#include "app/main_window.h"
#include "app/new_run/new_run_dialog.h"
#include "app/new_run/recipe_form.h"
#include "app/problem_bar.h"
#include "app/text/comparison_reader.h"
#include "app/text/engine_job.h"
#include "app/text/text_feed.h"
#include "app/text/text_source.h"
#include "app/text/text_worker.h"
#include "tests/views/app_test_support.h"
#include "views/text/comparison_page.h"
#include "views/text/rows_page.h"
#include "views/text/rows_view.h"
#include "views/text/text_page.h"
#include "views/text/text_view.h"
#include "views/text/vocabulary_page.h"

namespace heddle::ui {
namespace {

constexpr const char* kPieces = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nthe\nrain\nfall\n##s\n.\ngarden\n##er\n";

// --- sources of text -------------------------------------------------------------------------------------

class TextSourceTest : public WorkspaceTest {
 protected:
  std::filesystem::path file(const char* name, std::string_view bytes) {
    const std::filesystem::path path = workspace.root / name;
    EXPECT_TRUE(writeFileAtomic(path, bytes).ok());
    return path;
  }
  static TextSource of(const std::filesystem::path& path) {
    return fileSource(QString::fromStdString(path.string()));
  }
  // All that can be drawn.
  static std::set<std::string> drawn(const TextSource& source) {
    std::set<std::string> seen;
    for (uint64_t draw = 0; draw < 200; ++draw) {
      const auto document = takeDocument(source, draw, 1000);
      EXPECT_TRUE(document.ok()) << draw;
      seen.insert(document.ok() ? *document : document.error().text);
    }
    return seen;
  }
  static std::vector<std::string> paragraphs(const TextSource& source) {
    std::vector<std::string> all;
    const Status read = readParagraphs(source, [&](std::string_view each, double) {
      all.emplace_back(each);
      return true;
    });
    EXPECT_TRUE(read.ok()) << read.error().message();
    return all;
  }
};

TEST_F(TextSourceTest, DocumentsOfTheSampleAreAFunctionOfTheDraw) {
  const auto first = takeDocument({}, 3, 1000);
  ASSERT_TRUE(first.ok());
  EXPECT_GT(first->size(), 20U);
  EXPECT_EQ(*first, *takeDocument({}, 3, 1000));
  EXPECT_NE(*first, *takeDocument({}, 4, 1000));
}

TEST_F(TextSourceTest, TheSampleIsThereInChineseAndAsARecipe) {
  TextSource chinese = sampleSource(QStringLiteral("x"), "zh");
  chinese.text.sample_documents = 3;
  const auto document = takeDocument(chinese, 0, 1000);
  ASSERT_TRUE(document.ok());
  EXPECT_NE(document->find("。"), std::string::npos) << *document;
  const std::filesystem::path recipe = workspace.root / "sample.toml";
  ASSERT_TRUE(writeAsRecipe(chinese, recipe).ok());
  const auto again = resolved({.name = QStringLiteral("x"), .recipe = recipe});
  ASSERT_TRUE(again.ok());
  EXPECT_FALSE(paragraphs(chinese).empty());
  EXPECT_EQ(paragraphs(chinese), paragraphs(*again));
  EXPECT_FALSE(writeAsRecipe(chinese, workspace.root / "nowhere" / "sample.toml").ok());
}

TEST_F(TextSourceTest, EveryDocumentOfAPlainTextCanBeDrawn) {
  const auto path = file("plain.txt", "one\ntwo\n\nthree 中文\n\nfour\n");
  EXPECT_EQ(drawn(of(path)), (std::set<std::string>{"one\ntwo", "three 中文", "four"}));
  EXPECT_EQ(paragraphs(of(path)), (std::vector<std::string>{"one", "two", "three 中文", "four"}));
  std::set<std::string> cut;
  for (uint64_t draw = 0; draw < 50; ++draw) {
    cut.insert(*takeDocument(of(path), draw, 7));
  }
  EXPECT_EQ(cut, (std::set<std::string>{"one\ntwo", "three ", "four"})) << "cut before a character";
}

TEST_F(TextSourceTest, CompressedFilesAndJsonAreReadAsTrainingReadsThem) {
  const std::filesystem::path path = workspace.root / "news.jsonl.gz";
  gzFile out = ::gzopen(path.c_str(), "wb");
  ASSERT_NE(out, nullptr);
  ::gzputs(out, "{\"text\": \"first\\nline\"}\n{\"text\": \"second\"}\n");
  ::gzclose(out);
  EXPECT_EQ(drawn(of(path)), (std::set<std::string>{"first\nline", "second"}));
  EXPECT_EQ(paragraphs(of(path)), (std::vector<std::string>{"first", "line", "second"}));
}

TEST_F(TextSourceTest, TheTextOfARunHasItsFormatsItsFiltersAndItsWeights) {
  file("a.jsonl", "{\"body\": \"rain\"}\n{\"body\": \"rain falls\"}\n{\"body\": \"rain falls\"}\n");
  file("b.txt", "the garden of the house\n\nthe\n");
  const auto recipe = file("run.toml", R"(name = "x"
[[corpus]]
name = "a"
files = ["a.jsonl"]
format = "jsonl"
json_key = "body"
weight = 1
min_characters = 6
deduplicate = true
[[corpus]]
name = "b"
files = ["b.txt"]
weight = 1
max_characters = 4
)");
  const auto source = resolved({.name = QStringLiteral("a run"), .recipe = recipe});
  ASSERT_TRUE(source.ok()) << source.error().message();
  EXPECT_EQ(drawn(*source), (std::set<std::string>{"rain falls", "the"}));
  EXPECT_EQ(paragraphs(*source), (std::vector<std::string>{"rain falls", "the"}));
  TextSource first_alone = *source;
  first_alone.corpora[1].weight = 0;
  EXPECT_FALSE(takeDocument(first_alone, 1, 100).ok()) << "some weights alone are refused in training too";
}

TEST_F(TextSourceTest, WhatCannotBeReadIsOneSentence) {
  const auto says = [](const std::filesystem::path& path) {
    const auto document = takeDocument(of(path), 1, 100);
    const Status read = readParagraphs(of(path), [](std::string_view, double) { return true; });
    EXPECT_FALSE(document.ok());
    EXPECT_EQ(read.ok() ? document.error().text : read.error().text, document.error().text);
    return document.ok() ? *document : document.error().text;
  };
  EXPECT_NE(says(workspace.root / "nowhere.txt").find("nowhere.txt"), std::string::npos);
  EXPECT_NE(says(file("empty.txt", "")).find("has none"), std::string::npos);
  EXPECT_NE(says(file("binary.txt", std::string_view("a\0b", 3))).find("binary.txt"), std::string::npos);
  EXPECT_NE(says(file("packed.txt.gz", "x")).find("packed.txt.gz"), std::string::npos);
  const auto recipe = resolved({.name = QStringLiteral("a run"), .recipe = workspace.root / "recipe.toml"});
  ASSERT_FALSE(recipe.ok());
  EXPECT_NE(recipe.error().text.find("recipe.toml"), std::string::npos);
}

// --- jobs of the engine ----------------------------------------------------------------------------------

class EngineJobTest : public WorkspaceTest {
 protected:
  EngineJob job{QStringLiteral("The comparison")};
};

TEST_F(EngineJobTest, ReportsProgressThenTheAnswerThenTheEnd) {
  QSignalSpy progressed(&job, &EngineJob::progressed);
  QSignalSpy answered(&job, &EngineJob::answered);
  QSignalSpy finished(&job, &EngineJob::finished);
  job.start(comparisonArguments({QStringLiteral("a"), QStringLiteral("b")}, {}));
  ASSERT_TRUE(finished.wait(kPatienceMs));
  ASSERT_EQ(progressed.count(), 1);
  EXPECT_DOUBLE_EQ(progressed[0][0].toDouble(), 0.25);
  ASSERT_EQ(answered.count(), 1);
  const auto data =
      readComparison(answered[0][0].toByteArray(), {QStringLiteral("first"), QStringLiteral("second")});
  ASSERT_TRUE(data.ok()) << data.error().message();
  EXPECT_EQ(data->tokenizers[1].name, QStringLiteral("second"));
  EXPECT_DOUBLE_EQ(data->tokenizers[1].tokens_per_word, 2);
  EXPECT_DOUBLE_EQ(data->tokenizers[1].tokens_per_word_type, 2);
  EXPECT_FALSE(readComparison("{\"kind\": \"result\"}", {}).ok());
  EXPECT_FALSE(readComparison("garbage", {}).ok());
}

TEST_F(EngineJobTest, AKilledEngineIsOneProblemWithItsLastWords) {
  QSignalSpy failed(&job, &EngineJob::failed);
  job.start(comparisonArguments({QStringLiteral("dies")}, {}));
  ASSERT_TRUE(failed.wait(kPatienceMs));
  const auto problem = failed[0][0].value<Problem>();
  EXPECT_EQ(problem.text, QStringLiteral("The comparison did not succeed: the engine was killed"));
  EXPECT_TRUE(problem.details.contains(QStringLiteral("told to die")));
  EXPECT_EQ(failed.count(), 1);
}

TEST_F(EngineJobTest, CancellingIsNoProblem) {
  QSignalSpy progressed(&job, &EngineJob::progressed);
  QSignalSpy failed(&job, &EngineJob::failed);
  QSignalSpy cancelled(&job, &EngineJob::cancelled);
  job.start(comparisonArguments({QStringLiteral("waits")}, {}));
  ASSERT_TRUE(progressed.wait(kPatienceMs));
  job.cancel();
  EXPECT_EQ(cancelled.count(), 1);
  EXPECT_FALSE(job.running());
  EXPECT_EQ(failed.count(), 0);
}

TEST_F(EngineJobTest, AMissingEngineIsSaidSo) {
  qputenv("HEDDLE_ENGINE", "/nowhere/heddle-engine");
  QSignalSpy failed(&job, &EngineJob::failed);
  job.start({QStringLiteral("serve")});
  ASSERT_EQ(failed.count(), 1);
  EXPECT_TRUE(failed[0][0].value<Problem>().text.contains(QStringLiteral("/nowhere/heddle-engine")));
}

// --- the window ------------------------------------------------------------------------------------------

class TextWindowTest : public OpenWindowTest {
 protected:
  void SetUp() override {
    WorkspaceTest::SetUp();
    writeRun("one", recipe("one", 10));
    ASSERT_TRUE(makeFolder(workspace.root / "given").ok());
    vocabulary = QString::fromStdString(write("given/vocab.txt", kPieces));
  }

  // The tokeniser that a run leaves in the workspace.
  void keepTokenizer(const std::string& id) const {
    write("tokenizers/" + id + "/vocab.txt", kPieces);
    write("tokenizers/" + id + "/tokenizer.json",
          R"({"format":2,"kind":"wordpiece","lowercase":true,"coarse":"none","size":12,"coarse_size":12})");
  }
  TextView& view() { return window->textView(); }
  size_t bandsShown() {
    const TokenizedText* text = view().text().bands().text();
    return text == nullptr ? 0 : text->bands.size();
  }
  bool reads(const QString& text, size_t bands) {
    return waitUntil([&] {
      const TokenizedText* shown = view().text().bands().text();
      return shown != nullptr && shown->bands.size() == bands && QString::fromUtf8(shown->utf8) == text;
    });
  }

  QString vocabulary;
};

TEST_F(TextWindowTest, AWorkspacesOwnTokenizerReadsTheTextAtOnce) {
  keepTokenizer("0123456789abcdef0123456789abcdef");
  open();
  command(QStringLiteral("Tokens of a text"));
  ASSERT_TRUE(waitUntil([this] { return bandsShown() == 1; }));
  EXPECT_EQ(view().bar().chosenNames(), QStringList{QStringLiteral("wordpiece 12 · 0123")});
  auto* editor = view().findChild<QPlainTextEdit*>(QStringLiteral("text-editor"));
  editor->selectAll();
  QTest::keyClicks(editor, QStringLiteral("the rain falls"));
  ASSERT_TRUE(reads(QStringLiteral("the rain falls"), 1));
  const TokenBand& band = view().text().bands().text()->bands[0];
  ASSERT_EQ(band.tokens.size(), 4U);
  EXPECT_EQ(band.tokens[3].piece, QStringLiteral("##s"));
  EXPECT_EQ(band.tokens[3].kind, PieceKind::kContinuation);
  EXPECT_EQ(band.tokens[3].unit, band.tokens[2].unit) << "fall ##s are one word";
  EXPECT_NE(band.tokens[1].unit, band.tokens[2].unit);
}

TEST_F(TextWindowTest, FilesOfTheUsersAreOpenedAndRemembered) {
  open();
  command(QStringLiteral("Show Text"));
  Q_EMIT view().tokenizerFileChosen(vocabulary);
  ASSERT_TRUE(waitUntil([this] { return bandsShown() == 1; }));
  EXPECT_EQ(view().bar().chosenNames(), QStringList{QStringLiteral("given")}) << "named by its folder";
  view().text().setText(QStringLiteral("rain ☃"));
  ASSERT_TRUE(reads(QStringLiteral("rain ☃"), 1));
  EXPECT_EQ(view().text().bands().text()->bands[0].tokens[1].kind, PieceKind::kUnknown);
  close();
  open();
  ASSERT_TRUE(reads(QStringLiteral("rain ☃"), 1)) << "the same view, text and tokeniser come back";
  EXPECT_EQ(view().bar().chosenNames(), QStringList{QStringLiteral("given")});
}

TEST_F(TextWindowTest, BrokenFilesAreOneSentenceInTheProblemBar) {
  open();
  command(QStringLiteral("Show Text"));
  Q_EMIT view().tokenizerFileChosen(QString::fromStdString((workspace.root / "nowhere/vocab.txt").string()));
  ASSERT_TRUE(waitUntil([this] { return window->problems().count() == 1; }));
  EXPECT_TRUE(window->problems().current().text.contains(QStringLiteral("nowhere")));
  Q_EMIT view().tokenizerFileChosen(
      QString::fromStdString(write("twice/vocab.txt", "[UNK]\n[CLS]\n[SEP]\n[PAD]\n[MASK]\na\na\n")));
  ASSERT_TRUE(waitUntil([this] { return window->problems().count() == 2; }));
  EXPECT_TRUE(window->problems().current().text.contains(QStringLiteral("twice/vocab.txt")));
  EXPECT_TRUE(view().bar().chosenNames().isEmpty());
}

TEST_F(TextWindowTest, ARandomDocumentComesOutOfTheChosenSource) {
  open();
  command(QStringLiteral("Show Text"));
  Q_EMIT view().tokenizerFileChosen(vocabulary);
  ASSERT_TRUE(waitUntil([this] { return bandsShown() == 1; }));
  Q_EMIT view().sourceFileChosen(QString::fromStdString(write("rain.txt", "the rain falls\n")));
  EXPECT_EQ(view().bar().sourceName(), QStringLiteral("rain.txt"));
  QTest::mouseClick(view().findChild<QPushButton*>(QStringLiteral("text-random")), Qt::LeftButton);
  ASSERT_TRUE(reads(QStringLiteral("the rain falls"), 1));
  Q_EMIT view().sourceFileChosen(QString::fromStdString((workspace.root / "gone.txt").string()));
  QTest::mouseClick(view().findChild<QPushButton*>(QStringLiteral("text-random")), Qt::LeftButton);
  ASSERT_TRUE(waitUntil([this] { return window->problems().count() == 1; }));
  Q_EMIT view().sourceChosen(QStringLiteral("run"));
  EXPECT_EQ(view().bar().sourceName(), QStringLiteral("Text of one"));
  QTest::mouseClick(view().findChild<QPushButton*>(QStringLiteral("text-random")), Qt::LeftButton);
  ASSERT_TRUE(waitUntil([this] { return view().text().text().size() > 50; }))
      << "the run trains on the sample";
}

TEST_F(TextWindowTest, LongTextsAreCutAndItIsSaidSo) {
  open();
  command(QStringLiteral("Show Text"));
  Q_EMIT view().tokenizerFileChosen(vocabulary);
  ASSERT_TRUE(waitUntil([this] { return bandsShown() == 1; }));
  view().text().setText(QString(80000, u'中'));
  ASSERT_TRUE(waitUntil([this] { return view().text().bands().text()->utf8.size() == 199998; }));
  EXPECT_TRUE(QString::fromUtf8(view().text().bands().text()->utf8).endsWith(u'中'));
}

TEST_F(TextWindowTest, TheVocabularyIsListedAndCounted) {
  open();
  command(QStringLiteral("Vocabulary of a tokeniser"));
  Q_EMIT view().tokenizerFileChosen(vocabulary);
  const VocabularyModel& model = view().vocabulary().model();
  ASSERT_TRUE(waitUntil([&] { return model.rowCount() == 12; }));
  EXPECT_EQ(model.index(8, VocabularyModel::kKind).data().toString(), QStringLiteral("continuation"));
  EXPECT_EQ(model.index(8, VocabularyModel::kLength).data().toString(), QStringLiteral("1"));
  EXPECT_EQ(model.index(0, VocabularyModel::kKind).data().toString(), QStringLiteral("special"));
  Q_EMIT view().sourceFileChosen(QString::fromStdString(write("rain.txt", "the rain falls\nthe rain .\n")));
  QTest::mouseClick(view().findChild<QPushButton*>(QStringLiteral("vocabulary-count")), Qt::LeftButton);
  ASSERT_TRUE(waitUntil([&] { return model.hasCounts(); }));
  const int rain = model.rowOf(6);
  EXPECT_EQ(model.index(rain, VocabularyModel::kCount).data().toString(), QStringLiteral("2"));
  EXPECT_EQ(model.index(model.rowOf(8), VocabularyModel::kCount).data().toString(), QStringLiteral("1"));
}

TEST_F(TextWindowTest, TwoTokenizersAreComparedByTheEngine) {
  open();
  command(QStringLiteral("Compare tokenisers"));
  Q_EMIT view().tokenizerFileChosen(vocabulary);
  Q_EMIT view().tokenizerFileChosen(QString::fromStdString(write("other/vocab.txt", kPieces)));
  auto* button = view().findChild<QPushButton*>(QStringLiteral("compare"));
  ASSERT_TRUE(waitUntil([&] { return button->isEnabled(); }));
  QTest::mouseClick(button, Qt::LeftButton);
  ASSERT_TRUE(waitUntil([this] { return view().comparison().comparison().tokenizers.size() == 2; }));
  EXPECT_EQ(view().comparison().comparison().tokenizers[1].name, QStringLiteral("other"));
  EXPECT_TRUE(waitUntil([&] { return button->text() == QStringLiteral("Compare"); }));
  Q_EMIT view().sourceFileChosen(QString::fromStdString(write("rain.txt", "the rain\n")));
  std::filesystem::remove_all(workspace.root / "runs/one/recipe.toml");
  Q_EMIT view().sourceChosen(QStringLiteral("run"));
  QTest::mouseClick(button, Qt::LeftButton);
  ASSERT_TRUE(waitUntil([this] { return window->problems().count() == 1; }));
  EXPECT_TRUE(window->problems().current().text.contains(QStringLiteral("recipe.toml")));
  EXPECT_EQ(button->text(), QStringLiteral("Compare"));
}

TEST_F(TextWindowTest, AnEngineThatDiesWhileComparingIsSaidWhereTheChartsWouldBe) {
  open();
  command(QStringLiteral("Compare tokenisers"));
  Q_EMIT view().tokenizerFileChosen(vocabulary);
  Q_EMIT view().tokenizerFileChosen(QString::fromStdString(write("waits/vocab.txt", kPieces)));
  auto* button = view().findChild<QPushButton*>(QStringLiteral("compare"));
  ASSERT_TRUE(waitUntil([&] { return button->isEnabled(); }));
  QTest::mouseClick(button, Qt::LeftButton);
  ASSERT_TRUE(waitUntil([this] { return window->textFeed().comparisonPid() > 1; }));
  ::kill(static_cast<pid_t>(window->textFeed().comparisonPid()), SIGKILL);
  ASSERT_TRUE(waitUntil([this] { return window->problems().count() == 1; }));
  EXPECT_TRUE(window->problems().current().text.contains(QStringLiteral("was killed")));
  EXPECT_TRUE(button->isEnabled()) << "and it can be asked again";
}

TEST_F(TextWindowTest, TrainingRowsAreTheSelectedRuns) {
  open();
  command(QStringLiteral("Training rows of the run"));
  QTest::mouseClick(view().findChild<QPushButton*>(QStringLiteral("rows-show")), Qt::LeftButton);
  ASSERT_TRUE(waitUntil([this] { return view().rows().view().rows().size() == 4; }));
  EXPECT_EQ(view().rows().view().rows()[0].tokens[1].label, "0") << "batches count from 0";
  QSpinBox& step = *view().findChild<QSpinBox*>(QStringLiteral("rows-step"));
  QTest::keyClick(&step, Qt::Key_Up);
  ASSERT_TRUE(waitUntil([this] {
    const auto& rows = view().rows().view().rows();
    return !rows.empty() && rows[0].tokens[1].label == "1";
  }));
  step.setValue(13);
  ASSERT_TRUE(waitUntil([this] { return window->problems().count() == 1; }));
  EXPECT_EQ(window->problems().current().text, QStringLiteral("This step is not there"));
}

TEST_F(TextWindowTest, TheFirstBatchOfANewRunIsSeenBeforeItStarts) {
  open();
  window->newRun();
  auto* dialog = window->findChild<NewRunDialog*>();
  ASSERT_NE(dialog, nullptr);
  auto* button = dialog->findChild<QPushButton*>(QStringLiteral("new-run-first-batch"));
  ASSERT_TRUE(waitUntil([&] { return button->isEnabled(); }));
  QTest::mouseClick(button, Qt::LeftButton);
  auto* page = dialog->findChild<RowsPage*>();
  ASSERT_TRUE(waitUntil([&] { return page->view().rows().size() == 4; }));
  EXPECT_TRUE(page->isVisible()) << "beside the form, not behind the dialog";
  auto* name = qobject_cast<QLineEdit*>(dialog->form().editor(QStringLiteral("name")));
  QTest::keyClicks(name, QStringLiteral(" again"));
  ASSERT_TRUE(waitUntil([&] { return page->view().rows().empty(); })) << "they were another recipe's";
  name->clear();
  ASSERT_TRUE(waitUntil([&] {
    return !page->findChild<QPushButton*>(QStringLiteral("rows-show"))->isEnabled();
  })) << "a recipe with problems has no rows";
}

TEST_F(TextWindowTest, FitsASmallScreen) {
  open();
  for (int tab = 0; tab < window->views().count(); ++tab) {
    window->views().setCurrentIndex(tab);
    window->resize(800, 500);
    for (int turn = 0; turn < 5; ++turn) {
      QCoreApplication::processEvents();
    }
    EXPECT_LE(window->minimumSizeHint().height(), 500) << tab;
    EXPECT_LE(window->minimumSizeHint().width(), 800) << tab;
  }
}

}  // namespace
}  // namespace heddle::ui
