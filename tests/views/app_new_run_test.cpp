#include <QApplication>
#include <QComboBox>
#include <QFileDialog>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QScreen>
#include <QSignalSpy>
#include <QTest>
#include <QToolButton>
#include <algorithm>
#include <set>

#include "app/new_run/new_run_dialog.h"
#include "app/new_run/recipe_form.h"
#include "tests/views/app_test_support.h"
#include "tests/views/view_test_support.h"
#include "views/common/palette.h"

namespace heddle::ui {
namespace {

class NewRunTest : public WorkspaceTest {
 protected:
  static void type(QWidget* editor, const QString& text) {
    auto* line = qobject_cast<QLineEdit*>(editor);
    ASSERT_NE(line, nullptr);
    line->selectAll();
    QTest::keyClicks(line, text);
  }

  static QPushButton* button(NewRunDialog& dialog, const char* name) {
    return dialog.findChild<QPushButton*>(QString::fromLatin1(name));
  }

  static bool settle(NewRunDialog& dialog) {
    return waitUntil([&] { return dialog.checked(); });
  }
};

TEST_F(NewRunTest, EveryKeyOfTheTableHasAnEditor) {
  RecipeForm form;
  Recipe recipe;
  recipe.corpora.resize(1);  // a list without items has no editors
  form.setRecipe(recipe);
  for (const Field& field : recipeFields()) {
    const QString key = QString::fromStdString(fieldKey(field, 0));
    EXPECT_NE(form.editor(key), nullptr) << key.toStdString();
  }
}

TEST_F(NewRunTest, TypedValuesReachTheRecipeAndAPresetFillsTheSizes) {
  RecipeForm form;
  form.setRecipe(Recipe{});
  type(form.editor(QStringLiteral("optimizer.learning_rate")), QStringLiteral("3e-4"));
  EXPECT_DOUBLE_EQ(form.recipe().optimizer.learning_rate, 3e-4);
  auto* preset = qobject_cast<QComboBox*>(form.editor(QStringLiteral("model.preset")));
  ASSERT_NE(preset, nullptr);
  preset->setCurrentText(QStringLiteral("base"));
  EXPECT_EQ(form.recipe().model.hidden_size, 768);
  EXPECT_EQ(qobject_cast<QLineEdit*>(form.editor(QStringLiteral("model.hidden_size")))->text(),
            QStringLiteral("768"));
}

TEST_F(NewRunTest, APhaseCanBeAdded) {
  RecipeForm form;
  form.setRecipe(Recipe{});
  auto* add = form.findChild<QAbstractButton*>(QStringLiteral("add-phase-0"));
  ASSERT_NE(add, nullptr);
  add->click();
  EXPECT_EQ(form.recipe().phases.size(), 2u);
  EXPECT_NE(form.editor(QStringLiteral("phase.1.length")), nullptr);
}

TEST_F(NewRunTest, ACorpusCanBeAddedAndTakenOutAgain) {
  RecipeForm form;
  form.setRecipe(Recipe{});
  EXPECT_EQ(form.editor(QStringLiteral("corpus.0.files")), nullptr);
  auto* first = form.findChild<QAbstractButton*>(QStringLiteral("add-corpus"));
  ASSERT_NE(first, nullptr);
  first->click();
  type(form.editor(QStringLiteral("corpus.0.files")), QStringLiteral("/a.txt, /b"));
  ASSERT_EQ(form.recipe().corpora.size(), 1u);
  EXPECT_EQ(form.recipe().corpora[0].files, (std::vector<std::filesystem::path>{"/a.txt", "/b"}));
  form.findChild<QAbstractButton*>(QStringLiteral("add-corpus-0"))->click();
  EXPECT_EQ(form.recipe().corpora.size(), 2u);
  form.findChild<QAbstractButton*>(QStringLiteral("remove-corpus-1"))->click();
  form.findChild<QAbstractButton*>(QStringLiteral("remove-corpus-0"))->click();
  EXPECT_TRUE(form.recipe().corpora.empty());
}

// --- what the present choices use ----------------------------------------------------------------------

class UsedKeysTest : public NewRunTest {
 protected:
  void SetUp() override {
    NewRunTest::SetUp();
    form.setRecipe(Recipe{});
    form.show();
  }
  bool shown(const char* key) const { return form.editor(QString::fromLatin1(key))->isVisible(); }
  void choose(const char* key, const char* value) {
    qobject_cast<QComboBox*>(form.editor(QString::fromLatin1(key)))
        ->setCurrentText(QString::fromLatin1(value));
  }
  bool heads(const char* section) const {
    const auto labels = form.findChildren<QLabel*>();
    return std::any_of(labels.begin(), labels.end(), [&](const QLabel* label) {
      return label->isVisible() && label->text() == QString::fromLatin1(section);
    });
  }

