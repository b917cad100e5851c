#include "engine/data/corpus_description.h"

#include <algorithm>
#include <numeric>
#include <tuple>
#include <utility>

#include "engine/recipes/fields.h"
#include "engine/recipes/parse.h"

namespace heddle {
namespace {

// Blanks between its words, and characters.
std::pair<int64_t, int64_t> lengthOf(const std::string& text) {
  const auto blanks = std::count(text.begin(), text.end(), ' ');
  const auto characters =
      std::count_if(text.begin(), text.end(), [](char byte) { return (byte & 0xC0) != 0x80; });
  return {blanks, characters};
}

}  // namespace

CoarseUses coarseUses(const Corpus& corpus, const Grains& grains, size_t listed) {
  const std::vector<int64_t> counts = corpus.coarseCounts();
  const auto first = static_cast<int32_t>(corpus.fineVocabSize());
  std::vector<int32_t> used;
  for (size_t id = 0; id < counts.size(); ++id) {
    if (counts[id] > 0) {
      used.push_back(static_cast<int32_t>(id));
    }
  }
  const auto countOf = [&](int32_t id) { return counts[static_cast<size_t>(id)]; };
  const auto textOf = [&](int32_t id) -> const std::string& { return grains.coarseText(first + id); };
  const auto top = [&](const auto& is_before) {
    const auto end = used.begin() + static_cast<std::ptrdiff_t>(std::min(listed, used.size()));
    std::partial_sort(used.begin(), end, used.end(), is_before);
    std::vector<CoarseUse> list;
    std::transform(used.begin(), end, std::back_inserter(list),
                   [&](int32_t id) { return CoarseUse{.text = textOf(id), .count = countOf(id)}; });
    return list;
  };
  CoarseUses uses;
  uses.different = static_cast<int64_t>(used.size());
  uses.most_frequent = top([&](int32_t a, int32_t b) {
    return countOf(a) != countOf(b) ? countOf(a) > countOf(b) : textOf(a) < textOf(b);
  });
  uses.longest = top([&](int32_t a, int32_t b) {
    const auto length_a = lengthOf(textOf(a));
    const auto length_b = lengthOf(textOf(b));
    return length_a != length_b ? length_a > length_b : textOf(a) < textOf(b);
  });
  return uses;
}

std::vector<std::string> textSettings(const TextRecipe& text, const CorpusRecipe* corpus) {
  Recipe recipe;
  recipe.text = text;
  Recipe defaults;
  if (corpus != nullptr) {
    recipe.corpora = {*corpus};
    defaults.corpora.resize(1);
  }
  std::vector<std::string> settings;
  for (const Field& field : recipeFields()) {
    const bool is_there = field.group == "text" || (field.group == "corpus" && corpus != nullptr);
    if (!is_there || !isUsed(field, recipe, 0)) {
      continue;
    }
    const FieldValue value = field.get(recipe, 0);
    if (value != field.get(defaults, 0)) {
      settings.push_back(fieldKey(field, 0) + "=" + fieldValueText(value));
    }
  }
  return settings;
}

Result<Recipe> recipeOf(const CorpusReport& report) {
  if (!report.settings) {
    return Error{"what the corpus was prepared with is not kept in its report",
                 "prepare the same text again: what is packed is used again"};
  }
  Recipe recipe;
  for (const std::string& setting : *report.settings) {
    if (const Status set = applySetting(recipe, setting); !set.ok()) {
      return set.error();
    }
  }
  return recipe;
}

std::string corpusTitle(const Recipe& recipe) {
  if (recipe.corpora.empty()) {
    return recipe.text.sample_language == "zh" ? "Sample text, Chinese" : "Sample text";
  }
  const CorpusRecipe& corpus = recipe.corpora.front();
  std::string title = corpus.name;
  if (title.empty()) {
    for (const std::filesystem::path& file : corpus.files) {
      // "wiki/" ends with an empty name.
      const std::filesystem::path named = file.has_filename() ? file : file.parent_path();
      title += (title.empty() ? "" : ", ") + named.filename().string();
    }
  }
  return title;
}

}  // namespace heddle
