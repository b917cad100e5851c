// What the words of a recipe's [objective] stand for: kinds of rows and masks, and the published value where
// a recipe leaves a number open.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/recipes/recipe.h"

namespace heddle {

struct SpecialIds;

enum class RowKind {
  kSentencePair,   // BERT: two runs of sentences, half of them from different documents
  kSentenceOrder,  // ALBERT: two runs of sentences of one document, half of them swapped
  kFullSentences,  // RoBERTa: whole sentences, across documents
  kDocSentences,   // RoBERTa: whole sentences of one document
  kSingle,         // SpanBERT: one stretch of one document
  kElectra,        // ELECTRA: one or two segments of one chunk, nothing to tell about them
  kXlnet,          // XLNet: a stretch that the next row's memory holds, then two segments
  kLm,             // consecutive stretches of all documents
  kT5              // one stretch of one document, as long as its corrupted form fits
};

enum class MaskKind {
  kToken,        // BERT: single tokens
  kUnit,         // words or phrases as a whole; with two grains one draw for both, as in AMBERT
  kNgram,        // ALBERT: runs of 1 to n words
  kSpan,         // SpanBERT: spans of words, one draw a span
  kElectra,      // ELECTRA: for a generator to fill in
  kPermutation,  // XLNet: spans predicted in a random order
  kT5,           // T5: spans replaced by sentinels
  kNone          // nothing; language models predict the next token
};

enum class RowGrains {
  kFine,   // one sequence a row
  kBoth,   // two sequences a row: fine tokens, and coarse tokens of the same text
  kHybrid  // one sequence: the fine tokens, then the coarse ones
};

// The words must have passed checkRecipe(); any other gives the first kind.
RowKind rowKind(const ObjectiveRecipe& objective);
MaskKind maskKind(const ObjectiveRecipe& objective);
RowGrains rowGrains(const ObjectiveRecipe& objective);

// Whether every row has a pair label, and so the model a head for it.
bool predictsPairs(const ObjectiveRecipe& objective);
// "nsp", "sop", or "" without pair labels: the word in names of metrics.
std::string_view pairObjective(const ObjectiveRecipe& objective);
// "MLM + NSP", "MLM", "PLM", ...
std::string objectiveTitle(const ObjectiveRecipe& objective);

// Which special tokens there are.
struct SpecialTokens {
  bool cls = true;
  bool sep = true;
  bool mask = true;
};
SpecialTokens specialTokens(const SpecialIds& ids);
// The first of them that the rows and masks need and that is not there, as in "[CLS]"; empty: none.
std::string_view missingSpecial(const ObjectiveRecipe& objective, const SpecialTokens& there);

// The objective with every value that is left open (negative) as published for its kind of rows and masks.
ObjectiveRecipe withPublishedDefaults(ObjectiveRecipe objective);

}  // namespace heddle
