#include "engine/text/grains/learn.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "engine/text/grains/tokenizer_folder.h"
#include "engine/text/sample_text.h"
#include "engine/text/unicode.h"
#include "tests/unit/text/chinese/toy_corpus.h"
#include "tests/unit/text/grains/grains_fixture.h"

namespace heddle {
namespace {

using Paragraphs = std::vector<std::string>;

// Each paragraph a document; counts how often it was read from the start.
struct Documents {
  explicit Documents(Paragraphs texts) : paragraphs(std::move(texts)) {}

  DocumentSource source() {
    return {[this](Paragraphs& out) -> Result<bool> {
              out.clear();
              if (at == paragraphs.size()) {
                return false;
              }
              out.push_back(paragraphs[at++]);
              return true;
            },
            [this]() -> Status {
              at = 0;
              ++rewinds;
              return {};
            },
            [this] { return static_cast<double>(at) / static_cast<double>(paragraphs.size()); }};
  }

  Paragraphs paragraphs;
  size_t at = 0;
  int rewinds = 0;
};

Paragraphs sampleEnglish(int64_t documents = 200) {
  Paragraphs paragraphs;
  for (int64_t index = 0; index < documents; ++index) {
    for (const std::vector<SampleSentence>& sentences : generateDocument(3, index).paragraphs) {
      paragraphs.push_back(paragraphText(sentences));
    }
  }
  return paragraphs;
}

Paragraphs sampleChinese() {
  std::string text = toySentences(2, 300);
  text.erase(std::remove(text.begin(), text.end(), ' '), text.end());
  Paragraphs paragraphs;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = text.find('\n', begin);
    paragraphs.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return paragraphs;
}

Result<Grains> learn(const LearnSettings& settings, Paragraphs paragraphs, LearnReport* report = nullptr) {
  Documents documents(std::move(paragraphs));
  return learnGrains(documents.source(), settings, {}, report);
}

std::string messageOf(const Result<Grains>& result) {
  return result.ok() ? "no error" : result.error().message();
}

#define EXPECT_SAYS(result, part) \
  EXPECT_NE(messageOf(result).find(part), std::string::npos) << messageOf(result)

TEST(LearnTest, LearnsEveryKindThatCanBeLearnt) {
  for (const char* kind : {"wordpiece", "wordpiece-hf", "unigram", "bpe", "words", "characters"}) {
    LearnSettings settings;
    settings.kind = kind;
    settings.vocab_size = 300;
    LearnReport report;
    const Result<Grains> grains = learn(settings, sampleEnglish(40), &report);
    ASSERT_TRUE(grains.ok()) << kind << ": " << messageOf(grains);
    EXPECT_EQ(grains->fine().kind(), kind);
    EXPECT_LE(grains->fineSize(), 300) << kind;
    EXPECT_GT(grains->fineSize(), 30) << kind;
    EXPECT_EQ(report.documents, static_cast<int64_t>(sampleEnglish(40).size())) << kind;
    EXPECT_EQ(grains->coarseKind(), CoarseKind::kNone);
    EXPECT_TRUE(grains->lowercase()) << kind;
  }
}

TEST(LearnTest, GivesSentencePieceAnEvenSampleOfTooMuchText) {
  // "b" stands in the first half of the text alone, "g" in the second.
  Paragraphs paragraphs(400, "alpha beta alpha beta rare");
  paragraphs.insert(paragraphs.end(), 400, "gamma delta gamma delta rare");
  LearnSettings settings;
  settings.kind = "unigram";
  settings.vocab_size = 40;
  settings.sampled_bytes = 4000;
  const Result<Grains> first = learn(settings, paragraphs);
  ASSERT_TRUE(first.ok()) << messageOf(first);
  for (const char* piece : {"b", "g"}) {
    EXPECT_TRUE(first->fine().id(piece).has_value()) << piece;
  }
  const Result<Grains> second = learn(settings, paragraphs);
  EXPECT_EQ(first->fine().files().front().bytes, second->fine().files().front().bytes);
  settings.seed = 2;
  EXPECT_NE(first->fine().files().front().bytes, learn(settings, paragraphs)->fine().files().front().bytes);
}

TEST(LearnTest, GivesEqualGrainsForEqualDocumentsAndSettings) {
  LearnSettings settings;
  settings.coarse = CoarseKind::kPhrases;
  settings.vocab_size = 500;
  settings.phrases = {3, 0.3, 3};
  const TestFolder folder;
  for (const char* name : {"a", "b"}) {
    ASSERT_TRUE(saveGrains(learn(settings, sampleEnglish()).value(), folder / name).ok());
  }
  for (const char* file : {"vocab.txt", "phrases.txt", "tokenizer.json"}) {
    const auto read = [&](const char* name) {
      std::ifstream stream(folder / name / file, std::ios::binary);
      return std::string(std::istreambuf_iterator<char>(stream), {});
    };
    EXPECT_FALSE(read("a").empty());
    EXPECT_EQ(read("a"), read("b"));
  }
}

TEST(LearnTest, SearchesThresholdsForAWantedSizeAndRate) {
  LearnSettings settings;
  settings.coarse = CoarseKind::kPhrases;
  settings.vocab_size = 500;
  settings.phrases = {3, 0.5, 3};
  settings.phrase_count = 40;
  LearnReport report;
  Result<Grains> grains = learn(settings, sampleEnglish(), &report);
  ASSERT_TRUE(grains.ok()) << messageOf(grains);
  // Phrases of equal probability stay together.
  EXPECT_NEAR(grains->coarseSize() - grains->fineSize(), 40, 5);
  EXPECT_EQ(report.shortfall, "");
  EXPECT_EQ(report.phrases, grains->phrases()->thresholds);
  EXPECT_GT(report.phrases.min_count, 3);
  EXPECT_GE(report.phrases.min_probability, 0.5);
  Documents documents(sampleEnglish());
  LearnReport alone;
  ASSERT_TRUE(learnPhrases(documents.source(), settings, {}, &alone).ok());
  EXPECT_EQ(alone.phrases, report.phrases);
  settings.phrase_count.reset();
  settings.phrase_rate = 0.05;
  grains = learn(settings, sampleEnglish(), &report);
  ASSERT_TRUE(grains.ok()) << messageOf(grains);
  EXPECT_TRUE(!report.shortfall.empty() || std::abs(report.phrase_rate - 0.05) < 0.001);
  EXPECT_GT(report.phrase_rate, 0);
}

TEST(LearnTest, LearnsChineseWordsFromSegmentedTextOrAListAndKeepsTheMostFrequent) {
  const TestFolder folder;
  LearnSettings settings;
  settings.kind = "characters";
  settings.coarse = CoarseKind::kWords;
  settings.segmented = {folder.write("segmented.txt", toySentences(1, 600))};
  LearnReport report;
  const Result<Grains> all = learn(settings, sampleChinese(), &report);
  ASSERT_TRUE(all.ok()) << messageOf(all);
  EXPECT_EQ(report.word_types, all->coarseSize() - all->fineSize());
  const std::vector<std::string>& words = all->wordVocabulary();
  EXPECT_NE(std::find(words.begin(), words.end(), "研究生"), words.end());
  settings.coarse_vocab_size = 10;
  const Result<Grains> few = learn(settings, sampleChinese());
  ASSERT_TRUE(few.ok());
  EXPECT_EQ(few->wordVocabulary(), std::vector<std::string>(words.begin(), words.begin() + 10));

  settings.segmented.clear();
  settings.coarse_file = folder.write("words.txt", "苹果 5\n研究\n");
  const Result<Grains> listed = learn(settings, sampleChinese());
  ASSERT_TRUE(listed.ok()) << messageOf(listed);
  EXPECT_EQ(listed->wordVocabulary().size(), 2U);
  ASSERT_TRUE(listed->words()->save(folder / "words.model").ok());
  settings.coarse_file = folder / "words.model";
  const Result<Grains> loaded = learn(settings, sampleChinese());
  ASSERT_TRUE(loaded.ok()) << messageOf(loaded);
  EXPECT_EQ(loaded->wordVocabulary(), listed->wordVocabulary());
  settings.segmented = {folder / "segmented.txt"};
  EXPECT_SAYS(learn(settings, sampleChinese()), "is a model that has learnt already");
}

TEST(LearnTest, LearnsFromParagraphsOfAnyLength) {
  std::string text;
  Paragraphs paragraphs = sampleEnglish(40);
  while (text.size() < 5 * kStretchBytes / 2) {
    for (const std::string& paragraph : paragraphs) {
      text += paragraph + " ";
    }
  }
  for (const char* kind : {"wordpiece", "words", "unigram"}) {
    LearnSettings settings;
    settings.kind = kind;
    settings.vocab_size = 300;
    settings.sampled_bytes = 1 << 18;
    settings.coarse = CoarseKind::kPhrases;
    settings.phrases = {50, 0.5, 3};
    LearnReport report;
    const Result<Grains> grains = learn(settings, {text}, &report);
    ASSERT_TRUE(grains.ok()) << kind << ": " << messageOf(grains);
    EXPECT_EQ(report.documents, 1);
    EXPECT_GT(grains->coarseSize(), grains->fineSize());
  }
}

TEST(LearnTest, TakesWhatIsGivenInPlaceOfLearningIt) {
  const TestFolder folder;
  ASSERT_TRUE(saveGrains(Grains::withPhrases(toyWordPiece(), toyPhrases()).value(), folder / "both").ok());
  LearnSettings settings;
  settings.vocabulary = folder / "both";
  Documents documents(sampleEnglish(20));
  Result<Grains> grains = learnGrains(documents.source(), settings);
  ASSERT_TRUE(grains.ok()) << messageOf(grains);
  EXPECT_EQ(grains->coarseKind(), CoarseKind::kNone);
  settings.coarse = CoarseKind::kPhrases;
  grains = learnGrains(documents.source(), settings);
  ASSERT_TRUE(grains.ok()) << messageOf(grains);
  EXPECT_EQ(grains->coarseSize(), grains->fineSize() + 5);
  EXPECT_EQ(documents.rewinds, 0);
  settings.vocabulary = folder / "both" / "vocab.txt";
  settings.coarse_file = folder / "both" / "phrases.txt";
  grains = learnGrains(documents.source(), settings);
  ASSERT_TRUE(grains.ok()) << messageOf(grains);
  EXPECT_EQ(grains->coarseSize(), grains->fineSize() + 5);
  EXPECT_EQ(documents.rewinds, 0);
}

TEST(LearnTest, RefusesInOneSentenceWhatCannotBeLearnt) {
  const Paragraphs english = sampleEnglish(20);
  LearnSettings settings;
  EXPECT_SAYS(learn(settings, {}), "no words");
  EXPECT_SAYS(learn(settings, {"", " "}), "no words");
  settings.kind = "byte-bpe";
  EXPECT_SAYS(learn(settings, english), "published ones alone");
  settings.kind = "loom";
  EXPECT_SAYS(learn(settings, english), "kind \"loom\"");
  settings.kind = "unigram";
  settings.vocab_size = 10;
  EXPECT_SAYS(learn(settings, english), "smaller");
  settings.kind = "wordpiece";
  EXPECT_SAYS(learn(settings, english), "10");
  settings.vocab_size = 300;
  settings.coarse = CoarseKind::kPhrases;
  settings.phrases = {0, 0.5, 4};
  EXPECT_SAYS(learn(settings, english), "smallest count of 0");
  settings.phrases = {2, 1.5, 4};
  EXPECT_SAYS(learn(settings, english), "probability of 1.5");
  settings.phrases = {2, 0.5, 9};
  EXPECT_SAYS(learn(settings, english), "at most 9 words");
  settings.phrases = {1000000, 0.5, 4};
  settings.phrase_count = 5;
  EXPECT_SAYS(learn(settings, english), "");
  EXPECT_FALSE(learn(settings, english).ok());
  settings.phrase_count.reset();
  settings.coarse = CoarseKind::kWords;
  EXPECT_SAYS(learn(settings, english), "neither word-segmented text nor a list of words");
  const TestFolder folder;
  settings.coarse_file = folder.write("words.txt", "苹果\n");
  EXPECT_SAYS(learn(settings, {"loom"}), "no word of two or more characters");
  settings.coarse_file = folder / "nothing";
  EXPECT_SAYS(learn(settings, english), "nothing");
}

TEST(LearnTest, RefusesAnImpossibleTargetBeforeItReadsTheText) {
  for (const double rate : {-0.5, 0.0, 1.0, 2.0}) {
    Documents documents(sampleEnglish(20));
    LearnSettings settings;
    settings.phrase_rate = rate;
    EXPECT_FALSE(learnPhrases(documents.source(), settings).ok()) << rate;
    EXPECT_EQ(documents.rewinds, 0) << rate;
  }
}

TEST(LearnTest, StopsWhereItIsToldTo) {
  const TestFolder folder;
  LearnSettings settings;
  settings.vocab_size = 300;
  settings.coarse = CoarseKind::kPhrases;
  settings.phrases = {2, 0.3, 3};
  Documents documents(sampleEnglish(30));
  double last = 0;
  int calls = 0;
  const auto count = [&](double share, std::string_view) {
    EXPECT_GE(share, last);
    last = share;
    ++calls;
    return true;
  };
  ASSERT_TRUE(learnGrains(documents.source(), settings, count).ok());
  EXPECT_LE(last, 1.0);
  for (int stop = 1; stop <= calls; stop += std::max(1, calls / 10)) {
    int at = 0;
    const Result<Grains> stopped =
        learnGrains(documents.source(), settings, [&](double, std::string_view) { return ++at < stop; });
    EXPECT_SAYS(stopped, "cancelled") << stop << " of " << calls;
  }
}

}  // namespace
}  // namespace heddle
