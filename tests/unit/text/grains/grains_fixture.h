// Grains over every kind of tokeniser, made of what the tests of the parts make, and texts to try them on.

#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/text/grains/grains.h"

namespace heddle {

std::shared_ptr<const Tokenizer> toyWordPiece(bool lowercase = true);
// Phrases of toyWords()'s neighbours.
PhraseDictionary toyPhrases(bool lowercase = true);
ChineseWords toyChineseWords();
std::vector<std::string> toyCoarseWords();

struct NamedGrains {
  std::string name;
  Grains grains;
};
// All fine kinds with all coarse kinds that go with them.
const std::vector<NamedGrains>& allGrains();

// English and Chinese words that the dictionaries know and do not know, emoji, control characters, accents,
// white space of all kinds and bytes that are no UTF-8: a pure function of the number.
std::string randomText(uint64_t number);

}  // namespace heddle
