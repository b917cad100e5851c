#include "engine/text/sample_grammar.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace heddle::sample {
EnglishStoryteller::EnglishStoryteller(uint64_t seed, int64_t index)
    : Storyteller(seed, "sample text", index) {
  const Lexicon& words = lexicon();
  past_ = chance(0.7);
  for (const Name& name : drawPeople(words.names)) {
    people_.push_back({name, pick(words.roles), pick(words.person_adjectives)});
  }
  while (people_[1].role.singular == people_[0].role.singular) {
    people_[1].role = pick(words.roles);
  }
  while (things_.size() < 4) {
    Thing thing{pick(words.things),    {},          pick(words.looks), pick(words.states),
                pick(words.materials), chance(0.35)};
    if (chance(0.25)) {
      thing.compound = pick(words.compounds);
    }
    things_.push_back(std::move(thing));
  }
  town_ = pick(words.towns);
  site_ = pick(words.sites);
  animal_ = pick(words.animals);
  places_ = {pick(words.places), pick(words.places)};
  while (places_[1].singular == places_[0].singular) {
    places_[1] = pick(words.places);
  }
}

SampleSentence EnglishStoryteller::middle() {
  using Maker = SampleSentence (EnglishStoryteller::*)();
  constexpr std::array<Maker, 11> kMakers = {
      &EnglishStoryteller::event,        &EnglishStoryteller::event,     &EnglishStoryteller::relative,
      &EnglishStoryteller::relative,     &EnglishStoryteller::report,    &EnglishStoryteller::gift,
      &EnglishStoryteller::subordinate,  &EnglishStoryteller::existence, &EnglishStoryteller::passive,
      &EnglishStoryteller::coordination, &EnglishStoryteller::possession};
  return (this->*kMakers[draws_.below(static_cast<uint32_t>(kMakers.size()))])();
}

// --- phrases

void EnglishStoryteller::auxiliary(SentenceBuilder& out, const char* present_one, const char* present_many,
                                   const char* past_one, const char* past_many, bool plural) {
  out.word(past_ ? (plural ? past_many : past_one) : (plural ? present_many : present_one), "AUX");
}

void EnglishStoryteller::finite(SentenceBuilder& out, const Verb& verb, bool plural) {
  out.word(past_ ? verb.past : plural ? verb.base : verb.third, "VERB");
}

void EnglishStoryteller::idiom(SentenceBuilder& out, const Expression& expression, bool plural) {
  const std::vector<Verb>& heads = lexicon().idiom_heads;
  const auto head = std::find_if(heads.begin(), heads.end(),
                                 [&](const Verb& verb) { return verb.base == expression.words.front(); });
  Expression inflected = expression;
  if (head != heads.end()) {
    inflected.words.front() = past_ ? head->past : plural ? head->base : head->third;
  }
  out.expression(inflected);
}

EnglishStoryteller::Subject EnglishStoryteller::nameOrPronoun(SentenceBuilder& out, int person) {
  Person& who = people_[static_cast<size_t>(person)];
  const size_t first = out.open();
  if (person == last_person_ && who.introduced && (only_pronouns_ || chance(0.7))) {
    out.word(who.name.feminine ? "she" : "he", "PRON");
  } else if (who.introduced && chance(0.2)) {
    out.word("the", "DET");
    out.word(who.role.singular, "NOUN");
  } else {
    out.word(who.name.text, "PROPN");
  }
  out.close(first, kNounPhrase);
  last_person_ = person;
  return {false, person};
}

void EnglishStoryteller::role(SentenceBuilder& out, bool plural) {
  const Noun* noun = &pick(lexicon().roles);
  while (noun->singular == people_[0].role.singular || noun->singular == people_[1].role.singular) {
    noun = &pick(lexicon().roles);
  }
  out.word(plural ? noun->plural : noun->singular, "NOUN");
}

