#include "engine/text/grains/learn.h"

#include <algorithm>
#include <utility>

#include "engine/base/file.h"
#include "engine/base/random.h"
#include "engine/text/chinese/chinese_trainer.h"
#include "engine/text/grains/tokenizer_folder.h"
#include "engine/text/grains/word_units.h"
#include "engine/text/phrases/phrase_counts.h"
#include "engine/text/phrases/phrase_search.h"
#include "engine/text/subword/hf_wordpiece.h"
#include "engine/text/subword/sentencepiece.h"
#include "engine/text/subword/sentencepiece_trainer.h"
#include "engine/text/subword/word_tokenizer.h"
#include "engine/text/unicode.h"
#include "engine/text/wordpiece_trainer.h"

namespace heddle {
namespace {

using Paragraphs = std::vector<std::string>;
using SharedTokenizer = std::shared_ptr<const Tokenizer>;

constexpr size_t kSampledParagraphs = 4000;  // to measure a phrase rate on
constexpr size_t kSampledBytes = 1 << 14;    // of each
constexpr double kFineShare = 0.4;           // of the progress, where a coarse grain follows

class Learner {
 public:
  Learner(const DocumentSource& documents, const LearnSettings& settings,
          const std::function<bool(double, std::string_view)>& progress, LearnReport& report)
      : documents_(documents), settings_(settings), progress_(progress), report_(report) {}

  Result<Grains> run() {
    Result<Grains> fine = settings_.vocabulary.empty() ? learnFine() : givenFine();
    if (!fine.ok() || settings_.coarse == CoarseKind::kNone) {
      return fine;
    }
    if (fine->coarseKind() == settings_.coarse && settings_.coarse_file.empty()) {
      return fine;
    }
    from_ = kFineShare;
    to_ = 1;
    return settings_.coarse == CoarseKind::kPhrases ? addPhrases(*fine) : addWords(*fine);
  }

  Result<PhraseDictionary> learnPhrases(bool lowercase) {
    const bool searches = settings_.phrase_count.has_value() || settings_.phrase_rate.has_value();
    PhraseTarget target;
    target.size = settings_.phrase_count;
    target.rate = settings_.phrase_rate;
    for (const Status& checked :
         {checkThresholds(settings_.phrases), searches ? checkTarget(target) : Status()}) {
      if (!checked.ok()) {
        return checked.error();
      }
    }
    if (const Status status = documents_.rewind(); !status.ok()) {
      return status.error();
    }
    PhraseCountOptions options;
    options.longest = settings_.phrases.longest;
    options.min_count = settings_.phrases.min_count;
    options.lowercase = lowercase;
    options.memory_bytes = settings_.memory_bytes;
    options.threads = settings_.threads;
    options.temporary = settings_.temporary;
    int64_t documents = 0;
    const TextSource source = {[this, &documents](Paragraphs& paragraphs) {
                                 Result<bool> more = nextDocument(paragraphs);
                                 documents += more.ok() && *more;
                                 return more;
                               },
                               documents_.fraction};
    constexpr std::string_view kCounting = "counting phrases";
    const Result<PhraseCounts> counts = countPhrases(
        source, options, [&](double share) { return goesOn(share * (searches ? 0.7 : 1), kCounting); });
    if (!counts.ok()) {
      return cancelled_ ? cancelled(kCounting) : counts.error();
    }
    report_.documents = documents;
    if (!searches) {
      return choosePhrases(*counts, settings_.phrases);
    }
    Paragraphs sample;
    if (settings_.phrase_rate.has_value()) {
      Result<Paragraphs> drawn = drawSample();
      if (!drawn.ok()) {
        return drawn.error();
      }
      sample = std::move(*drawn);
    }
    constexpr std::string_view kSearching = "searching the thresholds";
    Result<PhraseChoice> choice =
        searchPhrases(*counts, target, settings_.phrases, sample,
                      [&](double share) { return goesOn(0.8 + 0.2 * share, kSearching); });
    if (!choice.ok()) {
      return cancelled_ ? cancelled(kSearching) : choice.error();
    }
    report_.phrase_rate = choice->rate;
    report_.shortfall = choice->shortfall;
    return std::move(choice->dictionary);
  }

 private:
  // Of the stretch of the whole that is being worked on.
  bool goesOn(double share, std::string_view what) {
    cancelled_ = cancelled_ || (progress_ && !progress_(from_ + (to_ - from_) * share, what));
    return !cancelled_;
  }
  static Error cancelled(std::string_view what) {
    return {"learning the tokeniser was cancelled while " + std::string(what), "start again to go on"};
  }

