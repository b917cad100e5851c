// Rows of one segment: RoBERTa's full sentences and doc sentences (Liu et al. 2019, section 4.2), SpanBERT's
// single segments (Joshi et al. 2020), and T5's stretches before their spans are cut out (Raffel et al.
// 2020). Layout: [CLS] text [SEP]; T5's is text [SEP], as its encoder has no [CLS].

#pragma once

#include "engine/data/rows/chunk_rows.h"

namespace heddle {

// As many whole sentences as fit, of one document or, with full sentences, of consecutive ones; a sentence
// longer than a row is cut into windows.
Instance cutSentenceRun(const Cutting& cutting, RowPlace& place);

// A stretch of cutting.length tokens of one document; the last one of a document is what is left.
Instance cutWindow(const Cutting& cutting, RowPlace& place);

// Where a run goes on in another document there is one more [SEP] between the two.
void buildSentenceRun(const RowContext& context, const Instance& run, Row& row);

void buildWindow(const RowContext& context, const Instance& window, Row& row);

// Without [CLS].
void buildT5Window(const RowContext& context, const Instance& window, Row& row);

}  // namespace heddle
