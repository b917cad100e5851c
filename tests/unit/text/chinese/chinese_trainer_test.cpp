#include "engine/text/chinese/chinese_trainer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "engine/base/file.h"
#include "engine/text/chinese/model_file.h"
#include "engine/text/chinese/segmentation_score.h"
#include "engine/text/chinese/word_counts.h"
#include "tests/unit/text/chinese/toy_corpus.h"

namespace heddle {
namespace {

std::string bytesOf(const ChineseWords& words, const TestFolder& folder) {
  EXPECT_TRUE(words.save(folder / "model").ok());
  return readFile(folder / "model").value();
}

TEST(ChineseTrainerTest, LearnsToSegmentTextItHasNotSeen) {
  const TestFolder folder;
  ChineseTraining training;
  training.segmented = {folder.write("train.txt", toySentences(1, 600))};
  ChineseTrainingReport report;
  const auto words = trainChineseWords(training, {}, &report);
  ASSERT_TRUE(words.ok());
  EXPECT_EQ(report.sentences, 600);
  EXPECT_EQ(report.dictionary, words->dictionarySize());
  EXPECT_GT(report.heldout_f1, 0.9);
  // Names and places from characters that the training text has nowhere.
  const auto gold = folder.write("gold.txt", toySentences(2, 100, 0x6000));
  const auto score = scoreSegmentation(*words, gold, readWordSet(training.segmented[0]).value());
  ASSERT_TRUE(score.ok());
  EXPECT_GT(score->unseenRate(), 0.2);
  EXPECT_GT(score->unseenRecall(), 0.95);
  EXPECT_GT(score->f1(), 0.95);
}

TEST(ChineseTrainerTest, MakesTheSameModelFromTheSameText) {
  const TestFolder folder;
  ChineseTraining training;
  training.segmented = {folder.write("train.txt", toySentences(1, 300))};
  training.dictionaries = {folder.write("words.txt", "电视机 3\n新词\n")};
  const std::string first = bytesOf(trainChineseWords(training).value(), folder);
  EXPECT_EQ(first, bytesOf(trainChineseWords(training).value(), folder));
  training.seed = 2;
  EXPECT_NE(first, bytesOf(trainChineseWords(training).value(), folder));
}

TEST(ChineseTrainerTest, AddsTheUsersWordsToThoseOfTheText) {
  const TestFolder folder;
  ChineseTraining training;
  training.segmented = {folder.write("train.txt", toySentences(1, 300))};
  training.dictionaries = {folder.write("words.txt", "研究生命 500 n\r\n")};
  const auto words = trainChineseWords(training);
  ASSERT_TRUE(words.ok());
  EXPECT_TRUE(words->contains("研究生命"));
  EXPECT_TRUE(words->contains("电视机"));
}

TEST(ChineseTrainerTest, BigramCostsAreThoseOfAbsoluteDiscounting) {
  // Text: a b | a b | a c. Single counts a 3, b 2, c 1, end 3, of 9; pairs: ^a 3, ab 2, ac 1, b$ 2, c$ 1.
  chinese::TaggedText text;
  const uint16_t a = chinese::kFirstLearntSymbol, b = a + 1, c = a + 2;
  text.symbols = {a, b, a, b, a, c};
  text.word_ends = {1, 1, 1, 1, 1, 1};
  text.begins = {0, 2, 4, 6};
  chinese::WordCounts counts;
  counts.add(text);
  std::array<std::string, chinese::kSections> sections;
  chinese::Parameters parameters;
  counts.write({1000, 0}, 100, sections, parameters);
  sections[chinese::kParameters].assign(reinterpret_cast<const char*>(&parameters), sizeof(parameters));
  sections[chinese::kSymbolWeights].assign(sizeof(chinese::SymbolWeights) * (c + 1), '\0');
  sections[chinese::kPairSlots].assign(64, '\xFF');
  sections[chinese::kTripleWeights].assign(sizeof(chinese::TripleSlot) * 8, '\xFF');
  sections[chinese::kSkipWeights].assign(sizeof(chinese::SkipSlot) * 8, '\xFF');
  const std::string image = chinese::writeTables(sections);
  const auto tables = chinese::readTables(std::as_bytes(std::span(image)), "the test");
  ASSERT_TRUE(tables.ok()) << tables.error().message();
  const auto id = [&](uint16_t symbol) { return tables->word(tables->step(chinese::Tables::kRoot, symbol)); };
  // Discounts: one word once, one twice: 1 / (1 + 2 * 1) = 1/3; pairs: two once, two twice: 2 / (2 + 4) =
  // 1/3.
  const double p_b = (2 - 1.0 / 3) / 9;
  const double p_c = (1 - 1.0 / 3) / 9;
  const double left = 2.0 / 3 / 3;  // two kinds of words after a, a third of a count each, of three
  const auto cost = [](double p) { return -1000 * std::log(p); };
  EXPECT_NEAR(tables->cost(id(a), id(b)), cost((2 - 1.0 / 3) / 3 + left * p_b), 1);
  EXPECT_NEAR(tables->cost(id(a), id(c)), cost((1 - 1.0 / 3) / 3 + left * p_c), 1);
  // Never seen: a after b.
  EXPECT_NEAR(tables->cost(id(b), id(a)), cost(1.0 / 3 / 2) + cost((3 - 1.0 / 3) / 9), 2);
  // Words outside the dictionary get what the discount took: three words, a third of a count each, of nine.
  EXPECT_NEAR(parameters.unknown_word, cost(1.0 / 9), 1);
  EXPECT_NEAR(parameters.unknown_symbol, cost(1.0 / 100), 1);
}

TEST(ChineseTrainerTest, StopsWhenAsked) {
  const TestFolder folder;
  ChineseTraining training;
  training.segmented = {folder.write("train.txt", toySentences(1, 300))};
  std::vector<double> seen;
  ASSERT_TRUE(trainChineseWords(training, [&seen](double fraction, std::string_view) {
                seen.push_back(fraction);
                return true;
              }).ok());
  EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
  EXPECT_EQ(seen.front(), 0);
  EXPECT_EQ(seen.back(), 1);
  for (size_t stop_at = 0; stop_at < seen.size(); ++stop_at) {
    size_t calls = 0;
    const auto words =
        trainChineseWords(training, [&](double, std::string_view) { return calls++ != stop_at; });
    ASSERT_FALSE(words.ok());
    EXPECT_NE(words.error().message().find("cancelled"), std::string::npos);
    EXPECT_EQ(calls, stop_at + 1);
  }
}

std::string errorOf(const ChineseTraining& training) {
  const auto words = trainChineseWords(training);
  return words.ok() ? "none" : words.error().message();
}

TEST(ChineseTrainerTest, SaysWhatIsWrongWithItsFiles) {
  const TestFolder folder;
  EXPECT_NE(errorOf({}).find("neither"), std::string::npos);
  ChineseTraining training;
  training.segmented = {folder / "missing.txt"};
  EXPECT_NE(errorOf(training).find("missing.txt"), std::string::npos);
  training.segmented = {folder.write("blank.txt", " \n\n")};
  EXPECT_NE(errorOf(training).find("no words"), std::string::npos);
  training.segmented = {folder.write("latin.txt", "好\n\xC4\xE3\xBA\xC3\n")};
  EXPECT_NE(errorOf(training).find("line 2"), std::string::npos);
  training.segmented = {folder.write("binary.txt", std::string_view("a\0b", 3))};
  EXPECT_NE(errorOf(training).find("binary"), std::string::npos);
  training.segmented = {folder.write("good.txt", "好 人\n")};
  EXPECT_EQ(errorOf(training), "none");
  training.epochs = 0;
  EXPECT_NE(errorOf(training).find("epochs"), std::string::npos);
  ChineseTraining dictionary;
  for (const char* count : {"-3", "many", "nan", "0", "5x"}) {
    dictionary.dictionaries = {folder.write("words.txt", std::string("好\n人 ") + count + "\n")};
    EXPECT_NE(errorOf(dictionary).find("line 2"), std::string::npos) << count;
  }
}

TEST(ChineseTrainerTest, RefusesMoreWordsThanAModelCanNumber) {
  // Hardly a beginning that two words share, so that every character is a node.
  std::string words;
  for (int word = 0; word < 2200; ++word) {
    const int first = 0x4E00 + word;
    for (int at = 0; at < 2000; ++at) {
      const int c = at == 0 ? first : 0x4E00 + at % 7;
      words += {static_cast<char>(0xE0 | c >> 12), static_cast<char>(0x80 | (c >> 6 & 0x3F)),
                static_cast<char>(0x80 | (c & 0x3F))};
    }
    words += '\n';
  }
  const TestFolder folder;
  const auto learnt = trainChineseWords({.dictionaries = {folder.write("words.txt", words)}});
  ASSERT_FALSE(learnt.ok());
  EXPECT_NE(learnt.error().text.find("2200 different words are more than"), std::string::npos)
      << learnt.error().text;
}

TEST(SegmentationScoreTest, CountsAsTheBakeoffsDo) {
  const TestFolder folder;
  ChineseTraining training;
  training.dictionaries = {folder.write("words.txt", "研究 300\n生命 200\n研究生 100\n命 50\n起源 350\n")};
  const ChineseWords words = trainChineseWords(training).value();
  // Found: 研究 生命 起源 | 起源 好 人. Gold: 5 words, of which 起源, 起源 stand in the same place.
  const auto gold = folder.write("gold.txt", "研究生 命 起源\n\n起源 好人\n");
  const auto score = scoreSegmentation(words, gold, {"研究生", "起源", "命"});
  ASSERT_TRUE(score.ok());
  EXPECT_EQ(score->gold, 5);
  EXPECT_EQ(score->found, 6);
  EXPECT_EQ(score->right, 2);
  EXPECT_DOUBLE_EQ(score->precision(), 2.0 / 6);
  EXPECT_DOUBLE_EQ(score->recall(), 2.0 / 5);
  EXPECT_DOUBLE_EQ(score->f1(), 4.0 / 11);
  EXPECT_EQ(score->unseen, 1);
  EXPECT_EQ(score->unseen_right, 0);
  EXPECT_DOUBLE_EQ(score->wordRate(), 4.0 / 6);
  EXPECT_FALSE(scoreSegmentation(words, folder / "missing.txt").ok());
}

}  // namespace
}  // namespace heddle