  // What is longer than kStretchBytes comes as several paragraphs.
  Result<bool> nextDocument(Paragraphs& paragraphs) {
    Result<bool> more = documents_.next(paragraphs);
    const auto is_long = [](const std::string& paragraph) { return paragraph.size() > kStretchBytes; };
    if (more.ok() && *more && std::any_of(paragraphs.begin(), paragraphs.end(), is_long)) {
      const Paragraphs whole = std::exchange(paragraphs, {});
      for (std::string_view paragraph : whole) {
        while (!paragraph.empty()) {
          paragraphs.emplace_back(takeStretch(paragraph, kStretchBytes));
        }
      }
    }
    return more;
  }

  // The next paragraphs, one after the other; `share` of the stretch is theirs, from `begin` on.
  template <typename Take>
  Status forEachParagraph(double begin, double share, std::string_view what, Take&& take) {
    if (const Status status = documents_.rewind(); !status.ok()) {
      return status;
    }
    Paragraphs paragraphs;
    for (int64_t count = 0;; ++count) {
      if (count % 256 == 0 &&
          !goesOn(begin + share * (documents_.fraction ? documents_.fraction() : 0), what)) {
        return cancelled(what);
      }
      const Result<bool> more = nextDocument(paragraphs);
      if (!more.ok()) {
        return more.error();
      }
      if (!*more) {
        report_.documents = count;
        return {};
      }
      for (const std::string& paragraph : paragraphs) {
        take(paragraph);
      }
    }
  }

  Result<Grains> givenFine() {
    OpenOptions options;
    options.kind = settings_.kind;
    options.lowercase = settings_.lowercase;
    Result<Grains> given = openTokenizer(settings_.vocabulary, options);
    if (given.ok() && given->fine().kind() != settings_.kind) {
      return Error{"cannot use " + settings_.vocabulary.string() + " as a vocabulary: its kind is " +
                       std::string(given->fine().kind()) + ", not " + settings_.kind,
                   "name another file, or the file's kind"};
    }
    if (!given.ok() || settings_.coarse != CoarseKind::kNone || given->coarseKind() == CoarseKind::kNone) {
      return given;
    }
    return Grains(given->sharedFine(), given->lowercase());
  }

  Result<Grains> learnFine() {
    to_ = settings_.coarse == CoarseKind::kNone ? 1 : kFineShare;
    const std::string& kind = settings_.kind;
    const Result<SharedTokenizer> fine = kind == "wordpiece" || kind == "wordpiece-hf" ? learnWordPiece()
                                         : kind == "words" || kind == "characters"     ? learnWords()
                                         : kind == "unigram" || kind == "bpe"          ? learnSentencePiece()
                                                                                       : cannotLearn();
    return fine.ok() ? Result<Grains>(Grains(*fine, settings_.lowercase)) : Result<Grains>(fine.error());
  }

  Result<SharedTokenizer> cannotLearn() const {
    if (settings_.kind == "byte-bpe") {
      return Error{"cannot learn a byte-level BPE: Heddle loads published ones alone",
                   "name a vocab.json with its merges.txt, or learn \"bpe\""};
    }
    return Error{"cannot learn a tokeniser of the kind \"" + settings_.kind + "\"",
                 "choose wordpiece, wordpiece-hf, unigram, bpe, words or characters"};
  }

  Result<SharedTokenizer> learnWordPiece() {
    WordCounter counter(settings_.lowercase);
    const Status read =
        forEachParagraph(0, 0.5, "counting words", [&](const std::string& text) { counter.add(text); });
    if (!read.ok()) {
      return read.error();
    }
    Result<std::vector<std::string>> pieces =
        trainWordPiece(counter.take(), {.vocab_size = settings_.vocab_size},
                       [this](double share) { return goesOn(0.5 + share / 2, "learning the vocabulary"); });
    if (!pieces.ok()) {
      return cancelled_ ? cancelled("learning the vocabulary") : pieces.error();
    }
    Result<WordPiece> wordpiece = WordPiece::fromVocabulary(std::move(*pieces), settings_.lowercase);
    if (!wordpiece.ok()) {
      return wordpiece.error();
    }
    return settings_.kind == "wordpiece" ? SharedTokenizer(makeTokenizer(std::move(*wordpiece)))
                                         : std::make_shared<HfWordPiece>(std::move(*wordpiece));
  }