EnglishStoryteller::Subject EnglishStoryteller::subject(SentenceBuilder& out) {
  if (chance(0.7)) {
    const int person = last_person_ >= 0 && chance(0.6) ? last_person_ : static_cast<int>(draws_.below(2));
    // Nobody acts before being introduced.
    return nameOrPronoun(out, people_[static_cast<size_t>(person)].introduced ? person : 0);
  }
  const size_t first = out.open();
  const bool plural = chance(0.5);
  out.word("the", "DET");
  if (chance(0.3)) {
    out.word(plural ? animal_.plural : animal_.singular, "NOUN");
  } else {
    role(out, plural);
    if (chance(0.4)) {
      place(out, chance(0.5) ? "from" : "near");  // a noun between subject and verb that may differ in number
    }
  }
  out.close(first, kNounPhrase);
  last_person_ = -1;
  return {plural, -1};
}

void EnglishStoryteller::thing(SentenceBuilder& out, int index) {
  Thing& item = things_[static_cast<size_t>(index)];
  const size_t first = out.open();
  if (item.introduced) {
    out.word("the", "DET");
  } else if (item.plural) {
    constexpr std::array kNumbers = {"two", "three", "four", "five", "seven"};
    out.word(kNumbers[draws_.below(kNumbers.size())], "NUM");
  } else {
    out.word("a", "DET");
  }
  if (!item.introduced || chance(0.4)) {
    out.word(item.look, "ADJ");
  }
  if (item.compound.words.empty()) {
    out.word(item.plural ? item.noun.plural : item.noun.singular, "NOUN");
  } else {
    Expression compound = item.compound;
    if (item.plural) {
      compound.words.back() = compound.words.back() == "knife" ? "knives" : pluralOf(compound.words.back());
    }
    out.expression(compound);
  }
  out.close(first, kNounPhrase);
  item.introduced = true;
}

void EnglishStoryteller::otherPerson(SentenceBuilder& out, int person) {
  const size_t first = out.open();
  const int other = person < 0 ? static_cast<int>(draws_.below(2)) : 1 - person;
  const Person& who = people_[static_cast<size_t>(other)];
  if (who.introduced) {
    out.word(who.name.text, "PROPN");
  } else {
    out.word("a", "DET");
    out.word(pick(lexicon().person_adjectives), "ADJ");
    role(out, false);
  }
  out.close(first, kNounPhrase);
}

void EnglishStoryteller::place(SentenceBuilder& out, const char* preposition) {
  if (preposition != nullptr) {
    out.word(preposition, "ADP");
  } else if (chance(0.5)) {
    out.expression(lexicon().prepositions[draws_.below(6)]);
  } else {
    constexpr std::array kPrepositions = {"near", "behind", "at", "beside", "opposite"};
    out.word(kPrepositions[draws_.below(kPrepositions.size())], "ADP");
  }
  const size_t first = out.open();
  out.word("the", "DET");
  if (chance(0.25)) {
    out.expression(site_);
  } else {
    if (chance(0.2)) {
      out.word(pick(lexicon().place_adjectives), "ADJ");
    }
    out.word(places_[draws_.below(2)].singular, "NOUN");
  }
  out.close(first, kNounPhrase);
}

void EnglishStoryteller::predicate(SentenceBuilder& out, const Subject& who) {
  const Lexicon& words = lexicon();
  const size_t first = out.open();
  const uint32_t kind = draws_.below(8);
  if (kind <= 1) {
    finite(out, pick(words.thing_verbs), who.plural);
    someThing(out);
  } else if (kind == 2) {
    finite(out, pick(words.person_verbs), who.plural);
    otherPerson(out, who.person);
  } else if (kind == 3) {
    idiom(out, pick(words.object_verbs), who.plural);
    someThing(out);
  } else if (kind == 4) {
    idiom(out, pick(words.idle_idioms), who.plural);
  } else if (kind == 5) {
    finite(out, pick(words.motion_verbs), who.plural);
    place(out, "to");
  } else if (kind == 6) {
    auxiliary(out, "does", "do", "did", "did", who.plural);
    out.word("not", "PART");
    out.word(pick(words.person_verbs).base, "VERB");
    otherPerson(out, who.person);
  } else {
    finite(out, pick(words.idle_verbs), who.plural);
    if (chance(0.5)) {
      out.word(pick(words.manner_adverbs), "ADV");
    }
    if (chance(0.6)) {
      place(out, nullptr);
    }
  }
  out.close(first, kVerbPhrase);
}

