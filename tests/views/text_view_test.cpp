// The Text view as a whole, with finished values as the window hands them in.

#include <gtest/gtest.h>

#include <QComboBox>
#include <QMenu>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>
#include <QToolButton>

#include "tests/views/text_test_data.h"
#include "tests/views/view_test_support.h"
#include "views/text/comparison_page.h"
#include "views/text/corpora_page.h"
#include "views/text/rows_page.h"
#include "views/text/text_page.h"
#include "views/text/text_view.h"

namespace heddle::ui {
namespace {

class TextViewTest : public ::testing::Test {
 protected:
  void SetUp() override {
    view.resize(900, 600);
    view.show();
    ASSERT_TRUE(QTest::qWaitForWindowExposed(&view));
  }
  QPlainTextEdit& editor() { return *view.findChild<QPlainTextEdit*>(QStringLiteral("text-editor")); }

  TextView view;
};

TEST_F(TextViewTest, SaysWhyItIsEmpty) {
  EXPECT_TRUE(says(view, QStringLiteral("No tokeniser is chosen")));
  view.setTokenizers({{QStringLiteral("/a/words"), QStringLiteral("words"), {}, true}});
  EXPECT_TRUE(says(view, QStringLiteral("No text to read")));
}

TEST_F(TextViewTest, TypingAsksOnceItRests) {
  view.setTokenizers({{QStringLiteral("/a/words"), QStringLiteral("words"), {}, true}});
  QSignalSpy typed(&view.text(), &TextPage::textChanged);
  QTest::keyClicks(&editor(), QStringLiteral("new york"));
  EXPECT_EQ(typed.count(), 0);
  ASSERT_TRUE(typed.wait(3000));
  EXPECT_EQ(typed.count(), 1);
  EXPECT_EQ(typed[0][0].toString(), QStringLiteral("new york"));
  view.text().setTokens(newYork(), QStringLiteral("Only the first part is shown"));
  EXPECT_TRUE(view.text().bands().isVisible());
  EXPECT_TRUE(says(view, QStringLiteral("Only the first part")));
}

TEST_F(TextViewTest, ChipsAndTheMenuChooseTokenizers) {
  QSignalSpy toggled(&view, &TextView::tokenizerToggled);
  view.setTokenizers(
      {{QStringLiteral("/a/words"), QStringLiteral("words"), {}, true},
       {QStringLiteral("/a/letters"), QStringLiteral("letters"), QStringLiteral("unigram"), false}});
  settle();
  const auto chips = view.bar().findChildren<QToolButton*>();
  const auto chip = std::find_if(chips.begin(), chips.end(), [](const QToolButton* each) {
    return each->isVisible() && each->text().startsWith(QStringLiteral("words"));
  });
  ASSERT_NE(chip, chips.end());
  QTest::mouseClick(*chip, Qt::LeftButton);
  ASSERT_EQ(toggled.count(), 1);
  EXPECT_EQ(toggled[0][0].toString(), QStringLiteral("/a/words"));
  EXPECT_FALSE(toggled[0][1].toBool());
  const auto actions = view.bar().menuButton()->menu()->actions();
  EXPECT_EQ(actions[1]->text(), QStringLiteral("letters: unigram"));
  actions[1]->trigger();
  ASSERT_EQ(toggled.count(), 2);
  EXPECT_TRUE(toggled[1][1].toBool());
}

TEST_F(TextViewTest, SourcesAreOfferedAndOneIsChosen) {
  view.setSources({{QStringLiteral("sample"), QStringLiteral("Sample text")},
                   {QStringLiteral("run"), QStringLiteral("Text of first run")}},
                  QStringLiteral("run"));
  EXPECT_EQ(view.bar().sourceName(), QStringLiteral("Text of first run"));
  QSignalSpy chosen(&view, &TextView::sourceChosen);
  auto* box = view.findChild<QComboBox*>(QStringLiteral("text-source"));
  box->setFocus();
  QTest::keyClick(box, Qt::Key_Up);
  ASSERT_EQ(chosen.count(), 1);
  EXPECT_EQ(chosen[0][0].toString(), QStringLiteral("sample"));
}

TEST_F(TextViewTest, FiguresSayWhatTheyAreMadeOf) {
  view.setTokenizers({{QStringLiteral("/a/words"), QStringLiteral("words"), {}, true}});
  EXPECT_EQ(view.figureCaption(), QStringList{QStringLiteral("Tokenisers: words")});
  view.setPage(TextPageKind::kComparison);
  view.comparison().setComparison(twoTokenizers());
  EXPECT_EQ(view.figureCaption().back(), QStringLiteral("Compared over news.txt"));
  view.setPage(TextPageKind::kRows);
  view.rows().setSubject(QStringLiteral("first run"));
  EXPECT_EQ(view.figureCaption(), QStringList{QStringLiteral("Training rows of first run, step 1")});
  view.setPage(TextPageKind::kVocabulary);
  ScratchFolder folder;
  const Status drawn = exportFigure(view, folder.path() / "vocabulary.pdf");
  ASSERT_FALSE(drawn.ok());
  EXPECT_NE(drawn.error().hint.find(".csv"), std::string::npos) << "a table has no picture";
}

TEST_F(TextViewTest, FitsBetweenTheDocksOfASmallScreen) {
  view.setTokenizers({{QStringLiteral("/a/words"), QStringLiteral("words"), {}, true}});
  view.text().setText(QStringLiteral("new york"));
  view.text().setTokens(newYork(), {});
  view.corpora().setCorpora({{.id = QStringLiteral("aa"),
                              .name = QStringLiteral("wiki"),
                              .most_frequent = {{QStringLiteral("of the"), 7}},
                              .longest = {{QStringLiteral("one of the most"), 2}}}});
  for (const TextPageKind page : {TextPageKind::kText, TextPageKind::kVocabulary, TextPageKind::kComparison,
                                  TextPageKind::kRows, TextPageKind::kCorpora}) {
    view.setPage(page);
    settle();
    EXPECT_LE(view.minimumSizeHint().width(), 420) << static_cast<int>(page);
    EXPECT_LE(view.minimumSizeHint().height(), 330) << static_cast<int>(page);
  }
}

}  // namespace
}  // namespace heddle::ui
