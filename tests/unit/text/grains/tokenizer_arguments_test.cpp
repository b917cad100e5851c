#include "engine/cli/tokenizer/tokenizer_arguments.h"

#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <algorithm>

namespace heddle {
namespace {

using Strings = std::vector<std::string>;

// What a command line asks for; throws where it is refused.
TokenizerOptions parse(Strings line) {
  CLI::App app;
  TokenizerArguments arguments;
  arguments.addTo(app);
  std::reverse(line.begin(), line.end());  // as CLI11 takes vectors
  app.parse(line);
  EXPECT_TRUE(arguments.parsed());
  return arguments.options();
}

TEST(TokenizerArgumentsTest, UnderstandsTheExamplesOfItsHelp) {
  const TokenizerOptions train = parse({"tokenizer", "train", "wiki", "more", "--vocab-size", "30522",
                                        "--coarse", "phrases", "--target-size", "77645", "--memory", "64MB"});
  EXPECT_EQ(train.action, TokenizerAction::kTrain);
  EXPECT_EQ(train.files, (Strings{"wiki", "more"}));
  EXPECT_EQ(train.learn.vocab_size, 30522);
  EXPECT_EQ(train.coarse_name, "phrases");
  EXPECT_EQ(train.learn.phrase_count, 77645);
  EXPECT_EQ(train.learn.memory_bytes, int64_t{64} << 20);
  EXPECT_FALSE(train.learn.phrase_rate.has_value() || train.lowercase.has_value() || train.json);

  const TokenizerOptions encode =
      parse({"tokenizer", "encode", "vocab.txt", "A loom weaves.", "Another.", "--json"});
  EXPECT_EQ(encode.action, TokenizerAction::kEncode);
  EXPECT_EQ(encode.tokenizers, Strings{"vocab.txt"});
  EXPECT_EQ(encode.texts, (Strings{"A loom weaves.", "Another."}));
  EXPECT_TRUE(encode.json);
  EXPECT_FALSE(encode.sampling.has_value());

  const TokenizerOptions compare =
      parse({"tokenizer", "compare", "a", "b", "--text", "x", "--text", "y", "--coarse", "--cased"});
  EXPECT_EQ(compare.action, TokenizerAction::kCompare);
  EXPECT_EQ(compare.tokenizers, (Strings{"a", "b"}));
  EXPECT_EQ(compare.files, (Strings{"x", "y"}));
  EXPECT_EQ(compare.lowercase, false);
  EXPECT_EQ(parse({"tokenizer", "compare", "a", "b", "--recipe", "r.toml"}).recipe, "r.toml");
  EXPECT_THROW(parse({"tokenizer", "compare", "a", "--recipe", "r.toml", "--text", "x"}), CLI::ParseError);

  const TokenizerOptions phrases = parse({"tokenizer", "phrases", "a.txt", "--learn-from", "wiki.txt",
                                          "--target-rate", "0.131", "--min-count", "30", "--longest", "3"});
  EXPECT_EQ(phrases.action, TokenizerAction::kPhrases);
  EXPECT_EQ(phrases.learn.phrase_rate, 0.131);
  EXPECT_EQ(phrases.learn.phrases, (PhraseThresholds{30, PhraseThresholds{}.min_probability, 3}));
  EXPECT_EQ(phrases.learn_from, Strings{"wiki.txt"});

  const TokenizerOptions words =
      parse({"tokenizer", "words", "--learn-from", "a", "--gold", "b", "--gold", "c", "text"});
  EXPECT_EQ(words.action, TokenizerAction::kWords);
  EXPECT_EQ(words.gold, (Strings{"b", "c"}));
  EXPECT_EQ(words.files, Strings{"text"});

  const TokenizerOptions info = parse({"tokenizer", "info", "a", "--uncased", "--pieces"});
  EXPECT_EQ(info.action, TokenizerAction::kInfo);
  EXPECT_EQ(info.lowercase, true);
  EXPECT_TRUE(info.list);
}

TEST(TokenizerArgumentsTest, RefusesWhatCannotBeMeant) {
  EXPECT_THROW(parse({"tokenizer"}), CLI::ParseError);
  EXPECT_THROW(parse({"tokenizer", "encode"}), CLI::ParseError);
  EXPECT_THROW(parse({"tokenizer", "train", "--cased", "--uncased"}), CLI::ParseError);
  EXPECT_THROW(parse({"tokenizer", "phrases", "--target-size", "-3"}), CLI::ParseError);
  EXPECT_THROW(parse({"tokenizer", "weave"}), CLI::ParseError);
  EXPECT_THROW(parse({"tokenizer", "train", "--kind", "loom"}), CLI::ParseError);
  EXPECT_THROW(parse({"tokenizer", "train", "--coarse", "phrase"}), CLI::ParseError);
  EXPECT_THROW(parse({"tokenizer", "encode", "a", "--nbest", "4"}), CLI::ParseError);
  EXPECT_THROW(parse({"tokenizer", "encode", "a", "--alpha", "-1"}), CLI::ParseError);
}

TEST(TokenizerArgumentsTest, TakesZeroForWhatItIs) {
  EXPECT_EQ(parse({"tokenizer", "encode", "a", "--alpha", "0", "--nbest", "4"}).sampling->alpha, 0);
  EXPECT_EQ(parse({"tokenizer", "train", "--target-rate", "0"}).learn.phrase_rate, 0);
}

}  // namespace
}  // namespace heddle
