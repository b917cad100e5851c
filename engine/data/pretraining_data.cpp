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
  const RowSource* source = nullptr;
  size_t corpus = 0;
  int64_t row = 0;
  RandomStream draws;
};

// Which epoch a turn falls into, what gives its rows, and how many turns of it came before.
struct EpochPlace {
  const RowSource* source = nullptr;
  int64_t epoch = 0;
  int64_t turn = 0;
};

// A corpus with the rows of its two sides. Not movable: the rows point to the corpus.
struct CorpusRows {
  CorpusRows(Corpus packed, Documents training_documents, const ObjectiveRecipe& objective,
             const SpecialIds& special, uint64_t heldout_key)
      : corpus(std::move(packed)),
        documents(std::move(training_documents)),
        training_tokens(tokensOf(corpus, documents)),
        heldout(corpus, Documents(corpus.heldout(), Documents::Side::kHeldout), objective, special,
                heldout_key) {}

  // Epochs take the training sources in turn; `turns` tells how many each gives before the next one's.
  template <typename Turns>
  EpochPlace at(int64_t turn, const Turns& turns) const {
    int64_t cycle = 0;
    for (const std::unique_ptr<RowSource>& source : training) {
      cycle += turns(*source);
    }
    EpochPlace place{nullptr, turn / cycle * static_cast<int64_t>(training.size()), turn % cycle};
    for (const std::unique_ptr<RowSource>& source : training) {
      place.source = source.get();
      const int64_t own = turns(*source);
      if (place.turn < own) {
        break;
      }
      place.turn -= own;
      ++place.epoch;
    }
    return place;
  }