  // The paragraphs as lines, with progress over `share` of the stretch from `begin` on.
  LineSource lines(double begin, double share, std::string_view what) {
    return [this, begin, share, what, paragraphs = Paragraphs(), at = size_t{0},
            count = int64_t{0}](std::string& line) mutable -> Result<bool> {
      while (at == paragraphs.size()) {
        if (count++ % 256 == 0 &&
            !goesOn(begin + share * (documents_.fraction ? documents_.fraction() : 0), what)) {
          return cancelled(what);
        }
        const Result<bool> more = nextDocument(paragraphs);
        if (!more.ok() || !*more) {
          return more;
        }
        report_.documents = count;
        at = 0;
      }
      line.swap(paragraphs[at++]);
      return true;
    };
  }

  Result<SharedTokenizer> learnWords() {
    if (const Status status = documents_.rewind(); !status.ok()) {
      return status.error();
    }
    WordTokenizerOptions options;
    options.unit = settings_.kind == "words" ? WordUnit::kWord : WordUnit::kCharacter;
    options.lowercase = settings_.lowercase;
    options.vocab_size = settings_.vocab_size;
    Result<std::unique_ptr<WordTokenizer>> learnt =
        WordTokenizer::learn(lines(0, 1, "counting words"), options);
    return learnt.ok() ? Result<SharedTokenizer>(SharedTokenizer(std::move(*learnt)))
                       : Result<SharedTokenizer>(learnt.error());
  }

  Result<SharedTokenizer> learnSentencePiece() {
    int64_t bytes = 0;
    Status read = forEachParagraph(0, 0.2, "measuring the text", [&bytes](const std::string& paragraph) {
      bytes += static_cast<int64_t>(paragraph.size());
    });
    if (read.ok()) {
      read = documents_.rewind();
    }
    if (!read.ok()) {
      return read.error();
    }
    const double share =
        static_cast<double>(settings_.sampled_bytes) / static_cast<double>(std::max<int64_t>(bytes, 1));
    const LineSource all = lines(0.2, 0.2, "reading the text");
    constexpr std::string_view kLearning = "learning the vocabulary";
    const LineSource drawn = [this, &all, share, kLearning,
                              draws = RandomStream(mixKey(nameKey("sentencepiece.sample"), settings_.seed), 0,
                                                   0)](std::string& line) mutable -> Result<bool> {
      while (true) {
        const Result<bool> more = all(line);
        if (more.ok() && !*more && !goesOn(0.4, kLearning)) {
          return cancelled(kLearning);
        }
        if (!more.ok() || !*more || share >= 1 || draws.uniform() < share) {
          return more;
        }
      }
    };
    SentencePieceTrainerOptions options;
    options.model = settings_.kind == "bpe" ? SentencePieceTrainerOptions::Model::kBpe
                                            : SentencePieceTrainerOptions::Model::kUnigram;
    options.vocab_size = settings_.vocab_size;
    options.character_coverage = settings_.character_coverage;
    options.normalization = settings_.lowercase ? SentencePieceTrainerOptions::Normalization::kNmtNfkcCf
                                                : SentencePieceTrainerOptions::Normalization::kNmtNfkc;
    options.threads = std::max(settings_.threads, 1);
    options.seed = settings_.seed;
    const Result<std::string> model = trainSentencePiece(drawn, options);
    if (!model.ok()) {
      return model.error();
    }
    Result<std::unique_ptr<SentencePiece>> loaded = SentencePiece::fromBytes(*model);
    return loaded.ok() ? Result<SharedTokenizer>(SharedTokenizer(std::move(*loaded)))
                       : Result<SharedTokenizer>(loaded.error());
  }

  Result<Grains> addPhrases(const Grains& fine) {
    Result<PhraseDictionary> phrases =
        settings_.coarse_file.empty() ? learnPhrases(fine.lowercase()) : loadPhrases(settings_.coarse_file);
    if (!phrases.ok()) {
      return phrases.error();
    }
    report_.phrases = phrases->thresholds;
    return Grains::withPhrases(fine.sharedFine(), std::move(*phrases));
  }

  // Paragraphs drawn evenly (algorithm R).
  Result<Paragraphs> drawSample() {
    Paragraphs sample;
    RandomStream draws(mixKey(nameKey("phrases.sample"), settings_.seed), 0, 0);
    uint32_t seen = 0;
    const Status read = forEachParagraph(0.7, 0.1, "drawing a sample", [&](std::string_view paragraph) {
      ++seen;
      const std::string_view beginning = takeStretch(paragraph, kSampledBytes);
      if (sample.size() < kSampledParagraphs) {
        sample.emplace_back(beginning);
      } else if (const uint32_t place = draws.below(seen); place < kSampledParagraphs) {
        sample[place] = beginning;
      }
    });
    return read.ok() ? Result<Paragraphs>(std::move(sample)) : Result<Paragraphs>(read.error());
  }

