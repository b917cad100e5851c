#include "app/text/corpus_worker.h"

#include <QCoreApplication>

#include "app/text/tokenizer_shelf.h"
#include "engine/data/corpus_description.h"
#include "engine/data/document_filter.h"
#include "engine/recipes/fields.h"
#include "engine/recipes/parse.h"

namespace heddle::ui {
namespace {

QString text(const std::string& utf8) {
  return QString::fromStdString(utf8);
}

QString tr(const char* words) {
  return QCoreApplication::translate("CorporaPage", words);
}

std::vector<CorpusUse> usesOf(const std::vector<CoarseUse>& uses) {
  std::vector<CorpusUse> shown;
  for (const CoarseUse& use : uses) {
    shown.push_back({.text = text(use.text), .count = use.count});
  }
  return shown;
}

std::vector<std::pair<QString, qint64>> droppedOf(const Json& filters) {
  std::vector<std::pair<QString, qint64>> dropped;
  const std::pair<const char*, QString> reasons[] = {{"too_short", tr("too short")},
                                                     {"too_long", tr("too long")},
                                                     {"duplicate", tr("repetitions")},
                                                     {"near_duplicate", tr("near repetitions")}};
  for (const auto& [key, words] : reasons) {
    if (filters.is_object()) {
      dropped.emplace_back(words, jsonValue<int64_t>(filters, key, 0));
    }
  }
  return dropped;
}

// Name, source, grain and recipe, as the corpus was prepared.
void describeOrigin(const Recipe& recipe, CorpusDescription& shown) {
  shown.name = text(corpusTitle(recipe));
  if (recipe.corpora.empty()) {
    shown.source = tr("%1 documents of the embedded sample text").arg(recipe.text.sample_documents);
  } else {
    QStringList paths;
    for (const std::filesystem::path& file : recipe.corpora.front().files) {
      paths.append(text(file.string()));
    }
    shown.source = paths.join(QStringLiteral(", "));
  }
  shown.recipe = text(heddle::writeRecipe(recipe, {}, textGroups()));
}

}  // namespace

CorpusDescription describeCorpus(const PackedCorpus& corpus) {
  CorpusDescription shown;
  shown.id = text(corpus.folder.filename().string());
  shown.name = shown.id.left(8);
  shown.source = text(corpus.folder.string());
  shown.changed = corpus.changed;
  shown.disk_bytes = corpus.disk_bytes;
  if (!corpus.report.ok()) {
    shown.name = (corpus.is_being_packed ? tr("%1…, being packed") : tr("%1…, not usable")).arg(shown.name);
    shown.problem = text(corpus.report.error().message());
    return shown;
  }
  const CorpusReport& report = *corpus.report;
  if (const Result<Recipe> recipe = recipeOf(report); recipe.ok()) {
    describeOrigin(*recipe, shown);
  }
  if (corpus.coarse != CoarseKind::kNone) {
    shown.grain = corpus.coarse == CoarseKind::kWords ? CorpusGrain::kWords : CorpusGrain::kPhrases;
  }
  shown.documents = report.documents;
  shown.sentences = report.sentences;
  shown.tokens = report.tokens;
  shown.coarse_tokens = report.coarse_tokens;
  shown.units = report.units;
  shown.coarse_rate = report.coarseRate();
  shown.dropped = droppedOf(report.filters);
  shown.text_bytes = report.text_bytes;
  shown.seconds = report.seconds;
  shown.fine_size = report.vocabulary.fine_size;
  shown.coarse_size = report.vocabulary.coarse_size;
  shown.tokenizer = text(corpus.tokenizer.string());
  shown.tokenizer_name = corpus.tokenizer.empty()
                             ? tr("not in the workspace any more")
                             : tokenizerName(shown.tokenizer, corpus.tokenizer_kind, shown.coarse_size);
  if (report.coarse_uses) {
    shown.different = report.coarse_uses->different;
    shown.most_frequent = usesOf(report.coarse_uses->most_frequent);
    shown.longest = usesOf(report.coarse_uses->longest);
  }
  return shown;
}

void CorpusWorker::list() {
  const Result<std::vector<PackedCorpus>> packed = packedCorpora(workspace_);
  if (!packed) {
    Q_EMIT listFailed(asProblem(packed.error()));
    return;
  }
  std::vector<CorpusDescription> corpora;
  for (const PackedCorpus& corpus : *packed) {
    corpora.push_back(describeCorpus(corpus));
  }
  Q_EMIT listed(corpora);
}

}  // namespace heddle::ui
