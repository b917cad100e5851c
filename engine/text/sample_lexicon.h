// The words of the English sample text's grammar, by the place they take in it; and how lists of words are
// written, in every language.

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace heddle::sample {

struct Noun {
  std::string singular;
  std::string plural;
};

struct Verb {
  std::string base;
  std::string third;  // third person singular, present
  std::string past;
  std::string participle;  // past participle
};

struct Name {
  std::string text;
  bool feminine = false;
};

// A fixed unit of several words. Where it is a verb or a noun, its first or last word is inflected.
struct Expression {
  std::vector<std::string> words;
  std::vector<const char*> parts_of_speech;  // one per word

  std::string text() const;
};

struct Lexicon {
  std::vector<Name> names;
  std::vector<Noun> roles, things, animals, places;
  std::vector<std::string> materials, looks, states, person_adjectives, place_adjectives, manner_adverbs,
      degree_adverbs;
  std::vector<Verb> thing_verbs, person_verbs, idle_verbs, motion_verbs, saying_verbs, giving_verbs,
      making_verbs, idiom_heads;

  std::vector<Expression> towns;         // "Port Ellery"
  std::vector<Expression> adverbials;    // "out of the blue"
  std::vector<Expression> object_verbs;  // "keep an eye on": the first word is inflected, an object follows
  std::vector<Expression> idle_idioms;   // "call it a day": the first word is inflected
  std::vector<Expression> compounds;     // "spinning wheel": a thing; the last word takes the plural
  std::vector<Expression> sites;         // "market square": a place
  std::vector<Expression> prepositions;  // "in front of"
};

const Lexicon& lexicon();

// "a, b, c" in three.
std::vector<std::string> listOf(std::string_view text);
// "out of the blue | ADP ADP DET NOUN".
Expression expressionOf(std::string_view entry);

// "loaf" -> "loaves" and the like are listed; this is the regular way.
std::string pluralOf(std::string_view singular);
// The four forms of a verb: "carry" alone, or "take took taken" where it is irregular.
Verb verbOf(std::string_view forms);

}  // namespace heddle::sample
