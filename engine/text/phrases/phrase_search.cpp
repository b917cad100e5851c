#include "engine/text/phrases/phrase_search.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <optional>

#include "engine/text/phrases/phrase_report.h"

namespace heddle {
namespace {

constexpr double kRateTolerance = 0.001;

double rateOf(const PhraseDictionary& dictionary, const std::vector<std::string>& sample) {
  PhraseMeter meter(dictionary);
  for (const std::string& paragraph : sample) {
    meter.add(paragraph);
  }
  return meter.report(dictionary, 0).pooled.rate();
}

std::string percent(double share) {
  char digits[32];
  std::snprintf(digits, sizeof digits, "%.2f %%", 100 * share);
  return digits;
}

// The probabilities that differ in outcome, strictest first, and how many phrases each lets through. The
// other thresholds stay as `loosest` has them.
class Steps {
 public:
  Steps(const PhraseCounts& counts, const PhraseThresholds& loosest) : counts_(counts), loosest_(loosest) {
    std::vector<double> values;
    for (const PhraseCandidate& candidate : counts.candidates) {
      if (passes(candidate, loosest)) {
        values.push_back(candidate.probability);
      }
    }
    std::sort(values.begin(), values.end(), std::greater<>());
    for (size_t index = 0; index < values.size(); ++index) {
      if (index + 1 == values.size() || values[index + 1] != values[index]) {
        values_.push_back(values[index]);
        sizes_.push_back(static_cast<int64_t>(index) + 1);
      }
    }
  }

  size_t count() const { return values_.size(); }
  int64_t most() const { return sizes_.empty() ? 0 : sizes_.back(); }

  PhraseDictionary dictionary(size_t step) const {
    PhraseThresholds thresholds = loosest_;
    thresholds.min_probability = values_[step];
    return choosePhrases(counts_, thresholds).value();
  }
  // There must be a step.
  size_t nearest(int64_t size) const {
    const auto reaches = std::lower_bound(sizes_.begin(), sizes_.end(), size);
    const auto step = static_cast<size_t>(reaches - sizes_.begin());
    const bool below = step == sizes_.size() || (step > 0 && size - sizes_[step - 1] < sizes_[step] - size);
    return below ? step - 1 : step;
  }

 private:
  const PhraseCounts& counts_;
  PhraseThresholds loosest_;
  std::vector<double> values_;
  std::vector<int64_t> sizes_;
};

// Looks for a rate among dictionaries 0 .. count - 1 whose rates grow with their numbers, but for small steps
// back where longer phrases replace shorter ones.
Result<PhraseChoice> searchRate(double wanted, int64_t count,
                                const std::function<PhraseDictionary(int64_t)>& dictionary,
                                const std::vector<std::string>& sample,
                                const std::function<bool(double)>& progress) {
  PhraseChoice choice;
  double best = 2;
  int64_t low = 0;
  int64_t high = count;
  const double rounds = std::ceil(std::log2(static_cast<double>(count) + 1));
  for (int round = 0; low < high && best > kRateTolerance / 100; ++round) {
    if (progress && !progress(std::min(1.0, round / rounds))) {
      return Error{"searching the thresholds was cancelled"};
    }
    const int64_t middle = low + (high - low) / 2;
    PhraseDictionary next = dictionary(middle);
    const double rate = rateOf(next, sample);
    if (std::abs(rate - wanted) < best) {
      best = std::abs(rate - wanted);
      choice.dictionary = std::move(next);
      choice.rate = rate;
    }
    if (rate < wanted) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (best > kRateTolerance) {
    choice.shortfall = "the nearest phrase rate to the wanted " + percent(wanted) + " is " +
                       percent(choice.rate) + ", with " + std::to_string(choice.dictionary.phrases.size()) +
                       " phrases";
  }
  return choice;
}

PhraseChoice searchSize(int64_t wanted, const Steps& steps, const std::vector<std::string>& sample) {
  PhraseChoice choice;
  choice.dictionary = steps.dictionary(steps.nearest(wanted));
  choice.rate = sample.empty() ? 0 : rateOf(choice.dictionary, sample);
  if (steps.most() < wanted) {
    choice.shortfall = "there are only " + std::to_string(steps.most()) + " of the wanted " +
                       std::to_string(wanted) + " phrases, however low the probability";
  }
  return choice;
}

// The greatest smallest count that leaves `size` candidates or more of those that pass.
std::optional<int64_t> greatestCount(const PhraseCounts& counts, const PhraseThresholds& loosest,
                                     int64_t size) {
  int64_t seen = 0;
  for (const PhraseCandidate& candidate : counts.candidates) {
    seen += passes(candidate, loosest) ? 1 : 0;
    if (seen == size) {
      return candidate.count;
    }
  }
  return std::nullopt;
}

}  // namespace

Status checkTarget(const PhraseTarget& target) {
  if (!target.size && !target.rate) {
    return Error{"thresholds cannot be searched without a target",
                 "name the wanted size of the dictionary, or the wanted phrase rate"};
  }
  if (target.size && *target.size < 1) {
    return Error{
        "thresholds cannot be searched for a dictionary of " + std::to_string(*target.size) + " phrases",
        "choose 1 or more"};
  }
  if (target.rate && !(*target.rate > 0 && *target.rate < 1)) {
    return Error{"thresholds cannot be searched for a phrase rate of " + percent(*target.rate),
                 "choose a share above 0 and below 1"};
  }
  return {};
}

Result<PhraseChoice> searchPhrases(const PhraseCounts& counts, const PhraseTarget& target,
                                   const PhraseThresholds& given, const std::vector<std::string>& sample,
                                   const std::function<bool(double)>& progress) {
  if (const Status checked = checkTarget(target); !checked.ok()) {
    return checked.error();
  }
  if (target.rate && sample.empty()) {
    return Error{"thresholds cannot be searched for a phrase rate without a text to measure it on",
                 "give some paragraphs of the data"};
  }
  PhraseThresholds loosest = given;
  if (target.rate) {
    loosest.min_count = target.size ? counts.min_count : given.min_count;
    loosest.min_probability = 0;
  }
  if (const Status checked = checkAgainst(counts, loosest); !checked.ok()) {
    return checked.error();
  }
  const std::optional<int64_t> greatest =
      target.size ? greatestCount(counts, loosest, *target.size) : std::nullopt;
  if (!target.rate) {
    loosest.min_count = greatest.value_or(loosest.min_count);
    loosest.min_probability = greatest ? loosest.min_probability : 0;
  }
  const Steps steps(counts, loosest);
  if (steps.count() == 0) {
    return Error{"thresholds cannot be searched: no n-gram of the corpus was seen " +
                     std::to_string(loosest.min_count) + " times or more",
                 "lower the smallest count, or count more text"};
  }
  if (!target.rate || (target.size && !greatest)) {
    return searchSize(*target.size, steps, sample);
  }
  if (!target.size) {
    return searchRate(
        *target.rate, static_cast<int64_t>(steps.count()),
        [&steps](int64_t step) { return steps.dictionary(static_cast<size_t>(step)); }, sample, progress);
  }
  // The more frequent the phrases of a dictionary of a given size, the more of the text they cover.
  const auto of_size = [&](int64_t step) {
    PhraseThresholds thresholds = loosest;
    thresholds.min_count += step;
    const Steps some(counts, thresholds);
    return some.dictionary(some.nearest(*target.size));
  };
  return searchRate(*target.rate, *greatest - counts.min_count + 1, of_size, sample, progress);
}

}  // namespace heddle
