#include "engine/cli/tokenizer/tokenizer_arguments.h"

#include <CLI/CLI.hpp>

namespace heddle {
namespace {

const std::vector<std::string> kKinds = {"wordpiece", "wordpiece-hf", "unigram",   "bpe",
                                         "byte-bpe",  "words",        "characters"};

}  // namespace

// Named lists take one value each time, so that positional arguments may follow.
void TokenizerArguments::addText(CLI::App* command, bool positional) {
  command
      ->add_option(positional ? "files" : "--text", options_.files,
                   positional ? "Files or folders of text, also .gz and .zst (default: the sample text)"
                              : "A file or folder of text, may be repeated (default: the sample text)")
      ->take_all()
      ->allow_extra_args(positional);
  command->add_option("--format", options_.format,
                      "Of the text: auto, plain, documents, jsonl or wikiextractor");
  command->add_option("--json-key", options_.json_key, "The member that holds the text in JSON Lines");
}

void TokenizerArguments::addThresholds(CLI::App* command) {
  PhraseThresholds& thresholds = options_.learn.phrases;
  command->add_option("--min-count", thresholds.min_count, "Phrases are seen so often at least");
  command->add_option("--min-probability", thresholds.min_probability,
                      "Their last word follows the others with this probability at least");
  command->add_option("--longest", thresholds.longest, "Words of the longest phrases, 2 to 5");
  command
      ->add_option("--target-size", options_.learn.phrase_count,
                   "Search the thresholds for so many phrases, the most frequent that are sure enough")
      ->check(CLI::Range(int64_t{1}, int64_t{1'000'000'000}));
  command->add_option("--target-rate", options_.learn.phrase_rate,
                      "Search the thresholds for this phrase rate, above 0 and below 1");
  command->add_option("--memory", options_.learn.memory_bytes, "Bytes of memory for counting phrases")
      ->transform(CLI::AsSizeValue(/*kb_is_1000=*/false));
  command->add_option("--temporary", options_.learn.temporary, "Folder for sorted runs on disk");
}

void TokenizerArguments::addTo(CLI::App& app) {
  tokenizer_ = app.add_subcommand("tokenizer", "Train, try, compare tokenisers; phrases and Chinese words");
  tokenizer_->require_subcommand(1);

  CLI::App* train = tokenizer_->add_subcommand("train", "Learn a tokeniser, one grain or two, from text");
  addText(train, /*positional=*/true);
  LearnSettings& learn = options_.learn;
  train->add_option("--kind", learn.kind, "wordpiece, wordpiece-hf, unigram, bpe, words or characters")
      ->check(CLI::IsMember(kKinds));
  train->add_option("--vocabulary", learn.vocabulary,
                    "Published file or folder in place of learning the fine grain");
  train->add_option("--vocab-size", learn.vocab_size, "Pieces of the fine grain");
  train->add_option("--character-coverage", learn.character_coverage,
                    "unigram, bpe: share of the text's characters that get a piece");
  train->add_option("--coarse", options_.coarse_name, "none, phrases (English) or words (Chinese)")
      ->check(CLI::IsMember({"none", "phrases", "words"}));
  train->add_option(
      "--coarse-file", learn.coarse_file,
      "A phrase dictionary, a words.model or a list of words in place of learning the coarse grain");
  train
      ->add_option("--segmented", learn.segmented,
                   "Word-segmented text to learn Chinese words from; may be repeated")
      ->take_all()
      ->allow_extra_args(false);
  train->add_option("--coarse-vocab-size", learn.coarse_vocab_size, "Most Chinese words kept (0: all found)");
  addThresholds(train);
  train->add_option("--threads", learn.threads, "For counting and training (0: one per core)");
  train->add_option("--seed", learn.seed, "Of the samples that training draws");
  train->add_option("--out", options_.out,
                    "The folder to write (default: a name of its own in the workspace)");
  train->footer(
      "Examples:\n"
      "  heddle-engine tokenizer train wiki/ --vocab-size 30522 --coarse phrases --target-size 77645\n"
      "  heddle-engine tokenizer train zh/ --kind characters --coarse words --segmented sxu_train_seg.txt "
      "--out zh-words\n"
      "  heddle-engine tokenizer train news.jsonl.zst --kind unigram --vocab-size 16000 --cased");

  CLI::App* encode = tokenizer_->add_subcommand("encode", "Show the pieces, ids, offsets and units of texts");
  encode->add_option("tokenizer", tokenizer_name_, "A tokeniser: file, folder, or name in the workspace")
      ->required();
  encode->add_option("texts", options_.texts, "Texts (default: the lines of standard input)");
  CLI::Option* alpha = encode
                           ->add_option("--alpha", alpha_,
                                        "Draw a segmentation at random: inverse temperature, or BPE dropout")
                           ->check(CLI::NonNegativeNumber);
  encode->add_option("--nbest", nbest_, "unigram: draw among the best so many (below 0: all)")->needs(alpha);
  encode->add_option("--seed", options_.seed, "Of the draws");
  encode->footer(
      "Examples:\n"
      "  heddle-engine tokenizer encode vocab.txt \"A loom weaves.\"\n"
      "  heddle-engine tokenizer encode vocab.txt --phrases phrases.txt --json < lines.txt");

  CLI::App* info = tokenizer_->add_subcommand("info", "Kind, size, special pieces, coarse grain");
  info->add_option("tokenizer", tokenizer_name_, "A tokeniser: file, folder, or name in the workspace")
      ->required();
  info->add_flag("--pieces", options_.list, "All pieces with their ids");
  info->footer("Example: heddle-engine tokenizer info 30k-clean.model");

  CLI::App* compare = tokenizer_->add_subcommand(
      "compare", "Tokens per word, unknown tokens, lengths and frequencies of several tokenisers");
  compare->add_option("tokenizers", options_.tokenizers, "Files, folders, or names in the workspace")
      ->required();
  addText(compare, /*positional=*/false);
  compare->add_option("--recipe", options_.recipe, "The text that a recipe trains on, in place of --text")
      ->excludes("--text");
  compare->add_flag("--coarse", options_.coarse, "The coarse grain too, where there is one");
  compare->add_flag("--counts", options_.with_counts, "With --json: how often each piece was found");
  compare->add_option("--listed", options_.listed, "How many differences");
  compare->footer("Example: heddle-engine tokenizer compare vocab.txt spiece.model --text wiki.txt");

  CLI::App* phrases = tokenizer_->add_subcommand(
      "phrases", "Phrase rates of data sets (AMBERT, table 10), of a dictionary that is learnt or there");
  addText(phrases, /*positional=*/true);
  phrases
      ->add_option("--learn-from", options_.learn_from,
                   "Text to learn from (default: the data sets); may be repeated")
      ->take_all()
      ->allow_extra_args(false);
  phrases->add_option("--dictionary", options_.dictionary, "A dictionary that is there");
  addThresholds(phrases);
  phrases->add_option("--out", options_.out, "Keep the dictionary in this file");
  phrases->add_option("--listed", options_.listed, "Rows of the lists");
  phrases->footer(
      "Example: heddle-engine tokenizer phrases mrpc.txt sst.txt --learn-from wiki.txt --min-count 30 "
      "--target-size 77645");

  CLI::App* words = tokenizer_->add_subcommand(
      "words", "Chinese words: agreement with segmented text, word rates of data sets");
  addText(words, /*positional=*/true);
  words->add_option("--model", options_.model, "A words.model, or a tokeniser's folder that holds one");
  words->add_option("--learn-from", options_.learn_from, "Segmented text to learn from; may be repeated")
      ->take_all()
      ->allow_extra_args(false);
  words->add_option("--dictionary", options_.dictionary, "A list of words to learn from");
  words->add_option("--gold", options_.gold, "Segmented text to measure agreement with; may be repeated")
      ->take_all()
      ->allow_extra_args(false);
  words->add_option("--out", options_.out, "Keep the model in this file");
  words->footer(
      "Example: heddle-engine tokenizer words --learn-from sxu_train_seg.txt --gold sxu_test_seg.txt --out "
      "words.model");

  for (CLI::App* command : {encode, info, compare}) {
    command
        ->add_option("--kind", options_.kind,
                     "Of a vocab.txt: wordpiece, wordpiece-hf, words or characters (default: wordpiece)")
        ->check(CLI::IsMember(kKinds));
    command->add_option("--phrases", options_.dictionary, "A phrase dictionary to go with it");
  }
  for (CLI::App* command : {train, encode, info, compare, phrases}) {
    CLI::Option* cased = command->add_flag("--cased", cased_, "Keep capitals and accents");
    command->add_flag("--uncased", uncased_, "Lower-case and strip accents")->excludes(cased);
  }
  for (CLI::App* command : {train, encode, info, compare, words}) {
    command->add_option("--workspace", options_.workspace,
                        "Folder of tokenisers (default: $HEDDLE_WORKSPACE, else ~/.local/share/heddle)");
  }
  for (CLI::App* command : {train, encode, info, compare, phrases, words}) {
    command->add_flag("--json", options_.json, "Print JSON Lines for programs");
  }
}

bool TokenizerArguments::parsed() const {
  return tokenizer_ != nullptr && tokenizer_->parsed();
}

TokenizerOptions TokenizerArguments::options() const {
  TokenizerOptions options = options_;
  const std::string name = tokenizer_->get_subcommands().front()->get_name();
  options.action = name == "train"     ? TokenizerAction::kTrain
                   : name == "encode"  ? TokenizerAction::kEncode
                   : name == "info"    ? TokenizerAction::kInfo
                   : name == "compare" ? TokenizerAction::kCompare
                   : name == "phrases" ? TokenizerAction::kPhrases
                                       : TokenizerAction::kWords;
  if (!tokenizer_name_.empty()) {
    options.tokenizers = {tokenizer_name_};
  }
  if (cased_ || uncased_) {
    options.lowercase = uncased_;
  }
  if (alpha_.has_value()) {
    options.sampling = Sampling{*alpha_, nbest_};
  }
  return options;
}

}  // namespace heddle
