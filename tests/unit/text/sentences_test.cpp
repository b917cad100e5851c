#include "engine/text/sentences.h"

#include <gtest/gtest.h>

#include <string>

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

TEST(SentenceSplitterTest, CutsChineseByItsOwnMarks) {
  EXPECT_EQ(
      sentencesOf(
          "\xE4\xBB\x96\xE6\x9D\xA5\xE4\xBA\x86\xE3\x80\x82\xE5\xA5\xB9\xE8\xB5\xB0\xE4\xBA\x86\xE3\x80\x82")
          .size(),
      2u);
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
