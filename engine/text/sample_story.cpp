#include "engine/text/sample_story.h"

#include <utility>

namespace heddle::sample {

Storyteller::Storyteller(uint64_t seed, const char* language, int64_t index)
    : draws_(mixKey(seed, nameKey(language)), static_cast<uint32_t>(index),
             static_cast<uint32_t>(static_cast<uint64_t>(index) >> 32)) {}

std::array<Name, 2> Storyteller::drawPeople(const std::vector<Name>& names) {
  const auto half = static_cast<uint32_t>(names.size() / 2);
  std::array<Name, 2> people = {names[draws_.below(half)], names[half + draws_.below(half)]};
  if (chance(0.5)) {
    std::swap(people[0], people[1]);
  }
  return people;
}

SampleDocument Storyteller::tell() {
  SampleDocument document;
  const int paragraphs = 2 + static_cast<int>(draws_.below(3));
  for (int number = 0; number < paragraphs; ++number) {
    std::vector<SampleSentence>& sentences = document.paragraphs.emplace_back();
    if (number < 2) {
      sentences.push_back(introduction(number));
    }
    sentences.push_back(opening(number));
    const uint32_t more = 2 + draws_.below(4);
    for (uint32_t count = 0; count < more; ++count) {
      sentences.push_back(middle());
    }
  }
  document.paragraphs.back().push_back(ending());
  return document;
}

void Storyteller::laterClause(SentenceBuilder& out) {
  only_pronouns_ = true;
  clause(out);
  only_pronouns_ = false;
}

}  // namespace heddle::sample
