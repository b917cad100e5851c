// Rows of one or two segments out of a chunk of consecutive sentences of one document: BERT's pairs with
// next-sentence prediction (google-research/bert, create_pretraining_data.py), ALBERT's with sentence order
// (google-research/albert), ELECTRA's without a label (google-research/electra,
// build_pretraining_dataset.py). Layout: [CLS] A [SEP] B [SEP].
//
// Where BERT's differ from the script: when B is random, the part of the chunk that is not A is not put back
// but chosen as A half of the time, so that all sentences are seen equally often.

#pragma once

#include "engine/base/random.h"
#include "engine/data/rows/row_table.h"
#include "engine/recipes/recipe.h"
#include "engine/text/wordpiece.h"

namespace heddle {

// A chunk: sentences of a document until a target is reached. Whether it is a short one is drawn once for a
// document, so that all of its chunks are short, and for ELECTRA's rows for each; those count their special
// tokens into the target.
Instance cutChunk(const Cutting& cutting, RowPlace& place);

// What all builders read. Neither the corpus nor the documents are owned.
struct RowContext {
  const Corpus& corpus;
  const Documents& documents;
  const ObjectiveRecipe& objective;  // with published defaults
  SpecialIds special;
  int64_t length;  // most tokens of a row, special tokens included
};

// Label 1: B is from another document. A single document pairs with itself, label 0.
void buildSentencePair(const RowContext& context, const Instance& chunk, RandomStream& draws, Row& row);

// Label 1: the two are swapped. A chunk of one sentence is cut in the middle of its tokens; with
// objective.random_partner, and where it is a single token, it takes a partner from another document instead,
// where there is one, label 1.
void buildSentenceOrder(const RowContext& context, const Instance& chunk, RandomStream& draws, Row& row);

// A tenth are single segments; otherwise the first segment aims at half of the row.
void buildElectra(const RowContext& context, const Instance& chunk, RandomStream& draws, Row& row);

}  // namespace heddle
