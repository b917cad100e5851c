#include "engine/data/pretraining_data.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "engine/base/random.h"
#include "engine/data/corpus.h"
#include "engine/data/masking/maskers.h"
#include "engine/data/mixture.h"
#include "engine/data/permutation.h"
#include "engine/data/rows/batch_builder.h"
#include "engine/data/rows/row_source.h"
#include "engine/recipes/mixture.h"
#include "engine/recipes/objective.h"
#include "engine/text/grains/tokenizer_folder.h"

namespace heddle {
namespace {

// A row of an epoch and the draws that its splits and masks take.
struct Pick {
  size_t corpus = 0;
  int64_t row = 0;
  RandomStream draws;
};

// A corpus with the rows of its two sides. Not movable: the rows point to the corpus.
struct CorpusRows {
  CorpusRows(Corpus packed, std::vector<uint32_t> training_documents, std::vector<uint32_t> heldout_documents,
             const ObjectiveRecipe& objective, const SpecialIds& special, uint64_t training_key,
             uint64_t heldout_key)
      : corpus(std::move(packed)),
        training_tokens(tokensOf(corpus, training_documents)),
        training(corpus, std::move(training_documents), objective, special, training_key),
        heldout(corpus, std::move(heldout_documents), objective, special, heldout_key) {}

  Corpus corpus;
  int64_t training_tokens;
  RowSource training;
  RowSource heldout;
};

}  // namespace

struct PretrainingData::Impl {
  std::vector<CorpusRecipe> recipes;
  std::vector<std::unique_ptr<CorpusRows>> corpora;
  ObjectiveRecipe objective;  // with published defaults
  RowKind rows = RowKind::kSentencePair;
  MaskKind masking = MaskKind::kToken;
  RowGrains grains = RowGrains::kFine;
  SpecialIds special;
  int64_t fine_size = 0;
  bool reads_coarse = false;  // the one grain that is read is the coarse one
  // Training rows depend on the seed, held-out rows on nothing, so that runs of all seeds are judged on the
  // same.
  uint64_t training_key = 0;
  uint64_t heldout_key = 0;
  std::vector<RandomTokens> fine_tokens;  // of each corpus
  std::optional<RandomTokens> coarse_tokens;

  bool recurrent() const { return rows == RowKind::kXlnet; }

  std::vector<double> weightsOf(const PhaseRecipe& phase) const {
    // checkRecipe() has refused mixtures that cannot be read.
    const Result<std::vector<double>> given = mixtureWeights(recipes, phase.mixture);
    std::vector<double> weights = given.ok() ? *given : std::vector<double>();
    if (weights.empty()) {
      for (const std::unique_ptr<CorpusRows>& corpus : corpora) {
        weights.push_back(static_cast<double>(corpus->training_tokens));
      }
    }
    return weights;
  }

  // What comes at row `row` of the global batch of a step.
  Pick pick(const PhaseRecipe& phase, int64_t step, int64_t row) const {
    return recurrent() ? pickRecurrent(phase, step, row) : pickShuffled(phase, step, row);
  }

  Pick pickShuffled(const PhaseRecipe& phase, int64_t step, int64_t row) const {
    MixtureSchedule::Place place{0, step * phase.rows + row};
    if (corpora.size() > 1) {
      const MixtureSchedule schedule(weightsOf(phase), mixKey(training_key, nameKey("mixture")));
      place = schedule.at(place.row);
    }
    const RowSource& source = corpora[place.corpus]->training;
    const int64_t count = source.rows(phase.length);
    const int64_t epoch = place.row / count;
    const Permutation order(count, mixKey(orderKey(source, phase.length), static_cast<uint64_t>(epoch)));
    return draws(place.corpus, order(place.row % count), epoch, phase, step, row);
  }

  // Every row of the batch reads its own stretch of a corpus's stream; each epoch the stretches begin
  // elsewhere. Corpora share the rows of the batch by weight.
  Pick pickRecurrent(const PhaseRecipe& phase, int64_t step, int64_t row) const {
    size_t corpus = 0;
    int64_t own_row = row;
    int64_t own_rows = phase.rows;
    if (corpora.size() > 1) {
      const std::vector<int64_t> shares = sharesOf(weightsOf(phase), phase.rows);
      while (own_row >= shares[corpus]) {
        own_row -= shares[corpus++];
      }
      own_rows = shares[corpus];
    }
    const RowSource& source = corpora[corpus]->training;
    const int64_t count = source.rows(phase.length);
    const int64_t stretch = std::max<int64_t>(1, count / own_rows);
    const int64_t epoch = step / stretch;
    const uint64_t shift =
        mixKey(orderKey(source, phase.length), static_cast<uint64_t>(epoch)) % static_cast<uint64_t>(count);
    const int64_t picked = (own_row * stretch + step % stretch + static_cast<int64_t>(shift)) % count;
    return draws(corpus, picked, epoch, phase, step, row);
  }