  Corpus corpus;
  Documents documents;  // to train on
  int64_t training_tokens;
  std::vector<std::unique_ptr<Corpus>> samples;
  std::vector<std::unique_ptr<RowSource>> training;  // of the samples, or without any of the corpus itself
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
    const EpochPlace at = corpora[place.corpus]->at(
        place.row, [&](const RowSource& source) { return source.rows(phase.length); });
    const Permutation order(at.source->rows(phase.length), epochKey(at, phase.length));
    return draws(*at.source, place.corpus, order(at.turn), at.epoch, phase, step, row);
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
    const auto stretch = [&](const RowSource& source) {
      return std::max<int64_t>(1, source.rows(phase.length) / own_rows);
    };
    const EpochPlace at = corpora[corpus]->at(step, stretch);
    const int64_t count = at.source->rows(phase.length);
    const uint64_t shift = epochKey(at, phase.length) % static_cast<uint64_t>(count);
    const int64_t picked = (own_row * stretch(*at.source) + at.turn + static_cast<int64_t>(shift)) % count;
    return draws(*at.source, corpus, picked, at.epoch, phase, step, row);
  }

  static uint64_t epochKey(const EpochPlace& at, int64_t length) {
    const uint64_t order_key =
        mixKey(mixKey(at.source->key(), nameKey("order")), static_cast<uint64_t>(length));
    return mixKey(order_key, static_cast<uint64_t>(at.epoch));
  }

  Pick draws(const RowSource& source, size_t corpus, int64_t picked, int64_t epoch, const PhaseRecipe& phase,
             int64_t step, int64_t row) const {
    if (objective.dupe_factor > 0) {
      const uint64_t copies_key =
          mixKey(mixKey(source.key(), nameKey("copies")), static_cast<uint64_t>(phase.length));
      return {&source, corpus, picked,
              RandomStream(copies_key, static_cast<uint32_t>(picked),
                           static_cast<uint32_t>(epoch % objective.dupe_factor))};
    }
    const uint64_t row_key = mixKey(mixKey(training_key, nameKey("row")), static_cast<uint64_t>(step) >> 32);
    return {&source, corpus, picked,
            RandomStream(row_key, static_cast<uint32_t>(step), static_cast<uint32_t>(row))};
  }

  int64_t trainingRows(int64_t length) const {
    int64_t count = 0;
    for (const std::unique_ptr<CorpusRows>& corpus : corpora) {
      int64_t rows_of_all = 0;
      for (const std::unique_ptr<RowSource>& source : corpus->training) {
        rows_of_all += source->rows(length);
      }
      count += rows_of_all / static_cast<int64_t>(corpus->training.size());
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
    return {&corpora[corpus]->heldout, corpus, picked, RandomStream(row_key, 0, static_cast<uint32_t>(row))};
  }

  // Buffers are reused from row to row.
  void addRow(Pick pick, int64_t length, Row& fine, Row& coarse, BatchBuilder& builder) const {
    const RandomTokens& random_tokens = reads_coarse ? *coarse_tokens : fine_tokens[pick.corpus];
    const MaskContext context{objective, special, random_tokens, length, vocabSize() - 1};
    pick.source->build(pick.row, length, pick.draws, fine);
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

// A packed corpus that was made with the vocabulary and is sound.
Result<Corpus> openCorpus(const PreparedCorpus& corpus, const std::filesystem::path& folder,
                          const PreparedText& text, const ShardVocabulary& vocabulary) {
  Result<Corpus> packed = Corpus::open(folder, text.heldout_fraction);
  if (!packed.ok()) {
    return packed;
  }
  if (packed->vocabulary() != vocabulary) {
    return cannotTrain(corpus, "it was not packed with the tokeniser " + text.tokenizer.string(),
                       "prepare the corpus again");
  }
  if (const Status status = packed->check(); !status.ok()) {
    return status.error();
  }
  if (vocabulary.fine_size <= 5 || packed->sentences() > UINT32_MAX) {
    return cannotTrain(corpus,
                       std::to_string(packed->sentences()) + " sentences and " +
                           std::to_string(vocabulary.fine_size) + " pieces are out of range",
                       "the limits are 4 billion sentences, and at least one piece that is not special");
  }
  return packed;
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
  const SpecialIds& special = grains->fine().special();
  if (const std::string missing(missingSpecial(objective, specialTokens(special))); !missing.empty()) {
    return Error{"cannot train with the tokeniser " + text.tokenizer.string() + ": it has no " + missing +
                     " or anything that stands for it",
                 "take a vocabulary that was made for an encoder, or one that is learnt"};
  }
  auto impl = std::make_unique<Impl>();
  impl->objective = withPublishedDefaults(objective);
  impl->rows = rowKind(objective);
  impl->masking = maskKind(objective);
  impl->grains = rowGrains(objective);
  impl->special = special;
  impl->fine_size = grains->fineSize();
  impl->reads_coarse = text.grain == "coarse";
  impl->training_key = mixKey(seed, nameKey("pretraining data"));
  impl->heldout_key = nameKey("held-out pretraining data");
  impl->coarse_tokens.emplace(grains->coarseSize(), impl->special);
  for (const PreparedCorpus& corpus : text.corpora) {
    Result<Corpus> packed = openCorpus(corpus, corpus.folder, text, vocabulary);
    if (!packed.ok()) {
      return packed.error();
    }
    Result<Documents> training = trainingDocuments(*packed, corpus.recipe.max_tokens);
    if (!training.ok()) {
      return cannotTrain(corpus, training.error().text, training.error().hint);
    }
    if (training->size() == 0) {
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
    const uint64_t own = impl->corpora.size();
    const uint64_t training_key = own == 0 ? impl->training_key : mixKey(impl->training_key, own);
    impl->corpora.push_back(
        std::make_unique<CorpusRows>(std::move(*packed), std::move(*training), impl->objective, impl->special,
                                     own == 0 ? impl->heldout_key : mixKey(impl->heldout_key, own)));
    impl->recipes.push_back(corpus.recipe);
    CorpusRows& rows = *impl->corpora.back();
    for (const std::filesystem::path& folder : corpus.samples) {
      Result<Corpus> sample = openCorpus(corpus, folder, text, vocabulary);
      if (!sample.ok()) {
        return sample.error();
      }
      if (sample->documents() != rows.corpus.documents()) {
        return cannotTrain(corpus, "its sampled copy " + folder.string() + " holds other documents",
                           "delete that folder: it is made anew from the text at the next start");
      }
      rows.samples.push_back(std::make_unique<Corpus>(std::move(*sample)));
      const uint64_t sample_key = mixKey(mixKey(training_key, nameKey("sample")), rows.samples.size());
      rows.training.push_back(std::make_unique<RowSource>(*rows.samples.back(), rows.documents,
                                                          impl->objective, impl->special, sample_key));
    }
    if (rows.training.empty()) {
      rows.training.push_back(std::make_unique<RowSource>(rows.corpus, rows.documents, impl->objective,
                                                          impl->special, training_key));
    }
    impl->fine_tokens.push_back(impl->objective.random_tokens == "corpus"
                                    ? RandomTokens(impl->fine_size, impl->special, rows.corpus)
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
    impl_->addRow(impl_->pick(phase, step, row), phase.length, fine, coarse, builder);
  }
  return builder.take();
}

Batch PretrainingData::heldoutBatch(int64_t length, int64_t first_row, int64_t rows) const {
  BatchBuilder builder(0, first_row);
  Row fine, coarse;
  for (int64_t row = first_row; row < std::min(first_row + rows, heldoutInstances(length)); ++row) {
    impl_->addRow(impl_->heldoutPick(length, row), length, fine, coarse, builder);
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
