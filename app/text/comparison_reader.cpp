#include "app/text/comparison_reader.h"

#include "engine/base/json.h"
#include "engine/text/grains/comparison.h"

namespace heddle::ui {

QStringList comparisonArguments(const QStringList& tokenizers, const QString& recipe) {
  return QStringList{QStringLiteral("tokenizer"), QStringLiteral("compare")} + tokenizers +
         QStringList{QStringLiteral("--recipe"), recipe, QStringLiteral("--coarse"),
                     QStringLiteral("--json")};
}

Result<ComparisonData> readComparison(const QByteArray& line, const QStringList& names) {
  const Error unreadable{"The engine's comparison could not be read",
                         "engine and window are probably of different versions"};
  const Result<Json> json = parseJson({line.constData(), static_cast<size_t>(line.size())}, "the comparison");
  if (!json || !json->is_object() || jsonValue(*json, "kind", std::string()) != "result") {
    return unreadable;
  }
  const Result<TokenizerComparison> read = TokenizerComparison::fromJson(*json);
  if (!read) {
    return Error{unreadable.text + ": " + read.error().text, unreadable.hint};
  }
  ComparisonData data;
  qsizetype asked = -1;  // which of the tokenisers asked for
  for (size_t i = 0; i < read->tokenizers.size(); ++i) {
    const TokenizerFigures& from = read->tokenizers[i];
    const size_t coarse = from.kind.find(" + ");
    asked += coarse == std::string::npos ? 1 : 0;
    QString name = names.value(asked, QString::fromStdString(from.name));
    if (coarse != std::string::npos) {
      name += QStringLiteral(" (") + QString::fromStdString(from.kind.substr(coarse + 3)) + u')';
    }
    ComparisonFigures figures{.name = name,
                              .size = from.size,
                              .words = read->words,
                              .tokens = from.tokens,
                              .tokens_per_word = read->tokensPerWord(i),
                              .tokens_per_word_type = read->tokensPerWordType(i),
                              .unknown_rate = read->unknownRate(i),
                              .length_histogram = from.length_histogram,
                              .frequencies = {}};
    for (const auto& [rank, count] : from.frequency_profile) {
      figures.frequencies.emplace_back(static_cast<double>(rank), static_cast<double>(count));
    }
    data.tokenizers.push_back(std::move(figures));
  }
  for (const TokenDifference& each : read->differences) {
    data.differences.push_back({QString::fromStdString(each.token), each.counts});
  }
  return data;
}

}  // namespace heddle::ui
