// A recipe: everything that decides a run, as plain structs. Read from TOML by parse.h, checked by check.h,
// written back with every default in full. Field names of the model are the words of published config.json
// files.

#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace heddle {

struct ModelRecipe {
  std::string family = "bert";
  std::string preset = "mini";  // tiny, mini, small, base, large; any size below overrides it
  int64_t vocab_size = 0;       // 0 = as many as the tokeniser has
  int64_t hidden_size = 256;
  int64_t num_hidden_layers = 4;
  int64_t num_attention_heads = 4;
  int64_t intermediate_size = 1024;
  int64_t max_position_embeddings = 512;
  int64_t type_vocab_size = 2;
  std::string hidden_act = "gelu";  // gelu (erf), gelu_new (tanh), relu
  double hidden_dropout_prob = 0.1;
  double attention_probs_dropout_prob = 0.1;
  double layer_norm_eps = 1e-12;
  double initializer_range = 0.02;

  bool operator==(const ModelRecipe&) const = default;
};

// Tokenisers of both grains, the embedded sample text, and what is held out.
struct TextRecipe {
  std::string tokenizer = "wordpiece";  // as Tokenizer::kind()
  std::filesystem::path vocabulary;     // a tokeniser that is there; empty = learnt from the text
  int64_t vocab_size = 8000;            // of a learnt vocabulary
  bool lowercase = true;
  double character_coverage = 0.9995;  // unigram, bpe
  double sampling_alpha = 0;           // subword regularisation, BPE dropout; 0 = off
  int64_t sampling_nbest = -1;         // unigram
  int64_t sampling_copies = 10;        // of the text, each drawn anew; as many as BERT's copies of masks
  std::string coarse = "none";         // none, phrases, words
  std::filesystem::path coarse_file;   // phrases, a words model or a list of words; empty = learnt
  int64_t phrase_min_count = 10;
  double phrase_min_probability = 0.1;
  int64_t phrase_longest = 4;
  int64_t phrase_count = 0;                      // more than 0: thresholds are searched for so many phrases
  std::vector<std::filesystem::path> segmented;  // word-segmented text to learn Chinese words from
  int64_t coarse_vocab_size = 0;                 // most words kept; 0 = all found
  std::string grain = "fine";                    // fine, coarse: what a model of one grain reads
  int64_t sample_documents = 2000;               // size of the embedded sample text
  int64_t sample_seed = 1;
  std::string sample_language = "en";  // en, zh
  double heldout_fraction = 0.01;      // share of documents never trained on

  bool operator==(const TextRecipe&) const = default;
};

struct CorpusRecipe {
  std::string name;  // for mixtures; may be empty when it is the only one
  std::vector<std::filesystem::path> files;
  std::string format = "auto";  // auto, plain, documents, jsonl, wikiextractor
  std::string json_key = "text";
  double weight = 0;           // share of the rows, relative to the others; 0 = by size
  int64_t max_tokens = 0;      // trains on random documents until they hold so many; 0 = on all
  int64_t min_characters = 0;  // shorter documents are dropped
  int64_t max_characters = 0;  // longer ones too; 0 = no limit
  bool deduplicate = false;

  bool operator==(const CorpusRecipe&) const = default;
};

// Negative shares and probabilities, 0 for counts: as published for the kind of rows and masks (objective.h).
struct ObjectiveRecipe {
  std::string rows = "sentence_pair";  // kinds: RowKind
  std::string masking = "token";       // kinds: MaskKind
  std::string grains = "fine";         // fine, both, hybrid
  double short_seq_prob = -1;          // share of rows (pairs: documents) of a random shorter length
  bool random_partner = false;  // sentence_order: a chunk of one sentence takes a random partner, label 1
  int64_t reuse_length = 0;     // xlnet: tokens that the next row's memory holds; 0 = half of the row

  double mlm_probability = 0.15;
  double mask_share = -1;       // of the chosen positions: [MASK]
  double random_share = -1;     // a random id; the rest is kept
  int64_t max_predictions = 0;  // per row; 0 = no limit beyond mlm_probability
  int64_t dupe_factor = 0;      // 0 = dynamic masks; N = N copies of every row, used again in later epochs
  std::string random_tokens = "published";  // uniform, corpus (as frequent as in the corpus)
  int64_t ngram_longest = 0;                // ngram, permutation: longest run of words
  double span_probability = 0.2;            // span: parameter of the geometric distribution of lengths
  int64_t span_longest = 10;                // span: in words
  double mean_span = 3;                     // t5: tokens
  int64_t context_factor = 6;               // permutation: context beside a predicted run, in lengths of it
  bool with_replacement = true;             // electra: a position may be drawn twice, as in the released code

  bool operator==(const ObjectiveRecipe&) const = default;
};

struct PhaseRecipe {
  int64_t length = 128;    // tokens per row
  int64_t rows = 32;       // rows per optimiser step, all micro-batches together
  int64_t micro_rows = 0;  // rows per forward and backward pass; 0 = all at once
  // The phase ends at whichever comes first; 0 = no such limit.
  int64_t steps = 0;
  int64_t tokens = 0;
  double hours = 0;
  double flops = 0;
  double hidden_dropout_prob = -1;           // negative = the model's
  double attention_probs_dropout_prob = -1;  // negative = the model's
  std::string mixture;                       // "wiki=2 news=1"; empty = the weights of the corpora

  bool operator==(const PhaseRecipe&) const = default;
};

struct OptimizerRecipe {
  double learning_rate = 1e-4;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-6;
  double weight_decay = 0.01;       // decoupled; never on biases and LayerNorm
  bool bias_correction = false;     // BERT's Adam has none
  double clip_norm = 1.0;           // global L2 norm; 0 = off
  std::string schedule = "linear";  // linear (to 0 over all steps), constant
  int64_t warmup_steps = 0;
  int64_t schedule_steps = 0;  // length of the linear decay; 0 = the steps of all phases

  bool operator==(const OptimizerRecipe&) const = default;
};

struct CheckpointRecipe {
  int64_t every_steps = 1000;  // 0 = only at the end
  int64_t keep_last = 3;       // 0 = all

  bool operator==(const CheckpointRecipe&) const = default;
};

struct EvaluationRecipe {
  int64_t every_steps = 100;  // 0 = only at the end
  int64_t rows = 64;

  bool operator==(const EvaluationRecipe&) const = default;
};

struct RunRecipe {
  std::string device = "auto";     // auto, cpu, cuda, cuda:N
  std::string precision = "auto";  // auto, fp32, bf16
  int64_t threads = 0;             // CPU threads; 0 = all cores
  int64_t log_every_steps = 1;

  bool operator==(const RunRecipe&) const = default;
};

struct Recipe {
  std::string name = "untitled";
  uint64_t seed = 1;
  ModelRecipe model;
  TextRecipe text;
  std::vector<CorpusRecipe> corpora;  // none = the embedded sample text
  ObjectiveRecipe objective;
  std::vector<PhaseRecipe> phases = {PhaseRecipe{}};
  OptimizerRecipe optimizer;
  CheckpointRecipe checkpoint;
  EvaluationRecipe evaluation;
  RunRecipe run;

  bool operator==(const Recipe&) const = default;
};

}  // namespace heddle
