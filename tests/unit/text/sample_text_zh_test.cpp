#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "engine/base/json.h"
#include "engine/text/chinese/chinese_trainer.h"
#include "engine/text/chinese/segmentation_score.h"
#include "engine/text/sample_lexicon_zh.h"
#include "engine/text/sample_text.h"
#include "engine/text/sentences.h"

namespace heddle {
namespace {

std::string wordText(const SampleSentence& sentence, size_t word) {
  const SampleWord& at = sentence.words[word];
  return sentence.text.substr(static_cast<size_t>(at.begin), static_cast<size_t>(at.end - at.begin));
}

template <typename Visit>
void forEachSentence(int64_t documents, const Visit& visit) {
  for (int64_t index = 0; index < documents; ++index) {
    for (const std::vector<SampleSentence>& paragraph : generateDocument(3, index, "zh").paragraphs) {
      for (const SampleSentence& sentence : paragraph) {
        visit(sentence);
      }
    }
  }
}

TEST(ChineseSampleTextTest, IsAFunctionOfSeedAndIndex) {
  EXPECT_EQ(documentText(generateDocument(7, 12, "zh")), documentText(generateDocument(7, 12, "zh")));
  EXPECT_NE(documentText(generateDocument(7, 12, "zh")), documentText(generateDocument(7, 13, "zh")));
  EXPECT_NE(documentText(generateDocument(7, 12, "zh")), documentText(generateDocument(8, 12, "zh")));
  EXPECT_TRUE(generateDocument(7, 12, "tlh").paragraphs.empty());
}

TEST(ChineseSampleTextTest, WordsCoverEverySentenceAndPhrasesNest) {
  forEachSentence(100, [](const SampleSentence& sentence) {
    int32_t end = 0;
    for (const SampleWord& word : sentence.words) {
      EXPECT_EQ(word.begin, end) << sentence.text;
      EXPECT_LT(word.begin, word.end);
      EXPECT_STRNE(word.part_of_speech, "");
      end = word.end;
    }
    EXPECT_EQ(end, static_cast<int32_t>(sentence.text.size()));
    for (const SamplePhrase& a : sentence.phrases) {
      ASSERT_LT(a.last, static_cast<int32_t>(sentence.words.size()));
      for (const SamplePhrase& b : sentence.phrases) {
        const bool apart = a.last < b.first || b.last < a.first;
        const bool nested =
            (a.first <= b.first && b.last <= a.last) || (b.first <= a.first && a.last <= b.last);
        EXPECT_TRUE(apart || nested) << sentence.text;
      }
    }
  });
}

TEST(ChineseSampleTextTest, CountsThingsWithTheirMeasureWords) {
  std::map<std::string, std::string> measures;
  for (const auto* list : {&sample::chineseLexicon().things, &sample::chineseLexicon().animals}) {
    for (const sample::ChineseNoun& noun : *list) {
      measures[noun.text] = noun.measure;
    }
  }
  int checked = 0;
  forEachSentence(300, [&](const SampleSentence& sentence) {
    for (const SamplePhrase& phrase : sentence.phrases) {
      // "那 盏 灯", "一 盏 红色 的 灯", behind a relative clause too.
      const auto last = static_cast<size_t>(phrase.last);
      const auto noun = measures.find(wordText(sentence, last));
      if (std::string(phrase.kind) != "np" || noun == measures.end() || last < 2) {
        continue;
      }
      const size_t measure = wordText(sentence, last - 1) == "的" ? last - 3 : last - 1;
      const std::string part = measure < last ? sentence.words[measure - 1].part_of_speech : "";
      if (part == "NUM" || part == "DET") {
        ++checked;
        EXPECT_EQ(wordText(sentence, measure), noun->second) << sentence.text;
      }
    }
  });
  EXPECT_GT(checked, 500);
}

TEST(ChineseSampleTextTest, HasTheWordsAndExpressionsItPromises) {
  const std::vector<std::string> expressions = sampleExpressions("zh");
  EXPECT_GE(expressions.size(), 60u);
  EXPECT_EQ(std::set<std::string>(expressions.begin(), expressions.end()).size(), expressions.size());
  const sample::ChineseLexicon& lexicon = sample::chineseLexicon();
  for (const auto* list : {&lexicon.connectives, &lexicon.idle_habits, &lexicon.partner_habits}) {
    for (const sample::Expression& expression : *list) {
      EXPECT_EQ(expression.words.size(), expression.parts_of_speech.size()) << expression.text();
      EXPECT_GE(expression.words.size(), 2u) << expression.text();
    }
  }
  std::set<std::string> words;
  std::set<std::string> tags;
  std::map<std::string, int> seen;
  forEachSentence(1500, [&](const SampleSentence& sentence) {
    for (size_t at = 0; at < sentence.words.size(); ++at) {
      words.insert(wordText(sentence, at));
      tags.insert(sentence.words[at].part_of_speech);
    }
    for (const SamplePhrase& phrase : sentence.phrases) {
      seen[phrase.kind] += 1;
    }
  });
  EXPECT_GT(words.size(), 400u);
  EXPECT_EQ(tags, (std::set<std::string>{"NOUN", "PROPN", "PRON", "VERB", "AUX", "ADJ", "ADV", "ADP", "DET",
                                         "NUM", "CCONJ", "SCONJ", "PART", "PUNCT"}));
  for (const char* kind : {"expression", "np", "vp", "relative", "clause"}) {
    EXPECT_GT(seen[kind], 100) << kind;
  }
}

TEST(ChineseSampleTextTest, IsCutIntoItsSentencesAgain) {
  SentenceSplitter splitter;
  std::vector<ByteRange> ranges;
  for (int64_t index = 0; index < 200; ++index) {
    for (const std::vector<SampleSentence>& paragraph : generateDocument(3, index, "zh").paragraphs) {
      const std::string text = paragraphText(paragraph);
      splitter.split(text, ranges);
      ASSERT_EQ(ranges.size(), paragraph.size()) << text;
      for (size_t at = 0; at < ranges.size(); ++at) {
        EXPECT_EQ(ranges[at].end - ranges[at].begin, static_cast<int32_t>(paragraph[at].text.size()));
      }
    }
  }
}

TEST(ChineseSampleTextTest, TeachesItsWords) {
  const std::filesystem::path folder = std::filesystem::path(testing::TempDir()) / "heddle_sample_text_zh";
  std::filesystem::create_directories(folder);
  const auto write = [&folder](const char* name, uint64_t seed, int64_t documents) {
    std::ostringstream text;
    std::ofstream segmented(folder / name);
    const SampleOptions options = {.documents = documents, .seed = seed, .language = "zh"};
    EXPECT_TRUE(writeSampleText(options, text, nullptr, &segmented).ok());
    return folder / name;
  };
  ChineseTraining training;
  training.segmented = {write("train.txt", 1, 400)};
  training.epochs = 2;
  const Result<ChineseWords> words = trainChineseWords(training);
  ASSERT_TRUE(words.ok());
  const Result<SegmentationScore> score = scoreSegmentation(*words, write("test.txt", 2, 40));
  std::filesystem::remove_all(folder);
  ASSERT_TRUE(score.ok());
  EXPECT_GT(score->f1(), .99);
}

}  // namespace
}  // namespace heddle
