#include "engine/text/sample_sentence.h"

#include <cctype>
#include <string_view>

namespace heddle::sample {

void SentenceBuilder::word(std::string text, const char* part_of_speech) {
  words_.push_back({std::move(text), part_of_speech});
}

void SentenceBuilder::expression(const Expression& expression) {
  const size_t first = open();
  for (size_t at = 0; at < expression.words.size(); ++at) {
    word(expression.words[at], expression.parts_of_speech[at]);
  }
  close(first, kExpression);
}

void SentenceBuilder::close(size_t first, const char* kind) {
  if (first < words_.size()) {
    phrases_.push_back({static_cast<int32_t>(first), static_cast<int32_t>(words_.size()) - 1, kind});
  }
}

SampleSentence SentenceBuilder::take(std::string text, std::vector<SampleWord> words) {
  std::stable_sort(phrases_.begin(), phrases_.end(), [](const SamplePhrase& a, const SamplePhrase& b) {
    return a.first != b.first ? a.first < b.first : a.last > b.last;
  });
  return {std::move(text), std::move(words), std::move(phrases_)};
}

SampleSentence SentenceBuilder::finishEnglish() {
  word(".", "PUNCT");
  std::string text;
  std::vector<SampleWord> words;
  for (size_t at = 0; at < words_.size(); ++at) {
    Word& word = words_[at];
    if (word.text == "a" && at + 1 < words_.size() &&
        std::string_view("aeiou").find(words_[at + 1].text.front()) != std::string_view::npos) {
      word.text = "an";
    }
    if (at == 0) {
      word.text.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(word.text.front())));
    } else if (word.text != "." && word.text != ",") {
      text += ' ';
    }
    const auto begin = static_cast<int32_t>(text.size());
    text += word.text;
    words.push_back({begin, static_cast<int32_t>(text.size()), word.part_of_speech});
  }
  return take(std::move(text), std::move(words));
}

SampleSentence SentenceBuilder::finishChinese() {
  std::string text;
  std::vector<SampleWord> words;
  for (const Word& word : words_) {
    const auto begin = static_cast<int32_t>(text.size());
    text += word.text;
    words.push_back({begin, static_cast<int32_t>(text.size()), word.part_of_speech});
  }
  return take(std::move(text), std::move(words));
}

}  // namespace heddle::sample
