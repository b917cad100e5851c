#include "views/text/comparison_data.h"

#include <algorithm>
#include <numeric>

namespace heddle::ui {
namespace {

constexpr double kTailPercent = 0.1;
constexpr size_t kLongestCounted = 24;  // the engine's last entry stands for all that is longer

double perMillion(const ComparisonData& data, const FrequencyDifference& difference, size_t tokenizer) {
  const auto tokens = static_cast<double>(data.tokenizers[tokenizer].tokens);
  const double count =
      tokenizer < difference.counts.size() ? static_cast<double>(difference.counts[tokenizer]) : 0;
  return tokens > 0 ? 1e6 * count / tokens : 0;
}

}  // namespace

LengthShares lengthShares(const ComparisonData& data) {
  LengthShares shares;
  size_t longest = 0;
  size_t last = 1;  // the shortest length behind which every tail is thin
  for (const ComparisonFigures& tokenizer : data.tokenizers) {
    const std::vector<int64_t>& counts = tokenizer.length_histogram;
    const auto total = static_cast<double>(std::accumulate(counts.begin(), counts.end(), int64_t{0}));
    double tail = 0;
    for (size_t length = counts.size(); length-- > 0;) {
      longest = counts[length] > 0 ? std::max(longest, length) : longest;
      tail += static_cast<double>(counts[length]);
      if (total > 0 && 100 * tail / total >= kTailPercent) {
        last = std::max(last, length + 1);
        break;
      }
    }
  }
  last = std::min(last, std::max<size_t>(longest, 1));
  shares.open_end = last < longest || last == kLongestCounted;
  for (const ComparisonFigures& tokenizer : data.tokenizers) {
    const std::vector<int64_t>& counts = tokenizer.length_histogram;
    const auto total = static_cast<double>(std::accumulate(counts.begin(), counts.end(), int64_t{0}));
    std::vector<double> percent(last, 0);
    for (size_t length = 1; length < counts.size() && total > 0; ++length) {
      percent[std::min(length, last) - 1] += 100 * static_cast<double>(counts[length]) / total;
    }
    shares.percent.push_back(std::move(percent));
  }
  return shares;
}

double differencePerMillion(const ComparisonData& data, const FrequencyDifference& difference) {
  double most = 0;
  double least = data.tokenizers.empty() ? 0 : perMillion(data, difference, 0);
  for (size_t i = 0; i < data.tokenizers.size(); ++i) {
    most = std::max(most, perMillion(data, difference, i));
    least = std::min(least, perMillion(data, difference, i));
  }
  return most - least;
}

CsvTable comparisonTable(const ComparisonData& data) {
  CsvTable table{.header = {QStringLiteral("measure"), QStringLiteral("tokenizer"), QStringLiteral("at"),
                            QStringLiteral("value")},
                 .rows = {}};
  const auto add = [&](const char* measure, const ComparisonFigures& of, const QString& at, double value) {
    table.rows.push_back({QString::fromLatin1(measure), of.name, at, QString::number(value, 'g', 12)});
  };
  for (const ComparisonFigures& each : data.tokenizers) {
    add("vocabulary_size", each, {}, static_cast<double>(each.size));
    add("words", each, {}, static_cast<double>(each.words));
    add("tokens", each, {}, static_cast<double>(each.tokens));
    add("tokens_per_word", each, {}, each.tokens_per_word);
    add("tokens_per_word_type", each, {}, each.tokens_per_word_type);
    add("unknown_rate", each, {}, each.unknown_rate);
    for (size_t length = 0; length < each.length_histogram.size(); ++length) {
      add("tokens_of_length", each, QString::number(length),
          static_cast<double>(each.length_histogram[length]));
    }
    for (const auto& [rank, count] : each.frequencies) {
      add("count_at_rank", each, QString::number(rank, 'g', 12), count);
    }
  }
  for (const FrequencyDifference& difference : data.differences) {
    for (size_t i = 0; i < data.tokenizers.size() && i < difference.counts.size(); ++i) {
      add("count_of_token", data.tokenizers[i], difference.token, static_cast<double>(difference.counts[i]));
    }
  }
  return table;
}

}  // namespace heddle::ui
