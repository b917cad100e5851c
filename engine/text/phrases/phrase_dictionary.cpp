#include "engine/text/phrases/phrase_dictionary.h"

#include <algorithm>
#include <charconv>
#include <numeric>

#include "engine/base/file.h"
#include "engine/base/json.h"
#include "engine/text/phrases/phrase_words.h"

namespace heddle {
namespace {

constexpr std::string_view kFirstLine = "heddle phrases 1";
constexpr std::string_view kFormat = "heddle phrases ";
// The header and the longest phrase are far below.
constexpr size_t kLongestLine = 1 << 14;
constexpr const char* kRepair = "learn the phrases again, or correct that line";

std::string number(double value) {
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  return {digits, end};
}

// The whole of `text` as a number.
template <typename T>
bool readNumber(std::string_view text, T& value) {
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  return code == std::errc() && end == text.data() + text.size();
}

class Parser {
 public:
  Parser(std::string_view bytes, std::string_view source) : rest_(bytes), source_(source) {}

  Result<PhraseDictionary> parse() {
    if (rest_.starts_with("\xEF\xBB\xBF")) {
      rest_.remove_prefix(3);
    }
    if (const Status header = readHeader(); !header.ok()) {
      return header.error();
    }
    std::string_view line;
    while (nextLine(line)) {
      if (const Status read = readPhrase(line); !read.ok()) {
        return read.error();
      }
    }
    if (static_cast<int64_t>(out_.phrases.size()) != announced_) {
      return Error{"cannot use " + source_ + " as a phrase dictionary: it holds " +
                       std::to_string(out_.phrases.size()) + " phrases where its header says " +
                       std::to_string(announced_),
                   "it was cut short or changed by hand; copy it again, or learn the phrases again"};
    }
    if (const Status distinct = checkTwins(); !distinct.ok()) {
      return distinct.error();
    }
    return std::move(out_);
  }

 private:
  Error error(const std::string& found, const char* hint = kRepair) const {
    return {"cannot use " + source_ + " as a phrase dictionary: line " + std::to_string(line_) + " " + found,
            hint};
  }

  bool nextLine(std::string_view& line) {
    if (rest_.empty()) {
      return false;
    }
    const size_t end = rest_.find('\n');
    line = rest_.substr(0, end);
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
    if (line.ends_with('\r')) {
      line.remove_suffix(1);
    }
    ++line_;
    return true;
  }

  Status readHeader() {
    std::string_view line;
    if (!nextLine(line) || !line.starts_with(kFormat)) {
      return Error{"cannot use " + source_ + " as a phrase dictionary: its first line is not \"" +
                       std::string(kFirstLine) + "\"",
                   "name a dictionary that this program has learnt"};
    }
    if (line != kFirstLine) {
      return Error{"cannot use " + source_ + " as a phrase dictionary: its version is \"" +
                       std::string(line.substr(kFormat.size(), 20)) + "\", and this program reads version 1",
                   "use the program that wrote it, or learn the phrases again"};
    }
    if (!nextLine(line)) {
      line_ = 2;
      return error("is missing: the settings should stand there");
    }
    if (line.size() > kLongestLine) {
      return error("is too long to be the settings");
    }
    const Result<Json> header = parseJson(line, source_ + " line 2");
    if (!header.ok()) {
      return header.error();
    }
    const auto whole = [&header](const char* key) {
      return header->contains(key) && header->at(key).is_number_integer();
    };
    if (!header->is_object() || !whole("longest") || !whole("min_count") || !whole("phrases") ||
        !header->contains("min_probability") || !header->at("min_probability").is_number() ||
        !header->contains("lowercase") || !header->at("lowercase").is_boolean()) {
      return error("does not hold the settings lowercase, longest, min_count, min_probability and phrases");
    }
    const int64_t longest = header->at("longest").get<int64_t>();
    PhraseThresholds& thresholds = out_.thresholds;
    thresholds.longest = static_cast<int>(std::clamp<int64_t>(longest, 0, kLongestPhrase + 1));
    thresholds.min_count = header->at("min_count").get<int64_t>();
    thresholds.min_probability = header->at("min_probability").get<double>();
    if (const Status checked = checkThresholds(thresholds); !checked.ok()) {
      return error("has impossible thresholds: " + checked.error().text, checked.error().hint.c_str());
    }
    out_.lowercase = header->at("lowercase").get<bool>();
    out_.corpus_words = whole("corpus_words") ? header->at("corpus_words").get<int64_t>() : 0;
    out_.corpus_types = whole("corpus_types") ? header->at("corpus_types").get<int64_t>() : 0;
    announced_ = header->at("phrases").get<int64_t>();
    return {};
  }

  Status readPhrase(std::string_view line) {
    if (line.size() > kLongestLine) {
      return error("is too long to be a phrase");
    }
    const size_t first = line.find('\t');
    const size_t second = first == std::string_view::npos ? first : line.find('\t', first + 1);
    Phrase phrase;
    if (second == std::string_view::npos ||
        !readNumber(line.substr(first + 1, second - first - 1), phrase.count) ||
        !readNumber(line.substr(second + 1), phrase.probability)) {
      return error("is not a phrase, a count and a probability with tabs between them");
    }
    phrase.text = line.substr(0, first);
    if (findInvalidUtf8(phrase.text) != std::string_view::npos) {
      return error("is not UTF-8");
    }
    if (Status words = checkWords(phrase.text); !words.ok()) {
      return words;
    }
    if (phrase.count < out_.thresholds.min_count) {
      return error("has the count " + std::to_string(phrase.count) + ", below the header's " +
                   std::to_string(out_.thresholds.min_count));
    }
    // Written so that a probability that is no number fails too.
    if (!(phrase.probability >= out_.thresholds.min_probability && phrase.probability <= 1)) {
      return error("has the probability " + number(phrase.probability) + ", outside the header's " +
                   number(out_.thresholds.min_probability) + " to 1");
    }
    out_.phrases.push_back(std::move(phrase));
    return {};
  }

