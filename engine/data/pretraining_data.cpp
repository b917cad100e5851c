#include "engine/data/pretraining_data.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <mutex>
#include <vector>

#include "engine/base/file.h"
#include "engine/base/random.h"
#include "engine/data/corpus.h"
#include "engine/data/permutation.h"
#include "engine/text/wordpiece.h"

namespace heddle {
namespace {

// What one row is made of: consecutive sentences of one document.
struct Instance {
  uint32_t sentence = 0;  // the first
  uint32_t sentences = 0;
  uint32_t target = 0;  // tokens the row aims at, without special tokens
  uint32_t skip = 0;    // tokens left out in front: later windows of a sentence longer than a row
};

struct TokenRange {
  int64_t begin = 0;
  int64_t end = 0;
  int64_t size() const { return end - begin; }
};

// Training rows depend on the seed, held-out rows on nothing, so that runs of all seeds are judged on the
// same.
struct Side {
  std::vector<uint32_t> documents;  // ascending
  uint64_t key = 0;
};

}  // namespace

struct PretrainingData::Impl {
  Corpus shard;
  ObjectiveRecipe objective;
  SpecialIds special;
  std::array<int32_t, 5> special_ids{};  // ascending
  int32_t vocab_size = 0;
  Side training, heldout;

  mutable std::mutex mutex;  // guards the map, not the tables, which never change
  mutable std::map<std::pair<const Side*, int64_t>, std::unique_ptr<const std::vector<Instance>>> tables;

  const std::vector<Instance>& table(const Side& side, int64_t length) const {
    const std::lock_guard lock(mutex);
    std::unique_ptr<const std::vector<Instance>>& place = tables[{&side, length}];
    if (place == nullptr) {
      place = std::make_unique<const std::vector<Instance>>(makeTable(side, length));
    }
    return *place;
  }

  std::vector<Instance> makeTable(const Side& side, int64_t length) const {
    std::vector<Instance> instances;
    const auto most = static_cast<uint32_t>(length - (objective.next_sentence ? 3 : 2));
    const uint64_t key = mixKey(mixKey(side.key, nameKey("row lengths")), static_cast<uint64_t>(length));
    for (const uint32_t document : side.documents) {
      RandomStream draws(key, document, 0);
      const auto nextTarget = [&] {
        return draws.uniform() < objective.short_seq_prob ? 2 + draws.below(most - 1) : most;
      };
      if (objective.next_sentence) {
        addChunks(document, nextTarget, instances);
      } else {
        addFullSentences(document, nextTarget, instances);
      }
    }
    return instances;
  }

  int64_t sentenceTokens(int64_t sentence) const {
    return shard.sentenceBegin(sentence + 1) - shard.sentenceBegin(sentence);
  }

  // Chunks of sentences that reach their target; what they have too much is truncated when the row is made.
  template <typename NextTarget>
  void addChunks(int64_t document, const NextTarget& nextTarget, std::vector<Instance>& instances) const {
    const int64_t end = shard.documentBegin(document + 1);
    int64_t first = shard.documentBegin(document);
    uint32_t target = nextTarget();
    for (int64_t sentence = first; sentence < end; ++sentence) {
      if (sentence + 1 == end || shard.sentenceBegin(sentence + 1) - shard.sentenceBegin(first) >= target) {
        instances.push_back(
            {static_cast<uint32_t>(first), static_cast<uint32_t>(sentence + 1 - first), target, 0});
        first = sentence + 1;
        target = nextTarget();
      }
    }
  }

  // As many whole sentences as fit; a sentence longer than that is cut into windows.
  template <typename NextTarget>
  void addFullSentences(int64_t document, const NextTarget& nextTarget,
                        std::vector<Instance>& instances) const {
    const int64_t end = shard.documentBegin(document + 1);
    int64_t first = shard.documentBegin(document);
    while (first < end) {
      const uint32_t target = nextTarget();
      int64_t last = first + 1;
      while (last < end && shard.sentenceBegin(last + 1) - shard.sentenceBegin(first) <= target) {
        ++last;
      }
      const int64_t tokens = shard.sentenceBegin(last) - shard.sentenceBegin(first);
      for (int64_t skip = 0; skip < tokens; skip += target) {
        instances.push_back({static_cast<uint32_t>(first), static_cast<uint32_t>(last - first), target,
                             static_cast<uint32_t>(skip)});
      }
      first = last;
    }
  }

