// Tokenisers on disk: published files as they are, and folders of our own that hold both grains.
//
// A folder, version 2:
//   tokenizer.json   {"format": 2, "kind": "wordpiece", "lowercase": true, "coarse": "none|phrases|words",
//                     "size": 30522, "coarse_size": 108167}; written last, so that a folder with it is whole
//   the published files of the kind: vocab.txt | spiece.model | vocab.json and merges.txt
//   phrases.txt      of "phrases": see phrase_dictionary.h
//   words.model      of "words": see chinese_words.h
//   words.txt        and the coarse words, one a line, in the order of their ids

#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "engine/base/result.h"
#include "engine/text/grains/grains.h"

namespace heddle {

// Creates the folder. Over an older tokeniser file after file is replaced: an interruption can leave files of
// both, which loadGrains() refuses where kinds or sizes differ. Errors: as the disk has them.
Status saveGrains(const Grains& grains, const std::filesystem::path& folder);

// A folder that saveGrains() wrote. Errors name the file: it is missing or broken, of a newer program, of
// another size than tokenizer.json says, coarse files that do not fit the fine ones.
Result<Grains> loadGrains(const std::filesystem::path& folder);

struct OpenOptions {
  // A folder of our own is as it says; these are for published files.
  std::string kind = {};               // as Tokenizer::kind(); empty: told from the files
  std::optional<bool> lowercase = {};  // of kinds with a vocab.txt; empty: told from the files
  std::filesystem::path phrases = {};  // a phrase dictionary to go with published files; empty: none
};

// Anything that holds a tokeniser: a folder of our own, a folder of published files, or one of the files:
// vocab.txt (BERT), a SentencePiece .model (ALBERT, XLNet), vocab.json or merges.txt with the other beside it
// (RoBERTa, GPT-2). A vocab.txt is a WordPiece unless `kind` says otherwise; it is lower-cased where
// tokenizer_config.json beside it says so, else where hardly any piece has capitals. Errors: nothing there
// that holds a tokeniser, and all that loading has.
Result<Grains> openTokenizer(const std::filesystem::path& path, const OpenOptions& options = {});

}  // namespace heddle
