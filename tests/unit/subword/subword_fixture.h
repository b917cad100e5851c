// What the tests of the subword tokenisers share: answers of other implementations, models written by hand,
// texts to try and damage to do.

#pragma once

#include <string>
#include <vector>

#include "engine/text/subword/sentencepiece_file.h"
#include "engine/text/subword/sentencepiece_trainer.h"
#include "engine/text/subword/tokenizer.h"

namespace heddle {

// Lines of subword_fixture.jsonl, which make_subword_fixture.py makes.
struct SubwordFixture {
  struct Case {
    std::string text;
    std::vector<int32_t> first, second;  // plain and prefixed; cased and uncased
  };
  std::string vocab_json, merges_txt;
  std::vector<Case> byte_bpe;
  std::vector<std::string> pieces;
  std::vector<Case> hf_wordpiece;
};
const SubwordFixture& subwordFixture();

std::vector<int32_t> idsOf(const std::vector<Piece>& pieces);
std::vector<std::string> surfacesOf(std::string_view text, const std::vector<Piece>& pieces);

// The invented texts of the sample grammar, one paragraph per line.
std::vector<std::string> sampleLines(int64_t documents);
LineSource sourceOf(const std::vector<std::string>& lines);

// The bytes of a SentencePiece model with just these pieces, <unk> among them.
std::string writeModel(const SentencePieceFile& file);

// Texts with everything that normalisation has to do: accents, wide forms, spaces of all kinds, emoji, bytes
// that are not UTF-8.
std::vector<std::string> difficultTexts();

// `bytes` with a few bytes changed, removed, repeated or moved: a pure function of the number.
std::string damage(const std::string& bytes, uint64_t number);

std::filesystem::path writeTemporary(const std::string& name, const std::string& bytes);

}  // namespace heddle
