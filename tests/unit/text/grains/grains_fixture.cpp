#include "tests/unit/text/grains/grains_fixture.h"

#include <gtest/gtest.h>

#include "engine/base/random.h"
#include "engine/text/chinese/chinese_trainer.h"
#include "engine/text/subword/byte_bpe.h"
#include "engine/text/subword/hf_wordpiece.h"
#include "engine/text/subword/sentencepiece.h"
#include "engine/text/subword/word_tokenizer.h"
#include "tests/unit/subword/subword_fixture.h"
#include "tests/unit/text/chinese/toy_corpus.h"

namespace heddle {
namespace {

const std::vector<std::string> kPieces = {
    "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "new",   "york", "los", "angeles", "##s", "##ing", "city",
    "the",   "loom",  "weav",  "a",     "b",      "##a",   "##b",  "5",   "##5",     ".",   ",",     "!",
    "研",    "究",    "生",    "命",    "起",     "源",    "在",   "New", "York",    "ok",  "##k",   "o",
    "e",     "##e",   "é",     "s",     "##t",    "##ork", "市",   "。",  "cafe"};

WordPiece toyVocabulary(bool lowercase) {
  return WordPiece::fromVocabulary(kPieces, lowercase).value();
}

// A unigram model with a piece that runs over two words and one that runs over two characters.
std::shared_ptr<const Tokenizer> crossingModel() {
  SentencePieceFile file;
  const auto add = [&file](const char* text, float score,
                           SentencePieceType type = SentencePieceType::kNormal) {
    file.pieces.push_back({text, score, type});
  };
  add("<unk>", 0, SentencePieceType::kUnknown);
  add("▁", -5);
  add("▁new", -4);
  add("▁new▁york", -2);
  add("▁angeles▁cab", -2);
  add("▁los", -3);
  add("▁angeles", -3);
  add("生命", -2);
  add("研", -4);
  add("究", -4);
  add("生", -4);
  for (const char* letter : {"a", "b", "c", "e", "i", "k", "n", "o", "r", "s", "t", "w", "y", "."}) {
    add(letter, -8);
  }
  return std::shared_ptr<const Tokenizer>(SentencePiece::fromBytes(writeModel(file)).value());
}

std::shared_ptr<const Tokenizer> trainedModel(SentencePieceTrainerOptions::Model model) {
  SentencePieceTrainerOptions options;
  options.model = model;
  options.vocab_size = 300;
  return SentencePiece::fromBytes(trainSentencePiece(sourceOf(sampleLines(40)), options).value()).value();
}

std::shared_ptr<const Tokenizer> plain(WordUnit unit) {
  const auto path = writeTemporary("grains_vocab.txt", toyWordPiece()->files().front().bytes);
  return WordTokenizer::load(path, {.unit = unit}).value();
}

}  // namespace

std::shared_ptr<const Tokenizer> toyWordPiece(bool lowercase) {
  return makeTokenizer(toyVocabulary(lowercase));
}

PhraseDictionary toyPhrases(bool lowercase) {
  PhraseDictionary dictionary;
  dictionary.lowercase = lowercase;
  dictionary.thresholds = {1, 0.1, 4};
  const std::vector<std::string> texts =
      lowercase ? std::vector<std::string>{"new york", "los angeles", "new york city", "the loom weaves",
                                           "café city"}
                : std::vector<std::string>{"New York", "los angeles"};
  int64_t count = 100;
  for (const std::string& text : texts) {
    // Lower-casing strips accents too.
    dictionary.phrases.push_back({text == "café city" ? "cafe city" : text, count--, 0.5});
  }
  return dictionary;
}

ChineseWords toyChineseWords() {
  static const ChineseWords words = [] {
    const TestFolder folder;
    ChineseTraining training;
    training.dictionaries = {
        folder.write("words.txt", "研究 300\n生命 200\n研究生 100\n起源 90\n卡拉ok 50\n")};
    return trainChineseWords(training).value();
  }();
  return words;
}

std::vector<std::string> toyCoarseWords() {
  return {"研究", "生命", "卡拉ok"};
}

const std::vector<NamedGrains>& allGrains() {
  static const std::vector<NamedGrains> all = [] {
    const std::shared_ptr<const Tokenizer> uncased = toyWordPiece();
    const std::shared_ptr<const Tokenizer> cased = toyWordPiece(false);
    const std::shared_ptr<const Tokenizer> hugging = std::make_shared<HfWordPiece>(toyVocabulary(true));
    const SubwordFixture& fixture = subwordFixture();
    const std::vector<std::pair<std::string, std::shared_ptr<const Tokenizer>>> folded = {
        {"wordpiece", uncased},
        {"wordpiece-hf", hugging},
        {"words", plain(WordUnit::kWord)},
        {"characters", plain(WordUnit::kCharacter)},
        {"crossing", crossingModel()},
        {"unigram", trainedModel(SentencePieceTrainerOptions::Model::kUnigram)},
        {"bpe", trainedModel(SentencePieceTrainerOptions::Model::kBpe)},
        {"byte-bpe", ByteBpe::fromTexts(fixture.vocab_json, fixture.merges_txt).value()}};
    std::vector<NamedGrains> grains;
    for (const auto& [name, fine] : folded) {
      grains.push_back({name + " alone", Grains(fine, true)});
      grains.push_back({name + " with phrases", Grains::withPhrases(fine, toyPhrases()).value()});
      grains.push_back(
          {name + " with words", Grains::withWords(fine, toyChineseWords(), toyCoarseWords(), true).value()});
    }
    grains.push_back({"cased wordpiece alone", Grains(cased)});
    grains.push_back({"cased wordpiece with phrases", Grains::withPhrases(cased, toyPhrases(false)).value()});
    return grains;
  }();
  return all;
}

std::string randomText(uint64_t number) {
  static const std::vector<std::string> parts = {"new york",
                                                 "New York",
                                                 "los angeles",
                                                 "Los  Angeles",
                                                 "new york city",
                                                 "the loom weaves",
                                                 "cafe\xCC\x81 city",
                                                 "café",
                                                 "研究",
                                                 "研究生命",
                                                 "生命起源",
                                                 "卡拉OK",
                                                 "市在",
                                                 "X5市",
                                                 "loom",
                                                 "weaving",
                                                 "a",
                                                 "b5",
                                                 "55.5",
                                                 "…",
                                                 "!",
                                                 "。",
                                                 "，",
                                                 "😀",
                                                 "👩‍👩‍👧",
                                                 "\xF0\x9F\x87",
                                                 "\xFF\xFE",
                                                 "\xC3",
                                                 "\x01",
                                                 "\xE2\x80\x8B",
                                                 "\xEF\xBF\xBD",
                                                 "\xCC\x81",
                                                 "\xE1\xBF\xAF",
                                                 "ΑΣ",
                                                 "İ",
                                                 "ﬁ",
                                                 "Ａ１",
                                                 "\t",
                                                 "\n",
                                                 "\xE3\x80\x80",
                                                 "\xC2\xA0",
                                                 "\xE2\x80\xA8",
                                                 "[MASK]",
                                                 "[UNK]",
                                                 "\xF0\xA0\x80\x80",
                                                 "ｶﾞ",
                                                 "한국어",
                                                 "नमस्ते",
                                                 "é",
                                                 "ệ",
                                                 "'s",
                                                 "<s>"};
  RandomStream draws(mixKey(nameKey("grains_text"), number), 0, 0);
  std::string text;
  for (uint32_t left = draws.below(24); left > 0; --left) {
    text += parts[draws.below(static_cast<uint32_t>(parts.size()))];
    text.append(draws.below(3) == 0 ? 0 : 1, ' ');
  }
  if (draws.below(16) == 0) {
    text.insert(draws.below(static_cast<uint32_t>(text.size()) + 1), 1, '\0');
  }
  return text;
}

}  // namespace heddle
