#include "engine/text/phrases/phrase_counts.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <set>

#include "engine/text/phrases/phrase_words.h"
#include "tests/unit/text/phrases/phrase_fixture.h"

namespace heddle {
namespace {

using Words = std::vector<std::string>;

// Kneser-Ney by its definition: maps of word lists, and every sum walked through anew. Independent of the
// engine but for the splitting into words.
class SlowModel {
 public:
  SlowModel(const Paragraphs& text, int longest, bool lowercase) {
    for (const std::string& paragraph : text) {
      WordList list;
      splitWords(paragraph, lowercase, list);
      Words run;
      for (const WordList::Word& word : list.words) {
        if (isPhraseWord(list, word)) {
          run.emplace_back(list.text(word));
        } else {
          addRun(std::move(run), longest);
          run.clear();
        }
      }
      addRun(std::move(run), longest);
    }
    for (const auto& [ngram, count] : counts_) {
      if (ngram.front() != kEdgeMark && ngram.size() == 1) {
        types_ += ngram.front() != kEdgeMark ? 1 : 0;
      }
      if (ngram.size() > 1) {
        ++left_[Words(ngram.begin() + 1, ngram.end())];
      }
    }
  }

  std::map<Words, int64_t> counts() const { return counts_; }
  int64_t types() const { return types_; }

  // p(last | before), as an n-gram model of just this length gives it.
  double probability(const Words& ngram) const { return level(ngram, counts_); }
  Discounts discounts(size_t length, bool lower) const {
    CountsOfCounts counts{};
    for (const auto& [ngram, count] : lower ? left_ : counts_) {
      if (ngram.size() == length && (ngram.front() != kEdgeMark || length == 1) && count <= 4) {
        ++counts[static_cast<size_t>(count - 1)];
      }
    }
    // As the paper prints them.
    const auto n1 = static_cast<double>(counts[0]);
    const auto n2 = static_cast<double>(counts[1]);
    const auto n3 = static_cast<double>(counts[2]);
    const auto n4 = static_cast<double>(counts[3]);
    const double y = n1 / (n1 + 2 * n2);
    Discounts result{1 - 2 * y * n2 / n1, 2 - 3 * y * n3 / n2, 3 - 4 * y * n4 / n3, true};
    const bool sound = n1 > 0 && n2 > 0 && n3 > 0 && result.one >= 0 && result.one <= 1 && result.two >= 0 &&
                       result.two <= 2 && result.many >= 0 && result.many <= 3;
    return sound ? result : Discounts{.5, 1, 1.5, false};
  }

  static constexpr const char* kEdgeMark = "<edge>";

 private:
  void addRun(Words run, int longest) {
    if (run.empty()) {
      return;
    }
    run.insert(run.begin(), kEdgeMark);
    run.emplace_back(kEdgeMark);
    for (size_t first = 0; first < run.size(); ++first) {
      for (size_t end = first + 1; end <= run.size() && end <= first + static_cast<size_t>(longest); ++end) {
        if (end - first > 1 || first + 1 < run.size()) {
          ++counts_[Words(run.begin() + static_cast<ptrdiff_t>(first),
                          run.begin() + static_cast<ptrdiff_t>(end))];
        }
      }
    }
  }

  double level(const Words& ngram, const std::map<Words, int64_t>& counts) const {
    const bool lower = &counts == &left_;
    const Discounts discount = discounts(ngram.size(), lower);
    double total = 0;
    double left_over = 0;
    for (const auto& [other, count] : counts) {
      if (other.size() == ngram.size() && std::equal(ngram.begin(), ngram.end() - 1, other.begin())) {
        total += static_cast<double>(count);
        left_over += discount.of(static_cast<uint64_t>(count));
      }
    }
    const auto found = counts.find(ngram);
    const auto count = found == counts.end() ? int64_t{0} : found->second;
    const double shorter = ngram.size() == 1 ? 1.0 / static_cast<double>(types_ + 1)
                                             : level(Words(ngram.begin() + 1, ngram.end()), left_);
    return (static_cast<double>(count) - discount.of(static_cast<uint64_t>(count))) / total +
           left_over / total * shorter;
  }

