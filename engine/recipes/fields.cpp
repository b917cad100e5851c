#include "engine/recipes/fields.h"

#include <algorithm>
#include <array>
#include <type_traits>
#include <utility>

namespace heddle {
namespace {

// Where a key lies in `Recipe`: at the top, in one of its parts, or in an item of a list.
template <auto Member>
struct Top {
  static auto& in(auto& recipe, size_t) { return recipe.*Member; }
};
template <auto Part, auto Member>
struct Of {
  static auto& in(auto& recipe, size_t) { return recipe.*Part.*Member; }
};
template <auto List, auto Member>
struct InList {
  static auto& in(auto& recipe, size_t item) { return (recipe.*List)[item].*Member; }
};

template <auto Member>
using InModel = Of<&Recipe::model, Member>;
template <auto Member>
using InText = Of<&Recipe::text, Member>;
template <auto Member>
using InCorpus = InList<&Recipe::corpora, Member>;
template <auto Member>
using InPhase = InList<&Recipe::phases, Member>;
template <auto Member>
using InObjective = Of<&Recipe::objective, Member>;
template <auto Member>
using InOptimizer = Of<&Recipe::optimizer, Member>;
template <auto Member>
using InCheckpoint = Of<&Recipe::checkpoint, Member>;
template <auto Member>
using InEvaluation = Of<&Recipe::evaluation, Member>;
template <auto Member>
using InRun = Of<&Recipe::run, Member>;

using Paths = std::vector<std::filesystem::path>;

template <typename Place>
using Held = std::remove_cvref_t<decltype(Place::in(std::declval<Recipe&>(), 0))>;

template <typename Place>
FieldValue getValue(const Recipe& recipe, size_t item) {
  const auto& held = Place::in(recipe, item);
  using T = Held<Place>;
  if constexpr (std::is_same_v<T, uint64_t>) {
    return static_cast<int64_t>(held);
  } else if constexpr (std::is_same_v<T, std::filesystem::path>) {
    return held.string();
  } else if constexpr (std::is_same_v<T, Paths>) {
    std::vector<std::string> texts;
    for (const std::filesystem::path& path : held) {
      texts.push_back(path.string());
    }
    return texts;
  } else {
    return held;
  }
}

template <typename Place>
void setValue(Recipe& recipe, size_t item, const FieldValue& value) {
  auto& held = Place::in(recipe, item);
  using T = Held<Place>;
  if constexpr (std::is_same_v<T, uint64_t>) {
    held = static_cast<uint64_t>(std::get<int64_t>(value));
  } else if constexpr (std::is_same_v<T, std::filesystem::path>) {
    held = std::get<std::string>(value);
  } else if constexpr (std::is_same_v<T, Paths>) {
    const auto& texts = std::get<std::vector<std::string>>(value);
    held.assign(texts.begin(), texts.end());
  } else {
    held = std::get<T>(value);
  }
}

template <typename T>
constexpr FieldType typeOf() {
  if constexpr (std::is_same_v<T, int64_t>) {
    return FieldType::kInteger;
  } else if constexpr (std::is_same_v<T, uint64_t>) {
    return FieldType::kSeed;
  } else if constexpr (std::is_same_v<T, double>) {
    return FieldType::kReal;
  } else if constexpr (std::is_same_v<T, bool>) {
    return FieldType::kBoolean;
  } else if constexpr (std::is_same_v<T, std::filesystem::path>) {
    return FieldType::kPath;
  } else if constexpr (std::is_same_v<T, Paths>) {
    return FieldType::kPathList;
  } else {
    return FieldType::kText;
  }
}

using Conditions = std::vector<Condition>;

template <typename Place>
Field field(std::string_view path, std::string_view label, std::string_view help, Bounds bounds = {},
            Conditions used_when = {}) {
  Field made;
  const size_t dot = path.find('.');
  made.path = path;
  made.group = dot == std::string_view::npos ? std::string_view() : path.substr(0, dot);
  made.key = dot == std::string_view::npos ? path : path.substr(dot + 1);
  made.label = label;
  made.help = help;
  made.type = typeOf<Held<Place>>();
  made.bounds = bounds;
  made.used_when = std::move(used_when);
  made.get = getValue<Place>;
  made.set = setValue<Place>;
  return made;
}

template <typename Place>
Field choice(std::string_view path, std::string_view label, std::string_view help,
             std::vector<std::string_view> choices, Conditions used_when = {}) {
  Field made = field<Place>(path, label, help, {}, std::move(used_when));
  made.type = FieldType::kChoice;
  made.choices = std::move(choices);
  return made;
}

template <typename Place>
Field suggested(std::string_view path, std::string_view label, std::string_view help,
                std::vector<std::string_view> suggestions) {
  Field made = field<Place>(path, label, help);
  made.choices = std::move(suggestions);
  return made;
}

// Conditions.
Condition is(std::string_view path, std::vector<std::string_view> values) {
  return {path, std::move(values)};
}
Condition given(std::string_view path) {
  return {path, {}};
}
Condition without(std::string_view path) {
  return {path, {}, false};
}

constexpr double kMost =
    1e15;  // every integer up to here is exact as a double, and no product of two overflows the estimates
constexpr Bounds kFromZero{.low = 0, .high = kMost};
constexpr Bounds kFromOne{.low = 1, .high = kMost};
constexpr Bounds kShare{.low = 0, .high = 1};
constexpr Bounds kShareOrOpen{.low = -1, .high = 1};
constexpr Bounds kBelowOne{.low = 0, .high = 1, .high_open = true};
constexpr Bounds kInsideUnit{.low = 0, .high = 1, .low_open = true, .high_open = true};
constexpr Bounds kAnyOrMinusOne{.low = -1, .high = 1, .high_open = true};
constexpr Bounds kSize{.low = 1, .high = 1 << 20};
// TOML knows no integers above 2^63 - 1.
constexpr Bounds kSeedRange{.low = 0, .high = 9223372036854775807.0};

struct Preset {
  std::string_view name;
  int64_t hidden, layers, heads;
};
constexpr Preset kPresets[] = {{"tiny", 128, 2, 2},
                               {"mini", 256, 4, 4},
                               {"small", 512, 4, 8},
                               {"base", 768, 12, 12},
                               {"large", 1024, 24, 16}};
constexpr std::array<std::string_view, 5> kPresetNames = {"tiny", "mini", "small", "base", "large"};

std::vector<Field> makeFields() {
  const Conditions sample = {without("corpus")};
  const Conditions two_grains = {is("text.coarse", {"phrases", "words"})};
  const Conditions learnt_phrases = {is("text.coarse", {"phrases"}), without("text.coarse_file")};
  const Conditions replaced = {is("objective.masking", {"token", "unit", "ngram", "span", "electra"})};
  const Conditions spans = {is("objective.masking", {"span"})};
  return {
      // clang-format off
      field<Top<&Recipe::name>>("name", "Name", "What the run is called; anything, need not be unique."),
      field<Top<&Recipe::seed>>("seed", "Seed", "Decides every random draw: weights, batches, masks, dropout.", kSeedRange),

      choice<InModel<&ModelRecipe::family>>("model.family", "Family", "Which architecture is trained.", {"bert"}),
      choice<InModel<&ModelRecipe::preset>>("model.preset", "Preset", "Published sizes to start from; sizes given below win.", {kPresetNames.begin(), kPresetNames.end()}),
      field<InModel<&ModelRecipe::vocab_size>>("model.vocab_size", "Vocabulary", "Rows of the embedding table; 0 takes as many as the tokeniser has.", {.low = 0, .high = 1 << 24}),
      field<InModel<&ModelRecipe::hidden_size>>("model.hidden_size", "Hidden size", "Width of the residual stream; a multiple of the heads.", kSize),
      field<InModel<&ModelRecipe::num_hidden_layers>>("model.num_hidden_layers", "Layers", "Encoder layers.", {.low = 1, .high = 1024}),
      field<InModel<&ModelRecipe::num_attention_heads>>("model.num_attention_heads", "Heads", "Attention heads of a layer.", {.low = 1, .high = 1024}),
      field<InModel<&ModelRecipe::intermediate_size>>("model.intermediate_size", "Feed-forward size", "Width inside the feed-forward part; published models take 4 times the hidden size.", kSize),
      field<InModel<&ModelRecipe::max_position_embeddings>>("model.max_position_embeddings", "Positions", "Longest row the model can ever read, in tokens.", {.low = 8, .high = 1 << 20}),
      field<InModel<&ModelRecipe::type_vocab_size>>("model.type_vocab_size", "Segments", "Segment embeddings; next-sentence prediction needs 2.", {.low = 1, .high = 1024}),
      choice<InModel<&ModelRecipe::hidden_act>>("model.hidden_act", "Activation", "gelu is the exact one (erf), gelu_new its tanh approximation.", {"gelu", "gelu_new", "relu"}),
      field<InModel<&ModelRecipe::hidden_dropout_prob>>("model.hidden_dropout_prob", "Dropout", "Share dropped from embeddings and from every sub-layer's output.", kBelowOne),
      field<InModel<&ModelRecipe::attention_probs_dropout_prob>>("model.attention_probs_dropout_prob", "Attention dropout", "Share dropped from attention probabilities.", kBelowOne),
      field<InModel<&ModelRecipe::layer_norm_eps>>("model.layer_norm_eps", "LayerNorm epsilon", "Added to the variance inside LayerNorm.", kInsideUnit),
      field<InModel<&ModelRecipe::initializer_range>>("model.initializer_range", "Initial deviation", "Standard deviation of fresh weights.", {.low = 0, .high = 10, .low_open = true}),

      field<InCorpus<&CorpusRecipe::name>>("corpus.name", "Name", "What mixtures call it; a single corpus needs none."),
      field<InCorpus<&CorpusRecipe::files>>("corpus.files", "Files", "UTF-8 files or folders, also compressed with gzip or zstd."),
      choice<InCorpus<&CorpusRecipe::format>>("corpus.format", "Format", "plain: a paragraph per line and a blank line between documents; documents: each file is one; auto looks at each file.", {"auto", "plain", "documents", "jsonl", "wikiextractor"}),
      field<InCorpus<&CorpusRecipe::json_key>>("corpus.json_key", "JSON key", "jsonl: the member that holds the text.", {}, {is("corpus.format", {"auto", "jsonl"})}),
      field<InCorpus<&CorpusRecipe::weight>>("corpus.weight", "Weight", "Share of the rows, relative to the other corpora; 0 for all = by size.", {.low = 0, .high = 1e6}),
      field<InCorpus<&CorpusRecipe::max_tokens>>("corpus.max_tokens", "Most tokens", "Train on random documents of so many tokens in all, a part of every larger choice; 0 = on all.", kFromZero),
      field<InCorpus<&CorpusRecipe::min_characters>>("corpus.min_characters", "Shortest document", "Documents of fewer characters are dropped.", kFromZero),
      field<InCorpus<&CorpusRecipe::max_characters>>("corpus.max_characters", "Longest document", "Documents of more characters are dropped; 0 = no limit.", kFromZero),
      field<InCorpus<&CorpusRecipe::deduplicate>>("corpus.deduplicate", "No repetitions", "Drop documents that repeat an earlier one, or nearly so."),

      choice<InText<&TextRecipe::sample_language>>("text.sample_language", "Sample language", "Of the embedded sample text.", {"en", "zh"}, sample),
      field<InText<&TextRecipe::sample_documents>>("text.sample_documents", "Sample documents", "Size of the embedded sample text.", {.low = 2, .high = 10000000}, sample),
      field<InText<&TextRecipe::sample_seed>>("text.sample_seed", "Sample seed", "Which sample text is generated.", kFromZero, sample),
      choice<InText<&TextRecipe::tokenizer>>("text.tokenizer", "Kind of tokeniser", "Kind of the fine tokeniser; wordpiece-hf has the differences of Hugging Face, byte-bpe is RoBERTa's and cannot be learnt here.", {"wordpiece", "wordpiece-hf", "unigram", "bpe", "byte-bpe", "words", "characters"}),
      field<InText<&TextRecipe::vocabulary>>("text.vocabulary", "Vocabulary file", "A tokeniser that is there: vocab.txt, a SentencePiece .model, vocab.json, or a folder; empty = learnt from the text."),
      field<InText<&TextRecipe::vocab_size>>("text.vocab_size", "Learnt vocabulary", "Tokens of a learnt vocabulary; a small text may yield fewer.", {.low = 31, .high = 1 << 24}, {without("text.vocabulary")}),
      field<InText<&TextRecipe::character_coverage>>("text.character_coverage", "Characters covered", "unigram, bpe: share of the text's characters that a learnt vocabulary holds.", {.low = 0.9, .high = 1}, {is("text.tokenizer", {"unigram", "bpe"}), without("text.vocabulary")}),
      field<InText<&TextRecipe::lowercase>>("text.lowercase", "Lower case", "Lower-case the text, as uncased models do; wordpiece strips accents too."),
      field<InText<&TextRecipe::sampling_alpha>>("text.sampling_alpha", "Sampling", "Random segmentations: of unigram the inverse temperature, of bpe the share of merges skipped; 0 = off.", {.low = 0, .high = 10}, {is("text.tokenizer", {"unigram", "bpe"})}),
      field<InText<&TextRecipe::sampling_nbest>>("text.sampling_nbest", "Sampled from", "unigram: the best so many segmentations; -1 = all.", {.low = -1, .high = 512}, {is("text.tokenizer", {"unigram"})}),
      field<InText<&TextRecipe::sampling_copies>>("text.sampling_copies", "Sampled copies", "How often the text is packed with segmentations drawn anew; epoch e reads copy e mod N, evaluation never one of them.", {.low = 1, .high = 1000}, {is("text.tokenizer", {"unigram", "bpe"})}),
      choice<InText<&TextRecipe::coarse>>("text.coarse", "Kind of units", "phrases of English words, or words of Chinese characters, above the fine tokens.", {"none", "phrases", "words"}),
      field<InText<&TextRecipe::coarse_file>>("text.coarse_file", "Coarse file", "Phrases, a words model or a list of words; empty = learnt from the text.", {}, two_grains),
      field<InText<&TextRecipe::phrase_count>>("text.phrase_count", "Phrases", "How many phrases there shall be: the most frequent that are probable enough; 0 = what the thresholds give.", {.low = 0, .high = 1 << 24}, learnt_phrases),
      field<InText<&TextRecipe::phrase_min_count>>("text.phrase_min_count", "Phrase count", "Phrases are seen at least so often.", kFromOne, learnt_phrases),
      field<InText<&TextRecipe::phrase_min_probability>>("text.phrase_min_probability", "Phrase probability", "The last word of a phrase follows the words before with at least this probability.", kShare, learnt_phrases),
      field<InText<&TextRecipe::phrase_longest>>("text.phrase_longest", "Longest phrase", "Words of the longest phrase.", {.low = 2, .high = 5}, learnt_phrases),
      field<InText<&TextRecipe::segmented>>("text.segmented", "Segmented text", "Files with blanks between Chinese words, to learn words from.", {}, {is("text.coarse", {"words"}), without("text.coarse_file")}),
      field<InText<&TextRecipe::coarse_vocab_size>>("text.coarse_vocab_size", "Chinese words", "Most words of the coarse vocabulary, the most frequent ones; 0 = all found.", {.low = 0, .high = 1 << 24}, {is("text.coarse", {"words"})}),
      choice<InText<&TextRecipe::grain>>("text.grain", "Grain read", "Which grain a model of one grain reads: coarse gives phrase BERT and word BERT.", {"fine", "coarse"}, two_grains),
      field<InText<&TextRecipe::heldout_fraction>>("text.heldout_fraction", "Held out", "Share of documents kept for evaluation and never trained on.", {.low = 0, .high = 0.9, .low_open = true}),

      choice<InObjective<&ObjectiveRecipe::rows>>("objective.rows", "Kind of rows", "What a training row is made of; sentence_pair is BERT's with next-sentence prediction, sentence_order ALBERT's.", {"sentence_pair", "sentence_order", "full_sentences", "doc_sentences", "single", "electra", "xlnet", "lm", "t5"}),
      choice<InObjective<&ObjectiveRecipe::grains>>("objective.grains", "Grains", "Whether rows hold fine tokens, a second sequence of coarse ones beside them, or both in one sequence.", {"fine", "both", "hybrid"}),
      field<InObjective<&ObjectiveRecipe::short_seq_prob>>("objective.short_seq_prob", "Short rows", "Share of rows cut to a random shorter length, for pairs of documents whose rows are; negative = as published: 0.1 for pairs, 0.05 for electra, else 0.", kShareOrOpen, {is("objective.rows", {"sentence_pair", "sentence_order", "full_sentences", "doc_sentences", "single", "electra", "t5"})}),
      field<InObjective<&ObjectiveRecipe::random_partner>>("objective.random_partner", "Random partner", "sentence_order: a chunk of one sentence takes a random partner and label 1, as ALBERT's code does; otherwise it is halved.", {}, {is("objective.rows", {"sentence_order"})}),
      field<InObjective<&ObjectiveRecipe::reuse_length>>("objective.reuse_length", "Reused tokens", "xlnet: tokens of a row that the memory of the next one holds; 0 = half of the row.", kFromZero, {is("objective.rows", {"xlnet"})}),
      choice<InObjective<&ObjectiveRecipe::masking>>("objective.masking", "Kind of masks", "What is predicted: single tokens, whole units (words, phrases), n-grams of words, spans, or another family's way.", {"token", "unit", "ngram", "span", "electra", "permutation", "t5", "none"}),
      field<InObjective<&ObjectiveRecipe::mlm_probability>>("objective.mlm_probability", "Chosen positions", "Share of positions that the model must predict.", kInsideUnit, {is("objective.masking", {"token", "unit", "ngram", "span", "electra", "t5"})}),
      field<InObjective<&ObjectiveRecipe::mask_share>>("objective.mask_share", "Masked", "Of the chosen positions, the share that becomes [MASK]; negative = as published, 0.8, for electra 0.85.", kShareOrOpen, replaced),
      field<InObjective<&ObjectiveRecipe::random_share>>("objective.random_share", "Random", "Of the chosen positions, the share that becomes a random token, the rest is kept; negative = as published, 0.1, for electra 0.", kShareOrOpen, replaced),
      choice<InObjective<&ObjectiveRecipe::random_tokens>>("objective.random_tokens", "Random tokens", "uniform over the vocabulary, or as frequent as in the corpus; published = corpus for spans, else uniform.", {"published", "uniform", "corpus"}, replaced),
      field<InObjective<&ObjectiveRecipe::max_predictions>>("objective.max_predictions", "Most predictions", "Upper limit of chosen positions per row; 0 = none, for permutation a sixth of the row.", kFromZero, {is("objective.masking", {"token", "unit", "ngram", "span", "electra", "permutation"})}),
      field<InObjective<&ObjectiveRecipe::ngram_longest>>("objective.ngram_longest", "Longest n-gram", "ngram and permutation: words of the longest run, each n drawn as often as 1/n; 0 = as published, 3 and 5.", {.low = 0, .high = 100}, {is("objective.masking", {"ngram", "permutation"})}),
      field<InObjective<&ObjectiveRecipe::span_probability>>("objective.span_probability", "Span probability", "span: parameter of the geometric distribution of span lengths.", kInsideUnit, spans),
      field<InObjective<&ObjectiveRecipe::span_longest>>("objective.span_longest", "Longest span", "span: words of the longest span.", {.low = 1, .high = 1000}, spans),
      field<InObjective<&ObjectiveRecipe::mean_span>>("objective.mean_span", "Mean span", "t5: mean length of a corrupted span, in tokens.", {.low = 1, .high = 1000}, {is("objective.masking", {"t5"})}),
      field<InObjective<&ObjectiveRecipe::context_factor>>("objective.context_factor", "Context", "permutation: context around a predicted run, in lengths of the run.", {.low = 1, .high = 1000}, {is("objective.masking", {"permutation"})}),
      field<InObjective<&ObjectiveRecipe::with_replacement>>("objective.with_replacement", "With replacement", "electra: positions may be drawn twice, as in the released code; otherwise every one is drawn once.", {}, {is("objective.masking", {"electra"})}),
      field<InObjective<&ObjectiveRecipe::dupe_factor>>("objective.dupe_factor", "Copies", "0 draws masks anew in every epoch; N makes N copies of each row and uses them again, as BERT did with 10.", {.low = 0, .high = 10000}),

      field<InPhase<&PhaseRecipe::length>>("phase.length", "Length", "Longest row of this phase, in tokens.", {.low = 8, .high = 1 << 20}),
      field<InPhase<&PhaseRecipe::rows>>("phase.rows", "Batch", "Rows per optimiser step.", {.low = 1, .high = 1 << 24}),
      field<InPhase<&PhaseRecipe::micro_rows>>("phase.micro_rows", "Rows at once", "Rows per forward and backward pass, to save memory; the result is the same. 0 = all.", {.low = 0, .high = 1 << 24}),
      field<InPhase<&PhaseRecipe::steps>>("phase.steps", "Steps", "The phase ends after so many optimiser steps; 0 = no such limit.", kFromZero),
      field<InPhase<&PhaseRecipe::tokens>>("phase.tokens", "Tokens", "The phase ends after so many tokens; 0 = no such limit.", kFromZero),
      field<InPhase<&PhaseRecipe::hours>>("phase.hours", "Hours", "The phase ends after so many hours of training; 0 = no such limit.", {.low = 0, .high = 1e6}),
      field<InPhase<&PhaseRecipe::flops>>("phase.flops", "FLOPs", "The phase ends after so many floating-point operations; 0 = no such limit.", {.low = 0, .high = 1e30}),
      field<InPhase<&PhaseRecipe::hidden_dropout_prob>>("phase.hidden_dropout_prob", "Dropout", "Dropout of this phase; negative = the model's.", kAnyOrMinusOne),
      field<InPhase<&PhaseRecipe::attention_probs_dropout_prob>>("phase.attention_probs_dropout_prob", "Attention dropout", "Attention dropout of this phase; negative = the model's.", kAnyOrMinusOne),
      field<InPhase<&PhaseRecipe::mixture>>("phase.mixture", "Mixture", "Weights of the corpora in this phase, like \"wiki=2 news=1\", those not named left out; empty = the corpora's own.", {}, {given("corpus")}),

      field<InOptimizer<&OptimizerRecipe::learning_rate>>("optimizer.learning_rate", "Learning rate", "Peak, reached at the end of the warm-up.", {.low = 0, .high = 100, .low_open = true}),
      field<InOptimizer<&OptimizerRecipe::beta1>>("optimizer.beta1", "Beta 1", "Decay of Adam's mean of gradients.", kBelowOne),
      field<InOptimizer<&OptimizerRecipe::beta2>>("optimizer.beta2", "Beta 2", "Decay of Adam's mean of squared gradients.", kBelowOne),
      field<InOptimizer<&OptimizerRecipe::epsilon>>("optimizer.epsilon", "Epsilon", "Added to Adam's denominator.", kInsideUnit),
      field<InOptimizer<&OptimizerRecipe::weight_decay>>("optimizer.weight_decay", "Weight decay", "Decoupled; never applied to biases and LayerNorm.", {.low = 0, .high = 100}),
      field<InOptimizer<&OptimizerRecipe::bias_correction>>("optimizer.bias_correction", "Bias correction", "Adam's correction of early steps; BERT was trained without it."),
      field<InOptimizer<&OptimizerRecipe::clip_norm>>("optimizer.clip_norm", "Gradient clip", "Longest gradient, as a global L2 norm; 0 = no clipping.", {.low = 0, .high = 1e9}),
      choice<InOptimizer<&OptimizerRecipe::schedule>>("optimizer.schedule", "Schedule", "linear falls to 0 over all steps, constant stays at the peak.", {"linear", "constant"}),
      field<InOptimizer<&OptimizerRecipe::warmup_steps>>("optimizer.warmup_steps", "Warm-up", "Steps over which the learning rate rises from 0.", kFromZero),
      field<InOptimizer<&OptimizerRecipe::schedule_steps>>("optimizer.schedule_steps", "Decay length", "Steps over which the linear schedule reaches 0; 0 = the steps of all phases.", kFromZero, {is("optimizer.schedule", {"linear"})}),

      field<InCheckpoint<&CheckpointRecipe::every_steps>>("checkpoint.every_steps", "Checkpoint every", "Steps between checkpoints; 0 = only at the end.", kFromZero),
      field<InCheckpoint<&CheckpointRecipe::keep_last>>("checkpoint.keep_last", "Keep", "How many of the newest checkpoints stay on disk; 0 = all.", kFromZero),

      field<InEvaluation<&EvaluationRecipe::every_steps>>("evaluation.every_steps", "Evaluate every", "Steps between evaluations on held-out text; 0 = only at the end.", kFromZero),
      field<InEvaluation<&EvaluationRecipe::rows>>("evaluation.rows", "Evaluation rows", "Held-out rows per evaluation, always the same ones.", {.low = 1, .high = 1 << 24}),

      suggested<InRun<&RunRecipe::device>>("run.device", "Device", "auto takes a GPU where there is one; cpu, cuda, or cuda:1 for the second GPU.", {"auto", "cpu", "cuda"}),
      choice<InRun<&RunRecipe::precision>>("run.precision", "Precision", "auto takes bf16 where the device multiplies it faster than fp32.", {"auto", "fp32", "bf16"}),
      field<InRun<&RunRecipe::threads>>("run.threads", "CPU threads", "0 = all cores.", {.low = 0, .high = 4096}),
      field<InRun<&RunRecipe::log_every_steps>>("run.log_every_steps", "Log every", "Steps between points of the curves.", kFromOne),
      // clang-format on
  };
}

// Where a section begins; it ends at the next one or with its group.
struct Section {
  std::string_view first;
  std::string_view label;
};
constexpr std::array<Section, 14> kSections = {{{"model.vocab_size", "Sizes"},
                                                {"model.hidden_act", "Inside the layers"},
                                                {"corpus.weight", "Share"},
                                                {"corpus.min_characters", "Documents kept"},
                                                {"text.sample_language", "Sample text"},
                                                {"text.tokenizer", "Tokeniser"},
                                                {"text.sampling_alpha", "Random segmentation"},
                                                {"text.coarse", "Coarse grain"},
                                                {"text.heldout_fraction", "Held-out text"},
                                                {"objective.rows", "Rows"},
                                                {"objective.masking", "Masks"},
                                                {"phase.length", "Rows"},
                                                {"phase.steps", "Ends at the first of"},
                                                {"phase.hidden_dropout_prob", "Of this phase alone"}}};

template <auto List>
FieldGroup list(std::string_view name, std::string_view label, std::string_view item_label,
                std::string_view without) {
  FieldGroup made{.name = name, .label = label, .item_label = item_label, .without = without};
  made.size = [](const Recipe& recipe) { return (recipe.*List).size(); };
  made.resize = [](Recipe& recipe, size_t items) { (recipe.*List).resize(items); };
  made.duplicate = [](Recipe& recipe, size_t item) {
    auto& items = recipe.*List;
    const auto copy = items[item];
    items.insert(items.begin() + static_cast<ptrdiff_t>(item) + 1, copy);
  };
  made.remove = [](Recipe& recipe, size_t item) {
    auto& items = recipe.*List;
    items.erase(items.begin() + static_cast<ptrdiff_t>(item));
  };
  return made;
}

// "lr" for learning_rate.
bool areInitials(std::string_view word, std::string_view key) {
  std::string initials;
  for (size_t i = 0; i < key.size(); ++i) {
    if (i == 0 || key[i - 1] == '_') {
      initials += key[i];
    }
  }
  return word.size() > 1 && word == initials;
}

}  // namespace

std::span<const Field> recipeFields() {
  static const std::vector<Field> fields = [] {
    std::vector<Field> made = makeFields();
    std::string_view section;
    for (size_t at = 0; at < made.size(); ++at) {
      if (at == 0 || made[at].group != made[at - 1].group) {
        section = {};
      }
      const auto begins = std::find_if(kSections.begin(), kSections.end(),
                                       [&](const Section& each) { return each.first == made[at].path; });
      section = begins != kSections.end() ? begins->label : section;
      made[at].section = section;
    }
    return made;
  }();
  return fields;
}

std::span<const FieldGroup> recipeGroups() {
  static const std::array<FieldGroup, 10> groups = {
      {{"", "Run"},
       {"model", "Model"},
       list<&Recipe::corpora>("corpus", "Corpora", "Corpus", "the embedded sample text"),
       {"text", "Text"},
       {"objective", "Objective"},
       list<&Recipe::phases>("phase", "Phases", "Phase", ""),
       {"optimizer", "Optimiser"},
       {"checkpoint", "Checkpoints"},
       {"evaluation", "Evaluation"},
       {"run", "Device"}}};
  return groups;
}

std::span<const std::string_view> textGroups() {
  static constexpr std::array<std::string_view, 2> groups = {"corpus", "text"};
  return groups;
}

const FieldGroup* findGroup(std::string_view name) {
  for (const FieldGroup& group : recipeGroups()) {
    if (group.name == name) {
      return &group;
    }
  }
  return nullptr;
}

std::string fieldKey(const Field& field, size_t item) {
  return findGroup(field.group)->isList()
             ? std::string(field.group) + "." + std::to_string(item) + "." + std::string(field.key)
             : std::string(field.path);
}

namespace {

bool holds(const Condition& condition, const Field& of, const Recipe& recipe, size_t item) {
  if (const FieldGroup* list = findGroup(condition.path)) {
    return (list->count(recipe) > 0) == condition.given;
  }
  const Field& other = *findField(condition.path);
  const std::string value = fieldValueText(other.get(recipe, other.group == of.group ? item : 0));
  return condition.values.empty()
             ? value.empty() != condition.given
             : std::find(condition.values.begin(), condition.values.end(), value) != condition.values.end();
}

}  // namespace

bool isUsed(const Field& field, const Recipe& recipe, size_t item) {
  return std::all_of(field.used_when.begin(), field.used_when.end(),
                     [&](const Condition& condition) { return holds(condition, field, recipe, item); });
}

std::string usedWhen(const Field& field) {
  std::string words;
  for (const Condition& condition : field.used_when) {
    words += words.empty() ? "" : ", ";
    if (condition.values.empty()) {
      const FieldGroup* list = findGroup(condition.path);
      words += (condition.given ? "a " : "no ") +
               (list != nullptr ? "[[" + std::string(condition.path) + "]]" : std::string(condition.path));
      continue;
    }
    words += std::string(condition.path) + " =";
    for (size_t at = 0; at < condition.values.size(); ++at) {
      words += (at == 0                             ? " "
                : at + 1 == condition.values.size() ? " or "
                                                    : ", ") +
               std::string(condition.values[at]);
    }
  }
  return words;
}

const Field* findField(std::string_view path) {
  for (const Field& field : recipeFields()) {
    if (field.path == path) {
      return &field;
    }
  }
  return nullptr;
}

const Field* nearestField(std::string_view group, std::string_view key) {
  std::vector<std::string_view> here;
  std::vector<std::string_view> everywhere;
  for (const Field& field : recipeFields()) {
    if (field.key == key) {
      return &field;
    }
    everywhere.push_back(field.key);
    if (field.group == group) {
      here.push_back(field.key);
    }
  }
  std::string_view best = nearestWord(key, here);
  if (!best.empty()) {
    return findField(group.empty() ? std::string(best) : std::string(group) + "." + std::string(best));
  }
  best = nearestWord(key, everywhere);
  for (const Field& field : recipeFields()) {
    const bool alike =
        areInitials(key, field.key) || (key.size() > 3 && field.key.find(key) != std::string_view::npos);
    if (best.empty() ? alike && (group.empty() || field.group == group) : field.key == best) {
      return &field;
    }
  }
  return nullptr;
}

bool applyPreset(ModelRecipe& model, std::string_view preset) {
  for (const Preset& known : kPresets) {
    if (known.name == preset) {
      model.hidden_size = known.hidden;
      model.num_hidden_layers = known.layers;
      model.num_attention_heads = known.heads;
      model.intermediate_size = 4 * known.hidden;
      return true;
    }
  }
  return false;
}

std::span<const std::string_view> presetNames() {
  return kPresetNames;
}

}  // namespace heddle
