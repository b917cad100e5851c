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
  const auto own = std::lower_bound(documents.begin(), documents.end(), static_cast<uint32_t>(document)) -
                   documents.begin();
  const auto drawn = static_cast<ptrdiff_t>(draws.below(static_cast<uint32_t>(documents.size() - 1)));
  const int64_t other = documents[static_cast<size_t>(drawn < own ? drawn : drawn + 1)];
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

std::vector<Instance> makeChunks(const Corpus& corpus, const Documents& documents,
                                 const ObjectiveRecipe& objective, int64_t length, uint64_t key) {
  const bool electra = rowKind(objective) == RowKind::kElectra;
  const auto most = static_cast<uint32_t>(electra ? length : length - 3);
  const uint32_t least = electra ? 5 : 2;
  std::vector<Instance> chunks;
  for (const uint32_t document : documents) {
    RandomStream draws(key, document, 0);
    const auto nextTarget = [&] {
      return draws.uniform() < objective.short_seq_prob ? least + draws.below(most - least + 1) : most;
    };
    const int64_t end = corpus.documentBegin(document + 1);
    int64_t first = corpus.documentBegin(document);
    uint32_t target = nextTarget();
    for (int64_t sentence = first; sentence < end; ++sentence) {
      if (sentence + 1 == end || corpus.sentenceBegin(sentence + 1) - corpus.sentenceBegin(first) >= target) {
        chunks.push_back(
            {static_cast<uint32_t>(first), static_cast<uint32_t>(sentence + 1 - first), target, 0});
        first = sentence + 1;
        target = nextTarget();
      }
    }
  }
  return chunks;
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
    random = context.objective.random_partner && context.documents.size() > 1;
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