void EnglishStoryteller::clause(SentenceBuilder& out) {
  const size_t first = out.open();
  const Subject who = subject(out);
  predicate(out, who);
  out.close(first, kClause);
}

// --- sentences

SampleSentence EnglishStoryteller::introduction(int person) {
  SentenceBuilder out;
  Person& who = people_[static_cast<size_t>(person)];
  const size_t first = out.open();
  out.word(who.name.text, "PROPN");
  out.word(",", "PUNCT");
  const size_t apposition = out.open();
  out.word("a", "DET");
  out.word(who.adjective, "ADJ");
  out.word(who.role.singular, "NOUN");
  out.close(apposition, kNounPhrase);
  out.word(",", "PUNCT");
  out.close(first, kNounPhrase);
  const Verb live = verbOf(chance(0.5) ? "live" : "work");
  finite(out, live, false);
  out.word("near", "ADP");
  const size_t home = out.open();
  out.word("the", "DET");
  out.word(places_[0].singular, "NOUN");
  out.close(home, kNounPhrase);
  out.word("in", "ADP");
  const size_t town = out.open();
  out.expression(town_);
  out.close(town, kNounPhrase);
  who.introduced = true;
  last_person_ = person;
  return out.finishEnglish();
}

SampleSentence EnglishStoryteller::opening(int time) {
  constexpr std::array kTimes = {"in the morning", "before noon", "in the afternoon", "in the evening",
                                 "at night"};
  SentenceBuilder out;
  std::string_view rest = kTimes[static_cast<size_t>(time)];
  while (!rest.empty()) {
    const size_t end = rest.find(' ');
    const std::string_view text = rest.substr(0, end);
    out.word(std::string(text), text == "the"                                      ? "DET"
                                : text == "in" || text == "at" || text == "before" ? "ADP"
                                                                                   : "NOUN");
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  }
  out.word(",", "PUNCT");
  const Subject who = nameOrPronoun(out, last_person_ >= 0 ? last_person_ : 0);
  finite(out, pick(lexicon().motion_verbs), who.plural);
  out.word("to", "ADP");
  const size_t goal = out.open();
  out.word("the", "DET");
  if (chance(0.5)) {
    out.expression(site_);
  } else {
    out.word(places_[1].singular, "NOUN");
  }
  out.close(goal, kNounPhrase);
  if (chance(0.5)) {
    out.word("with", "ADP");
    someThing(out);
  }
  return out.finishEnglish();
}

SampleSentence EnglishStoryteller::event() {
  SentenceBuilder out;
  if (chance(0.35)) {
    out.expression(pick(lexicon().adverbials));
    out.word(",", "PUNCT");
  }
  clause(out);
  return out.finishEnglish();
}

// The subject and its verb stand on either side of a clause, whose nouns may differ from it in number.
SampleSentence EnglishStoryteller::relative() {
  const Lexicon& words = lexicon();
  SentenceBuilder out;
  const auto index = draws_.below(static_cast<uint32_t>(things_.size()));
  Thing& item = things_[index];
  const size_t first = out.open();
  item.introduced = true;
  thing(out, static_cast<int>(index));
  const size_t inner = out.open();
  out.word("that", "SCONJ");
  const bool plural = chance(0.4);
  const size_t who = out.open();
  out.word("the", "DET");
  role(out, plural);
  if (chance(0.5)) {
    place(out, "near");
  }
  out.close(who, kNounPhrase);
  toHave(out, plural);
  out.word(pick(words.thing_verbs).participle, "VERB");
  out.close(inner, kRelative);
  out.close(first, kNounPhrase);
  const size_t verb = out.open();
  toBe(out, item.plural);
  if (chance(0.4)) {
    out.word(pick(words.degree_adverbs), "ADV");
  }
  out.word(item.state, "ADJ");
  out.close(verb, kVerbPhrase);
  last_person_ = -1;
  return out.finishEnglish();
}

SampleSentence EnglishStoryteller::report() {
  SentenceBuilder out;
  const Subject who = subject(out);
  finite(out, pick(lexicon().saying_verbs), who.plural);
  out.word("that", "SCONJ");
  laterClause(out);
  return out.finishEnglish();
}

