// The packed corpora of a workspace as a table, and one of them in words.

#pragma once

#include <QAbstractTableModel>
#include <QString>
#include <utility>
#include <vector>

#include "views/common/csv.h"

namespace heddle::ui {

// A phrase or word and how many units it is.
struct CorpusUse {
  QString text;
  qint64 count = 0;
};

enum class CorpusGrain { kFine, kPhrases, kWords };

struct CorpusDescription {
  QString id;      // the name of its folder
  QString name;    // for people
  QString source;  // files, or the sample text
  // Why nothing else is known: it is unfinished or broken. Empty = all is well.
  QString problem;
  CorpusGrain grain = CorpusGrain::kFine;
  qint64 documents = 0;
  qint64 sentences = 0;
  qint64 tokens = 0;  // fine
  qint64 coarse_tokens = 0;
  qint64 units = 0;
  double coarse_rate = 0;  // share of phrases (words) among the units
  // Why documents were left out, and how many.
  std::vector<std::pair<QString, qint64>> dropped;
  qint64 text_bytes = 0;
  qint64 disk_bytes = 0;
  double seconds = 0;  // packing took
  double changed = 0;  // wall seconds
  qint64 fine_size = 0;
  qint64 coarse_size = 0;
  QString tokenizer;  // folder; empty = not in the workspace any more
  QString tokenizer_name;
  // Of the coarse grain; empty where the report does not hold them.
  qint64 different = 0;
  std::vector<CorpusUse> most_frequent;
  std::vector<CorpusUse> longest;
  // A recipe's [text] and [[corpus]], to train on it; empty = not known.
  QString recipe;

  qint64 droppedDocuments() const;
};

// Lines of name, tab and value.
QString corpusFigures(const CorpusDescription& corpus);
// The figures, then the lists of phrases (words), each after a blank line.
QString corpusReport(const CorpusDescription& corpus);
// The rate that was published for such a grain; 0 for the fine one.
double publishedRate(CorpusGrain grain);
// "13.1 %"
QString ratePercent(double rate);

class CorpusModel final : public QAbstractTableModel {
  Q_OBJECT
  Q_DISABLE_COPY_MOVE(CorpusModel)

 public:
  enum Column {
    kName,
    kDocuments,
    kSentences,
    kTokens,
    kCoarseTokens,
    kUnits,
    kRate,
    kPublished,
    kDropped,
    kTextSize,
    kSeconds,
    kTokenizer,
    kColumns
  };
  static constexpr int kSortRole = Qt::UserRole;

  explicit CorpusModel(QObject* parent = nullptr) : QAbstractTableModel(parent) {}

  void setCorpora(std::vector<CorpusDescription> corpora);
  const std::vector<CorpusDescription>& corpora() const { return corpora_; }

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 private:
  QVariant shown(const CorpusDescription& corpus, int column) const;
  QVariant sorted(const CorpusDescription& corpus, int column) const;

  std::vector<CorpusDescription> corpora_;
};

}  // namespace heddle::ui
