#include "app/run_details_reader.h"

#include <QCoreApplication>

#include "engine/base/file.h"
#include "engine/recipes/fields.h"
#include "engine/recipes/parse.h"
#include "engine/recipes/sizes.h"
#include "views/runs/runs_model.h"

namespace heddle::ui {
namespace {

QString text(std::string_view utf8) {
  return QString::fromUtf8(utf8.data(), static_cast<qsizetype>(utf8.size()));
}

QString tr(const char* words) {
  return QCoreApplication::translate("RunDetails", words);
}

DetailGroup groupEntries(const Recipe& recipe, const FieldGroup& group, size_t item) {
  DetailGroup result{
      group.isList() ? tr("%1 %2").arg(text(group.item_label)).arg(item + 1) : text(group.label), {}};
  for (const Field& field : recipeFields()) {
    if (field.group == group.name) {
      result.entries.push_back(
          {text(field.label), text(fieldValueText(field.get(recipe, item))), text(field.help)});
    }
  }
  return result;
}

std::vector<DetailGroup> recipeEntries(const Recipe& recipe) {
  std::vector<DetailGroup> groups;
  for (const FieldGroup& group : recipeGroups()) {
    for (size_t item = 0; item < group.count(recipe); ++item) {
      groups.push_back(groupEntries(recipe, group, item));
    }
  }
  return groups;
}

std::vector<DetailEntry> sizeEntries(const Recipe& recipe) {
  const Estimate estimate = estimateRecipe(recipe);
  const ParameterCount& count = estimate.parameters;
  std::vector<DetailEntry> entries = {
      {tr("Vocabulary"), groupedInteger(estimate.vocab_size),
       tr("Expected entries; a learnt vocabulary may be smaller")},
      {tr("Word embeddings"), groupedInteger(count.word_embeddings), {}},
      {tr("Other embeddings"), groupedInteger(count.other_embeddings), tr("Positions, segments, norm")},
      {tr("Each layer"), groupedInteger(count.per_layer), {}},
      {tr("All layers"), groupedInteger(count.layers), {}},
      {tr("Pooler"), groupedInteger(count.pooler), {}},
      {tr("Vocabulary head"), groupedInteger(count.vocabulary_head),
       tr("Without the word embeddings that it shares")},
      {tr("Pair head"), groupedInteger(count.pair_head), {}},
      {tr("All parameters"), groupedInteger(count.total()), {}},
  };
  for (const MemoryPart& part : estimate.memory) {
    entries.push_back({tr("Memory: ") + text(part.name), text(humanBytes(part.bytes)), tr("Estimated")});
  }
  return entries;
}

}  // namespace

RunDetails readRunDetails(const RunFolder& folder) {
  RunDetails details;
  details.run_id = QString::fromStdString(folder.id());
  const Result<std::string> toml = readFile(folder.recipe());
  if (!toml) {
    details.recipe_problem = text(toml.error().message());
    return details;
  }
  details.recipe_text = text(*toml);
  const ParsedRecipe parsed = parseRecipe(*toml, folder.recipe().string());
  if (!parsed.ok()) {
    details.recipe_problem = text(problemsText(parsed.problems, "recipe.toml")).trimmed();
  }
  details.recipe = recipeEntries(parsed.recipe);
  details.sizes = sizeEntries(parsed.recipe);
  return details;
}

}  // namespace heddle::ui
