// The runs of a workspace as a table: one row a run, newest first, live. Knows which runs are drawn (check
// boxes) and with which style; what the user types into a cell leaves as annotated().

#pragma once

#include <QAbstractTableModel>
#include <QHash>
#include <QSet>
#include <QStringList>
#include <optional>
#include <vector>

#include "engine/store/store.h"

namespace heddle::ui {

enum class RunColumn {
  kName,
  kState,
  kModel,
  kObjective,
  kSeed,
  kStarted,
  kDuration,
  kProgress,
  kBestEval,
  kLastLoss,
  kTokensPerSecond,
  kPeakMemory,
  kTags,
  kNotes,
  kDevice,
  kPrecision,
  kParameters,
  kFlopsPerStep,
  kHost,
  kId,
  kCount,
};

// Groups of the column chooser.
enum class ColumnGroup { kRun, kMetrics, kSystem };

struct RunColumnInfo {
  QString title;
  QString explanation;  // what exactly the figure is
  ColumnGroup group = ColumnGroup::kRun;
  bool shown_by_default = true;
  bool numeric = false;
};
RunColumnInfo columnInfo(RunColumn column);

QString stateLabel(RunState state);
// 12345 -> "12,345".
QString groupedInteger(int64_t value);

class RunsModel final : public QAbstractTableModel {
  Q_OBJECT
  Q_DISABLE_COPY_MOVE(RunsModel)

 public:
  enum Role {
    kIdRole = Qt::UserRole,
    kSortRole,  // invalid = missing
    kSearchRole,
    kArchivedRole,
    kStateRole,
    kProgressRole,  // 0 .. 1
  };

  explicit RunsModel(QObject* parent = nullptr);

  // All runs, newest first.
  void setRuns(std::vector<RunRow> runs);
  // Runs that changed; unknown ones are new and go on top.
  void updateRuns(const std::vector<RunRow>& runs);

  // nullptr: no such run. Valid until the next change.
  const RunRow* run(const QString& id) const;
  QModelIndex indexOf(const QString& id, RunColumn column = RunColumn::kName) const;

  // Which runs are drawn. A drawn run keeps its style; one that comes back gets the style it had, or else the
  // lowest, that no other drawn one has.
  void setDrawn(const QStringList& ids);
  bool isDrawn(const QString& id) const { return drawn_.contains(id); }
  int style(const QString& id) const { return styles_.value(id, 0); }
  // What is remembered of the styles of all runs there are, and that of an earlier window.
  QHash<QString, int> styles() const;
  void setStyles(const QHash<QString, int>& styles) { styles_ = styles; }

  // QAbstractTableModel
  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
  bool setData(const QModelIndex& index, const QVariant& value, int role) override;
  Qt::ItemFlags flags(const QModelIndex& index) const override;

 Q_SIGNALS:
  // The user typed a name, tags or notes (fields of UserNote).
  void annotated(const QString& id, const QString& field, const QString& value);
  // The user asked for the run to be drawn or not; the model itself changes nothing.
  void drawnToggled(const QString& id, bool draw);

 private:
  QVariant display(const RunRow& run, RunColumn column) const;
  QVariant sortValue(const RunRow& run, RunColumn column) const;

  std::vector<RunRow> runs_;
  QHash<QString, int> rows_;
  QSet<QString> drawn_;
  QHash<QString, int> styles_;  // of every run that was ever drawn
};

}  // namespace heddle::ui
