#include "engine/data/mixture.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "engine/base/random.h"
#include "engine/data/permutation.h"

namespace heddle {

std::vector<int64_t> sharesOf(std::span<const double> weights, int64_t total) {
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  std::vector<int64_t> shares;
  std::vector<std::pair<double, size_t>> remainders;
  for (size_t index = 0; index < weights.size(); ++index) {
    const double exact = weights[index] / sum * static_cast<double>(total);
    shares.push_back(static_cast<int64_t>(exact));
    remainders.emplace_back(static_cast<double>(shares.back()) - exact, index);
  }
  std::stable_sort(remainders.begin(), remainders.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  int64_t left = total - std::accumulate(shares.begin(), shares.end(), int64_t{0});
  for (size_t at = 0; left > 0; at = (at + 1) % remainders.size()) {
    if (weights[remainders[at].second] > 0) {
      ++shares[remainders[at].second];
      --left;
    }
  }
  for (size_t index = 0; index < weights.size(); ++index) {
    const auto most = std::max_element(shares.begin(), shares.end());
    if (weights[index] > 0 && shares[index] == 0 && *most > 1) {
      --*most;
      ++shares[index];
    }
  }
  return shares;
}

MixtureSchedule::MixtureSchedule(std::span<const double> weights, uint64_t key) : begins_{0}, key_(key) {
  for (const int64_t share : sharesOf(weights, kBlock)) {
    begins_.push_back(begins_.back() + share);
  }
}

MixtureSchedule::Place MixtureSchedule::at(int64_t row) const {
  const int64_t block = row / kBlock;
  const int64_t slot = Permutation(kBlock, mixKey(key_, static_cast<uint64_t>(block)))(row % kBlock);
  const auto corpus = std::upper_bound(begins_.begin(), begins_.end(), slot) - begins_.begin() - 1;
  const int64_t begin = begins_[static_cast<size_t>(corpus)];
  const int64_t share = begins_[static_cast<size_t>(corpus) + 1] - begin;
  return {static_cast<size_t>(corpus), block * share + (slot - begin)};
}

int64_t tokensOf(const Corpus& corpus, std::span<const uint32_t> documents) {
  int64_t tokens = 0;
  for (const uint32_t document : documents) {
    tokens += corpus.sentenceBegin(corpus.documentBegin(document + int64_t{1})) -
              corpus.sentenceBegin(corpus.documentBegin(document));
  }
  return tokens;
}

Result<std::vector<uint32_t>> trainingDocuments(const Corpus& corpus, int64_t max_tokens) {
  std::vector<uint32_t> documents;
  for (int64_t document = 0; document < corpus.documents(); ++document) {
    if (!corpus.heldout(document)) {
      documents.push_back(static_cast<uint32_t>(document));
    }
  }
  if (max_tokens <= 0) {
    return documents;
  }
  const int64_t all = tokensOf(corpus, documents);
  if (all < max_tokens) {
    return Error{"max_tokens is " + std::to_string(max_tokens) + ", but there are only " +
                     std::to_string(all) + " tokens to train on",
                 "lower max_tokens, or set it to 0 for all"};
  }
  constexpr uint64_t kKey = nameKey("subsets of documents");
  std::sort(documents.begin(), documents.end(), [](uint32_t a, uint32_t b) {
    return std::pair(mixKey(kKey, a), a) < std::pair(mixKey(kKey, b), b);
  });
  int64_t tokens = 0;
  size_t count = 0;
  for (; count < documents.size(); ++count) {
    tokens += tokensOf(corpus, std::span(&documents[count], 1));
    if (tokens > max_tokens) {
      break;
    }
  }
  if (count == 0) {
    return Error{"max_tokens is " + std::to_string(max_tokens) + ", but the first document drawn has " +
                     std::to_string(tokens) + " tokens",
                 "raise max_tokens above the length of documents"};
  }
  documents.resize(count);
  std::sort(documents.begin(), documents.end());
  return documents;
}

}  // namespace heddle