  Status checkWords(std::string_view text) {
    splitWords(text, out_.lowercase, words_);
    std::string joined;
    for (const WordList::Word& word : words_.words) {
      if (!isPhraseWord(words_, word)) {
        return error("holds \"" + std::string(words_.text(word)) + "\", which is no word");
      }
      joined += (joined.empty() ? "" : " ") + std::string(words_.text(word));
    }
    const auto count = static_cast<int>(words_.words.size());
    if (joined != text) {
      return error("holds \"" + std::string(text) + "\", which the tokeniser reads as \"" + joined +
                   "\" and would never find");
    }
    if (count < 2 || count > out_.thresholds.longest) {
      return error("holds " + std::to_string(count) + (count == 1 ? " word" : " words") +
                   " where the header allows 2 to " + std::to_string(out_.thresholds.longest));
    }
    return {};
  }

  Status checkTwins() {
    std::vector<size_t> order(out_.phrases.size());
    std::iota(order.begin(), order.end(), size_t{0});
    const auto text = [this](size_t index) -> const std::string& { return out_.phrases[index].text; };
    std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return text(a) < text(b); });
    const auto twin = std::adjacent_find(order.begin(), order.end(),
                                         [&](size_t a, size_t b) { return text(a) == text(b); });
    if (twin == order.end()) {
      return {};
    }
    line_ = static_cast<int64_t>(*(twin + 1)) + 3;
    return error(
        "holds \"" + text(*twin) + "\", which stands on line " + std::to_string(*twin + 3) + " already",
        "each phrase may stand there once");
  }

  std::string_view rest_;
  std::string source_;
  int64_t line_ = 0;
  int64_t announced_ = 0;
  PhraseDictionary out_;
  WordList words_;
};

}  // namespace

Status checkThresholds(const PhraseThresholds& thresholds) {
  if (thresholds.min_count < 1) {
    return Error{"phrases cannot be chosen by a smallest count of " + std::to_string(thresholds.min_count),
                 "choose 1 or more"};
  }
  if (!(thresholds.min_probability >= 0 && thresholds.min_probability <= 1)) {
    return Error{
        "phrases cannot be chosen by a smallest probability of " + number(thresholds.min_probability),
        "choose a number from 0 to 1"};
  }
  if (thresholds.longest < 2 || thresholds.longest > kLongestPhrase) {
    return Error{"phrases cannot have at most " + std::to_string(thresholds.longest) + " words",
                 "choose 2 to " + std::to_string(kLongestPhrase)};
  }
  return {};
}

bool passes(const PhraseCandidate& candidate, const PhraseThresholds& thresholds) {
  return candidate.count >= thresholds.min_count && candidate.probability >= thresholds.min_probability &&
         candidate.length <= thresholds.longest;
}

Status checkAgainst(const PhraseCounts& counts, const PhraseThresholds& thresholds) {
  if (Status checked = checkThresholds(thresholds); !checked.ok()) {
    return checked;
  }
  if (thresholds.min_count < counts.min_count || thresholds.longest > counts.longest) {
    return Error{"phrases of up to " + std::to_string(thresholds.longest) + " words seen " +
                     std::to_string(thresholds.min_count) + " times cannot be chosen: counted were up to " +
                     std::to_string(counts.longest) + " words seen " + std::to_string(counts.min_count) +
                     " times",
                 "stay within what was counted, or count again"};
  }
  return {};
}

Result<PhraseDictionary> choosePhrases(const PhraseCounts& counts, const PhraseThresholds& thresholds) {
  if (const Status checked = checkAgainst(counts, thresholds); !checked.ok()) {
    return checked.error();
  }
  PhraseDictionary dictionary;
  dictionary.thresholds = thresholds;
  dictionary.lowercase = counts.lowercase;
  dictionary.corpus_words = counts.corpus_words;
  dictionary.corpus_types = counts.corpus_types;
  for (const PhraseCandidate& candidate : counts.candidates) {
    if (passes(candidate, thresholds)) {
      dictionary.phrases.push_back({phraseText(counts, candidate), candidate.count, candidate.probability});
    }
  }
  return dictionary;
}

Status savePhrases(const PhraseDictionary& dictionary, const std::filesystem::path& path) {
  std::string bytes(kFirstLine);
  bytes += '\n' +
           dumpJson({{"lowercase", dictionary.lowercase},
                     {"longest", dictionary.thresholds.longest},
                     {"min_count", dictionary.thresholds.min_count},
                     {"min_probability", dictionary.thresholds.min_probability},
                     {"phrases", dictionary.phrases.size()},
                     {"corpus_words", dictionary.corpus_words},
                     {"corpus_types", dictionary.corpus_types}}) +
           '\n';
  for (const Phrase& phrase : dictionary.phrases) {
    bytes += phrase.text + '\t' + std::to_string(phrase.count) + '\t' + number(phrase.probability) + '\n';
  }
  return writeFileAtomic(path, bytes);
}

Result<PhraseDictionary> loadPhrases(const std::filesystem::path& path) {
  const Result<std::string> bytes = readFile(path);
  if (!bytes.ok()) {
    return bytes.error();
  }
  return parsePhrases(*bytes, path.string());
}

Result<PhraseDictionary> parsePhrases(std::string_view bytes, std::string_view source) {
  return Parser(bytes, source).parse();
}

}  // namespace heddle