  std::map<Words, int64_t> counts_;
  std::map<Words, int64_t> left_;  // different left neighbours
  int64_t types_ = 0;
};

Words wordsOf(const PhraseCounts& counts, const PhraseCandidate& candidate) {
  Words words;
  for (int place = 0; place < candidate.length; ++place) {
    words.push_back(counts.words[static_cast<size_t>(candidate.words[static_cast<size_t>(place)])]);
  }
  return words;
}

void expectAsSlowModel(const Paragraphs& text, int longest, int64_t min_count) {
  const PhraseCounts counts = countText(text, {.longest = longest, .min_count = min_count, .threads = 2});
  const SlowModel slow(text, longest, true);
  std::set<Words> expected;
  for (const auto& [ngram, count] : slow.counts()) {
    const bool words_only = ngram.front() != SlowModel::kEdgeMark && ngram.back() != SlowModel::kEdgeMark;
    if (ngram.size() > 1 && words_only && count >= min_count) {
      expected.insert(ngram);
    }
  }
  ASSERT_EQ(counts.candidates.size(), expected.size());
  EXPECT_EQ(counts.corpus_types, slow.types());
  for (const PhraseCandidate& candidate : counts.candidates) {
    const Words words = wordsOf(counts, candidate);
    ASSERT_TRUE(expected.count(words)) << phraseText(counts, candidate);
    EXPECT_EQ(candidate.count, slow.counts().at(words));
    EXPECT_NEAR(candidate.probability, slow.probability(words), 1e-12) << phraseText(counts, candidate);
  }
  for (int length = 2; length <= longest; ++length) {
    const auto n = static_cast<size_t>(length);
    const Discounts wanted = slow.discounts(n, false);
    EXPECT_EQ(counts.discounts[n].estimated, wanted.estimated);
    EXPECT_NEAR(counts.discounts[n].one, wanted.one, 1e-12);
    EXPECT_NEAR(counts.discounts[n].many, wanted.many, 1e-12);
    EXPECT_NEAR(counts.lower[n - 1].two, slow.discounts(n - 1, true).two, 1e-12);
  }
}

TEST(KneserNeyTest, DiscountsAreThoseOfChenAndGoodman) {
  // Y = 4 / (4 + 2 * 3) = .4; 1 - 2 * .4 * 3/4; 2 - 3 * .4 * 2/3; 3 - 4 * .4 * 1/2.
  const Discounts discounts = estimateDiscounts({4, 3, 2, 1});
  EXPECT_TRUE(discounts.estimated);
  EXPECT_NEAR(discounts.one, .4, 1e-15);
  EXPECT_NEAR(discounts.two, 1.2, 1e-15);
  EXPECT_NEAR(discounts.many, 2.2, 1e-15);
  EXPECT_EQ(discounts.of(0), 0);
  EXPECT_EQ(discounts.of(1), discounts.one);
  EXPECT_EQ(discounts.of(2), discounts.two);
  EXPECT_EQ(discounts.of(3), discounts.many);
  EXPECT_EQ(discounts.of(1000), discounts.many);
}

TEST(KneserNeyTest, TooFewCountsGiveTheStandIns) {
  for (const CountsOfCounts& counts : {CountsOfCounts{0, 5, 5, 5}, CountsOfCounts{5, 0, 5, 5},
                                       CountsOfCounts{5, 5, 0, 5}, CountsOfCounts{1, 1, 100, 1}}) {
    const Discounts discounts = estimateDiscounts(counts);
    EXPECT_FALSE(discounts.estimated);
    EXPECT_EQ(discounts.one, .5);
    EXPECT_EQ(discounts.two, 1);
    EXPECT_EQ(discounts.many, 1.5);
  }
}

TEST(PhraseCountsTest, AHandWorkedExampleComesOut) {
  // Runs: a b | a b | a c. Bigrams: ab 2, ac 1, b| 2, c| 1, so t3 = 0 and the stand-ins hold.
  // Left neighbours: a {|}, b {a}, c {a}, | {b, c}: 5 in all, and 3 types + 1 share what is left over.
  //   q(b) = (1 - .5)/5 + (3 * .5 + 1 * 1)/5 * 1/4 = .1 + .125 = .225
  //   p(b | a) = (2 - 1)/3 + (.5 + 1)/3 * .225 = .445833...
  //   p(c | a) = (1 - .5)/3 + .5 * .225 = .279166...
  const PhraseCounts counts = countText({"A b. A b. A c."}, {.longest = 2, .min_count = 1});
  ASSERT_EQ(counts.candidates.size(), 2u);
  EXPECT_EQ(counts.corpus_words, 6);
  EXPECT_EQ(counts.corpus_types, 3);
  EXPECT_EQ(phraseText(counts, counts.candidates[0]), "a b");
  EXPECT_EQ(counts.candidates[0].count, 2);
  EXPECT_NEAR(counts.candidates[0].probability, 1. / 3 + .1125, 1e-15);
  EXPECT_EQ(phraseText(counts, counts.candidates[1]), "a c");
  EXPECT_NEAR(counts.candidates[1].probability, .5 / 3 + .1125, 1e-15);
}

TEST(PhraseCountsTest, EstimatesAreThoseOfTheSlowModel) {
  const Paragraphs sample = sampleParagraphs(3);
  expectAsSlowModel({"one two three one two four. one two three, two three one! five one two three one two"},
                    4, 1);
  expectAsSlowModel(sample, 2, 1);
  expectAsSlowModel(Paragraphs(sample.begin(), sample.begin() + 4), 5, 2);
}

TEST(PhraseCountsTest, SlowModelProbabilitiesSumToOne) {
  const SlowModel slow({"one two three one two four. one two three, two one! five one two three one two"}, 3,
                       true);
  for (const Words& context : {Words{"one"}, Words{"one", "two"}, Words{"two", "three"}}) {
    double sum = 0;
    for (const char* word : {"one", "two", "three", "four", "five", SlowModel::kEdgeMark}) {
      Words ngram = context;
      ngram.emplace_back(word);
      sum += slow.probability(ngram);
    }
    EXPECT_NEAR(sum, 1, 1e-12);
  }
}

TEST(PhraseCountsTest, NothingGoesAcrossPunctuationOrParagraphs) {
  const PhraseCounts counts =
      countText({"new york. city hall", "new york, city hall (city) hall", "\xE4\xB8\xAD new \xC2\xB0 york"},
                {.longest = 3, .min_count = 1});
  EXPECT_EQ(find(counts, "new york").count, 2);
  EXPECT_EQ(find(counts, "city hall").count, 2);
  EXPECT_EQ(find(counts, "york city").count, 0);
  EXPECT_EQ(find(counts, "hall new").count, 0);
  EXPECT_EQ(counts.candidates.size(), 2u);
}

TEST(PhraseCountsTest, WordsAreThoseOfTheTokeniser) {
  const Paragraphs text = {"The Caf\xC3\xA9 Noir", "the CAFE\xCC\x81 noir"};
  EXPECT_EQ(find(countText(text, {.longest = 3, .min_count = 2}), "the cafe noir").count, 2);
  EXPECT_TRUE(countText(text, {.longest = 3, .min_count = 2, .lowercase = false}).candidates.empty());
}

void expectEqual(const PhraseCounts& a, const PhraseCounts& b) {
  ASSERT_EQ(a.words, b.words);
  ASSERT_EQ(a.candidates.size(), b.candidates.size());
  for (size_t index = 0; index < a.candidates.size(); ++index) {
    ASSERT_EQ(a.candidates[index].words, b.candidates[index].words);
    ASSERT_EQ(a.candidates[index].length, b.candidates[index].length);
    ASSERT_EQ(a.candidates[index].count, b.candidates[index].count);
    ASSERT_EQ(a.candidates[index].probability, b.candidates[index].probability);
  }
  EXPECT_EQ(a.different, b.different);
  EXPECT_EQ(a.corpus_words, b.corpus_words);
}

TEST(PhraseCountsTest, NeitherMemoryNorThreadsChangeTheResult) {
  // The small memory holds 262,144 n-grams for each of two threads, so several runs are merged.
  const Paragraphs text = sampleParagraphs(3500);
  const PhraseCounts one = countText(text, {.min_count = 3, .threads = 1});
  EXPECT_GT(one.corpus_words, 2 * 262144);
  expectEqual(one, countText(text, {.min_count = 3, .memory_bytes = kLeastPhraseMemory, .threads = 2}));
  expectEqual(one, countText(text, {.min_count = 3, .threads = 5}));
}

TEST(PhraseCountsTest, AnEmptyCorpusHasNoCandidates) {
  EXPECT_TRUE(countText({}, {}).candidates.empty());
  EXPECT_TRUE(countText({"", "...", "word"}, {.min_count = 1}).candidates.empty());
}

TEST(PhraseCountsTest, OptionsOutOfRangeAreErrors) {
  for (const PhraseCountOptions& options :
       {PhraseCountOptions{.longest = 1}, PhraseCountOptions{.longest = 6},
        PhraseCountOptions{.min_count = 0}, PhraseCountOptions{.memory_bytes = 1000},
        PhraseCountOptions{.threads = -1}, PhraseCountOptions{.temporary = "/nowhere/at/all"}}) {
    const Result<PhraseCounts> counts = countPhrases(sourceOf({"a b"}), options);
    ASSERT_FALSE(counts.ok());
    EXPECT_FALSE(counts.error().hint.empty()) << counts.error().text;
  }
}

TEST(PhraseCountsTest, WhatTheSourceReportsComesBack) {
  int documents = 0;
  const TextSource source{[&documents](Paragraphs& out) -> Result<bool> {
    if (++documents == 3) {
      return Error{"the disk is gone", "plug it in"};
    }
    out = {"some words"};
    return true;
  }};
  const Result<PhraseCounts> counts = countPhrases(source, {});
  ASSERT_FALSE(counts.ok());
  EXPECT_EQ(counts.error().text, "the disk is gone");
}

TEST(PhraseCountsTest, MoreWordsThanTheMemoryHoldsAreAnError) {
  int documents = 0;
  const TextSource source{[&documents](Paragraphs& out) -> Result<bool> {
    std::string text;
    for (int word = 0; word < 10000; ++word) {
      text += "w" + std::to_string(documents * 10000 + word) + " ";
    }
    out = {text};
    return ++documents <= 40;
  }};
  const Result<PhraseCounts> counts =
      countPhrases(source, {.memory_bytes = kLeastPhraseMemory, .threads = 2});
  ASSERT_FALSE(counts.ok());
  EXPECT_NE(counts.error().text.find("different words"), std::string::npos) << counts.error().text;
}

TEST(PhraseCountsTest, MoreKeptNGramsThanTheMemoryHoldsAreAnError) {
  const Result<PhraseCounts> counts =
      countPhrases(sourceOf(sampleParagraphs(1500)), {.min_count = 1, .memory_bytes = kLeastPhraseMemory});
  ASSERT_FALSE(counts.ok());
  EXPECT_NE(counts.error().hint.find("raise the smallest count"), std::string::npos)
      << counts.error().message();
}

TEST(PhraseCountsTest, CancellingAtAnyPointIsAnErrorAndLeavesNothing) {
  const std::filesystem::path folder = std::filesystem::path(testing::TempDir()) / "heddle_cancelled_phrases";
  std::filesystem::create_directories(folder);
  const Paragraphs text = sampleParagraphs(2500);
  const PhraseCountOptions options{.memory_bytes = kLeastPhraseMemory, .temporary = folder};
  int calls = 0;
  double last = 0;
  ASSERT_TRUE(countPhrases(sourceOf(text), options, [&](double done) {
                EXPECT_GE(done, last);
                EXPECT_LE(done, 1);
                last = done;
                ++calls;
                return true;
              }).ok());
  EXPECT_GT(calls, 3);
  EXPECT_GT(last, .8);
  for (int stop = 1; stop <= calls; ++stop) {
    int seen = 0;
    const Result<PhraseCounts> counts =
        countPhrases(sourceOf(text), options, [&seen, stop](double) { return ++seen < stop; });
    ASSERT_FALSE(counts.ok());
    EXPECT_EQ(counts.error().text, "counting phrases was cancelled");
    EXPECT_EQ(seen, stop) << "asked again after it was cancelled";
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder));
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace heddle
