#include "engine/text/chinese/chinese_words.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "engine/base/file.h"
#include "engine/text/chinese/chinese_trainer.h"
#include "engine/text/chinese/model_file.h"
#include "engine/text/unicode.h"
#include "tests/unit/text/chinese/toy_corpus.h"

namespace heddle {
namespace {

std::string joined(const ChineseWords& words, std::string_view text) {
  std::string out;
  for (const WordSpan& span : words.segment(text)) {
    out += out.empty() ? "" : " ";
    out += text.substr(static_cast<size_t>(span.begin), static_cast<size_t>(span.end - span.begin));
  }
  return out;
}

ChineseWords toyWords() {
  static const ChineseWords words = [] {
    const TestFolder folder;
    ChineseTraining training;
    training.segmented = {folder.write("toy.txt", toySentences(1, 600))};
    return trainChineseWords(training).value();
  }();
  return words;
}

ChineseWords fromDictionary(std::string_view dictionary) {
  const TestFolder folder;
  ChineseTraining training;
  training.dictionaries = {folder.write("words.txt", dictionary)};
  return trainChineseWords(training).value();
}

TEST(ChineseWordsTest, TakesTheLikeliestPathOfAHandWorkedLattice) {
  // 研究生命: 研究 + 生命 is 300/1000 * 200/1000 = .06, 研究生 + 命 is 100/1000 * 50/1000 = .005. Discounts
  // take less than one count from each.
  const ChineseWords words = fromDictionary("研究 300\n生命 200\n研究生 100\n命 50\n起源 350\n");
  EXPECT_EQ(joined(words, "研究生命起源"), "研究 生命 起源");
  // With the counts the other way round: .5 * .3 against .1 * .05.
  const ChineseWords other = fromDictionary("研究 100\n生命 50\n研究生 500\n命 300\n起源 50\n");
  EXPECT_EQ(joined(other, "研究生命起源"), "研究生 命 起源");
}

TEST(ChineseWordsTest, LetsTheWordBeforeDecideWhatSingleCountsWouldNot) {
  // "后 天" always follows 王; 后天 is the commoner reading elsewhere.
  std::string text;
  for (int at = 0; at < 40; ++at) {
    text += "王 后 天 真\n后天 见\n后天 来\n后天 去\n";
  }
  const TestFolder folder;
  ChineseTraining training;
  training.segmented = {folder.write("text.txt", text)};
  const ChineseWords words = trainChineseWords(training).value();
  EXPECT_EQ(joined(words, "王后天真"), "王 后 天 真");
  EXPECT_EQ(joined(words, "后天来"), "后天 来");
}

TEST(ChineseWordsTest, CutsUnknownCharactersOneByOneWithoutATagger) {
  const ChineseWords words = fromDictionary("苹果\n");
  EXPECT_FALSE(words.hasTagger());
  EXPECT_EQ(joined(words, "龙虎苹果"), "龙 虎 苹果");
}

TEST(ChineseWordsTest, FindsWordsThatNoDictionaryHas) {
  const ChineseWords words = toyWords();
  EXPECT_TRUE(words.hasTagger());
  const std::string_view name = "丁先生";
  EXPECT_FALSE(words.contains(name));
  EXPECT_EQ(joined(words, "丁先生在丙乙市研究生命。"), "丁先生 在 丙乙市 研究 生命 。");
}

TEST(ChineseWordsTest, NeverCutsInsideARunOfLettersOrDigits) {
  const ChineseWords words = fromDictionary("苹果\n机\n3\n");
  EXPECT_EQ(joined(words, "iPhone15苹果2024机ＡＢ１２"), "iPhone15 苹果 2024 机 ＡＢ１２");
}

TEST(ChineseWordsTest, TakesDigitsForOneAnotherAndRunsAsTheyAre) {
  const ChineseWords words = fromDictionary("3月 10\n卡拉OK 10\n卡拉ok 10\n月 1\n");
  EXPECT_EQ(joined(words, "7月卡拉OK"), "7月 卡拉OK");
  EXPECT_TRUE(words.contains("8月"));
  EXPECT_TRUE(words.contains("卡拉ＯＫ"));
  EXPECT_FALSE(words.contains("卡拉CD"));
  EXPECT_FALSE(words.contains(""));
  EXPECT_FALSE(words.contains("3月 卡拉OK"));
}

TEST(ChineseWordsTest, KnowsWordsOutsideTheBasicPlane) {
  const ChineseWords words = fromDictionary("𠮷野家 5\n𪚥𪚥 2\n");
  EXPECT_EQ(joined(words, "去𠮷野家𪚥𪚥"), "去 𠮷野家 𪚥𪚥");
}

TEST(ChineseWordsTest, CountsTheCharactersOfAUnit) {
  const ChineseWords words = fromDictionary("苹果\n3个 5\n");
  const std::vector<WordSpan> expected = {{0, 6, 2}, {7, 11, 2}, {11, 14, 1}};
  EXPECT_EQ(words.segment("苹果 7个。"), expected);
}

TEST(ChineseWordsTest, HandlesEmptyAndBlankText) {
  EXPECT_TRUE(toyWords().segment("").empty());
  EXPECT_TRUE(toyWords().segment(" \n\u3000").empty());
}

// Characters of every kind the rules tell apart, and broken bytes.
std::string randomText(RandomStream& draws) {
  const char* parts[] = {"研", "究",     "生",       "命",         "先",       "市",        "。",
                         "，", " ",      "\n",       "\u3000",     "a",        "Z",         "9",
                         "１", "ｂ",     "𠮷",       "\U0002A6A5", "😀",        "カ",        "\u0301",
                         "é",  "\u200B", "\xE4\xB8", "\xFF",       "\xF0\x9F", "\x01",      "〇",
                         "…",  "İ",      "ﬁ",        "\u1FEF",     "\uFEFF",   "\U000E0001"};
  std::string text;
  for (uint32_t left = draws.below(60); left > 0; --left) {
    text += parts[draws.below(std::size(parts))];
  }
  if (draws.below(4) == 0) {
    text.push_back('\0');
    text += "研";
  }
  return text;
}

TEST(ChineseWordsTest, SpansAreInOrderCoverTheTextAndNestFineTokens) {
  RandomStream draws(7, 0, 0);
  for (int trial = 0; trial < 4000; ++trial) {
    const std::string text = randomText(draws);
    const std::vector<WordSpan> spans = toyWords().segment(text);
    int32_t at = 0;
    for (const WordSpan& span : spans) {
      ASSERT_LE(at, span.begin);
      ASSERT_LT(span.begin, span.end);
      ASSERT_GE(span.characters, 1);
      at = span.end;
    }
    ASSERT_LE(at, static_cast<int32_t>(text.size()));
    for (const bool lowercase : {false, true}) {
      WordList fine;
      splitWords(text, lowercase, fine);
      for (const WordList::Word& word : fine.words) {
        const int32_t begin = fine.sourceBegin(word, 0);
        const int32_t end = fine.sourceEnd(word, word.length);
        const bool nested = std::any_of(spans.begin(), spans.end(), [begin, end](const WordSpan& span) {
          return span.begin <= begin && end <= span.end;
        });
        ASSERT_TRUE(nested) << "trial " << trial << ": bytes " << begin << " to " << end << " of "
                            << testing::PrintToString(text);
      }
    }
  }
}

TEST(ChineseWordsTest, GivesTheSameWordsForTextLongerThanOneStretch) {
  std::string text;
  for (int at = 0; at < 400; ++at) {
    text += "丁先生在丙乙市研究生命。";
  }
  const std::vector<WordSpan> spans = toyWords().segment(text);
  EXPECT_EQ(spans.size(), 400u * 6);
  EXPECT_EQ(spans.back().end, static_cast<int32_t>(text.size()));
}

TEST(ChineseWordsTest, ComesBackFromItsFileAsItWas) {
  const TestFolder folder;
  const ChineseWords words = toyWords();
  ASSERT_TRUE(words.save(folder / "words.model").ok());
  const auto loaded = ChineseWords::load(folder / "words.model");
  ASSERT_TRUE(loaded.ok()) << loaded.error().message();
  EXPECT_EQ(loaded->dictionarySize(), words.dictionarySize());
  RandomStream draws(8, 0, 0);
  for (int trial = 0; trial < 200; ++trial) {
    const std::string text = randomText(draws);
    ASSERT_EQ(loaded->segment(text), words.segment(text));
  }
}

std::string errorOf(const std::string& bytes) {
  const auto read = ChineseWords::fromBytes(std::as_bytes(std::span(bytes)), "words.model");
  return read.ok() ? "none" : read.error().message();
}

TEST(ChineseWordsTest, SaysWhatIsWrongWithAFile) {
  const TestFolder folder;
  ASSERT_TRUE(toyWords().save(folder / "words.model").ok());
  const std::string good = readFile(folder / "words.model").value();
  EXPECT_EQ(errorOf(good), "none");
  EXPECT_NE(errorOf("").find("no such model"), std::string::npos);
  EXPECT_NE(errorOf("PK\3\4 something else altogether").find("no such model"), std::string::npos);
  EXPECT_NE(errorOf(good.substr(0, 20)).find("inside its header"), std::string::npos);
  EXPECT_NE(errorOf(good.substr(0, good.size() / 2)).find("bytes"), std::string::npos);
  std::string newer = good;
  newer[8] = 2;
  EXPECT_NE(errorOf(newer).find("format 2"), std::string::npos);
  EXPECT_NE(errorOf(newer).find("words.model"), std::string::npos);
  EXPECT_FALSE(ChineseWords::load(folder / "missing.model").ok());
}

TEST(ChineseWordsTest, RefusesTablesThatContradictEachOtherUnderARightChecksum) {
  EXPECT_NE(errorOf(chinese::writeTables({})).find("contradict"), std::string::npos);
  // The same three characters twice.
  const TestFolder folder;
  ASSERT_TRUE(toyWords().save(folder / "words.model").ok());
  std::string image = readFile(folder / "words.model").value();
  uint64_t offset = 0;
  std::memcpy(&offset, image.data() + 32 + chinese::kTripleWeights * 16, sizeof(offset));
  uint64_t key = ~0ull;
  for (bool twice = false; !twice; offset += sizeof(chinese::TripleSlot)) {
    uint64_t here = 0;
    std::memcpy(&here, image.data() + offset, sizeof(here));
    if (key == ~0ull) {
      key = here;
    } else if (here == ~0ull) {
      std::memcpy(image.data() + offset, &key, sizeof(key));
      twice = true;
    }
  }
  chinese::sealImage(std::as_writable_bytes(std::span(image)));
  EXPECT_NE(errorOf(image).find("contradict"), std::string::npos);
}

TEST(ChineseWordsTest, NoticesEveryFlippedBit) {
  const TestFolder folder;
  ASSERT_TRUE(fromDictionary("研究\n生命\n").save(folder / "words.model").ok());
  const std::string good = readFile(folder / "words.model").value();
  for (size_t at = 0; at < good.size(); at += 7) {
    std::string damaged = good;
    damaged[at] = static_cast<char>(damaged[at] ^ 1 << at % 8);
    ASSERT_NE(errorOf(damaged), "none") << "byte " << at;
  }
}

}  // namespace
}  // namespace heddle