  // Buffers of one batch.
  struct Builder {
    Batch batch;
    std::vector<int32_t> candidates;
  };

  void addRow(const Side& side, const Instance& instance, int64_t length, RandomStream draws,
              Builder& builder) const {
    if (objective.next_sentence) {
      addPairRow(side, instance, length, draws, builder.batch);
    } else {
      const int64_t begin = shard.sentenceBegin(instance.sentence) + instance.skip;
      const int64_t end = shard.sentenceBegin(instance.sentence + instance.sentences);
      appendRow({begin, std::min(end, begin + instance.target)}, nullptr, builder.batch);
    }
    mask(draws, builder);
  }

  TokenRange tokensOf(int64_t first_sentence, int64_t end_sentence) const {
    return {shard.sentenceBegin(first_sentence), shard.sentenceBegin(end_sentence)};
  }

  void addPairRow(const Side& side, const Instance& instance, int64_t length, RandomStream& draws,
                  Batch& batch) const {
    const int64_t begin = instance.sentence;
    const int64_t end = begin + instance.sentences;
    const int64_t cut =
        instance.sentences == 1 ? end : begin + 1 + static_cast<int64_t>(draws.below(instance.sentences - 1));
    TokenRange a = tokensOf(begin, cut);
    TokenRange b = tokensOf(cut, end);
    const bool wants_random = draws.uniform() < 0.5 || instance.sentences == 1;
    const bool random = wants_random && side.documents.size() > 1;
    if (random) {
      // Which half is A: both are seen equally often, since the script's way of putting the rest back needs
      // state.
      if (instance.sentences > 1 && draws.below(2) == 1) {
        a = b;
      }
      b = randomPartner(side, shard.documentOf(begin), instance.target - a.size(), draws);
    } else if (instance.sentences == 1) {
      // The only document of its side: its single sentences are followed by their own second halves.
      b = {a.begin + (a.size() + 1) / 2, a.end};
      a.end = b.begin;
    }
    while (a.size() + b.size() > length - 3) {
      TokenRange& longer = a.size() > b.size() ? a : b;
      if (draws.uniform() < 0.5) {
        ++longer.begin;
      } else {
        --longer.end;
      }
    }
    appendRow(a, &b, batch);
    batch.pair_labels.push_back(random ? 1 : 0);
  }

  // Sentences of another document from a random one on, until they have `wanted` tokens.
  TokenRange randomPartner(const Side& side, int64_t document, int64_t wanted, RandomStream& draws) const {
    const auto own =
        std::lower_bound(side.documents.begin(), side.documents.end(), static_cast<uint32_t>(document)) -
        side.documents.begin();
    const auto drawn = static_cast<ptrdiff_t>(draws.below(static_cast<uint32_t>(side.documents.size() - 1)));
    const int64_t other = side.documents[static_cast<size_t>(drawn < own ? drawn : drawn + 1)];
    const int64_t document_begin = shard.documentBegin(other);
    const int64_t document_end = shard.documentBegin(other + 1);
    const int64_t first =
        document_begin +
        static_cast<int64_t>(draws.below(static_cast<uint32_t>(document_end - document_begin)));
    int64_t last = first + 1;
    while (last < document_end && tokensOf(first, last).size() < wanted) {
      ++last;
    }
    return tokensOf(first, last);
  }

