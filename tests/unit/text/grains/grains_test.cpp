#include "engine/text/grains/grains.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "engine/text/phrases/phrase_tokenizer.h"
#include "engine/text/unicode.h"
#include "tests/unit/text/grains/grains_fixture.h"

namespace heddle {
namespace {

struct Range {
  int32_t begin = 0;
  int32_t end = 0;
};

// What the coarse tokeniser alone says.
std::vector<Range> coarseRanges(const Grains& grains, const std::string& text) {
  std::vector<Range> ranges;
  if (grains.coarseKind() == CoarseKind::kPhrases) {
    std::vector<PhraseUnit> units;
    PhraseTokenizer(*grains.phrases()).split(text, units);
    for (const PhraseUnit& unit : units) {
      ranges.push_back({unit.begin, unit.end});
    }
  } else if (grains.coarseKind() == CoarseKind::kWords) {
    for (const WordSpan& span : grains.words()->segment(text)) {
      ranges.push_back({span.begin, span.end});
    }
  } else {
    WordList words;
    splitWords(text, grains.lowercase(), words);
    for (const WordList::Word& word : words.words) {
      ranges.push_back({words.sourceBegin(word, 0), words.sourceEnd(word, word.length)});
    }
  }
  return ranges;
}

std::vector<Piece> fineAlone(const Grains& grains, const std::string& text) {
  std::vector<Piece> pieces = grains.fine().encode(text);
  trimOffsets(text, pieces);
  return pieces;
}

std::vector<int32_t> unitOfTokens(const GrainedText& grained) {
  std::vector<int32_t> numbers;
  for (size_t unit = 0; unit < grained.units.size(); ++unit) {
    numbers.insert(numbers.end(), static_cast<size_t>(grained.units[unit].count), static_cast<int32_t>(unit));
  }
  return numbers;
}

// The pre-tokens in a range, as coarse vocabularies spell them.
std::string spelling(const Grains& grains, const std::string& text, Range range) {
  WordList words;
  splitWords(std::string_view(text).substr(static_cast<size_t>(range.begin),
                                           static_cast<size_t>(range.end - range.begin)),
             grains.lowercase(), words);
  std::string joined;
  for (const WordList::Word& word : words.words) {
    joined += joined.empty() || grains.coarseKind() == CoarseKind::kWords ? "" : " ";
    joined += words.text(word);
  }
  return joined;
}

std::vector<std::string> coarseTexts(const Grains& grains, std::string_view text) {
  GrainedText grained;
  grains.encode(text, grained);
  std::vector<int32_t> ids;
  appendCoarse(grained, ids);
  std::vector<std::string> texts;
  for (const int32_t id : ids) {
    texts.push_back(grains.coarseText(id));
  }
  return texts;
}

using Texts = std::vector<std::string>;

TEST(GrainsTest, KeepsTheFineTokensThatTheTokeniserAloneGives) {
  GrainedText grained;
  for (const NamedGrains& named : allGrains()) {
    for (uint64_t number = 0; number < 300; ++number) {
      const std::string text = randomText(number);
      named.grains.encode(text, grained);
      ASSERT_EQ(grained.fine, fineAlone(named.grains, text)) << named.name << " on text " << number;
    }
  }
}

TEST(GrainsTest, UnitsCoverAllFineTokensInOrderWithoutOverlap) {
  GrainedText grained;
  for (const NamedGrains& named : allGrains()) {
    for (uint64_t number = 0; number < 300; ++number) {
      named.grains.encode(randomText(number), grained);
      int32_t next = 0;
      for (const Unit& unit : grained.units) {
        ASSERT_EQ(unit.first, next) << named.name << " on text " << number;
        ASSERT_GE(unit.count, 1) << named.name << " on text " << number;
        next += unit.count;
      }
      ASSERT_EQ(next, static_cast<int32_t>(grained.fine.size())) << named.name << " on text " << number;
    }
  }
}

// Every cut of the coarse tokeniser is there unless a fine token lies on both of its sides, and no other is.
TEST(GrainsTest, CutsExactlyWhereTheCoarseTokeniserDoesAndNoFineTokenCrosses) {
  GrainedText grained;
  for (const NamedGrains& named : allGrains()) {
    for (uint64_t number = 0; number < 300; ++number) {
      const std::string text = randomText(number);
      named.grains.encode(text, grained);
      const std::vector<Range> ranges = coarseRanges(named.grains, text);
      const std::vector<int32_t> unit_of = unitOfTokens(grained);
      const auto rangesOf = [&](const Piece& piece) {
        std::vector<size_t> touched;
        for (size_t at = 0; at < ranges.size(); ++at) {
          if (piece.begin < ranges[at].end && ranges[at].begin < piece.end) {
            touched.push_back(at);
          }
        }
        return touched;
      };
      // Groups of ranges tied together by tokens that lie on several.
      std::vector<size_t> group(ranges.size());
      for (size_t at = 0; at < ranges.size(); ++at) {
        group[at] = at;
      }
      for (const Piece& piece : grained.fine) {
        const std::vector<size_t> touched = rangesOf(piece);
        for (size_t at = 1; at < touched.size(); ++at) {
          group[touched[at]] = group[touched[0]];
        }
      }
      int32_t before_unit = -1;
      size_t before_group = 0;
      for (size_t token = 0; token < grained.fine.size(); ++token) {
        const std::vector<size_t> touched = rangesOf(grained.fine[token]);
        if (touched.empty()) {
          continue;
        }
        if (before_unit >= 0) {
          ASSERT_EQ(unit_of[token] == before_unit, group[touched[0]] == before_group)
              << named.name << " on text " << number << ": " << text;
        }
        before_unit = unit_of[token];
        before_group = group[touched[0]];
      }
    }
  }
}

TEST(GrainsTest, CoarseIdsDecodeToTheTextOfTheirUnitAndOthersAreTheirFineTokens) {
  GrainedText grained;
  std::vector<int64_t> known(allGrains().size());
  for (size_t at = 0; at < allGrains().size(); ++at) {
    const auto& [name, grains] = allGrains()[at];
    for (uint64_t number = 0; number < 300; ++number) {
      const std::string text = randomText(number);
      grains.encode(text, grained);
      std::vector<int32_t> ids;
      std::vector<int32_t> units;
      appendCoarse(grained, ids, &units);
      ASSERT_EQ(ids.size(), units.size());
      size_t next = 0;
      for (size_t unit = 0; unit < grained.units.size(); ++unit) {
        const auto first = static_cast<size_t>(grained.units[unit].first);
        const auto count = static_cast<size_t>(grained.units[unit].count);
        if (grained.units[unit].coarse == kFallsBack) {
          for (size_t token = first; token < first + count; ++token) {
            ASSERT_EQ(ids[next], grained.fine[token].id) << name << " on text " << number;
            ASSERT_EQ(units[next++], static_cast<int32_t>(unit));
          }
          continue;
        }
        ++known[at];
        ASSERT_GE(ids[next], grains.fineSize());
        ASSERT_LT(ids[next], grains.coarseSize());
        ASSERT_EQ(units[next], static_cast<int32_t>(unit));
        const Range range{grained.fine[first].begin, grained.fine[first + count - 1].end};
        ASSERT_EQ(grains.coarseText(ids[next++]), spelling(grains, text, range)) << name << " on " << text;
      }
      ASSERT_EQ(next, ids.size());
    }
    EXPECT_EQ(known[at] > 0, grains.coarseKind() != CoarseKind::kNone) << name;
  }
}

TEST(GrainsTest, TakesTheLongestPhraseAndLeavesTheOthersToTheFineGrain) {
  const Grains grains = Grains::withPhrases(toyWordPiece(), toyPhrases()).value();
  EXPECT_EQ(coarseTexts(grains, "New York city, Los Angeles weaving"),
            (Texts{"new york city", ",", "los angeles", "weav", "##ing"}));
  EXPECT_EQ(grains.coarseSize(), grains.fineSize() + 5);
  EXPECT_EQ(grains.coarseText(grains.fineSize()), "new york");
  GrainedText grained;
  grains.encode("weaving looms", grained);
  EXPECT_EQ(grained.units, (std::vector<Unit>{{0, 2, kFallsBack}, {2, 2, kFallsBack}}));
}

TEST(GrainsTest, TakesChineseWordsAndOneRunOfLettersAsOnePreToken) {
  const Grains grains = Grains::withWords(toyWordPiece(), toyChineseWords(), toyCoarseWords()).value();
  // 起源 is a word of the segmenter, and so one unit, but no word of the coarse vocabulary.
  EXPECT_EQ(coarseTexts(grains, "研究生命起源。"), (Texts{"研究", "生命", "起", "源", "。"}));
  GrainedText grained;
  grains.encode("研究生命起源。", grained);
  ASSERT_EQ(grained.units.size(), 4U);
  EXPECT_EQ(grained.units[2], (Unit{4, 2, kFallsBack}));
  EXPECT_EQ(coarseTexts(grains, "卡拉OK").front(), "卡拉ok");
}

TEST(GrainsTest, DropsACutInsideAFineTokenAndLetsTheUnitFallBack) {
  const auto crossing = std::find_if(allGrains().begin(), allGrains().end(),
                                     [](const NamedGrains& named) { return named.name == "crossing alone"; });
  GrainedText grained;
  crossing->grains.encode("new york is", grained);
  ASSERT_EQ(grained.units.size(), 2U);
  EXPECT_EQ(grained.units[0], (Unit{0, 1, kFallsBack}));  // one token over two words
  // "angeles cab" lies on both sides of the phrase's end.
  const Grains& phrases = (crossing + 1)->grains;
  ASSERT_EQ((crossing + 1)->name, "crossing with phrases");
  phrases.encode("los angeles cab", grained);
  EXPECT_EQ(grained.units, (std::vector<Unit>{{0, 2, kFallsBack}}));
}

TEST(GrainsTest, WithOneGrainUnitsAreWordsAndSingleIdeographs) {
  const Grains grains(toyWordPiece());
  EXPECT_EQ(grains.coarseSize(), grains.fineSize());
  GrainedText grained;
  grains.encode("Weaving in 研究 looms!", grained);
  std::vector<int32_t> counts;
  for (const Unit& unit : grained.units) {
    counts.push_back(unit.count);
  }
  EXPECT_EQ(counts, (std::vector<int32_t>{2, 1, 1, 1, 2, 1}));  // "in" is [UNK]
}

TEST(GrainsTest, SamplesOtherTokensUnderTheSameRules) {
  for (const NamedGrains& named : allGrains()) {
    if (!named.grains.fine().canSample()) {
      continue;
    }
    const std::string text = "new york city 研究生命 los angeles weaving";
    GrainedText first;
    GrainedText second;
    named.grains.sample(text, {}, 7, first);
    named.grains.sample(text, {}, 7, second);
    EXPECT_EQ(first.fine, second.fine) << named.name;
    EXPECT_EQ(first.units, second.units) << named.name;
    std::vector<Piece> alone = named.grains.fine().sample(text, {}, 7);
    trimOffsets(text, alone);
    EXPECT_EQ(first.fine, alone) << named.name;
  }
}

TEST(GrainsTest, TakesEmptyTextAndTextWithoutWords) {
  GrainedText grained;
  for (const NamedGrains& named : allGrains()) {
    named.grains.encode("new york", grained);
    named.grains.encode("", grained);
    EXPECT_TRUE(grained.fine.empty() && grained.units.empty()) << named.name;
    named.grains.encode(" \n\t ", grained);
    EXPECT_LE(grained.units.size(), 1U) << named.name;
  }
}

TEST(GrainsTest, RefusesCoarseVocabulariesThatDoNotFit) {
  const Result<Grains> cased = Grains::withPhrases(toyWordPiece(false), toyPhrases(true));
  ASSERT_FALSE(cased.ok());
  EXPECT_NE(cased.error().text.find("do not fit"), std::string::npos);
  const auto words = [](Texts vocabulary) {
    return Grains::withWords(toyWordPiece(), toyChineseWords(), std::move(vocabulary)).error().text;
  };
  EXPECT_NE(words({"研究", "研究"}).find("word 2, \"研究\", is there twice"), std::string::npos);
  EXPECT_NE(words({"研"}).find("single pre-token"), std::string::npos);
  EXPECT_NE(words({""}).find("single pre-token"), std::string::npos);
  EXPECT_NE(words({"卡拉OK"}).find("not spelt"), std::string::npos);
}

}  // namespace
}  // namespace heddle
