#include "engine/text/chinese/pretokens.h"

#include <gtest/gtest.h>

#include <string>

namespace heddle::chinese {
namespace {

std::vector<std::string> texts(std::string_view text) {
  std::vector<PreToken> stretch;
  std::vector<std::string> out;
  for (size_t at = 0; at < text.size();) {
    at = nextStretch(text, at, stretch);
    for (const PreToken& token : stretch) {
      out.emplace_back(
          text.substr(static_cast<size_t>(token.begin), static_cast<size_t>(token.end - token.begin)));
    }
  }
  return out;
}

TEST(PreTokensTest, AreIdeographsMarksAndRunsOfAnythingElse) {
  EXPECT_EQ(texts("我有3个iPhone15，OK？"),
            (std::vector<std::string>{"我", "有", "3", "个", "iPhone15", "，", "OK", "？"}));
  EXPECT_EQ(texts("カタカナと漢字"), (std::vector<std::string>{"カタカナと", "漢", "字"}));
  EXPECT_EQ(texts("１９９８年"), (std::vector<std::string>{"１９９８", "年"}));
}

TEST(PreTokensTest, KeepAccentsWithTheMarkBeforeAndTheLettersAfter) {
  EXPECT_EQ(texts("好…\u0301é。"), (std::vector<std::string>{"好", "…\u0301é", "。"}));
}

TEST(PreTokensTest, KnowIdeographsOutsideTheBasicPlane) {
  EXPECT_EQ(texts("𠮷野𪚥"), (std::vector<std::string>{"𠮷", "野", "𪚥"}));
}

TEST(PreTokensTest, FoldFullWidthFormsAndCapitals) {
  std::vector<PreToken> wide;
  std::vector<PreToken> narrow;
  nextStretch("ＯＫ！２０", 0, wide);
  nextStretch("ok!34", 0, narrow);
  ASSERT_EQ(wide.size(), 3u);
  ASSERT_EQ(narrow.size(), 3u);
  for (size_t at = 0; at < 3; ++at) {
    EXPECT_EQ(wide[at].kind, narrow[at].kind);
    EXPECT_EQ(wide[at].value, narrow[at].value);
  }
}

TEST(PreTokensTest, GiveWhatIsDroppedToTheNeighbourBefore) {
  EXPECT_EQ(texts("中\xE2\x80\x8B国\xFF"), (std::vector<std::string>{"中\xE2\x80\x8B", "国\xFF"}));
  EXPECT_EQ(texts("\xFF中"), (std::vector<std::string>{"\xFF中"}));
  EXPECT_EQ(texts("ab\x01"
                  "cd"),
            (std::vector<std::string>{"ab\x01"
                                      "cd"}));
  EXPECT_TRUE(texts(" \xFF\x01 ").empty());
}

TEST(PreTokensTest, StretchesEndAtWhiteSpace) {
  std::vector<PreToken> stretch;
  const std::string_view text = "中国\u3000人 民";
  size_t at = nextStretch(text, 0, stretch);
  EXPECT_EQ(stretch.size(), 2u);
  at = nextStretch(text, at, stretch);
  EXPECT_EQ(stretch.size(), 1u);
  at = nextStretch(text, at, stretch);
  EXPECT_EQ(stretch.size(), 1u);
  EXPECT_EQ(at, text.size());
}

TEST(PreTokensTest, AStretchWithoutEndIsCutAfterAFullStop) {
  std::string text;
  for (size_t at = 0; at < kMaxStretch * 2; ++at) {
    text += at % 100 == 99 ? "。" : "好";
  }
  std::vector<PreToken> stretch;
  const size_t end = nextStretch(text, 0, stretch);
  EXPECT_EQ(stretch.size(), kMaxStretch / 100 * 100);
  EXPECT_EQ(text.substr(end - 3, 3), "。");
}

}  // namespace
}  // namespace heddle::chinese
