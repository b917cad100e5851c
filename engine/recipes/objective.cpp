#include "engine/recipes/objective.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <iterator>

#include "engine/text/subword/tokenizer.h"

namespace heddle {
namespace {

// In the order of the enumerations.
constexpr std::array<std::string_view, 9> kRowKinds = {"sentence_pair",
                                                       "sentence_order",
                                                       "full_sentences",
                                                       "doc_sentences",
                                                       "single",
                                                       "electra",
                                                       "xlnet",
                                                       "lm",
                                                       "t5"};
constexpr std::array<std::string_view, 8> kMaskKinds = {"token",   "unit",        "ngram", "span",
                                                        "electra", "permutation", "t5",    "none"};
constexpr std::array<std::string_view, 3> kRowGrains = {"fine", "both", "hybrid"};

template <typename Kind, size_t N>
Kind kindOf(const std::array<std::string_view, N>& names, std::string_view name) {
  const auto found = std::find(names.begin(), names.end(), name);
  return found == names.end() ? Kind{} : static_cast<Kind>(found - names.begin());
}

double openOr(double given, double published) {
  return given < 0 ? published : given;
}

}  // namespace

RowKind rowKind(const ObjectiveRecipe& objective) {
  return kindOf<RowKind>(kRowKinds, objective.rows);
}

MaskKind maskKind(const ObjectiveRecipe& objective) {
  return kindOf<MaskKind>(kMaskKinds, objective.masking);
}

RowGrains rowGrains(const ObjectiveRecipe& objective) {
  return kindOf<RowGrains>(kRowGrains, objective.grains);
}

bool predictsPairs(const ObjectiveRecipe& objective) {
  return !pairObjective(objective).empty();
}

std::string_view pairObjective(const ObjectiveRecipe& objective) {
  switch (rowKind(objective)) {
    case RowKind::kSentencePair:
      return "nsp";
    case RowKind::kSentenceOrder:
      return "sop";
    default:
      return "";
  }
}

std::string objectiveTitle(const ObjectiveRecipe& objective) {
  std::string title;
  switch (maskKind(objective)) {
    case MaskKind::kElectra:
      title = "replaced tokens";
      break;
    case MaskKind::kPermutation:
      title = "PLM";
      break;
    case MaskKind::kT5:
      title = "span corruption";
      break;
    case MaskKind::kNone:
      title = "LM";
      break;
    default:
      title = "MLM";
  }
  const std::string_view pair = pairObjective(objective);
  if (!pair.empty()) {
    title += " + ";
    std::transform(pair.begin(), pair.end(), std::back_inserter(title),
                   [](unsigned char letter) { return static_cast<char>(std::toupper(letter)); });
  }
  return title;
}

SpecialTokens specialTokens(const SpecialIds& ids) {
  return {ids.cls != kNoSpecial, ids.sep != kNoSpecial, ids.mask != kNoSpecial};
}

std::string_view missingSpecial(const ObjectiveRecipe& objective, const SpecialTokens& there) {
  const RowKind rows = rowKind(objective);
  const MaskKind masking = maskKind(objective);
  const bool begins = rows != RowKind::kLm && rows != RowKind::kT5;
  const bool masks =
      masking != MaskKind::kNone && masking != MaskKind::kT5 && masking != MaskKind::kPermutation;
  return begins && !there.cls ? "[CLS]" : !there.sep ? "[SEP]" : masks && !there.mask ? "[MASK]" : "";
}

ObjectiveRecipe withPublishedDefaults(ObjectiveRecipe objective) {
  const RowKind rows = rowKind(objective);
  const MaskKind masking = maskKind(objective);
  const bool chunks = rows == RowKind::kSentencePair || rows == RowKind::kSentenceOrder;
  objective.short_seq_prob = openOr(objective.short_seq_prob, chunks                      ? 0.1
                                                              : rows == RowKind::kElectra ? 0.05
                                                                                          : 0.0);
  objective.mask_share = openOr(objective.mask_share, masking == MaskKind::kElectra ? 0.85 : 0.8);
  objective.random_share = openOr(objective.random_share, masking == MaskKind::kElectra ? 0.0 : 0.1);
  if (objective.ngram_longest == 0) {
    objective.ngram_longest = masking == MaskKind::kPermutation ? 5 : 3;
  }
  if (objective.random_tokens == "published") {
    objective.random_tokens = masking == MaskKind::kSpan ? "corpus" : "uniform";
  }
  return objective;
}

}  // namespace heddle
