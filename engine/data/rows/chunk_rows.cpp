#include "engine/data/rows/chunk_rows.h"

#include <algorithm>
#include <utility>

#include "engine/recipes/objective.h"

namespace heddle {
namespace {

// Sentences of another document from a random one on, until they have `wanted` tokens.
TokenRange randomPartner(const RowContext& context, int64_t document, int64_t wanted, RandomStream& draws) {
  const Corpus& corpus = context.corpus;
  const Documents& documents = context.documents;
  const int64_t own = documents.rankOf(document);
  const auto drawn = static_cast<int64_t>(draws.below(static_cast<uint32_t>(documents.size() - 1)));
  const int64_t other = documents.at(drawn < own ? drawn : drawn + 1);
  const int64_t begin = corpus.documentBegin(other);
  const int64_t end = corpus.documentBegin(other + 1);
  const int64_t first = begin + static_cast<int64_t>(draws.below(static_cast<uint32_t>(end - begin)));
  int64_t last = first + 1;
  while (last < end && sentenceRange(corpus, first, last).size() < wanted) {
    ++last;
  }
  return sentenceRange(corpus, first, last);
}

// The first half stays in the range, the second is returned.
TokenRange halve(TokenRange& range) {
  const TokenRange second = {range.begin + (range.size() + 1) / 2, range.end, range.sentence};
  range.end = second.begin;
  return second;
}

// Takes tokens off the longer one, in front or behind at random, until both fit.
void truncatePair(int64_t most, RandomStream& draws, TokenRange& a, TokenRange& b) {
  while (a.size() + b.size() > most) {
    TokenRange& longer = a.size() > b.size() ? a : b;
    if (draws.uniform() < 0.5) {
      ++longer.begin;
    } else {
      --longer.end;
    }
  }
}

void appendPair(const RowContext& context, const TokenRange& a, const TokenRange& b, Row& row) {
  row.addSpecial(context.special.cls, 0);
  appendText(context.corpus, a, 0, row);
  row.addSpecial(context.special.sep, 0);
  appendText(context.corpus, b, 1, row);
  row.addSpecial(context.special.sep, 1);
}

// Where the chunk is cut in two, after at least one sentence.
int64_t drawCut(const Instance& chunk, RandomStream& draws) {
  const int64_t begin = chunk.sentence;
  return chunk.sentences == 1 ? begin + 1
                              : begin + 1 + static_cast<int64_t>(draws.below(chunk.sentences - 1));
}

}  // namespace

Instance cutChunk(const Cutting& cutting, RowPlace& place) {
  const Corpus& corpus = cutting.corpus;
  const int64_t document = cutting.documents.at(place.rank);
  const int64_t end = corpus.documentBegin(document + 1);
  const bool electra = rowKind(cutting.objective) == RowKind::kElectra;
  const auto most = static_cast<uint32_t>(cutting.length);
  const uint32_t least = electra ? 5 : 2;
  RandomStream draws(cutting.key, static_cast<uint32_t>(electra ? place.sentence : document), 0);
  const uint32_t target =
      draws.uniform() < cutting.objective.short_seq_prob ? least + draws.below(most - least + 1) : most;
  const int64_t begin = corpus.sentenceBegin(place.sentence);
  int64_t next = place.sentence + 1;
  while (next < end && corpus.sentenceBegin(next) - begin < target) {
    ++next;
  }
  const Instance chunk{static_cast<uint32_t>(place.sentence), static_cast<uint32_t>(next - place.sentence),
                       target, 0};
  moveTo(cutting, next, end, place);
  return chunk;
}

void buildSentencePair(const RowContext& context, const Instance& chunk, RandomStream& draws, Row& row) {
  const int64_t begin = chunk.sentence;
  const int64_t cut = drawCut(chunk, draws);
  TokenRange a = sentenceRange(context.corpus, begin, cut);
  TokenRange b = sentenceRange(context.corpus, cut, begin + chunk.sentences);
  const bool wants_random = draws.uniform() < 0.5 || chunk.sentences == 1;
  const bool random = wants_random && context.documents.size() > 1;
  if (random) {
    // Which half is A: both are seen equally often, since the script's way of putting the rest back needs
    // state.
    if (chunk.sentences > 1 && draws.below(2) == 1) {
      a = b;
    }
    b = randomPartner(context, context.corpus.documentOf(begin), chunk.target - a.size(), draws);
  } else if (chunk.sentences == 1) {
    b = halve(a);
  }
  truncatePair(context.length - 3, draws, a, b);
  appendPair(context, a, b, row);
  row.pair_label = random ? 1 : 0;
}

void buildSentenceOrder(const RowContext& context, const Instance& chunk, RandomStream& draws, Row& row) {
  const int64_t begin = chunk.sentence;
  const int64_t cut = drawCut(chunk, draws);
  TokenRange a = sentenceRange(context.corpus, begin, cut);
  TokenRange b = sentenceRange(context.corpus, cut, begin + chunk.sentences);
  bool random = false;
  if (chunk.sentences == 1) {
    const bool cannot_be_cut = a.size() == 1;
    random = (context.objective.random_partner || cannot_be_cut) && context.documents.size() > 1;
    b = random ? randomPartner(context, context.corpus.documentOf(begin), chunk.target - a.size(), draws)
               : halve(a);
  }
  const bool swapped = !random && draws.uniform() < 0.5;
  if (swapped) {
    std::swap(a, b);
  }
  truncatePair(context.length - 3, draws, a, b);
  appendPair(context, a, b, row);
  row.pair_label = random || swapped ? 1 : 0;
}

void buildElectra(const RowContext& context, const Instance& chunk, RandomStream& draws, Row& row) {
  const Corpus& corpus = context.corpus;
  const bool single = draws.uniform() < 0.1;
  const int64_t aim = single ? INT64_MAX : (chunk.target - 3) / 2;
  // Which sentences are in the second segment. As in the released code a short sentence may still come into
  // the first after a long one went into the second.
  std::vector<TokenRange> first;
  std::vector<TokenRange> second;
  int64_t first_tokens = 0;
  for (int64_t sentence = chunk.sentence; sentence < chunk.sentence + int64_t{chunk.sentences}; ++sentence) {
    const TokenRange range = sentenceRange(corpus, sentence, sentence + 1);
    if (first.empty() || first_tokens + range.size() < aim ||
        (second.empty() && first_tokens < aim && draws.uniform() < 0.5)) {
      first.push_back(range);
      first_tokens += range.size();
    } else {
      second.push_back(range);
    }
  }
  const auto append = [&](const std::vector<TokenRange>& ranges, int32_t segment, int64_t room) {
    for (TokenRange range : ranges) {
      range.end = std::min(range.end, range.begin + room);
      appendText(corpus, range, segment, row);
      room -= range.size();
    }
  };
  row.addSpecial(context.special.cls, 0);
  append(first, 0, context.length - 2);
  row.addSpecial(context.special.sep, 0);
  const int64_t room = context.length - row.size() - 1;
  if (!second.empty() && room > 0) {
    append(second, 1, room);
    row.addSpecial(context.special.sep, 1);
  }
}

}  // namespace heddle
