// The grammar of the Chinese sample text: sentences about the people and things of one document, with measure
// words, aspect, 把 and 被, serial verbs, correlated conjunctions, questions and quoted speech.

#pragma once

#include <cstdint>
#include <vector>

#include "engine/text/sample_lexicon_zh.h"
#include "engine/text/sample_sentence.h"
#include "engine/text/sample_story.h"

namespace heddle::sample {

// A few people and things that keep their names and
// properties, in one place.
class ChineseStoryteller : public Storyteller {
 public:
  ChineseStoryteller(uint64_t seed, int64_t index);

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

  // Phrases. Each adds its words to the sentence. "Who" is an index into people_, or -1 for somebody else.
  int subject(SentenceBuilder& out);
  void nameOrPronoun(SentenceBuilder& out, int person);
  void otherPerson(SentenceBuilder& out, int who);
  void thing(SentenceBuilder& out, int index);
  void someThing(SentenceBuilder& out) { thing(out, static_cast<int>(draws_.below(4))); }
  void place(SentenceBuilder& out);   // 市场 里
  void manner(SentenceBuilder& out);  // 小心翼翼 地
  void predicate(SentenceBuilder& out, int who);
  void clause(SentenceBuilder& out) override;
  SampleSentence finish(SentenceBuilder& out, const char* mark = "。");

  // Sentences.
  SampleSentence introduction(int person) override;
  SampleSentence opening(int time) override;
  SampleSentence middle() override;
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
  SampleSentence ending() override;

  std::vector<Person> people_;
  std::vector<Thing> things_;
  std::string town_;
  std::vector<ChinesePlace> places_;
  ChineseNoun animal_;
};

}  // namespace heddle::sample