  RecipeForm form;
};

TEST_F(UsedKeysTest, OnlyKeysWithAnEffectAreShown) {
  EXPECT_TRUE(shown("text.sample_documents"));
  EXPECT_FALSE(shown("text.phrase_count"));
  EXPECT_FALSE(shown("text.segmented"));
  EXPECT_FALSE(shown("text.character_coverage"));
  EXPECT_FALSE(heads("Random segmentation"));
  choose("text.tokenizer", "unigram");
  EXPECT_TRUE(shown("text.character_coverage"));
  EXPECT_TRUE(heads("Random segmentation"));
  choose("text.coarse", "phrases");
  EXPECT_TRUE(shown("text.phrase_count"));
  EXPECT_FALSE(shown("text.segmented"));
  choose("text.coarse", "words");
  EXPECT_FALSE(shown("text.phrase_count"));
  EXPECT_TRUE(shown("text.segmented"));
  choose("objective.masking", "span");
  EXPECT_TRUE(shown("objective.span_longest"));
  EXPECT_FALSE(shown("objective.ngram_longest"));
}

TEST_F(UsedKeysTest, WhatIsWrongIsShownWhateverTheChoice) {
  choose("text.coarse", "phrases");
  type(form.editor(QStringLiteral("text.phrase_count")), QStringLiteral("many"));
  choose("text.coarse", "none");
  EXPECT_TRUE(shown("text.phrase_count")) << "its words cannot be read";
  type(form.editor(QStringLiteral("text.phrase_count")), QStringLiteral("10"));
  EXPECT_FALSE(shown("text.phrase_count"));
  form.setProblems({{.key = "text.coarse_file", .text = "There is one"}});
  EXPECT_TRUE(shown("text.coarse_file"));
  form.setProblems({});
  EXPECT_FALSE(shown("text.coarse_file"));
}

TEST_F(UsedKeysTest, EveryShownEditorIsReachedByTab) {
  choose("text.coarse", "phrases");
  QApplication::setActiveWindow(&form);
  std::set<const QWidget*> reached;
  for (int step = 0; step < 300; ++step) {
    QTest::keyClick(QApplication::focusWidget() != nullptr ? QApplication::focusWidget() : &form,
                    Qt::Key_Tab);
    reached.insert(QApplication::focusWidget());
  }
  for (const Field& field : recipeFields()) {
    const QWidget* editor = form.editor(QString::fromStdString(fieldKey(field, 0)));
    if (editor != nullptr && editor->isVisible()) {
      EXPECT_TRUE(reached.count(editor) > 0) << field.path;
    }
  }
}

TEST_F(UsedKeysTest, TheKeyboardGoesOnInACorpusThatWasAdded) {
  QApplication::setActiveWindow(&form);
  QSignalSpy moved(&form, &RecipeForm::moved);
  form.findChild<QAbstractButton*>(QStringLiteral("add-corpus"))->click();
  EXPECT_EQ(QApplication::focusWidget(), form.editor(QStringLiteral("corpus.0.name")));
  ui::settle();
  EXPECT_FALSE(shown("text.sample_documents")) << "the sample text is not read";
  EXPECT_TRUE(shown("phase.0.mixture"));
  form.findChild<QAbstractButton*>(QStringLiteral("remove-corpus-0"))->click();
  EXPECT_EQ(QApplication::focusWidget()->objectName(), QStringLiteral("add-corpus"));
  EXPECT_EQ(moved.count(), 2);
}

TEST_F(UsedKeysTest, FilesThatAreChosenMayHaveCommasAndTypedPathsAreMadeWhole) {
  form.findChild<QAbstractButton*>(QStringLiteral("add-corpus"))->click();
  type(form.editor(QStringLiteral("corpus.0.files")), QStringLiteral("here.txt"));
  auto* cell = form.editor(QStringLiteral("corpus.0.files"))->parentWidget();
  QTest::mouseClick(cell->findChild<QToolButton*>(), Qt::LeftButton);
  auto* dialog = form.findChild<QFileDialog*>();
  ASSERT_NE(dialog, nullptr);
  Q_EMIT dialog->filesSelected({QStringLiteral("/data/one, two.txt")});
  dialog->close();
  EXPECT_EQ(form.recipe().corpora[0].files,
            (std::vector<std::filesystem::path>{std::filesystem::current_path() / "here.txt",
                                                "/data/one, two.txt"}));
}

TEST_F(NewRunTest, ACorpusThatWasAddedIsInSightAndItsKeysAreExplained) {
  NewRunDialog dialog({.workspace = workspace});
  dialog.resize(900, 680);
  dialog.show();
  ASSERT_TRUE(settle(dialog));
  QApplication::setActiveWindow(&dialog);
  QTest::mouseClick(dialog.findChild<QAbstractButton*>(QStringLiteral("add-corpus")), Qt::LeftButton);
  ASSERT_TRUE(settle(dialog));
  ui::settle();
  const QWidget* format = dialog.form().editor(QStringLiteral("corpus.0.format"));
  EXPECT_EQ(format->visibleRegion().boundingRect(), format->rect());
  QTest::keyClick(QApplication::focusWidget(), Qt::Key_Tab);
  EXPECT_TRUE(dialog.findChild<QLabel*>(QStringLiteral("new-run-help"))
                  ->text()
                  .startsWith(QStringLiteral("UTF-8 files or folders")));
}

TEST_F(NewRunTest, SettingsWithoutAnEffectAreSaidAndDoNotHinder) {
  NewRunDialog dialog(
      {.workspace = workspace,
       .recipe_toml = QString::fromStdString(recipe("x", 10) + "[text]\nphrase_count = 50\n")});
  ASSERT_TRUE(settle(dialog));
  EXPECT_TRUE(button(dialog, "new-run-start")->isEnabled());
  EXPECT_TRUE(dialog.findChild<QLabel*>(QStringLiteral("new-run-reason"))
                  ->text()
                  .contains(QStringLiteral("text.phrase_count is 50 without an effect")));
}

TEST_F(NewRunTest, AllProblemsStandBesideTheirFieldsAndStartSaysWhyItIsDisabled) {
  NewRunDialog dialog({.workspace = workspace, .recipe_toml = QString::fromStdString(recipe("x", 10))});
  ASSERT_TRUE(settle(dialog));
  EXPECT_TRUE(button(dialog, "new-run-start")->isEnabled());
  type(dialog.form().editor(QStringLiteral("model.num_attention_heads")), QStringLiteral("3"));
  type(dialog.form().editor(QStringLiteral("optimizer.learning_rate")), QStringLiteral("fast"));
  EXPECT_FALSE(button(dialog, "new-run-start")->isEnabled());
  ASSERT_TRUE(settle(dialog));
  EXPECT_FALSE(button(dialog, "new-run-start")->isEnabled());
  EXPECT_NE(dialog.form().problemText(QStringLiteral("optimizer.learning_rate")), QString());
  EXPECT_FALSE(dialog.form().problemText(QStringLiteral("model.hidden_size")).isEmpty() &&
               dialog.form().problemText(QStringLiteral("model.num_attention_heads")).isEmpty());
  EXPECT_TRUE(dialog.findChild<QLabel*>(QStringLiteral("new-run-reason"))->text().startsWith("2 problems"));

  type(dialog.form().editor(QStringLiteral("model.num_attention_heads")), QStringLiteral("2"));
  type(dialog.form().editor(QStringLiteral("optimizer.learning_rate")), QStringLiteral("1e-3"));
  ASSERT_TRUE(settle(dialog));
  EXPECT_TRUE(button(dialog, "new-run-start")->isEnabled());
  EXPECT_EQ(dialog.form().problemText(QStringLiteral("optimizer.learning_rate")), QString());
}

TEST_F(NewRunTest, AFileThatCannotBeReadIsToldAsAProblemInEveryTheme) {
  NewRunDialog dialog({.workspace = workspace, .recipe_toml = QString::fromStdString(recipe("x", 10))});
  dialog.show();
  ASSERT_TRUE(settle(dialog));
  const auto buttons = dialog.findChildren<QPushButton*>();
  const auto open = std::find_if(buttons.begin(), buttons.end(), [](const QPushButton* each) {
    return each->text() == QStringLiteral("Recipe file…");
  });
  ASSERT_NE(open, buttons.end());
  QTest::mouseClick(*open, Qt::LeftButton);
  auto* files = dialog.findChild<QFileDialog*>();
  ASSERT_NE(files, nullptr);
  Q_EMIT files->fileSelected(QStringLiteral("/nowhere/recipe.toml"));
  files->close();
  const auto* reason = dialog.findChild<QLabel*>(QStringLiteral("new-run-reason"));
  EXPECT_TRUE(reason->text().contains(QStringLiteral("/nowhere/recipe.toml")));
  for (const QPalette& theme : {lightPalette(), darkPalette()}) {
    dialog.setPalette(theme);
    ui::settle();
    EXPECT_EQ(reason->palette().color(QPalette::WindowText), roleColor(Role::kError, theme));
  }
}

TEST_F(NewRunTest, IsNoLargerThanItsScreenAndFitsASmallOne) {
  NewRunDialog dialog({.workspace = workspace});
  const QSize screen = dialog.screen()->availableSize();
  EXPECT_LT(dialog.width(), screen.width());
  EXPECT_LT(dialog.height(), screen.height());
  dialog.show();
  dialog.resize(800, 500);
  ASSERT_TRUE(settle(dialog));
  ui::settle();
  EXPECT_EQ(dialog.size(), QSize(800, 500));
}

TEST_F(NewRunTest, TheEstimateFollowsWhatIsTyped) {
  NewRunDialog dialog({.workspace = workspace, .recipe_toml = QString::fromStdString(recipe("x", 10))});
  ASSERT_TRUE(settle(dialog));
  const QString before = dialog.findChild<QLabel*>(QStringLiteral("new-run-estimate"))->text();
  EXPECT_TRUE(before.contains(QStringLiteral("parameters"))) << before.toStdString();
  type(dialog.form().editor(QStringLiteral("model.num_hidden_layers")), QStringLiteral("6"));
  ASSERT_TRUE(settle(dialog));
  EXPECT_NE(dialog.findChild<QLabel*>(QStringLiteral("new-run-estimate"))->text(), before);
}

TEST_F(NewRunTest, ACopyKeepsTheSeedAndSaysThatItIsACopy) {
  NewRunDialog dialog({.workspace = workspace,
                       .recipe_toml = QString::fromStdString("seed = 77\n" + recipe("x", 10)),
                       .name_suffix = QStringLiteral(" copy")});
  // Chosen once more it is the same again.
  auto* presets = dialog.findChild<QComboBox*>(QStringLiteral("new-run-presets"));
  Q_EMIT presets->activated(0);
  EXPECT_EQ(dialog.form().recipe().name, "x copy");
  ASSERT_TRUE(settle(dialog));
  QSignalSpy requested(&dialog, &NewRunDialog::runRequested);
  QTest::mouseClick(button(dialog, "new-run-start"), Qt::LeftButton);
  ASSERT_EQ(requested.size(), 1);
  EXPECT_EQ(requested[0].at(0).toString(), QStringLiteral("x copy"));
  EXPECT_EQ(parseRecipe(requested[0].at(1).toString().toStdString(), "").recipe.seed, 77u);
  EXPECT_TRUE(requested[0].at(2).toBool());
}

TEST_F(NewRunTest, ThePresetsOfTheProgramAreOfferedAndCanBeQueued) {
  NewRunDialog dialog({.workspace = workspace});
  auto* presets = dialog.findChild<QComboBox*>(QStringLiteral("new-run-presets"));
  ASSERT_GE(presets->count(), 1);
  EXPECT_EQ(presets->itemText(0), QStringLiteral("first-run"));
  ASSERT_TRUE(settle(dialog));
  QSignalSpy requested(&dialog, &NewRunDialog::runRequested);
  QTest::mouseClick(button(dialog, "new-run-queue"), Qt::LeftButton);
  ASSERT_EQ(requested.size(), 1);
  EXPECT_FALSE(requested[0].at(2).toBool());
}

}  // namespace
}  // namespace heddle::ui
