// The ways of choosing what a model must predict, one file each. Every one is a pure function of (recipe,
// row, draws); special tokens are never chosen; row.masked ascends. Another one is an enumerator and a name
// in recipes/objective, a file here and its case in maskRow().

#pragma once

#include <cstdint>
#include <vector>

#include "engine/data/masking/replacement.h"
#include "engine/recipes/objective.h"

namespace heddle {

// The masker of a kind, for rows of one grain.
void maskRow(MaskKind kind, const MaskContext& context, RandomStream& draws, Row& row);

// BERT: single tokens without replacement, 80/10/10 for each (Devlin et al. 2018). Random tokens are never
// special ones, unlike the released script's.
void maskTokens(const MaskContext& context, RandomStream& draws, Row& row);

// Whole units, in random order, as long as they fit the number of tokens wanted; where none does, the last
// one drawn all the same, so that every row predicts something; 80/10/10 for each token. With words as units
// this is whole-word masking of google-research/bert, with phrases phrase masking.
void maskUnits(const MaskContext& context, RandomStream& draws, Row& row);

// ALBERT: runs of n units inside a segment, p(n) ~ 1/n (the paper; the script does so with
// favor_shorter_ngram); where a run is too long for what is still wanted,
// shorter ones are tried; one that overlaps an earlier one is left out; 80/10/10 for each token. Unlike the
// released script's, runs do not cross [SEP], and where no unit fits one is taken all the same.
void maskNgrams(const MaskContext& context, RandomStream& draws, Row& row);

// SpanBERT: ceil(15 %) of the text's tokens; spans of whole units, lengths geometric and cut off, from the
// start of a random position's unit to the right, the last one cut where enough are chosen; spans that touch
// are merged; 80/10/10 for each merged span (Joshi et al. 2020 and its released code).
void maskSpans(const MaskContext& context, RandomStream& draws, Row& row);

// ELECTRA: [MASK] at 85 % of the chosen positions, nothing changed at the rest. With replacement, as in the
// released code, a position drawn twice is in row.masked twice and masked when one of its draws says so.
void maskForGenerator(const MaskContext& context, RandomStream& draws, Row& row);

// XLNet: runs of n units, p(n) ~ 1/n, each inside a context of context_factor * n tokens, then single
// positions until there are enough (a sixth of the row, 85 of 512); in each part of the row (reused, new) an
// order in which they are predicted. No token is changed. Unlike the released code runs count words, and
// special tokens are never targets.
void permuteRow(const MaskContext& context, RandomStream& draws, Row& row);

// T5: spans of random length that alternate with kept stretches, mean_span tokens on average; each becomes
// one sentinel, and the target is every sentinel followed by its span, then [SEP] (Raffel et al. 2020,
// random_spans_noise_mask of the released code).
void corruptSpans(const MaskContext& context, RandomStream& draws, Row& row);
inline constexpr int64_t kSentinels = 100;
// Tokens of text whose corrupted form has at most `length` tokens with its [SEP].
int64_t t5TextLength(const ObjectiveRecipe& objective, int64_t length);

// Language models: every token predicts the next one, the last of the row that follows it in the stream.
void labelNextTokens(Row& row);

// AMBERT: mlm_probability of the units of the coarse grain, one draw each (design of two grains: neither
// grain shows what the other hides).
struct UnitMask {
  int32_t unit = 0;
  Replacement replacement = Replacement::kMask;
};
// Which of `units` units are predicted and how; ascending.
std::vector<UnitMask> drawUnitMasks(int64_t units, const ObjectiveRecipe& objective, RandomStream& draws);
// Masks the same units in both grains of a row; `coarse` is makeCoarse(fine). Random tokens come from each
// grain's own vocabulary, anew for every position.
void maskGrains(const MaskContext& context, const RandomTokens& coarse_tokens, RandomStream& draws, Row& fine,
                Row& coarse);

}  // namespace heddle