  Result<Grains> addWords(const Grains& fine) {
    Result<ChineseWords> words = wordsModel();
    if (!words.ok()) {
      return words.error();
    }
    WordCounts counts;
    WordList list;
    WordUnitBuffers buffers;
    from_ = 0.8;
    const Status read = forEachParagraph(0, 1, "counting Chinese words", [&](const std::string& paragraph) {
      splitWords(paragraph, fine.lowercase(), list);
      visitWordUnits(*words, paragraph, list, buffers,
                     [&counts](const WordSpan&, size_t, std::string_view spelling) {
                       if (!spelling.empty()) {
                         countWord(spelling, counts);
                       }
                     });
    });
    if (!read.ok()) {
      return read.error();
    }
    report_.word_types = static_cast<int64_t>(counts.size());
    std::vector<std::pair<std::string, int64_t>> ranked(counts.begin(), counts.end());
    std::sort(ranked.begin(), ranked.end(), [](const auto& a, const auto& b) {
      return a.second != b.second ? a.second > b.second : a.first < b.first;
    });
    if (settings_.coarse_vocab_size > 0 && settings_.coarse_vocab_size < report_.word_types) {
      ranked.resize(static_cast<size_t>(settings_.coarse_vocab_size));
    }
    std::vector<std::string> vocabulary;
    for (auto& [word, count] : ranked) {
      // A spelling that reads differently on its own (a final sigma, say) could never be told from another.
      splitWords(word, fine.lowercase(), list);
      if (list.words.size() > 1 && joinedText(list, 0, list.words.size(), buffers.joined) == word) {
        vocabulary.push_back(std::move(word));
      }
    }
    if (vocabulary.empty()) {
      return Error{
          "cannot learn a coarse vocabulary of Chinese words: the text holds no word of two or more "
          "characters",
          "give Chinese text, or choose coarse = \"phrases\" for English"};
    }
    return Grains::withWords(fine.sharedFine(), std::move(*words), std::move(vocabulary), fine.lowercase());
  }

  Result<ChineseWords> wordsModel() {
    ChineseTraining training;
    training.segmented = settings_.segmented;
    training.seed = settings_.seed;
    if (!settings_.coarse_file.empty()) {
      const Result<std::string> bytes = readFile(settings_.coarse_file);
      if (!bytes.ok()) {
        return bytes.error();
      }
      if (bytes->find('\0') != std::string::npos) {
        if (!settings_.segmented.empty()) {
          return Error{"cannot learn Chinese words from segmented text: " + settings_.coarse_file.string() +
                           " is a model that has learnt already",
                       "give the one or the other"};
        }
        return ChineseWords::load(settings_.coarse_file);
      }
      training.dictionaries = {settings_.coarse_file};
    }
    if (training.segmented.empty() && training.dictionaries.empty()) {
      return Error{
          "cannot learn Chinese words: there is neither word-segmented text nor a list of words",
          "give files with the words of each line between spaces, a list of words, or a words.model"};
    }
    constexpr std::string_view kLearning = "learning Chinese words";
    ChineseTrainingReport trained;
    Result<ChineseWords> words = trainChineseWords(
        training, [&](double share, std::string_view what) { return goesOn(share * 2 / 3, what); }, &trained);
    report_.heldout_f1 = trained.heldout_f1;
    return !words.ok() && cancelled_ ? Result<ChineseWords>(cancelled(kLearning)) : std::move(words);
  }

  const DocumentSource& documents_;
  const LearnSettings& settings_;
  const std::function<bool(double, std::string_view)>& progress_;
  LearnReport& report_;
  double from_ = 0;
  double to_ = 1;
  bool cancelled_ = false;
};

}  // namespace

Result<Grains> learnGrains(const DocumentSource& documents, const LearnSettings& settings,
                           const std::function<bool(double, std::string_view)>& progress,
                           LearnReport* report) {
  LearnReport ignored;
  return Learner(documents, settings, progress, report == nullptr ? ignored : *report).run();
}

Result<PhraseDictionary> learnPhrases(const DocumentSource& documents, const LearnSettings& settings,
                                      const std::function<bool(double, std::string_view)>& progress,
                                      LearnReport* report) {
  LearnReport ignored;
  LearnReport& told = report == nullptr ? ignored : *report;
  Result<PhraseDictionary> phrases =
      Learner(documents, settings, progress, told).learnPhrases(settings.lowercase);
  if (phrases.ok()) {
    told.phrases = phrases->thresholds;
  }
  return phrases;
}

}  // namespace heddle
