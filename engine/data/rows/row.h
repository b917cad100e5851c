// A row of a batch while it is made: first its text with special tokens, then what masking does to it.
//   n = tokens of the row    U = units of its text

#pragma once

#include <cstdint>
#include <vector>

namespace heddle {

// The unit of a special token.
inline constexpr int32_t kNoUnit = -1;

struct Row {
  std::vector<int32_t> tokens;    // [n] ids
  std::vector<int32_t> segments;  // [n]
  // [n] number of the unit inside the row; the tokens of a unit are neighbours, and numbers ascend from 0.
  std::vector<int32_t> units;
  // [U] id in the coarse vocabulary, or kFallsBack (grains.h) where the unit is its fine tokens in both
  // grains. A unit that the row's end cuts falls back, so both grains of a row always cover the same text.
  std::vector<int32_t> coarse;
  int32_t pair_label = -1;  // -1 = the row has none
  int32_t following = -1;   // the token after the row in its stream, for language models; -1 = there is none
  int32_t reused = 0;       // the first so many tokens are what the next row's memory holds

  // Made by masking.
  std::vector<int32_t> masked;  // [M] positions in the row, ascending
  std::vector<int32_t> labels;  // [M]
  std::vector<int32_t> spans;   // [2 P] begin and end
  std::vector<int32_t> order;   // [n]
  std::vector<int32_t> target;  // what a decoder writes

  int32_t size() const { return static_cast<int32_t>(tokens.size()); }
  void clear();
  void addSpecial(int32_t id, int32_t segment);
};

// The tokens begin .. end of a row that are one unit.
struct UnitSpan {
  int32_t begin = 0;
  int32_t end = 0;
  int32_t size() const { return end - begin; }
};

// The units of a row's text, in order.
std::vector<UnitSpan> unitSpans(const Row& row);

// The same row in coarse tokens: special tokens, segments and numbers of units stay, a unit with a coarse id
// becomes that one token. To be called before masking.
void makeCoarse(const Row& fine, Row& coarse);

}  // namespace heddle
