#include "views/text/corpus_model.h"

#include <QCoreApplication>
#include <numeric>

#include "views/common/number_format.h"

namespace heddle::ui {
namespace {

// AMBERT (Li et al. 2021), table 10: plain means over the data sets.
constexpr double kPublishedPhrases = 0.131;
constexpr double kPublishedWords = 0.515;

QString tr(const char* words) {
  return QCoreApplication::translate("CorporaPage", words);
}

QVariant alignment(int column) {
  const bool is_text = column == CorpusModel::kName || column == CorpusModel::kTokenizer;
  return QVariant((is_text ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
}

QString line(const QString& what, const QString& value) {
  return what + u'\t' + value + u'\n';
}

QString bytes(qint64 count) {
  return formatBytes(static_cast<double>(count));
}

}  // namespace

qint64 CorpusDescription::droppedDocuments() const {
  return std::accumulate(dropped.begin(), dropped.end(), qint64{0},
                         [](qint64 sum, const auto& reason) { return sum + reason.second; });
}

double publishedRate(CorpusGrain grain) {
  return grain == CorpusGrain::kPhrases ? kPublishedPhrases
         : grain == CorpusGrain::kWords ? kPublishedWords
                                        : 0;
}

QString ratePercent(double rate) {
  return QStringLiteral("%1 %").arg(100 * rate, 0, 'f', 1);
}

QString corpusFigures(const CorpusDescription& corpus) {
  QString figures;
  const auto add = [&figures](const QString& what, const QString& value) { figures += line(what, value); };
  const auto count = [&add](const QString& what, qint64 value) { add(what, QString::number(value)); };
  add(tr("Corpus"), corpus.name);
  add(tr("Text"), corpus.source);
  if (!corpus.problem.isEmpty()) {
    add(tr("Problem"), corpus.problem);
    return figures;
  }
  count(tr("Documents"), corpus.documents);
  for (const auto& [reason, documents] : corpus.dropped) {
    count(tr("Dropped, %1").arg(reason), documents);
  }
  count(tr("Sentences"), corpus.sentences);
  count(tr("Fine tokens"), corpus.tokens);
  count(tr("Units"), corpus.units);
  if (corpus.grain != CorpusGrain::kFine) {
    const bool phrases = corpus.grain == CorpusGrain::kPhrases;
    count(tr("Coarse tokens"), corpus.coarse_tokens);
    add(phrases ? tr("Phrase rate") : tr("Word rate"),
        tr("%1 (AMBERT, table 10: %2)")
            .arg(ratePercent(corpus.coarse_rate), ratePercent(publishedRate(corpus.grain))));
    count(phrases ? tr("Phrases in the vocabulary") : tr("Words in the vocabulary"),
          corpus.coarse_size - corpus.fine_size);
    if (!corpus.most_frequent.empty()) {
      count(phrases ? tr("Phrases that occur") : tr("Words that occur"), corpus.different);
    }
  }
  count(tr("Fine vocabulary"), corpus.fine_size);
  add(tr("Tokeniser"), corpus.tokenizer.isEmpty() ? corpus.tokenizer_name : corpus.tokenizer);
  add(tr("Size of the text"), bytes(corpus.text_bytes));
  add(tr("Size on the disk"), bytes(corpus.disk_bytes));
  add(tr("Packed in"), formatDuration(corpus.seconds));
  add(tr("Packed at"), formatWallTime(corpus.changed));
  return figures;
}

QString corpusReport(const CorpusDescription& corpus) {
  QString report = corpusFigures(corpus);
  const auto list = [&report](const QString& title, const std::vector<CorpusUse>& uses) {
    if (!uses.empty()) {
      report += u'\n' + title + u'\n';
    }
    for (const CorpusUse& use : uses) {
      report += line(use.text, QString::number(use.count));
    }
  };
  list(tr("Most frequent"), corpus.most_frequent);
  list(tr("Longest"), corpus.longest);
  return report;
}

void CorpusModel::setCorpora(std::vector<CorpusDescription> corpora) {
  beginResetModel();
  corpora_ = std::move(corpora);
  endResetModel();
}

int CorpusModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(corpora_.size());
}

int CorpusModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : kColumns;
}

QVariant CorpusModel::sorted(const CorpusDescription& corpus, int column) const {
  switch (column) {
    case kDocuments:
      return corpus.documents;
    case kSentences:
      return corpus.sentences;
    case kTokens:
      return corpus.tokens;
    case kCoarseTokens:
      return corpus.grain == CorpusGrain::kFine ? qint64{0} : corpus.coarse_tokens;
    case kUnits:
      return corpus.units;
    case kRate:
      return corpus.grain == CorpusGrain::kFine ? 0.0 : corpus.coarse_rate;
    case kPublished:
      return publishedRate(corpus.grain);
    case kDropped:
      return corpus.droppedDocuments();
    case kTextSize:
      return corpus.text_bytes;
    case kSeconds:
      return corpus.seconds;
    case kTokenizer:
      return corpus.tokenizer_name;
    default:
      return corpus.name;
  }
}

QVariant CorpusModel::shown(const CorpusDescription& corpus, int column) const {
  if (column == kName) {
    return corpus.name;
  }
  if (!corpus.problem.isEmpty()) {
    return {};
  }
  switch (column) {
    case kCoarseTokens:
    case kRate:
    case kPublished:
      if (corpus.grain == CorpusGrain::kFine) {
        return {};
      }
      return column == kCoarseTokens ? formatCount(static_cast<double>(corpus.coarse_tokens))
             : column == kRate       ? ratePercent(corpus.coarse_rate)
                                     : ratePercent(publishedRate(corpus.grain));
    case kTextSize:
      return bytes(corpus.text_bytes);
    case kSeconds:
      return formatDuration(corpus.seconds);
    case kTokenizer:
      return corpus.tokenizer_name;
    default:
      return formatCount(static_cast<double>(sorted(corpus, column).toLongLong()));
  }
}

QVariant CorpusModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid() || index.row() >= rowCount() || index.column() >= kColumns) {
    return {};
  }
  const CorpusDescription& corpus = corpora_[static_cast<size_t>(index.row())];
  switch (role) {
    case Qt::DisplayRole:
      return shown(corpus, index.column());
    case kSortRole:
      return sorted(corpus, index.column());
    case Qt::TextAlignmentRole:
      return alignment(index.column());
    case Qt::ToolTipRole:
      return !corpus.problem.isEmpty()      ? corpus.problem
             : index.column() == kName      ? corpus.source
             : index.column() == kTokenizer ? corpus.tokenizer
                                            : QString();
    default:
      return {};
  }
}

QVariant CorpusModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal || section < 0 || section >= kColumns) {
    return {};
  }
  if (role == Qt::TextAlignmentRole) {
    return alignment(section);
  }
  if (role == Qt::ToolTipRole) {
    return section == kRate        ? tr("Share of phrases (Chinese: words) among the units")
           : section == kPublished ? tr("The rate that AMBERT, table 10, gives for such a grain")
           : section == kUnits     ? tr("Words, or phrases and what falls back to fine tokens")
           : section == kDropped   ? tr("Documents that the filters left out")
                                   : QString();
  }
  if (role != Qt::DisplayRole) {
    return {};
  }
  const QString titles[kColumns] = {tr("Corpus"),        tr("Documents"), tr("Sentences"), tr("Fine tokens"),
                                    tr("Coarse tokens"), tr("Units"),     tr("Rate"),      tr("Published"),
                                    tr("Dropped"),       tr("Text"),      tr("Packed in"), tr("Tokeniser")};
  return titles[section];
}

}  // namespace heddle::ui
