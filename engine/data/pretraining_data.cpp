#include "engine/data/pretraining_data.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "engine/base/file.h"
#include "engine/base/random.h"
#include "engine/data/corpus.h"
#include "engine/data/masking/maskers.h"
#include "engine/data/permutation.h"
#include "engine/data/rows/batch_builder.h"
#include "engine/data/rows/row_source.h"
#include "engine/recipes/objective.h"
#include "engine/text/wordpiece.h"

namespace heddle {
namespace {

// A row of an epoch and the draws that its splits and masks take.
struct Pick {
  int64_t row = 0;
  RandomStream draws;
};

}  // namespace

struct PretrainingData::Impl {
  Corpus corpus;
  ObjectiveRecipe objective;  // with published defaults
  RowKind rows = RowKind::kSentencePair;
  MaskKind masking = MaskKind::kToken;
  RowGrains grains = RowGrains::kFine;
  SpecialIds special;
  int64_t vocab_size = 0;
  // Training rows depend on the seed, held-out rows on nothing, so that runs of all seeds are judged on the
  // same.
  std::optional<RowSource> training, heldout;
  std::optional<RandomTokens> fine_tokens, coarse_tokens;

  bool recurrent() const { return rows == RowKind::kXlnet; }

  // What comes at row `row` of the global batch of a step.
  Pick pick(const PhaseRecipe& phase, int64_t step, int64_t row) const {
    const int64_t count = training->rows(phase.length);
    const auto length_key = static_cast<uint64_t>(phase.length);
    const uint64_t order_key = mixKey(mixKey(training->key(), nameKey("order")), length_key);
    int64_t epoch = 0;
    int64_t picked = 0;
    if (recurrent()) {
      // Every row of the batch reads its own stretch of the stream; each epoch the stretches begin elsewhere.
      const int64_t stretch = std::max<int64_t>(1, count / phase.rows);
      epoch = step / stretch;
      const uint64_t shift = mixKey(order_key, static_cast<uint64_t>(epoch)) % static_cast<uint64_t>(count);
      picked = (row * stretch + step % stretch + static_cast<int64_t>(shift)) % count;
    } else {
      const int64_t seen = step * phase.rows + row;
      epoch = seen / count;
      picked = Permutation(count, mixKey(order_key, static_cast<uint64_t>(epoch)))(seen % count);
    }
    if (objective.dupe_factor > 0) {
      const uint64_t copies_key = mixKey(mixKey(training->key(), nameKey("copies")), length_key);
      return {picked, RandomStream(copies_key, static_cast<uint32_t>(picked),
                                   static_cast<uint32_t>(epoch % objective.dupe_factor))};
    }
    const uint64_t row_key =
        mixKey(mixKey(training->key(), nameKey("row")), static_cast<uint64_t>(step) >> 32);
    return {picked, RandomStream(row_key, static_cast<uint32_t>(step), static_cast<uint32_t>(row))};
  }

  Pick heldoutPick(int64_t length, int64_t row) const {
    const uint64_t row_key = mixKey(heldout->key(), nameKey("row"));
    const Permutation order(heldout->rows(length), mixKey(heldout->key(), nameKey("order")));
    return {recurrent() ? row : order(row), RandomStream(row_key, 0, static_cast<uint32_t>(row))};
  }