  void appendRow(TokenRange a, const TokenRange* b, Batch& batch) const {
    const size_t begin = batch.tokens.size();
    batch.tokens.push_back(special.cls);
    shard.appendTokens(a.begin, a.end, batch.tokens);
    batch.tokens.push_back(special.sep);
    batch.segments.resize(batch.tokens.size(), 0);
    if (b != nullptr) {
      shard.appendTokens(b->begin, b->end, batch.tokens);
      batch.tokens.push_back(special.sep);
      batch.segments.resize(batch.tokens.size(), 1);
    }
    for (size_t at = begin; at < batch.tokens.size(); ++at) {
      batch.positions.push_back(static_cast<int32_t>(at - begin));
    }
    batch.starts.push_back(static_cast<int32_t>(batch.tokens.size()));
  }

  // Masks the last row of the batch.
  void mask(RandomStream& draws, Builder& builder) const {
    Batch& batch = builder.batch;
    std::vector<int32_t>& candidates = builder.candidates;
    const int32_t begin = batch.starts[batch.starts.size() - 2];
    const int32_t end = batch.starts.back();
    candidates.clear();
    for (int32_t at = begin; at < end; ++at) {
      const int32_t id = batch.tokens[static_cast<size_t>(at)];
      if (id != special.cls && id != special.sep) {
        candidates.push_back(at);
      }
    }
    // Half to even, as Python rounds; special tokens count, as in the script.
    auto wanted = static_cast<int64_t>(std::nearbyint((end - begin) * objective.mlm_probability));
    wanted = std::max<int64_t>(wanted, 1);
    if (objective.max_predictions > 0) {
      wanted = std::min(wanted, objective.max_predictions);
    }
    const auto count = std::min(static_cast<size_t>(wanted), candidates.size());
    for (size_t at = 0; at < count; ++at) {
      std::swap(candidates[at], candidates[at + draws.below(static_cast<uint32_t>(candidates.size() - at))]);
    }
    std::sort(candidates.begin(), candidates.begin() + static_cast<ptrdiff_t>(count));
    for (size_t at = 0; at < count; ++at) {
      int32_t& token = batch.tokens[static_cast<size_t>(candidates[at])];
      batch.masked_positions.push_back(candidates[at]);
      batch.masked_labels.push_back(token);
      const double draw = draws.uniform();
      if (draw < objective.mask_share) {
        token = special.mask;
      } else if (draw < objective.mask_share + objective.random_share) {
        token = randomId(draws);
      }
    }
  }

