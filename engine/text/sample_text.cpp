#include "engine/text/sample_text.h"

#include <ostream>

#include "engine/base/json.h"
#include "engine/text/sample_grammar.h"
#include "engine/text/sample_lexicon.h"

namespace heddle {
namespace {

std::string goldLine(int64_t document, size_t paragraph, size_t index, const SampleSentence& sentence) {
  Json words = Json::array();
  for (const SampleWord& word : sentence.words) {
    words.push_back({word.begin, word.end, word.part_of_speech});
  }
  Json phrases = Json::array();
  for (const SamplePhrase& phrase : sentence.phrases) {
    phrases.push_back({phrase.first, phrase.last, phrase.kind});
  }
  return dumpJson({{"document", document},
                   {"paragraph", paragraph},
                   {"sentence", index},
                   {"text", sentence.text},
                   {"words", std::move(words)},
                   {"phrases", std::move(phrases)}});
}

}  // namespace

SampleDocument generateDocument(uint64_t seed, int64_t index) {
  return sample::Storyteller(seed, index).tell();
}

std::string paragraphText(const std::vector<SampleSentence>& sentences) {
  std::string text;
  for (const SampleSentence& sentence : sentences) {
    text += (text.empty() ? "" : " ") + sentence.text;
  }
  return text;
}

std::string documentText(const SampleDocument& document) {
  std::string text;
  for (const std::vector<SampleSentence>& sentences : document.paragraphs) {
    text += paragraphText(sentences) + "\n";
  }
  return text;
}

Status writeSampleText(const SampleOptions& options, std::ostream& text, std::ostream* gold) {
  if (options.language != "en") {
    return Error{"cannot write sample text in \"" + options.language + "\": there is no grammar for it",
                 "the language there is: en"};
  }
  for (int64_t index = 0; index < options.documents; ++index) {
    const SampleDocument document = generateDocument(options.seed, index);
    text << (index > 0 ? "\n" : "") << documentText(document);
    for (size_t paragraph = 0; gold != nullptr && paragraph < document.paragraphs.size(); ++paragraph) {
      for (size_t at = 0; at < document.paragraphs[paragraph].size(); ++at) {
        *gold << goldLine(index, paragraph, at, document.paragraphs[paragraph][at]) << '\n';
      }
    }
    if (!text || (gold != nullptr && !*gold)) {
      return Error{"cannot write sample document " + std::to_string(index) + ": the output takes no more",
                   "free some space on that disk and try again"};
    }
  }
  return {};
}

std::vector<std::string> sampleExpressions() {
  const sample::Lexicon& words = sample::lexicon();
  std::vector<std::string> all;
  for (const auto* list : {&words.towns, &words.adverbials, &words.object_verbs, &words.idle_idioms,
                           &words.compounds, &words.sites, &words.prepositions}) {
    for (const sample::Expression& expression : *list) {
      all.push_back(expression.text());
    }
  }
  return all;
}

}  // namespace heddle
