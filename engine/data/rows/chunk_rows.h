// Rows of one or two segments out of a chunk of consecutive sentences of one document: BERT's pairs with
// next-sentence prediction (google-research/bert, create_pretraining_data.py), ALBERT's with sentence order
// (google-research/albert), ELECTRA's without a label (google-research/electra,
// build_pretraining_dataset.py). Layout: [CLS] A [SEP] B [SEP].
//
// Where BERT's differ from the script: when B is random, the part of the chunk that is not A is not put back
// but chosen as A half of the time, so that all sentences are seen equally often.

#pragma once

#include "engine/base/random.h"
#include "engine/data/rows/passage.h"
#include "engine/recipes/recipe.h"
#include "engine/text/wordpiece.h"

namespace heddle {

// The chunks of the documents: sentences until a target is reached. Targets are those of rows without their
// special tokens, ELECTRA's those of whole rows.
std::vector<Instance> makeChunks(const Corpus& corpus, const Documents& documents,
                                 const ObjectiveRecipe& objective, int64_t length, uint64_t key);

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
// objective.random_partner it takes a partner from another document instead, where there is one, label 1.
void buildSentenceOrder(const RowContext& context, const Instance& chunk, RandomStream& draws, Row& row);

// A tenth are single segments; otherwise the first segment aims at half of the row.
void buildElectra(const RowContext& context, const Instance& chunk, RandomStream& draws, Row& row);

}  // namespace heddle
