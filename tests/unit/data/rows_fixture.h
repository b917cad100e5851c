// A corpus in which every token is another word, so that a row tells where it was taken from.

#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "engine/data/pretraining_data.h"
#include "engine/data/rows/row_source.h"
#include "engine/text/grains/tokenizer_folder.h"
#include "tests/unit/data/made_rows.h"
#include "tests/unit/data/workspace_fixture.h"

namespace heddle {

class RowsTest : public WorkspaceTest {
 protected:
  void SetUp() override {
    WorkspaceTest::SetUp();
    makeCorpus(60, 20, 12);
  }

  // Documents of 1 .. most_sentences sentences of 1 .. most_tokens tokens, units of 1 .. 3 tokens of which
  // those of several mostly have a coarse id.
  void makeCorpus(int documents, uint32_t most_sentences, uint32_t most_tokens) {
    RandomStream draws(nameKey("test corpus"), 0, 0);
    document_of.clear();
    sentence_of.clear();
    unit_of.clear();
    coarse_of_unit.clear();
    struct Sentence {
      std::vector<int32_t> ids;
      std::vector<Unit> units;
      bool last = false;
    };
    std::vector<Sentence> sentences;
    int32_t id = kFirstWord;
    for (int document = 0; document < documents; ++document) {
      for (uint32_t left = 1 + draws.below(most_sentences); left > 0; --left) {
        Sentence sentence;
        const auto tokens = static_cast<int32_t>(1 + draws.below(most_tokens));
        for (int32_t at = 0; at < tokens; ++at) {
          sentence.ids.push_back(id++);
          document_of.push_back(document);
          sentence_of.push_back(static_cast<int>(sentences.size()));
        }
        for (int32_t at = 0; at < tokens;) {
          const int32_t count = std::min<int32_t>(static_cast<int32_t>(1 + draws.below(3)), tokens - at);
          unit_of.insert(unit_of.end(), static_cast<size_t>(count), static_cast<int>(coarse_of_unit.size()));
          coarse_of_unit.push_back(count > 1 && draws.below(4) > 0 ? kSomeCoarse : kFallsBack);
          sentence.units.push_back({at, count, kFallsBack});
          at += count;
        }
        sentence.last = left == 1;
        sentences.push_back(sentence);
      }
    }
    vocab_size = id;
    std::string vocabulary = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n";
    for (int32_t word = kFirstWord; word < vocab_size; ++word) {
      vocabulary += "w" + std::to_string(word) + "\n";
    }
    const auto units = static_cast<int32_t>(coarse_of_unit.size());
    const WordPiece pieces = WordPiece::load(write("vocab.txt", vocabulary), true).value();
    // A phrase for each unit; what it says does not matter here.
    PhraseDictionary phrases;
    for (int32_t number = 0; number < units; ++number) {
      const std::string digits = std::to_string(number);
      phrases.phrases.push_back({"unit p" + std::string(8 - digits.size(), '0') + digits, 10, 1});
    }
    prepared.tokenizer = root / ("tokenizer" + std::to_string(documents));
    ASSERT_TRUE(
        saveGrains(Grains::withPhrases(makeTokenizer(pieces), std::move(phrases)).value(), prepared.tokenizer)
            .ok());
    const std::filesystem::path folder = root / ("corpus" + std::to_string(documents));
    prepared.corpora = {{.folder = folder}};
    Result<CorpusWriter> writer = CorpusWriter::open(folder, {.fine_size = vocab_size,
                                                              .coarse_size = vocab_size + units,
                                                              .hash = *tokenizerHash(prepared.tokenizer)});
    ASSERT_TRUE(writer.ok());
    size_t unit = 0;
    for (Sentence& sentence : sentences) {
      for (Unit& made : sentence.units) {
        int32_t& coarse = coarse_of_unit[unit];
        coarse = coarse == kFallsBack ? kFallsBack : vocab_size + static_cast<int32_t>(unit);
        made.coarse = coarse;
        ++unit;
      }
      writer->addSentence(sentence.ids, sentence.units);
      if (sentence.last) {
        ASSERT_TRUE(writer->endDocument(1).ok());
      }
    }
    ASSERT_TRUE(writer->finish({}).ok());
    Result<Corpus> opened = Corpus::open(folder, 0);
    ASSERT_TRUE(opened.ok());
    corpus = std::move(*opened);
  }

  std::unique_ptr<RowSource> source(const ObjectiveRecipe& objective) const {
    const Documents documents(corpus.heldout(), Documents::Side::kTraining);
    return std::make_unique<RowSource>(corpus, documents, withPublishedDefaults(objective), kSpecial, 7);
  }

  static Row build(const RowSource& source, int64_t index, int64_t length) {
    RandomStream draws(nameKey("row"), static_cast<uint32_t>(index), 0);
    Row row;
    source.build(index, length, draws, row);
    return row;
  }

  PretrainingData open(const ObjectiveRecipe& objective) const {
    Result<PretrainingData> data = PretrainingData::open(prepared, objective, 1);
    EXPECT_TRUE(data.ok()) << data.error().message();
    return std::move(*data);
  }

  int documentOf(int32_t id) const { return document_of[static_cast<size_t>(id - kFirstWord)]; }
  int sentenceOf(int32_t id) const { return sentence_of[static_cast<size_t>(id - kFirstWord)]; }
  bool startsSentence(int32_t id) const { return id == kFirstWord || sentenceOf(id - 1) != sentenceOf(id); }
  bool endsSentence(int32_t id) const { return id == vocab_size - 1 || sentenceOf(id + 1) != sentenceOf(id); }
  bool endsDocument(int32_t id) const { return id == vocab_size - 1 || documentOf(id + 1) != documentOf(id); }

  // Text between special tokens.
  static std::vector<std::vector<int32_t>> segments(const std::vector<int32_t>& tokens) {
    std::vector<std::vector<int32_t>> found(1);
    for (const int32_t token : tokens) {
      if (token >= kFirstWord) {
        found.back().push_back(token);
      } else if (!found.back().empty()) {
        found.emplace_back();
      }
    }
    found.pop_back();
    return found;
  }

  static bool consecutive(const std::vector<int32_t>& tokens) {
    for (size_t at = 1; at < tokens.size(); ++at) {
      if (tokens[at] != tokens[at - 1] + 1) {
        return false;
      }
    }
    return true;
  }

  static constexpr int32_t kSomeCoarse = 0;
  PreparedText prepared;
  Corpus corpus;
  int32_t vocab_size = 0;
  std::vector<int> document_of, sentence_of, unit_of;  // of each word
  std::vector<int32_t> coarse_of_unit;
};

}  // namespace heddle
