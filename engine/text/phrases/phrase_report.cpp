#include "engine/text/phrases/phrase_report.h"

#include <algorithm>
#include <cstdio>
#include <numeric>

namespace heddle {
namespace {

int64_t wordsOf(std::string_view phrase) {
  return std::count(phrase.begin(), phrase.end(), ' ') + 1;
}

std::string percent(double share) {
  char digits[32];
  std::snprintf(digits, sizeof digits, "%.1f %%", 100 * share);
  return digits;
}

std::string padded(const std::string& text, size_t width, bool right) {
  const std::string space(width > text.size() ? width - text.size() : 0, ' ');
  return right ? space + text : text + space;
}

Json rateJson(const PhraseRate& rate) {
  return {{"name", rate.name},   {"bytes", rate.bytes},     {"words", rate.words},
          {"units", rate.units}, {"phrases", rate.phrases}, {"rate", rate.rate()}};
}

Json usesJson(const std::vector<PhraseReport::Use>& uses) {
  Json list = Json::array();
  for (const PhraseReport::Use& use : uses) {
    list.push_back({{"text", use.text}, {"count", use.count}, {"share", use.share}});
  }
  return list;
}

}  // namespace

PhraseMeter::PhraseMeter(const PhraseDictionary& dictionary)
    : tokenizer_(dictionary), uses_(dictionary.phrases.size(), 0) {}

void PhraseMeter::startDataSet(std::string name) {
  data_sets_.push_back({std::move(name)});
}

void PhraseMeter::add(std::string_view utf8) {
  if (data_sets_.empty()) {
    startDataSet("text");
  }
  PhraseRate& rate = data_sets_.back();
  rate.bytes += static_cast<int64_t>(utf8.size());
  while (!utf8.empty()) {
    tokenizer_.split(takeStretch(utf8, kStretchBytes), units_);
    rate.units += static_cast<int64_t>(units_.size());
    for (const PhraseUnit& unit : units_) {
      rate.words += unit.words;
      if (unit.phrase != PhraseUnit::kNoPhrase) {
        ++rate.phrases;
        ++uses_[static_cast<size_t>(unit.phrase)];
      }
    }
  }
}

PhraseReport PhraseMeter::report(const PhraseDictionary& dictionary, size_t listed) const {
  PhraseReport report;
  report.thresholds = dictionary.thresholds;
  report.dictionary_size = static_cast<int64_t>(dictionary.phrases.size());
  report.data_sets = data_sets_;
  report.pooled.name = "pooled";
  for (const PhraseRate& rate : data_sets_) {
    report.mean_rate += rate.rate() / static_cast<double>(data_sets_.size());
    report.pooled.bytes += rate.bytes;
    report.pooled.words += rate.words;
    report.pooled.units += rate.units;
    report.pooled.phrases += rate.phrases;
  }
  std::vector<size_t> found;
  for (size_t index = 0; index < uses_.size(); ++index) {
    const auto words = static_cast<size_t>(wordsOf(dictionary.phrases[index].text));
    ++report.sizes[std::min<size_t>(words, kLongestPhrase)];
    if (uses_[index] > 0) {
      found.push_back(index);
    }
  }
  report.used = static_cast<int64_t>(found.size());
  const auto list = [&](std::vector<PhraseReport::Use>& out, const auto& before) {
    const size_t size = std::min(listed, found.size());
    std::partial_sort(found.begin(), found.begin() + static_cast<ptrdiff_t>(size), found.end(), before);
    for (size_t place = 0; place < size; ++place) {
      const int64_t uses = uses_[found[place]];
      out.push_back({dictionary.phrases[found[place]].text, uses,
                     static_cast<double>(uses) / static_cast<double>(report.pooled.phrases)});
    }
  };
  list(report.most_frequent,
       [this](size_t a, size_t b) { return uses_[a] != uses_[b] ? uses_[a] > uses_[b] : a < b; });
  list(report.longest, [&dictionary](size_t a, size_t b) {
    const std::string& left = dictionary.phrases[a].text;
    const std::string& right = dictionary.phrases[b].text;
    const int64_t left_words = wordsOf(left);
    const int64_t right_words = wordsOf(right);
    if (left_words != right_words) {
      return left_words > right_words;
    }
    return left.size() != right.size() ? left.size() > right.size() : a < b;
  });
  return report;
}

std::string phraseReportText(const PhraseReport& report) {
  std::string text = std::to_string(report.dictionary_size) + " phrases (";
  bool first = true;
  for (size_t words = 2; words < report.sizes.size(); ++words) {
    if (report.sizes[words] > 0) {
      text += (first ? "" : ", ") + std::to_string(report.sizes[words]) + " of " + std::to_string(words) +
              " words";
      first = false;
    }
  }
  char thresholds[96];
  std::snprintf(thresholds, sizeof thresholds, "seen %lld times or more, probability %.4g or more",
                static_cast<long long>(report.thresholds.min_count), report.thresholds.min_probability);
  text += std::string(first ? "" : "; ") + thresholds + "), " + std::to_string(report.used) +
          " of them found here\n\n";

  size_t width = 8;
  for (const PhraseRate& rate : report.data_sets) {
    width = std::max(width, rate.name.size());
  }
  const auto row = [width](const std::string& name, const std::string& words, const std::string& units,
                           const std::string& phrases, const std::string& rate) {
    return padded(name, width, false) + padded(words, 13, true) + padded(units, 13, true) +
           padded(phrases, 13, true) + padded(rate, 10, true) + "\n";
  };
  const auto rate_row = [&row](const PhraseRate& rate) {
    return row(rate.name, std::to_string(rate.words), std::to_string(rate.units),
               std::to_string(rate.phrases), percent(rate.rate()));
  };
  text += row("data set", "words", "units", "phrases", "rate");
  for (const PhraseRate& rate : report.data_sets) {
    text += rate_row(rate);
  }
  text += row("mean", "", "", "", percent(report.mean_rate)) + rate_row(report.pooled);
  for (const auto& [title, uses] : {std::pair("Longest phrases", &report.longest),
                                    std::pair("Most frequent phrases", &report.most_frequent)}) {
    text += std::string("\n") + title + "\n";
    for (const PhraseReport::Use& use : *uses) {
      text += padded(std::to_string(use.count), 9, true) + padded(percent(use.share), 9, true) + "  " +
              use.text + "\n";
    }
  }
  return text;
}

Json phraseReportJson(const PhraseReport& report) {
  Json data_sets = Json::array();
  for (const PhraseRate& rate : report.data_sets) {
    data_sets.push_back(rateJson(rate));
  }
  return {{"dictionary_size", report.dictionary_size},
          {"sizes", report.sizes},
          {"min_count", report.thresholds.min_count},
          {"min_probability", report.thresholds.min_probability},
          {"longest_allowed", report.thresholds.longest},
          {"used", report.used},
          {"data_sets", std::move(data_sets)},
          {"mean_rate", report.mean_rate},
          {"pooled", rateJson(report.pooled)},
          {"longest", usesJson(report.longest)},
          {"most_frequent", usesJson(report.most_frequent)}};
}

}  // namespace heddle