  static uint64_t orderKey(const RowSource& source, int64_t length) {
    return mixKey(mixKey(source.key(), nameKey("order")), static_cast<uint64_t>(length));
  }

  Pick draws(size_t corpus, int64_t picked, int64_t epoch, const PhaseRecipe& phase, int64_t step,
             int64_t row) const {
    if (objective.dupe_factor > 0) {
      const uint64_t copies_key = mixKey(mixKey(corpora[corpus]->training.key(), nameKey("copies")),
                                         static_cast<uint64_t>(phase.length));
      return {corpus, picked,
              RandomStream(copies_key, static_cast<uint32_t>(picked),
                           static_cast<uint32_t>(epoch % objective.dupe_factor))};
    }
    const uint64_t row_key = mixKey(mixKey(training_key, nameKey("row")), static_cast<uint64_t>(step) >> 32);
    return {corpus, picked, RandomStream(row_key, static_cast<uint32_t>(step), static_cast<uint32_t>(row))};
  }

  int64_t trainingRows(int64_t length) const {
    int64_t count = 0;
    for (const std::unique_ptr<CorpusRows>& corpus : corpora) {
      count += corpus->training.rows(length);
    }
    return count;
  }
  int64_t heldoutRows(int64_t length) const {
    int64_t count = 0;
    for (const std::unique_ptr<CorpusRows>& corpus : corpora) {
      count += corpus->heldout.rows(length);
    }
    return count;
  }

  // The held-out rows of all corpora in one random order.
  Pick heldoutPick(int64_t length, int64_t row) const {
    const uint64_t row_key = mixKey(heldout_key, nameKey("row"));
    const Permutation order(heldoutRows(length), mixKey(heldout_key, nameKey("order")));
    int64_t picked = recurrent() ? row : order(row);
    size_t corpus = 0;
    while (picked >= corpora[corpus]->heldout.rows(length)) {
      picked -= corpora[corpus++]->heldout.rows(length);
    }
    return {corpus, picked, RandomStream(row_key, 0, static_cast<uint32_t>(row))};
  }

  // Buffers are reused from row to row.
  void addRow(const RowSource& source, Pick pick, int64_t length, Row& fine, Row& coarse,
              BatchBuilder& builder) const {
    const RandomTokens& random_tokens = reads_coarse ? *coarse_tokens : fine_tokens[pick.corpus];
    const MaskContext context{objective, special, random_tokens, length, vocabSize() - 1};
    source.build(pick.row, length, pick.draws, fine);
    if (grains != RowGrains::kFine || reads_coarse) {
      makeCoarse(fine, coarse);
    }
    if (grains == RowGrains::kFine) {
      Row& read = reads_coarse ? coarse : fine;
      maskRow(masking, context, pick.draws, read);
      builder.add(read);
      return;
    }
    maskGrains(context, *coarse_tokens, pick.draws, fine, coarse);
    if (grains == RowGrains::kBoth) {
      builder.addBoth(fine, coarse);
    } else {
      builder.addHybrid(fine, coarse);
    }
  }

