#include "engine/recipes/mixture.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "engine/recipes/fields.h"

namespace heddle {
namespace {

Result<std::vector<double>> ownWeights(const std::vector<CorpusRecipe>& corpora) {
  std::vector<double> weights;
  const CorpusRecipe* weighed = nullptr;
  const CorpusRecipe* open = nullptr;
  for (const CorpusRecipe& corpus : corpora) {
    weights.push_back(corpus.weight);
    (corpus.weight > 0 ? weighed : open) = &corpus;
  }
  if (weighed == nullptr) {
    return std::vector<double>();
  }
  if (open != nullptr) {
    return Error{"The corpus \"" + weighed->name + "\" has a weight, \"" + open->name +
                     "\" has none (0 takes corpora by size)",
                 "give all corpora a weight, or none"};
  }
  return weights;
}

Result<double> weightOf(std::string_view text, const std::string& word) {
  double weight = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), weight);
  if (text.empty() || read.ec != std::errc() || read.ptr != text.data() + text.size() ||
      !std::isfinite(weight) || weight < 0) {
    return Error{"The mixture has \"" + word + "\", which is no corpus with a weight",
                 "write name=weight with blanks between, like \"wiki=2 news=1\""};
  }
  return weight;
}

}  // namespace

Result<std::vector<double>> mixtureWeights(const std::vector<CorpusRecipe>& corpora,
                                           std::string_view mixture) {
  constexpr std::string_view kBlanks = " \t\r\n";
  size_t at = mixture.find_first_not_of(kBlanks);
  if (at == std::string_view::npos) {
    return ownWeights(corpora);
  }
  std::vector<std::string_view> names;
  for (const CorpusRecipe& corpus : corpora) {
    names.push_back(corpus.name);
  }
  std::vector<double> weights(corpora.size(), 0);
  std::vector<bool> named(corpora.size(), false);
  while (at != std::string_view::npos) {
    const std::string word(
        mixture.substr(at, std::min(mixture.find_first_of(kBlanks, at), mixture.size()) - at));
    const size_t equals = word.rfind('=');
    const Result<double> weight = weightOf(
        equals == std::string::npos ? std::string_view() : std::string_view(word).substr(equals + 1), word);
    if (!weight.ok()) {
      return weight.error();
    }
    const std::string name = word.substr(0, equals);
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) {
      const std::string near(nearestWord(name, names));
      std::string known;
      for (const std::string_view other : names) {
        known += (known.empty() ? "" : ", ") + std::string(other);
      }
      return Error{"The mixture names the corpus \"" + name + "\", which the recipe does not have",
                   !near.empty()   ? "did you mean \"" + near + "\"?"
                   : known.empty() ? "add a [[corpus]] of that name"
                                   : "there are: " + known};
    }
    const auto index = static_cast<size_t>(found - names.begin());
    if (named[index]) {
      return Error{"The mixture names the corpus \"" + name + "\" twice", "give it one weight"};
    }
    named[index] = true;
    weights[index] = *weight;
    at = mixture.find_first_not_of(kBlanks, at + word.size());
  }
  if (*std::max_element(weights.begin(), weights.end()) <= 0) {
    return Error{"The mixture gives no corpus a weight above 0", "raise one, or leave the mixture empty"};
  }
  return weights;
}

}  // namespace heddle