SampleSentence EnglishStoryteller::subordinate() {
  constexpr std::array kJunctions = {"when", "because", "although", "while", "before", "after"};
  SentenceBuilder out;
  const char* junction = kJunctions[draws_.below(kJunctions.size())];
  if (chance(0.5)) {
    out.word(junction, "SCONJ");
    clause(out);
    out.word(",", "PUNCT");
    laterClause(out);
  } else {
    clause(out);
    out.word(junction, "SCONJ");
    laterClause(out);
  }
  return out.finishEnglish();
}

SampleSentence EnglishStoryteller::gift() {
  SentenceBuilder out;
  const Subject who = subject(out);
  const size_t first = out.open();
  finite(out, pick(lexicon().giving_verbs), who.plural);
  someThing(out);
  out.word("to", "ADP");
  otherPerson(out, who.person);
  out.close(first, kVerbPhrase);
  return out.finishEnglish();
}

// Brings in something new; when everything is known already, an animal.
SampleSentence EnglishStoryteller::existence() {
  SentenceBuilder out;
  const auto unknown =
      std::find_if(things_.begin(), things_.end(), [](const Thing& item) { return !item.introduced; });
  out.word("there", "PRON");
  if (unknown != things_.end()) {
    toBe(out, unknown->plural);
    thing(out, static_cast<int>(unknown - things_.begin()));
  } else {
    const bool plural = chance(0.5);
    toBe(out, plural);
    const size_t first = out.open();
    out.word(plural ? "some" : "a", "DET");
    out.word(plural ? animal_.plural : animal_.singular, "NOUN");
    out.close(first, kNounPhrase);
  }
  place(out, nullptr);
  last_person_ = -1;
  return out.finishEnglish();
}

SampleSentence EnglishStoryteller::passive() {
  SentenceBuilder out;
  const auto index = draws_.below(static_cast<uint32_t>(things_.size()));
  const bool plural = things_[index].plural;
  thing(out, static_cast<int>(index));
  toBe(out, plural);
  if (chance(0.4)) {
    out.word("made", "VERB");
    out.word("of", "ADP");
    out.word(things_[index].material, "NOUN");
  } else {
    out.word(pick(lexicon().making_verbs).participle, "VERB");
  }
  out.word("by", "ADP");
  otherPerson(out, -1);
  last_person_ = -1;
  return out.finishEnglish();
}

SampleSentence EnglishStoryteller::coordination() {
  SentenceBuilder out;
  const Subject who = subject(out);
  predicate(out, who);
  out.word(chance(0.7) ? "and" : "but", "CCONJ");
  if (chance(0.5)) {
    out.word("then", "ADV");
  }
  predicate(out, who);
  return out.finishEnglish();
}

// Possessives and reflexives agree with a person named earlier.
SampleSentence EnglishStoryteller::possession() {
  const Lexicon& words = lexicon();
  SentenceBuilder out;
  const int person = people_[1].introduced ? static_cast<int>(draws_.below(2)) : 0;
  const Subject who = nameOrPronoun(out, person);
  const bool feminine = people_[static_cast<size_t>(person)].name.feminine;
  const size_t verb = out.open();
  finite(out, pick(words.thing_verbs), who.plural);
  const size_t first = out.open();
  out.word(feminine ? "her" : "his", "PRON");
  out.word(pick(words.things).singular, "NOUN");
  out.close(first, kNounPhrase);
  if (chance(0.4)) {
    out.word(feminine ? "herself" : "himself", "PRON");
  }
  if (chance(0.3)) {
    out.word(pick(words.manner_adverbs), "ADV");
  }
  out.close(verb, kVerbPhrase);
  return out.finishEnglish();
}

SampleSentence EnglishStoryteller::ending() {
  SentenceBuilder out;
  out.word("the", "DET");
  out.word("next", "ADJ");
  out.word("day", "NOUN");
  out.word(",", "PUNCT");
  const Subject who = nameOrPronoun(out, 0);
  predicate(out, who);
  out.word("and", "CCONJ");
  idiom(out, pick(lexicon().idle_idioms), who.plural);
  return out.finishEnglish();
}

}  // namespace heddle::sample
