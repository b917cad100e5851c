// The grammar of the English sample text: sentences about the people and things of one document.

#pragma once

#include <cstdint>
#include <vector>

#include "engine/text/sample_lexicon.h"
#include "engine/text/sample_sentence.h"
#include "engine/text/sample_story.h"

namespace heddle::sample {

// A few people and things that keep their names and properties, in one tense and one place.
class EnglishStoryteller : public Storyteller {
 public:
  EnglishStoryteller(uint64_t seed, int64_t index);

 private:
  struct Person {
    Name name;
    Noun role;
    std::string adjective;
    bool introduced = false;
  };
  struct Thing {
    Noun noun;
    Expression compound;   // instead of the noun when it has words
    std::string look;      // as in "the red lamp"
    std::string state;     // as in "the lamp was heavy"
    std::string material;  // as in "the lamp was made of copper"
    bool plural = false;
    bool introduced = false;
  };
  // What a verb agrees with, and whom a pronoun may mean.
  struct Subject {
    bool plural = false;
    int person = -1;  // index into people_, or -1
  };

  // Phrases. Each adds its words to the sentence.
  Subject nameOrPronoun(SentenceBuilder& out, int person);
  Subject subject(SentenceBuilder& out);
  void thing(SentenceBuilder& out, int index);
  void someThing(SentenceBuilder& out) {
    thing(out, static_cast<int>(draws_.below(static_cast<uint32_t>(things_.size()))));
  }
  void otherPerson(SentenceBuilder& out, int person);
  void place(SentenceBuilder& out, const char* preposition);
  void role(SentenceBuilder& out, bool plural);  // of nobody with a name
  void finite(SentenceBuilder& out, const Verb& verb, bool plural);
  void auxiliary(SentenceBuilder& out, const char* present_one, const char* present_many,
                 const char* past_one, const char* past_many, bool plural);
  void toBe(SentenceBuilder& out, bool plural) { auxiliary(out, "is", "are", "was", "were", plural); }
  void toHave(SentenceBuilder& out, bool plural) { auxiliary(out, "has", "have", "had", "had", plural); }
  void idiom(SentenceBuilder& out, const Expression& expression, bool plural);
  void predicate(SentenceBuilder& out, const Subject& subject);
  void clause(SentenceBuilder& out) override;

  // Sentences.
  SampleSentence introduction(int person) override;
  SampleSentence opening(int time) override;
  SampleSentence middle() override;
  SampleSentence event();
  SampleSentence relative();
  SampleSentence report();
  SampleSentence subordinate();
  SampleSentence gift();
  SampleSentence existence();
  SampleSentence passive();
  SampleSentence coordination();
  SampleSentence possession();
  SampleSentence ending() override;

  bool past_ = true;
  std::vector<Person> people_;
  std::vector<Thing> things_;
  Expression town_;
  std::vector<Noun> places_;
  Expression site_;
  Noun animal_;
};

}  // namespace heddle::sample