  // Buffers are reused from row to row.
  void addRow(const RowSource& source, Pick pick, int64_t length, Row& fine, Row& coarse,
              BatchBuilder& builder) const {
    const MaskContext context{objective, special, *fine_tokens, length, vocab_size + kSentinels - 1};
    source.build(pick.row, length, pick.draws, fine);
    if (grains == RowGrains::kFine) {
      maskRow(masking, context, pick.draws, fine);
      builder.add(fine);
      return;
    }
    makeCoarse(fine, coarse);
    maskGrains(context, *coarse_tokens, pick.draws, fine, coarse);
    if (grains == RowGrains::kBoth) {
      builder.addBoth(fine, coarse);
    } else {
      builder.addHybrid(fine, coarse);
    }
  }
};

Result<PretrainingData> PretrainingData::open(const PreparedCorpus& corpus, const ObjectiveRecipe& objective,
                                              uint64_t seed) {
  Result<Corpus> packed = Corpus::open(corpus.corpus, corpus.heldout_fraction);
  if (!packed.ok()) {
    return packed.error();
  }
  if (const Status status = packed->check(); !status.ok()) {
    return status.error();
  }
  const Result<WordPiece> vocabulary = WordPiece::load(corpus.vocabulary, corpus.lowercase);
  const Result<std::string> bytes = readFile(corpus.vocabulary);
  if (!vocabulary.ok() || !bytes.ok()) {
    return vocabulary.ok() ? bytes.error() : vocabulary.error();
  }
  if (packed->fineVocabSize() != vocabulary->size() || packed->vocabulary().hash != contentHash(*bytes)) {
    return Error{"cannot train on " + corpus.corpus.string() + ": it was not packed with the vocabulary " +
                     corpus.vocabulary.string(),
                 "prepare the corpus again"};
  }
  if (vocabulary->size() <= 5 || packed->sentences() > UINT32_MAX) {
    return Error{"cannot train on " + corpus.corpus.string() + ": " + std::to_string(packed->sentences()) +
                     " sentences and " + std::to_string(vocabulary->size()) + " pieces are out of range",
                 "the limits are 4 billion sentences, and at least one piece that is not special"};
  }
  auto impl = std::make_unique<Impl>();
  impl->corpus = std::move(*packed);
  impl->objective = withPublishedDefaults(objective);
  impl->rows = rowKind(objective);
  impl->masking = maskKind(objective);
  impl->grains = rowGrains(objective);
  impl->special = vocabulary->special();
  impl->vocab_size = vocabulary->size();
  Documents training, heldout;
  for (int64_t document = 0; document < impl->corpus.documents(); ++document) {
    (impl->corpus.heldout(document) ? heldout : training).push_back(static_cast<uint32_t>(document));
  }
  if (training.empty()) {
    return Error{"cannot train on " + corpus.corpus.string() + ": it has no documents to train on",
                 "give more text, with a blank line between documents"};
  }
  if (impl->rows == RowKind::kSentencePair && training.size() < 2) {
    return Error{"cannot pretrain with next-sentence prediction on " + corpus.corpus.string() +
                     ": it has a single document to train on, so there is none to take random sentences from",
                 "separate documents by blank lines, or set objective.rows = \"doc_sentences\""};
  }
  if (impl->objective.random_tokens == "corpus") {
    impl->fine_tokens.emplace(impl->vocab_size, impl->special, impl->corpus);
  } else {
    impl->fine_tokens.emplace(impl->vocab_size, impl->special);
  }
  impl->coarse_tokens.emplace(impl->corpus.coarseVocabSize(), impl->special);
  impl->training.emplace(impl->corpus, std::move(training), impl->objective, impl->special,
                         mixKey(seed, nameKey("pretraining data")));
  impl->heldout.emplace(impl->corpus, std::move(heldout), impl->objective, impl->special,
                        nameKey("held-out pretraining data"));
  return PretrainingData(std::move(impl));
}

PretrainingData::PretrainingData(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
PretrainingData::PretrainingData(PretrainingData&&) noexcept = default;
PretrainingData& PretrainingData::operator=(PretrainingData&&) noexcept = default;
PretrainingData::~PretrainingData() = default;

Batch PretrainingData::trainBatch(const PhaseRecipe& phase, int64_t step, int64_t first_row,
                                  int64_t rows) const {
  BatchBuilder builder(step, first_row);
  Row fine, coarse;
  for (int64_t row = first_row; row < first_row + rows; ++row) {
    impl_->addRow(*impl_->training, impl_->pick(phase, step, row), phase.length, fine, coarse, builder);
  }
  return builder.take();
}

Batch PretrainingData::heldoutBatch(int64_t length, int64_t first_row, int64_t rows) const {
  BatchBuilder builder(0, first_row);
  Row fine, coarse;
  for (int64_t row = first_row; row < std::min(first_row + rows, heldoutInstances(length)); ++row) {
    impl_->addRow(*impl_->heldout, impl_->heldoutPick(length, row), length, fine, coarse, builder);
  }
  return builder.take();
}

int64_t PretrainingData::instances(int64_t length) const {
  return impl_->training->rows(length);
}

int64_t PretrainingData::heldoutInstances(int64_t length) const {
  return impl_->heldout->rows(length);
}

int64_t PretrainingData::vocabSize() const {
  return impl_->vocab_size + (impl_->masking == MaskKind::kT5 ? kSentinels : 0);
}

}  // namespace heddle