  int64_t coarseSize() const { return corpora.front()->corpus.coarseVocabSize(); }
  int64_t vocabSize() const {
    return (reads_coarse ? coarseSize() : fine_size) + (masking == MaskKind::kT5 ? kSentinels : 0);
  }
};

namespace {

Error cannotTrain(const PreparedCorpus& corpus, const std::string& found, std::string hint) {
  const std::string name = corpus.recipe.name.empty() ? corpus.folder.string() : corpus.recipe.name;
  return {"cannot train on " + name + ": " + found, std::move(hint)};
}

// What of the special tokens rows and masks need.
Status checkSpecial(const SpecialIds& special, const std::filesystem::path& tokenizer) {
  for (const auto& [id, name] : {std::pair(special.cls, "[CLS]"), std::pair(special.sep, "[SEP]"),
                                 std::pair(special.mask, "[MASK]")}) {
    if (id == kNoSpecial) {
      return Error{"cannot train with the tokeniser " + tokenizer.string() + ": it has no " + name +
                       " or anything that stands for it",
                   "take a vocabulary that was made for an encoder, or one that is learnt"};
    }
  }
  return {};
}

}  // namespace

Result<PretrainingData> PretrainingData::open(const PreparedText& text, const ObjectiveRecipe& objective,
                                              uint64_t seed) {
  const Result<Grains> grains = loadGrains(text.tokenizer);
  const Result<ContentHash> hash = tokenizerHash(text.tokenizer);
  if (!grains.ok() || !hash.ok()) {
    return grains.ok() ? hash.error() : grains.error();
  }
  const ShardVocabulary vocabulary{
      .fine_size = grains->fineSize(), .coarse_size = grains->coarseSize(), .hash = *hash};
  if (const Status status = checkSpecial(grains->fine().special(), text.tokenizer); !status.ok()) {
    return status.error();
  }
  auto impl = std::make_unique<Impl>();
  impl->objective = withPublishedDefaults(objective);
  impl->rows = rowKind(objective);
  impl->masking = maskKind(objective);
  impl->grains = rowGrains(objective);
  impl->special = grains->fine().special();
  impl->fine_size = grains->fineSize();
  impl->reads_coarse = text.grain == "coarse";
  impl->training_key = mixKey(seed, nameKey("pretraining data"));
  impl->heldout_key = nameKey("held-out pretraining data");
  impl->coarse_tokens.emplace(grains->coarseSize(), impl->special);
  for (const PreparedCorpus& corpus : text.corpora) {
    Result<Corpus> packed = Corpus::open(corpus.folder, text.heldout_fraction);
    if (!packed.ok()) {
      return packed.error();
    }
    if (packed->vocabulary() != vocabulary) {
      return cannotTrain(corpus, "it was not packed with the tokeniser " + text.tokenizer.string(),
                         "prepare the corpus again");
    }
    if (const Status status = packed->check(); !status.ok()) {
      return status.error();
    }
    if (grains->fineSize() <= 5 || packed->sentences() > UINT32_MAX) {
      return cannotTrain(corpus,
                         std::to_string(packed->sentences()) + " sentences and " +
                             std::to_string(grains->fineSize()) + " pieces are out of range",
                         "the limits are 4 billion sentences, and at least one piece that is not special");
    }
    Result<std::vector<uint32_t>> training = trainingDocuments(*packed, corpus.recipe.max_tokens);
    if (!training.ok()) {
      return cannotTrain(corpus, training.error().text, training.error().hint);
    }
    std::vector<uint32_t> heldout;
    for (int64_t document = 0; document < packed->documents(); ++document) {
      if (packed->heldout(document)) {
        heldout.push_back(static_cast<uint32_t>(document));
      }
    }
    if (training->empty()) {
      return cannotTrain(corpus, "it has no documents to train on",
                         "give more text, with a blank line between documents");
    }
    if (impl->rows == RowKind::kSentencePair && training->size() < 2) {
      return cannotTrain(corpus,
                         "next-sentence prediction takes random sentences from other documents, but it has a "
                         "single document",
                         "separate documents by blank lines, or set objective.rows = \"doc_sentences\"");
    }
    // Corpora of one text are different corpora, but for the first one, whose rows depend on nothing else.
    const uint64_t own = impl->corpora.empty() ? 0 : impl->corpora.size();
    impl->corpora.push_back(std::make_unique<CorpusRows>(
        std::move(*packed), std::move(*training), std::move(heldout), impl->objective, impl->special,
        own == 0 ? impl->training_key : mixKey(impl->training_key, own),
        own == 0 ? impl->heldout_key : mixKey(impl->heldout_key, own)));
    impl->recipes.push_back(corpus.recipe);
    const Corpus& kept = impl->corpora.back()->corpus;
    impl->fine_tokens.push_back(impl->objective.random_tokens == "corpus"
                                    ? RandomTokens(impl->fine_size, impl->special, kept)
                                    : RandomTokens(impl->fine_size, impl->special));
  }
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
    const Pick pick = impl_->pick(phase, step, row);
    impl_->addRow(impl_->corpora[pick.corpus]->training, pick, phase.length, fine, coarse, builder);
  }
  return builder.take();
}

Batch PretrainingData::heldoutBatch(int64_t length, int64_t first_row, int64_t rows) const {
  BatchBuilder builder(0, first_row);
  Row fine, coarse;
  for (int64_t row = first_row; row < std::min(first_row + rows, heldoutInstances(length)); ++row) {
    const Pick pick = impl_->heldoutPick(length, row);
    impl_->addRow(impl_->corpora[pick.corpus]->heldout, pick, length, fine, coarse, builder);
  }
  return builder.take();
}

int64_t PretrainingData::instances(int64_t length) const {
  return impl_->trainingRows(length);
}

int64_t PretrainingData::heldoutInstances(int64_t length) const {
  return impl_->heldoutRows(length);
}

int64_t PretrainingData::vocabSize() const {
  return impl_->vocabSize();
}

}  // namespace heddle