  int32_t randomId(RandomStream& draws) const {
    auto id = static_cast<int32_t>(draws.below(static_cast<uint32_t>(vocab_size) - 5));
    for (const int32_t taken : special_ids) {
      id += id >= taken ? 1 : 0;
    }
    return id;
  }
};

Result<PretrainingData> PretrainingData::open(const PreparedCorpus& corpus, const ObjectiveRecipe& objective,
                                              uint64_t seed) {
  Result<Corpus> shard = Corpus::open(corpus.corpus, corpus.heldout_fraction);
  if (!shard.ok()) {
    return shard.error();
  }
  if (const Status status = shard->check(); !status.ok()) {
    return status.error();
  }
  const Result<WordPiece> vocabulary = WordPiece::load(corpus.vocabulary, corpus.lowercase);
  const Result<std::string> bytes = readFile(corpus.vocabulary);
  if (!vocabulary.ok() || !bytes.ok()) {
    return vocabulary.ok() ? bytes.error() : vocabulary.error();
  }
  if (shard->fineVocabSize() != vocabulary->size() || shard->vocabulary().hash != contentHash(*bytes)) {
    return Error{"cannot train on " + corpus.corpus.string() + ": it was not packed with the vocabulary " +
                     corpus.vocabulary.string(),
                 "prepare the corpus again"};
  }
  auto impl = std::make_unique<Impl>();
  impl->objective = objective;
  impl->special = vocabulary->special();
  impl->special_ids = {impl->special.pad, impl->special.unk, impl->special.cls, impl->special.sep,
                       impl->special.mask};
  std::sort(impl->special_ids.begin(), impl->special_ids.end());
  impl->vocab_size = vocabulary->size();
  impl->training.key = mixKey(seed, nameKey("pretraining data"));
  impl->heldout.key = nameKey("held-out pretraining data");
  for (int64_t document = 0; document < shard->documents(); ++document) {
    Side& side = shard->heldout(document) ? impl->heldout : impl->training;
    side.documents.push_back(static_cast<uint32_t>(document));
  }
  if (impl->training.documents.empty()) {
    return Error{"cannot train on " + corpus.corpus.string() + ": it has no documents to train on",
                 "give more text, with a blank line between documents"};
  }
  if (objective.next_sentence && impl->training.documents.size() < 2) {
    return Error{"cannot pretrain with next-sentence prediction on " + corpus.corpus.string() +
                     ": it has a single document to train on, so there is none to take random sentences from",
                 "separate documents by blank lines, or set objective.next_sentence = false"};
  }
  if (vocabulary->size() <= 5 || shard->sentences() > UINT32_MAX) {
    return Error{"cannot train on " + corpus.corpus.string() + ": " + std::to_string(shard->sentences()) +
                     " sentences and " + std::to_string(vocabulary->size()) + " pieces are out of range",
                 "the limits are 4 billion sentences, and at least one piece that is not special"};
  }
  impl->shard = std::move(*shard);
  return PretrainingData(std::move(impl));
}

PretrainingData::PretrainingData(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
PretrainingData::PretrainingData(PretrainingData&&) noexcept = default;
PretrainingData& PretrainingData::operator=(PretrainingData&&) noexcept = default;
PretrainingData::~PretrainingData() = default;

Batch PretrainingData::trainBatch(const PhaseRecipe& phase, int64_t step, int64_t first_row,
                                  int64_t rows) const {
  const std::vector<Instance>& table = impl_->table(impl_->training, phase.length);
  const auto count = static_cast<int64_t>(table.size());
  Impl::Builder builder;
  builder.batch.step = step;
  builder.batch.first_row = first_row;
  builder.batch.starts = {0};
  const uint64_t order_key =
      mixKey(mixKey(impl_->training.key, nameKey("order")), static_cast<uint64_t>(phase.length));
  const uint64_t row_key =
      mixKey(mixKey(impl_->training.key, nameKey("row")), static_cast<uint64_t>(step) >> 32);
  for (int64_t row = first_row; row < first_row + rows; ++row) {
    const int64_t seen = step * phase.rows + row;
    const Permutation order(count, mixKey(order_key, static_cast<uint64_t>(seen / count)));
    const RandomStream draws(row_key, static_cast<uint32_t>(step), static_cast<uint32_t>(row));
    impl_->addRow(impl_->training, table[static_cast<size_t>(order(seen % count))], phase.length, draws,
                  builder);
  }
  return std::move(builder.batch);
}

Batch PretrainingData::heldoutBatch(int64_t length, int64_t first_row, int64_t rows) const {
  const std::vector<Instance>& table = impl_->table(impl_->heldout, length);
  const auto count = static_cast<int64_t>(table.size());
  Impl::Builder builder;
  builder.batch.first_row = first_row;
  builder.batch.starts = {0};
  const Permutation order(count, mixKey(impl_->heldout.key, nameKey("order")));
  const uint64_t row_key = mixKey(impl_->heldout.key, nameKey("row"));
  for (int64_t row = first_row; row < std::min(first_row + rows, count); ++row) {
    const RandomStream draws(row_key, 0, static_cast<uint32_t>(row));
    impl_->addRow(impl_->heldout, table[static_cast<size_t>(order(row))], length, draws, builder);
  }
  return std::move(builder.batch);
}

int64_t PretrainingData::instances(int64_t length) const {
  return static_cast<int64_t>(impl_->table(impl_->training, length).size());
}

int64_t PretrainingData::heldoutInstances(int64_t length) const {
  return static_cast<int64_t>(impl_->table(impl_->heldout, length).size());
}

int64_t PretrainingData::vocabSize() const {
  return impl_->vocab_size;
}

}  // namespace heddle
