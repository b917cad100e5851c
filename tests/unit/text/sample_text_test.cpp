#include "engine/text/sample_text.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <sstream>

#include "engine/base/json.h"
#include "engine/text/sample_lexicon.h"

namespace heddle {
namespace {

std::string wordText(const SampleSentence& sentence, int32_t word) {
  const SampleWord& at = sentence.words[static_cast<size_t>(word)];
  return sentence.text.substr(static_cast<size_t>(at.begin), static_cast<size_t>(at.end - at.begin));
}

template <typename Visit>
void forEachSentence(int64_t documents, const Visit& visit) {
  for (int64_t index = 0; index < documents; ++index) {
    for (const std::vector<SampleSentence>& paragraph : generateDocument(3, index).paragraphs) {
      for (const SampleSentence& sentence : paragraph) {
        visit(sentence);
      }
    }
  }
}

TEST(SampleTextTest, IsAFunctionOfSeedAndIndex) {
  EXPECT_EQ(documentText(generateDocument(7, 12)), documentText(generateDocument(7, 12)));
  EXPECT_NE(documentText(generateDocument(7, 12)), documentText(generateDocument(7, 13)));
  EXPECT_NE(documentText(generateDocument(7, 12)), documentText(generateDocument(8, 12)));
}

TEST(SampleTextTest, WordsCoverEverySentenceAndPhrasesNest) {
  forEachSentence(100, [](const SampleSentence& sentence) {
    ASSERT_FALSE(sentence.words.empty());
    int32_t end = 0;
    for (const SampleWord& word : sentence.words) {
      EXPECT_LE(word.begin - end, 1) << sentence.text;
      EXPECT_LT(word.begin, word.end);
      EXPECT_STRNE(word.part_of_speech, "");
      end = word.end;
    }
    EXPECT_EQ(end, static_cast<int32_t>(sentence.text.size()));
    EXPECT_TRUE(std::isupper(static_cast<unsigned char>(sentence.text.front()))) << sentence.text;
    EXPECT_EQ(sentence.text.back(), '.');
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

// The verb after a relative clause agrees with the noun before it, not with the nouns inside.
TEST(SampleTextTest, VerbsAgreeOverRelativeClauses) {
  std::set<std::string> plurals;
  std::set<std::string> singulars;
  for (const sample::Noun& noun : sample::lexicon().things) {
    singulars.insert(noun.singular);
    plurals.insert(noun.plural);
  }
  int checked = 0;
  forEachSentence(300, [&](const SampleSentence& sentence) {
    for (const SamplePhrase& phrase : sentence.phrases) {
      if (std::string(phrase.kind) != "relative") {
        continue;
      }
      const std::string head = wordText(sentence, phrase.first - 1);
      const std::string verb = wordText(sentence, phrase.last + 1);
      if (singulars.count(head) + plurals.count(head) == 1) {
        ++checked;
        EXPECT_EQ(plurals.count(head) == 1, verb == "are" || verb == "were") << sentence.text;
      }
    }
  });
  EXPECT_GT(checked, 100);
}

TEST(SampleTextTest, ChoosesAnBeforeVowelsOnly) {
  forEachSentence(200, [](const SampleSentence& sentence) {
    for (size_t at = 0; at + 1 < sentence.words.size(); ++at) {
      const std::string word = wordText(sentence, static_cast<int32_t>(at));
      const bool vowel = std::string("aeiou").find(
                             wordText(sentence, static_cast<int32_t>(at) + 1).front()) != std::string::npos;
      EXPECT_FALSE((word == "a" || word == "A") && vowel) << sentence.text;
      EXPECT_FALSE((word == "an" || word == "An") && !vowel) << sentence.text;
    }
  });
}

TEST(SampleTextTest, HasTheWordsAndExpressionsItPromises) {
  const std::vector<std::string> expressions = sampleExpressions();
  EXPECT_EQ(expressions.size(), 120u);
  EXPECT_EQ(std::set<std::string>(expressions.begin(), expressions.end()).size(), 120u);
  std::set<std::string> words;
  std::map<std::string, int> seen;
  forEachSentence(2000, [&](const SampleSentence& sentence) {
    for (int32_t at = 0; at < static_cast<int32_t>(sentence.words.size()); ++at) {
      words.insert(wordText(sentence, at));
    }
    for (const SamplePhrase& phrase : sentence.phrases) {
      seen[phrase.kind] += 1;
    }
  });
  EXPECT_GT(words.size(), 600u);
  for (const char* kind : {"expression", "np", "vp", "relative", "clause"}) {
    EXPECT_GT(seen[kind], 100) << kind;
  }
}

TEST(SampleTextTest, EveryExpressionHasOnePartOfSpeechPerWord) {
  const sample::Lexicon& words = sample::lexicon();
  for (const auto* list : {&words.towns, &words.adverbials, &words.object_verbs, &words.idle_idioms,
                           &words.compounds, &words.sites, &words.prepositions}) {
    for (const sample::Expression& expression : *list) {
      EXPECT_EQ(expression.words.size(), expression.parts_of_speech.size()) << expression.text();
      EXPECT_GE(expression.words.size(), 2u) << expression.text();
    }
  }
}

TEST(SampleTextTest, WritesGoldStructureBesideTheText) {
  std::ostringstream text;
  std::ostringstream gold;
  ASSERT_TRUE(writeSampleText({.documents = 3, .seed = 3}, text, &gold).ok());
  EXPECT_EQ(text.str(), documentText(generateDocument(3, 0)) + "\n" + documentText(generateDocument(3, 1)) +
                            "\n" + documentText(generateDocument(3, 2)));
  std::istringstream lines(gold.str());
  std::string line;
  int sentences = 0;
  for (; std::getline(lines, line); ++sentences) {
    const Result<Json> json = parseJson(line, "gold");
    ASSERT_TRUE(json.ok());
    EXPECT_NE(text.str().find((*json)["text"].get<std::string>()), std::string::npos);
  }
  EXPECT_GT(sentences, 20);
}

TEST(SampleTextTest, SaysWhatItCannotWrite) {
  std::ostringstream text;
  EXPECT_NE(writeSampleText({.language = "tlh"}, text).error().message().find("\"tlh\""), std::string::npos);
  text.setstate(std::ios::badbit);
  EXPECT_NE(writeSampleText({.documents = 1}, text).error().message().find("takes no more"),
            std::string::npos);
}

}  // namespace
}  // namespace heddle
