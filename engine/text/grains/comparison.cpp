#include "engine/text/grains/comparison.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "engine/text/subword/byte_bpe.h"
#include "engine/text/unicode.h"

namespace heddle {
namespace {

constexpr double kProfilePointsPerDecade = 40;

double ratio(int64_t part, int64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

// Characters that begin in the bytes.
size_t charactersOf(std::string_view utf8) {
  return static_cast<size_t>(std::count_if(utf8.begin(), utf8.end(),
                                           [](char c) { return (static_cast<uint8_t>(c) & 0xC0) != 0x80; }));
}

std::vector<std::pair<int64_t, int64_t>> profileOf(std::vector<int64_t> counts) {
  std::sort(counts.begin(), counts.end(), std::greater<>());
  counts.erase(std::find(counts.begin(), counts.end(), 0), counts.end());
  std::vector<std::pair<int64_t, int64_t>> profile;
  const double step = std::pow(10.0, 1 / kProfilePointsPerDecade);
  double next = 1;
  for (size_t index = 0; index < counts.size(); ++index) {
    const auto rank = static_cast<int64_t>(index) + 1;
    if (static_cast<double>(rank) >= next || index + 1 == counts.size()) {
      profile.emplace_back(rank, counts[index]);
      next = std::max(next * step, static_cast<double>(rank) + 0.5);
    }
  }
  return profile;
}

std::vector<TokenDifference> differencesOf(const std::vector<ComparedTokenizer>& tokenizers,
                                           const std::vector<TokenizerFigures>& figures, size_t listed) {
  if (tokenizers.size() < 2) {
    return {};
  }
  std::unordered_map<std::string, std::vector<int64_t>> counts;
  for (size_t at = 0; at < tokenizers.size(); ++at) {
    for (size_t id = 0; id < figures[at].counts.size(); ++id) {
      if (figures[at].counts[id] > 0) {
        std::vector<int64_t>& row = counts[tokenLetters(tokenizers[at].grains, static_cast<int32_t>(id))];
        row.resize(tokenizers.size());
        row[at] += figures[at].counts[id];
      }
    }
  }
  std::vector<TokenDifference> differences;
  for (auto& [token, row] : counts) {
    double least = 1;
    double most = 0;
    for (size_t at = 0; at < row.size(); ++at) {
      const double share = ratio(row[at], figures[at].tokens);
      least = std::min(least, share);
      most = std::max(most, share);
    }
    differences.push_back({token, std::move(row), most - least});
  }
  const size_t kept = std::min(listed, differences.size());
  std::partial_sort(differences.begin(), differences.begin() + static_cast<ptrdiff_t>(kept),
                    differences.end(), [](const TokenDifference& a, const TokenDifference& b) {
                      return a.difference != b.difference ? a.difference > b.difference : a.token < b.token;
                    });
  differences.resize(kept);
  return differences;
}

}  // namespace

std::string tokenLetters(const Grains& grains, int32_t id) {
  const std::string& text = grains.coarseText(id);
  if (id >= grains.fineSize() || grains.fine().isSpecial(id)) {
    return text;
  }
  std::string_view letters = text;
  std::string bytes;
  const auto strip = [&letters](std::string_view mark) {
    if (letters.size() > mark.size() && letters.starts_with(mark)) {
      letters.remove_prefix(mark.size());
    }
  };
  const std::string_view kind = grains.fine().kind();
  if (kind == "byte-bpe") {
    bytes = byteLevelBytes(text).value_or(text);
    letters = bytes;
    strip(" ");
  } else if (kind == "unigram" || kind == "bpe") {
    strip("▁");
  } else if (kind == "wordpiece" || kind == "wordpiece-hf") {
    strip("##");
  }
  return std::string(letters);
}

TokenizerComparer::TokenizerComparer(std::vector<ComparedTokenizer> tokenizers)
    : tokenizers_(std::move(tokenizers)) {
  for (const ComparedTokenizer& compared : tokenizers_) {
    TokenizerFigures& figures = figures_.tokenizers.emplace_back();
    figures.name = compared.name;
    figures.kind = compared.grains.fine().kind();
    if (compared.coarse) {
      figures.kind += " + " + std::string(coarseKindName(compared.grains.coarseKind()));
    }
    figures.size = compared.coarse ? compared.grains.coarseSize() : compared.grains.fineSize();
    figures.length_histogram.assign(kLongestToken + 1, 0);
    figures.counts.assign(static_cast<size_t>(figures.size), 0);
  }
}

void TokenizerComparer::add(std::string_view utf8) {
  while (!utf8.empty()) {
    addStretch(takeStretch(utf8, kStretchBytes));
  }
}

void TokenizerComparer::addStretch(std::string_view utf8) {
  figures_.bytes += static_cast<int64_t>(utf8.size());
  splitWords(utf8, /*lowercase=*/false, list_);
  figures_.words += static_cast<int64_t>(list_.words.size());
  for (const WordList::Word& word : list_.words) {
    countWord(list_.text(word), words_);
  }
  for (size_t at = 0; at < tokenizers_.size(); ++at) {
    TokenizerFigures& figures = figures_.tokenizers[at];
    const int32_t unknown = tokenizers_[at].grains.fine().special().unk;
    tokenizers_[at].grains.encode(utf8, grained_);
    const auto count = [&](int32_t id, int32_t begin, int32_t end) {
      ++figures.tokens;
      ++figures.counts[static_cast<size_t>(id)];
      figures.unknown += id == unknown;
      const size_t length =
          charactersOf(utf8.substr(static_cast<size_t>(begin), static_cast<size_t>(end - begin)));
      ++figures.length_histogram[std::min(length, kLongestToken)];
    };
    for (const Unit& unit : grained_.units) {
      const auto first = static_cast<size_t>(unit.first);
      const size_t last = first + static_cast<size_t>(unit.count) - 1;
      if (tokenizers_[at].coarse && unit.coarse != kFallsBack) {
        count(unit.coarse, grained_.fine[first].begin, grained_.fine[last].end);
        continue;
      }
      for (size_t token = first; token <= last; ++token) {
        count(grained_.fine[token].id, grained_.fine[token].begin, grained_.fine[token].end);
      }
    }
  }
}

TokenizerComparison TokenizerComparer::finish(size_t listed) const {
  TokenizerComparison comparison = figures_;
  comparison.word_types = static_cast<int64_t>(words_.size());
  std::vector<Piece> pieces;
  for (size_t at = 0; at < tokenizers_.size(); ++at) {
    TokenizerFigures& figures = comparison.tokenizers[at];
    for (const auto& [word, count] : words_) {
      pieces.clear();
      tokenizers_[at].grains.fine().encode(word, pieces);
      figures.word_type_tokens += static_cast<int64_t>(pieces.size());
    }
    figures.used =
        std::count_if(figures.counts.begin(), figures.counts.end(), [](int64_t n) { return n > 0; });
    figures.frequency_profile = profileOf(figures.counts);
  }
  comparison.differences = differencesOf(tokenizers_, comparison.tokenizers, listed);
  return comparison;
}

double TokenizerComparison::tokensPerWord(size_t tokenizer) const {
  return ratio(tokenizers[tokenizer].tokens, words);
}
double TokenizerComparison::tokensPerWordType(size_t tokenizer) const {
  return ratio(tokenizers[tokenizer].word_type_tokens, word_types);
}
double TokenizerComparison::unknownRate(size_t tokenizer) const {
  return ratio(tokenizers[tokenizer].unknown, tokenizers[tokenizer].tokens);
}

Json TokenizerComparison::toJson(bool with_counts) const {
  Json json = {{"bytes", bytes},
               {"words", words},
               {"word_types", word_types},
               {"tokenizers", Json::array()},
               {"differences", Json::array()}};
  for (size_t at = 0; at < tokenizers.size(); ++at) {
    const TokenizerFigures& figures = tokenizers[at];
    Json& entry = json["tokenizers"].emplace_back(Json{{"name", figures.name},
                                                       {"kind", figures.kind},
                                                       {"size", figures.size},
                                                       {"words", words},
                                                       {"tokens", figures.tokens},
                                                       {"unknown", figures.unknown},
                                                       {"used", figures.used},
                                                       {"word_type_tokens", figures.word_type_tokens},
                                                       {"tokens_per_word", tokensPerWord(at)},
                                                       {"tokens_per_word_type", tokensPerWordType(at)},
                                                       {"unknown_rate", unknownRate(at)},
                                                       {"length_histogram", figures.length_histogram},
                                                       {"frequency_profile", figures.frequency_profile}});
    if (with_counts) {
      entry["counts"] = figures.counts;
    }
  }
  for (const TokenDifference& difference : differences) {
    json["differences"].push_back(
        {{"token", difference.token}, {"counts", difference.counts}, {"difference", difference.difference}});
  }
  return json;
}

Result<TokenizerComparison> TokenizerComparison::fromJson(const Json& json) {
  TokenizerComparison comparison;
  try {
    json.at("bytes").get_to(comparison.bytes);
    json.at("words").get_to(comparison.words);
    json.at("word_types").get_to(comparison.word_types);
    for (const Json& entry : json.at("tokenizers")) {
      TokenizerFigures& figures = comparison.tokenizers.emplace_back();
      entry.at("name").get_to(figures.name);
      entry.at("kind").get_to(figures.kind);
      entry.at("size").get_to(figures.size);
      entry.at("tokens").get_to(figures.tokens);
      entry.at("unknown").get_to(figures.unknown);
      entry.at("used").get_to(figures.used);
      entry.at("word_type_tokens").get_to(figures.word_type_tokens);
      entry.at("length_histogram").get_to(figures.length_histogram);
      entry.at("frequency_profile").get_to(figures.frequency_profile);
      if (entry.contains("counts")) {
        entry.at("counts").get_to(figures.counts);
      }
    }
    for (const Json& entry : json.at("differences")) {
      TokenDifference& difference = comparison.differences.emplace_back();
      entry.at("token").get_to(difference.token);
      entry.at("counts").get_to(difference.counts);
      entry.at("difference").get_to(difference.difference);
      if (difference.counts.size() != comparison.tokenizers.size()) {
        return Error{"cannot read a comparison of tokenisers: \"" + difference.token + "\" has " +
                         std::to_string(difference.counts.size()) + " counts for " +
                         std::to_string(comparison.tokenizers.size()) + " tokenisers",
                     "make the comparison again"};
      }
    }
  } catch (const Json::exception& problem) {
    return Error{std::string("cannot read a comparison of tokenisers: ") + problem.what(),
                 "make the comparison again with this version of Heddle"};
  }
  return comparison;
}

}  // namespace heddle
