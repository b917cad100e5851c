// The grammar of the Chinese sample text: sentences about the people and things of one document, with measure
// words, aspect, 把 and 被, serial verbs, correlated conjunctions, questions and quoted speech.

#pragma once

#include <cstdint>
#include <vector>

#include "engine/base/random.h"
#include "engine/text/sample_lexicon_zh.h"
#include "engine/text/sample_sentence.h"

namespace heddle::sample {

// Tells one story as Storyteller does in English: a few people and things that keep their names and
// properties, in one place, from morning to night.
class ChineseStoryteller {
 public:
  ChineseStoryteller(uint64_t seed, int64_t index);

  SampleDocument tell();

 private:
  struct Person {
    Name name;
    std::string role;
    std::string adjective;
    bool introduced = false;
  };
  struct Thing {
    ChineseNoun noun;
    std::string look;   // as in "红色 的 灯"
    std::string state;  // as in "那 盏 灯 很 旧"
    std::string material;
    bool introduced = false;
  };

  template <typename T>
  const T& pick(const std::vector<T>& items) {
    return pickEarly(draws_, items);
  }
  bool chance(double probability) { return draws_.uniform() < probability; }

  // Phrases. Each adds its words to the sentence. "Who" is an index into people_, or -1 for somebody else.
  int subject(SentenceBuilder& out);
  void nameOrPronoun(SentenceBuilder& out, int person);
  void otherPerson(SentenceBuilder& out, int who);
  void thing(SentenceBuilder& out, int index);
  void someThing(SentenceBuilder& out) { thing(out, static_cast<int>(draws_.below(4))); }
  void place(SentenceBuilder& out);   // 市场 里
  void manner(SentenceBuilder& out);  // 小心翼翼 地
  void predicate(SentenceBuilder& out, int who);
  void clause(SentenceBuilder& out);
  void laterClause(SentenceBuilder& out);  // of the same sentence: there a person is named once
  SampleSentence finish(SentenceBuilder& out, const char* mark = "。");

  // Sentences.
  SampleSentence introduction(int person);
  SampleSentence opening(const char* time);
  SampleSentence event();
  SampleSentence relative();
  SampleSentence report();
  SampleSentence speech();
  SampleSentence subordinate();
  SampleSentence gift();
  SampleSentence existence();
  SampleSentence passive();
  SampleSentence coordination();
  SampleSentence possession();
  SampleSentence comparison();
  SampleSentence listing();
  SampleSentence feeling();
  SampleSentence ending();

  RandomStream draws_;
  std::vector<Person> people_;
  std::vector<Thing> things_;
  std::string town_;
  std::vector<ChinesePlace> places_;
  ChineseNoun animal_;
  bool only_pronouns_ = false;  // for the person last named
  int last_person_ = -1;        // the subject of the sentence before: a pronoun refers to it
};

}  // namespace heddle::sample
