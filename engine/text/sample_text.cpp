#include "engine/text/sample_text.h"

#include <algorithm>
#include <ostream>

#include "engine/base/json.h"
#include "engine/text/sample_grammar.h"
#include "engine/text/sample_grammar_zh.h"
#include "engine/text/sample_lexicon.h"
#include "engine/text/sample_lexicon_zh.h"

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

const std::vector<std::string>& sampleLanguages() {
  static const std::vector<std::string> languages = {"en", "zh"};
  return languages;
}

SampleDocument generateDocument(uint64_t seed, int64_t index, std::string_view language) {
  if (language == "en") {
    return sample::EnglishStoryteller(seed, index).tell();
  }
  if (language == "zh") {
    return sample::ChineseStoryteller(seed, index).tell();
  }
  return {};
}

std::string paragraphText(const std::vector<SampleSentence>& sentences) {
  std::string text;
  for (const SampleSentence& sentence : sentences) {
    // Chinese sentences end with a mark of several bytes, and nothing stands between them.
    const bool spaced = !text.empty() && static_cast<unsigned char>(text.back()) < 0x80;
    text += (spaced ? " " : "") + sentence.text;
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

std::string segmentedText(const SampleSentence& sentence) {
  std::string text;
  for (const SampleWord& word : sentence.words) {
    text += (text.empty() ? "" : " ") +
            sentence.text.substr(static_cast<size_t>(word.begin), static_cast<size_t>(word.end - word.begin));
  }
  return text;
}

Status writeSampleText(const SampleOptions& options, std::ostream& text, std::ostream* gold,
                       std::ostream* segmented) {
  const std::vector<std::string>& languages = sampleLanguages();
  if (std::find(languages.begin(), languages.end(), options.language) == languages.end()) {
    std::string known;
    for (const std::string& language : languages) {
      known += (known.empty() ? "" : ", ") + language;
    }
    return Error{"cannot write sample text in \"" + options.language + "\": there is no grammar for it",
                 "the languages there are: " + known};
  }
  for (int64_t index = 0; index < options.documents; ++index) {
    const SampleDocument document = generateDocument(options.seed, index, options.language);
    text << (index > 0 ? "\n" : "") << documentText(document);
    for (size_t paragraph = 0; paragraph < document.paragraphs.size(); ++paragraph) {
      for (size_t at = 0; at < document.paragraphs[paragraph].size(); ++at) {
        const SampleSentence& sentence = document.paragraphs[paragraph][at];
        if (gold != nullptr) {
          *gold << goldLine(index, paragraph, at, sentence) << '\n';
        }
        if (segmented != nullptr) {
          *segmented << segmentedText(sentence) << '\n';
        }
      }
    }
    if (!text || (gold != nullptr && !*gold) || (segmented != nullptr && !*segmented)) {
      return Error{"cannot write sample document " + std::to_string(index) + ": the output takes no more",
                   "free some space on that disk and try again"};
    }
  }
  return {};
}

std::vector<std::string> sampleExpressions(std::string_view language) {
  std::vector<std::string> all;
  const auto add = [&all](std::initializer_list<const std::vector<sample::Expression>*> lists) {
    for (const std::vector<sample::Expression>* list : lists) {
      for (const sample::Expression& expression : *list) {
        all.push_back(expression.text());
      }
    }
  };
  if (language == "zh") {
    const sample::ChineseLexicon& words = sample::chineseLexicon();
    add({&words.connectives, &words.idle_habits, &words.partner_habits});
    all.insert(all.end(), words.manner_idioms.begin(), words.manner_idioms.end());
    all.insert(all.end(), words.state_idioms.begin(), words.state_idioms.end());
  } else if (language == "en") {
    const sample::Lexicon& words = sample::lexicon();
    add({&words.towns, &words.adverbials, &words.object_verbs, &words.idle_idioms, &words.compounds,
         &words.sites, &words.prepositions});
  }
  return all;
}

}  // namespace heddle
