#include "engine/data/rows/segment_rows.h"

#include <algorithm>
#include <utility>

#include "engine/recipes/objective.h"

namespace heddle {
namespace {

TokenRange windowRange(const RowContext& context, const Instance& window) {
  const Corpus& corpus = context.corpus;
  const int64_t document = corpus.documentOf(window.sentence);
  const int64_t begin = corpus.sentenceBegin(window.sentence) + window.skip;
  const int64_t end = corpus.sentenceBegin(corpus.documentBegin(document + 1));
  return {begin, std::min(end, begin + window.target), window.sentence};
}

// The tokens that the row which begins there aims at.
uint32_t drawTarget(const Cutting& cutting, const RowPlace& place) {
  const auto most = static_cast<uint32_t>(cutting.length);
  RandomStream draws(cutting.key, static_cast<uint32_t>(place.sentence), static_cast<uint32_t>(place.skip));
  return draws.uniform() < cutting.objective.short_seq_prob ? 2 + draws.below(most - 1) : most;
}

}  // namespace

Instance cutSentenceRun(const Cutting& cutting, RowPlace& place) {
  const Corpus& corpus = cutting.corpus;
  const auto sentenceTokens = [&] {
    return corpus.sentenceBegin(place.sentence + 1) - corpus.sentenceBegin(place.sentence);
  };
  const auto documentEnd = [&] { return corpus.documentBegin(cutting.documents.at(place.rank) + 1); };
  const int64_t skip = std::exchange(place.skip, 0);
  Instance run{static_cast<uint32_t>(place.sentence), 1, drawTarget(cutting, place),
               static_cast<uint32_t>(skip)};
  int64_t tokens = sentenceTokens();
  if (skip + run.target < tokens) {
    place.skip = skip + run.target;
    return run;
  }
  const bool across = rowKind(cutting.objective) == RowKind::kFullSentences;
  int64_t end = documentEnd();
  int64_t rank = place.rank;
  moveTo(cutting, place.sentence + 1, end, place);
  // A new row begins behind the windows of a long sentence.
  while (skip == 0 && place.rank < cutting.documents.size()) {
    const bool crosses = place.rank != rank;
    tokens += sentenceTokens() + (crosses ? 1 : 0);
    if (tokens > run.target || (crosses && !across)) {
      break;
    }
    ++run.sentences;
    rank = place.rank;
    end = crosses ? documentEnd() : end;
    moveTo(cutting, place.sentence + 1, end, place);
  }
  return run;
}

Instance cutWindow(const Cutting& cutting, RowPlace& place) {
  const Corpus& corpus = cutting.corpus;
  const int64_t end = corpus.documentBegin(cutting.documents.at(place.rank) + 1);
  const Instance window{static_cast<uint32_t>(place.sentence), 1, drawTarget(cutting, place),
                        static_cast<uint32_t>(place.skip)};
  const int64_t token = corpus.sentenceBegin(place.sentence) + place.skip + window.target;
  int64_t sentence = place.sentence;
  while (sentence < end && corpus.sentenceBegin(sentence + 1) <= token) {
    ++sentence;
  }
  moveTo(cutting, sentence, end, place);
  if (sentence < end) {
    place.skip = token - corpus.sentenceBegin(sentence);
  }
  return window;
}

void buildSentenceRun(const RowContext& context, const Instance& run, Row& row) {
  const Corpus& corpus = context.corpus;
  row.addSpecial(context.special.cls, 0);
  int64_t document = corpus.documentOf(run.sentence);
  int64_t sentence = run.sentence;
  for (int64_t left = run.sentences; left > 0;) {
    const int64_t end = std::min(sentence + left, corpus.documentBegin(document + 1));
    TokenRange range = sentenceRange(corpus, sentence, end);
    // Only the windows of a single sentence are longer than the target.
    range.begin += run.skip;
    range.end = std::min(range.end, range.begin + run.target);
    appendText(corpus, range, 0, row);
    left -= end - sentence;
    if (left > 0) {
      row.addSpecial(context.special.sep, 0);
      document = context.documents.at(context.documents.rankOf(document) + 1);
      sentence = corpus.documentBegin(document);
    }
  }
  row.addSpecial(context.special.sep, 0);
}

void buildWindow(const RowContext& context, const Instance& window, Row& row) {
  row.addSpecial(context.special.cls, 0);
  appendText(context.corpus, windowRange(context, window), 0, row);
  row.addSpecial(context.special.sep, 0);
}

void buildT5Window(const RowContext& context, const Instance& window, Row& row) {
  appendText(context.corpus, windowRange(context, window), 0, row);
  row.addSpecial(context.special.sep, 0);
}

}  // namespace heddle
