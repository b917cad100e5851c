#include "engine/text/sentences.h"

#include <gtest/gtest.h>

#include <string>

#include "engine/base/random.h"

namespace heddle {
namespace {

std::vector<std::string> sentencesOf(const std::string& paragraph) {
  SentenceSplitter splitter;
  std::vector<ByteRange> ranges;
  splitter.split(paragraph, ranges);
  std::vector<std::string> sentences;
  for (const ByteRange& range : ranges) {
    sentences.push_back(
        paragraph.substr(static_cast<size_t>(range.begin), static_cast<size_t>(range.end - range.begin)));
  }
  return sentences;
}

TEST(SentenceSplitterTest, CutsAfterFullStopsAndKeepsEveryByte) {
  EXPECT_EQ(sentencesOf("The loom broke. Nobody knew why! Who cares?"),
            (std::vector<std::string>{"The loom broke. ", "Nobody knew why! ", "Who cares?"}));
  EXPECT_TRUE(sentencesOf("").empty());
}

TEST(SentenceSplitterTest, KeepsAbbreviationsAndNumbersTogether) {
  EXPECT_EQ(sentencesOf("Mr. Weaver paid 3.50 for it."),
            (std::vector<std::string>{"Mr. Weaver paid 3.50 for it."}));
}

TEST(SentenceSplitterTest, KeepsAddressesTogetherAndCutsAtMarksWithoutEnd) {
  EXPECT_EQ(sentencesOf("See loom.org/page?id=1 and go.").size(), 1u);
  // None of the words before a mark has a slash; looking for it in all of the text would take minutes.
  std::string text;
  for (int mark = 0; mark < 300000; ++mark) {
    text += "?a";
  }
  const std::vector<std::string> sentences = sentencesOf(text);
  EXPECT_EQ(sentences.size(), 300001u);
}

TEST(SentenceSplitterTest, CutsChineseByItsOwnMarks) {
  EXPECT_EQ(
      sentencesOf(
          "\xE4\xBB\x96\xE6\x9D\xA5\xE4\xBA\x86\xE3\x80\x82\xE5\xA5\xB9\xE8\xB5\xB0\xE4\xBA\x86\xE3\x80\x82")
          .size(),
      2u);
}

using Sentences = std::vector<std::string>;

TEST(SentenceSplitterTest, KeepsClosingMarksAndHandsOpeningOnesToTheNextSentence) {
  EXPECT_EQ(sentencesOf("他说：“我来了。”“好！”她笑了。（完）《书》很好。"),
            (Sentences{"他说：“我来了。”", "“好！”", "她笑了。", "（完）《书》很好。"}));
  EXPECT_EQ(sentencesOf("真的？！』「是的。」"), (Sentences{"真的？！』", "「是的。」"}));
  EXPECT_EQ(sentencesOf("He left. (She stayed.) \"Why?\" Nobody knew."),
            (Sentences{"He left. ", "(She stayed.) ", "\"Why?\" ", "Nobody knew."}));
}

TEST(SentenceSplitterTest, TakesAnOpeningQuoteForAClosingOneWhereAQuoteIsOpen) {
  EXPECT_EQ(sentencesOf("“啊！“他醒了。“轰隆！“雷声响了。"),
            (Sentences{"“啊！“", "他醒了。", "“轰隆！“", "雷声响了。"}));
}

TEST(SentenceSplitterTest, CutsNeitherAtSemicolonsNorAtEllipses) {
  EXPECT_EQ(sentencesOf("他想了想……又坐下了；没有说话。").size(), 1u);
  EXPECT_EQ(sentencesOf("他来了……！”她走了。"), (Sentences{"他来了……！”", "她走了。"}));
}

TEST(SentenceSplitterTest, KeepsInitialsListNumbersAndAddressesWhole) {
  EXPECT_EQ(sentencesOf("Jennifer M. Anderson met W.H.S. Koerner. They talked."),
            (Sentences{"Jennifer M. Anderson met W.H.S. Koerner. ", "They talked."}));
  EXPECT_EQ(sentencesOf("So did I. She smiled.").size(), 2u);
  EXPECT_EQ(sentencesOf("２．科学地评判。3.东方文学。"), (Sentences{"２．科学地评判。", "3.东方文学。"}));
  EXPECT_EQ(sentencesOf("See http://a.org/page.asp?category=1107 now. Really?Yes."),
            (Sentences{"See http://a.org/page.asp?category=1107 now. ", "Really?", "Yes."}));
}

TEST(SentenceSplitterTest, CutsMixedTextByTheMarksOfBothLanguages) {
  EXPECT_EQ(sentencesOf("他用 BERT 做实验。It worked. 结果很好！"),
            (Sentences{"他用 BERT 做实验。", "It worked. ", "结果很好！"}));
}

TEST(SentenceSplitterTest, BoundsTextWithoutAnEndAtClausesThenSpacesThenCharacters) {
  std::string clauses, words, characters;
  for (int count = 0; count < 3000; ++count) {
    clauses += "这是一个很长的列表，";
    words += "word ";
    characters += "字";
  }
  for (const auto& [text, end] :
       {std::pair{clauses, "，"}, std::pair{words, " "}, std::pair{characters, "字"}}) {
    const Sentences sentences = sentencesOf(text);
    std::string joined;
    for (const std::string& sentence : sentences) {
      EXPECT_LE(sentence.size(), size_t{SentenceSplitter::kLongest});
      EXPECT_TRUE(sentence.ends_with(end)) << sentence.substr(sentence.size() - 10);
      joined += sentence;
    }
    EXPECT_EQ(joined, text);
    EXPECT_LE(sentences.size(), 2 + text.size() / (SentenceSplitter::kLongest - 32));
  }
}

TEST(SentenceSplitterTest, CoversAnyBytesWithoutGaps) {
  const std::string alphabet[] = {"。", "“", "”", ".",    "?",        " ",  "A",
                                  "b",  "7", "/", "\xFF", "\xE4\xB8", "（", "\xCC\x81"};
  RandomStream random(5, 0, 0);
  SentenceSplitter splitter;
  std::vector<ByteRange> ranges;
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    for (uint32_t length = random.below(40) * (round % 100 == 0 ? 100 : 1); length > 0; --length) {
      text += alphabet[random.below(std::size(alphabet))];
    }
    splitter.split(text, ranges);
    int32_t end = 0;
    for (const ByteRange& range : ranges) {
      EXPECT_EQ(range.begin, end);
      EXPECT_GT(range.end, range.begin);
      end = range.end;
    }
    EXPECT_EQ(end, static_cast<int32_t>(text.size()));
  }
}

TEST(SentenceSplitterTest, TakesInvalidUtf8WithoutLosingBytes) {
  std::string joined;
  for (const std::string& sentence : sentencesOf("One\xFF. Two\xE4\xB8. Three.")) {
    joined += sentence;
  }
  EXPECT_EQ(joined, "One\xFF. Two\xE4\xB8. Three.");
}

}  // namespace
}  // namespace heddle
