#include "engine/text/chinese/chinese_trainer.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <string>

#include "engine/text/chinese/lattice.h"
#include "engine/text/chinese/model_file.h"
#include "engine/text/chinese/tagger_trainer.h"
#include "engine/text/chinese/training_text.h"
#include "engine/text/chinese/word_counts.h"

namespace heddle {
namespace chinese {
namespace {

constexpr size_t kMinTunedSentences = 200;
constexpr size_t kHeldOutOf = 10;
constexpr double kDefaultWordWeight = 2;
constexpr std::array<double, 5> kWordWeights = {0.5, 1, 2, 3, 4};
constexpr std::array<double, 5> kUnknownNats = {-3, 0, 3, 6, 9};

// Boundaries on which the tagger's scores differ by more are not worth asking the dictionary about.
constexpr int32_t kCertainScore = 12 * kWeightUnit;

struct Setting {
  double word_weight = kDefaultWordWeight;
  double unknown_nats = 3;
  double f1 = 0;
};

template <typename T>
std::string bytesOf(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

int16_t narrow(int32_t weight) {
  return static_cast<int16_t>(std::clamp(weight, -32767, 32767));
}

// Rows that never reach a vote of their own: most rows, and little is lost with them.
bool isWeak(const int32_t* weights, size_t width) {
  return std::all_of(weights, weights + width, [](int32_t weight) { return std::abs(weight) < kWeightUnit; });
}

// Slots that hold their weights themselves.
template <typename Slot>
std::string slotsOf(const TaggerWeights::Table& table) {
  std::vector<size_t> kept;
  for (size_t row = 0; row < table.keys.size(); ++row) {
    if (!isWeak(table.weights.data() + row * table.width, table.width)) {
      kept.push_back(row);
    }
  }
  Slot unused{};
  unused.key = ~0ull;
  std::vector<Slot> slots(slotCount(kept.size()), unused);
  for (const size_t row : kept) {
    const uint64_t mask = slots.size() - 1;
    uint64_t at = hashKey(table.keys[row]) & mask;
    while (slots[at].key != ~0ull) {
      at = (at + 1) & mask;
    }
    slots[at].key = table.keys[row];
    std::array<int16_t, sizeof(unused.weights) / sizeof(int16_t)> weights{};
    for (size_t at_weight = 0; at_weight < weights.size(); ++at_weight) {
      weights[at_weight] = narrow(table.weights[row * table.width + at_weight]);
    }
    std::memcpy(slots[at].weights.at, weights.data(), sizeof(slots[at].weights));
  }
  return bytesOf(slots);
}

void writeTagger(const TaggerWeights& weights, std::array<std::string, kSections>& sections,
                 Parameters& parameters) {
  std::vector<int16_t> symbols(weights.symbols.size());
  std::transform(weights.symbols.begin(), weights.symbols.end(), symbols.begin(), narrow);
  sections[kSymbolWeights] = bytesOf(symbols);
  const TaggerWeights::Table& pairs = weights.pairs;
  std::vector<uint64_t> entries;
  std::vector<int16_t> rows;
  for (size_t row = 0; row < pairs.keys.size(); ++row) {
    const int32_t* first = pairs.weights.data() + row * pairs.width;
    if (!isWeak(first, pairs.width)) {
      entries.push_back(pairs.keys[row] << 32 | rows.size() / pairs.width);
      std::transform(first, first + pairs.width, std::back_inserter(rows), narrow);
    }
  }
  std::vector<uint64_t> slots(slotCount(entries.size()), ~0ull);
  for (const uint64_t entry : entries) {
    const uint64_t mask = slots.size() - 1;
    uint64_t at = hashKey(entry >> 32) & mask;
    while (slots[at] != ~0ull) {
      at = (at + 1) & mask;
    }
    slots[at] = entry;
  }
  sections[kPairSlots] = bytesOf(slots);
  sections[kPairWeights] = bytesOf(rows);
  sections[kTripleWeights] = slotsOf<TripleSlot>(weights.triples);
  sections[kSkipWeights] = slotsOf<SkipSlot>(weights.skips);
  for (size_t from = 0; from < kTags; ++from) {
    for (size_t to = 0; to < kTags; ++to) {
      parameters.transitions[from][to] =
          std::clamp(weights.transitions[from][to], -kMaxParameter, kMaxParameter);
    }
  }
}

void writeAlphabet(const Alphabet& alphabet, const std::vector<uint16_t>& symbols,
                   std::array<std::string, kSections>& sections) {
  std::vector<LearntCharacter> characters;
  std::vector<LearntRun> runs;
  for (uint32_t number = 0; number < alphabet.size(); ++number) {
    const PreToken& token = alphabet.example(number);
    if (symbols[number] < kFirstLearntSymbol) {
      continue;
    }
    if (token.kind == PreTokenKind::kIdeograph || token.kind == PreTokenKind::kMark) {
      characters.push_back({static_cast<uint32_t>(token.value), symbols[number]});
    } else {
      runs.push_back({token.value, symbols[number]});
    }
  }
  const auto byCode = [](const LearntCharacter& a, const LearntCharacter& b) {
    return a.code_point < b.code_point;
  };
  const auto byValue = [](const LearntRun& a, const LearntRun& b) { return a.value < b.value; };
  std::sort(characters.begin(), characters.end(), byCode);
  std::sort(runs.begin(), runs.end(), byValue);
  sections[kCharacters] = bytesOf(characters);
  sections[kRuns] = bytesOf(runs);
}

std::string assemble(std::array<std::string, kSections> sections, const WordCounts& counts,
                     const TaggerWeights& weights, const Setting& setting, size_t symbol_count, bool tagger) {
  Parameters parameters;
  parameters.has_tagger = tagger ? 1 : 0;
  parameters.certain = kCertainScore;
  writeTagger(weights, sections, parameters);
  // Without tagger there is nothing to weigh the words against; the unit only has to be fine enough.
  counts.write({kWeightUnit * (tagger ? setting.word_weight : 8), setting.unknown_nats}, symbol_count,
               sections, parameters);
  sections[kParameters].assign(reinterpret_cast<const char*>(&parameters), sizeof(parameters));
  return writeTables(sections);
}

double f1On(const Tables& tables, const TaggedText& text) {
  Lattice lattice;
  std::vector<int32_t> ends;
  int64_t gold = 0;
  int64_t found = 0;
  int64_t right = 0;
  for (size_t sentence = 0; sentence < text.sentences(); ++sentence) {
    const size_t begin = text.begins[sentence];
    lattice.decode(tables, std::span(text.symbols).subspan(begin, text.begins[sentence + 1] - begin), ends);
    found += static_cast<int64_t>(ends.size());
    bool fits = true;  // the word starts where a gold word does
    auto end = ends.begin();
    for (size_t place = begin; place < text.begins[sentence + 1]; ++place) {
      const bool gold_ends = text.word_ends[place] != 0;
      const bool found_ends = *end == static_cast<int32_t>(place - begin) + 1;
      gold += gold_ends ? 1 : 0;
      right += gold_ends && found_ends && fits ? 1 : 0;
      fits = gold_ends == found_ends && (gold_ends || fits);
      end += found_ends ? 1 : 0;
    }
  }
  return gold + found == 0 ? 0 : 2.0 * static_cast<double>(right) / static_cast<double>(gold + found);
}

TaggedText taggedOf(const SegmentedText& text, const std::vector<uint16_t>& symbols) {
  TaggedText out;
  out.word_ends = text.word_ends;
  out.begins = text.begins;
  out.symbols.reserve(text.numbers.size());
  for (const uint32_t number : text.numbers) {
    out.symbols.push_back(symbols[number]);
  }
  return out;
}

// The last of kHeldOutOf parts, or all others: neighbouring sentences share too many words to be split up.
TaggedText part(const TaggedText& text, bool held_out) {
  TaggedText out;
  out.begins.push_back(0);
  for (size_t sentence = 0; sentence < text.sentences(); ++sentence) {
    if ((sentence >= text.sentences() / kHeldOutOf * (kHeldOutOf - 1)) == held_out) {
      for (size_t at = text.begins[sentence]; at < text.begins[sentence + 1]; ++at) {
        out.symbols.push_back(text.symbols[at]);
        out.word_ends.push_back(text.word_ends[at]);
      }
      out.begins.push_back(out.symbols.size());
    }
  }
  return out;
}

}  // namespace
}  // namespace chinese

using namespace chinese;

Result<ChineseWords> trainChineseWords(const ChineseTraining& training,
                                       const std::function<bool(double, std::string_view)>& progress,
                                       ChineseTrainingReport* report) {
  const Error cancelled{"Learning Chinese words was cancelled"};
  if (training.segmented.empty() && training.dictionaries.empty()) {
    return Error{"Learning Chinese words: neither segmented text nor a dictionary was given",
                 "give at least one file"};
  }
  if (training.epochs < 1 || training.epochs > 100) {
    return Error{"Learning Chinese words: epochs = " + std::to_string(training.epochs) + " is not possible",
                 "choose 1 to 100"};
  }
  const auto tell = [&progress](double fraction, std::string_view what) {
    return !progress || progress(fraction, what);
  };
  if (!tell(0, "Reading text")) {
    return cancelled;
  }
  Alphabet alphabet;
  SegmentedText segmented;
  std::vector<DictionaryEntry> entries;
  for (const auto& path : training.segmented) {
    if (Status read = readSegmentedText(path, alphabet, segmented); !read.ok()) {
      return read.error();
    }
  }
  for (const auto& path : training.dictionaries) {
    if (Status read = readDictionary(path, alphabet, entries); !read.ok()) {
      return read.error();
    }
  }
  const std::vector<uint16_t> symbols = alphabet.assignSymbols();
  const size_t symbol_count = alphabet.symbols();
  const TaggedText text = taggedOf(segmented, symbols);
  std::array<std::string, kSections> sections;
  writeAlphabet(alphabet, symbols, sections);

  const auto count = [&](const TaggedText& from) {
    WordCounts counts;
    counts.add(from);
    std::u16string word;
    for (const DictionaryEntry& entry : entries) {
      word.clear();
      for (const uint32_t number : entry.numbers) {
        word.push_back(static_cast<char16_t>(symbols[number]));
      }
      counts.add(word, entry.count);
    }
    return counts;
  };

  const WordCounts counts = count(text);
  if (!counts.fits()) {
    return Error{"Learning Chinese words: " + std::to_string(counts.size()) +
                     " different words are more than a model can number",
                 "leave out rare words"};
  }
  Setting setting;
  const bool tagger = text.sentences() > 0;
  const bool tuned = text.sentences() >= kMinTunedSentences;
  TaggerOptions options;
  options.epochs = training.epochs;
  options.seed = training.seed;
  TaggerWeights weights;
  weights.symbols.assign(symbol_count * 5 * kTags, 0);
  weights.pairs.width = 4 * kTags;
  weights.triples.width = 3 * kTags;
  weights.skips.width = kTags;
  if (tuned) {
    const TaggedText learnt = part(text, false);
    const TaggedText held_out = part(text, true);
    TaggerWeights trial;
    const auto trying = [&](double done) { return tell(0.02 + 0.43 * done, "Learning from nine tenths"); };
    if (!trainTagger(learnt, symbol_count, options, trying, trial)) {
      return cancelled;
    }
    const WordCounts counts_learnt = count(learnt);
    double tried = 0;
    for (const double word_weight : kWordWeights) {
      for (const double unknown_nats : kUnknownNats) {
        Setting at{word_weight, unknown_nats};
        const std::string image = assemble(sections, counts_learnt, trial, at, symbol_count, true);
        at.f1 = f1On(*readTables(std::as_bytes(std::span(image)), "the trial"), held_out);
        setting = at.f1 > setting.f1 ? at : setting;
        tried += 1;
        if (!tell(0.45 + 0.05 * tried / (kWordWeights.size() * kUnknownNats.size()), "Trying settings")) {
          return cancelled;
        }
      }
    }
  }
  if (tagger) {
    const double from = tuned ? 0.5 : 0.02;
    const auto learning = [&](double done) {
      return tell(from + (0.98 - from) * done, "Learning from all text");
    };
    if (!trainTagger(text, symbol_count, options, learning, weights)) {
      return cancelled;
    }
  }
  const std::string image = assemble(std::move(sections), counts, weights, setting, symbol_count, tagger);
  if (report != nullptr) {
    report->sentences = static_cast<int64_t>(text.sentences());
    report->words = std::count(text.word_ends.begin(), text.word_ends.end(), 1);
    report->dictionary = static_cast<int64_t>(counts.size());
    report->bytes = static_cast<int64_t>(image.size());
    report->word_weight = setting.word_weight;
    report->unknown_nats = setting.unknown_nats;
    report->heldout_f1 = setting.f1;
  }
  auto words = ChineseWords::fromBytes(std::as_bytes(std::span(image)), "just learnt");
  if (words.ok() && !tell(1, "Done")) {
    return cancelled;
  }
  return words;
}

}  // namespace heddle
