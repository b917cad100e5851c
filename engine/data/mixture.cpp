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

Result<Documents> trainingDocuments(const Corpus& corpus, int64_t max_tokens) {
  Documents all(corpus.heldout(), Documents::Side::kTraining);
  if (max_tokens <= 0) {
    return all;
  }
  const int64_t there_are = tokensOf(corpus, all);
  if (there_are < max_tokens) {
    return Error{"max_tokens is " + std::to_string(max_tokens) + ", but there are only " +
                     std::to_string(there_are) + " tokens to train on",
                 "lower max_tokens, or set it to 0 for all"};
  }
  std::vector<uint32_t> chosen;
  for (int64_t rank = 0; rank < all.size(); ++rank) {
    chosen.push_back(static_cast<uint32_t>(all.at(rank)));
  }
  constexpr uint64_t kKey = nameKey("subsets of documents");
  std::sort(chosen.begin(), chosen.end(), [](uint32_t a, uint32_t b) {
    return std::pair(mixKey(kKey, a), a) < std::pair(mixKey(kKey, b), b);
  });
  int64_t tokens = 0;
  size_t count = 0;
  for (; count < chosen.size(); ++count) {
    tokens += tokensOf(corpus, Documents({chosen[count]}));
    if (tokens > max_tokens) {
      break;
    }
  }
  if (count == 0) {
    return Error{"max_tokens is " + std::to_string(max_tokens) + ", but the first document drawn has " +
                     std::to_string(tokens) + " tokens",
                 "raise max_tokens above the length of documents"};
  }
  chosen.resize(count);
  chosen.shrink_to_fit();
  std::sort(chosen.begin(), chosen.end());
  return Documents(std::move(chosen));
}

}  // namespace heddle
