#include "views/runs/runs_model.h"

#include <QApplication>
#include <QCoreApplication>
#include <QDateTime>
#include <QLocale>
#include <QPainter>
#include <QPalette>
#include <QPixmap>
#include <algorithm>

#include "views/common/number_format.h"
#include "views/common/palette.h"

namespace heddle::ui {
namespace {

QString text(const std::string& utf8) {
  return QString::fromStdString(utf8);
}

// Today's runs by the clock, older ones by the day.
QString startedText(double wall_seconds) {
  if (wall_seconds <= 0) {
    return {};
  }
  const QDateTime time = QDateTime::fromMSecsSinceEpoch(static_cast<qint64>(wall_seconds * 1000));
  return time.date() == QDate::currentDate() ? time.toString(QStringLiteral("HH:mm"))
                                             : time.toString(QStringLiteral("d MMM yyyy HH:mm"));
}

QString progressText(const RunRow& run) {
  if (run.state == RunState::kQueued) {
    return {};
  }
  QString steps = groupedInteger(run.step);
  if (run.total_steps > 0) {
    steps += u" / " + groupedInteger(run.total_steps);
  }
  if (run.state == RunState::kRunning) {
    if (run.activity != "training" && !run.activity.empty()) {
      if (run.step == 0) {
        return text(run.activity);
      }
      return steps + u" · " + text(run.activity);
    }
    if (run.remaining_seconds > 0) {
      return QCoreApplication::translate("RunsModel", "%1 · %2 left")
          .arg(steps, formatDuration(run.remaining_seconds));
    }
  }
  return steps;
}

template <typename T>
QVariant orMissing(const std::optional<T>& value) {
  return value ? QVariant(*value) : QVariant();
}

QVariant orMissing(double value) {
  return value > 0 ? QVariant(value) : QVariant();
}

Role stateRole(RunState state) {
  switch (state) {
    case RunState::kRunning:
      return Role::kRunning;
    case RunState::kFinished:
      return Role::kGood;
    case RunState::kStopped:
      return Role::kWarning;
    case RunState::kFailed:
    case RunState::kCrashed:
      return Role::kError;
    case RunState::kQueued:
      break;
  }
  return Role::kMutedText;
}

const char* fieldOf(RunColumn column) {
  switch (column) {
    case RunColumn::kName:
      return "name";
    case RunColumn::kTags:
      return "tags";
    case RunColumn::kNotes:
      return "notes";
    default:
      return nullptr;
  }
}

// The colour of a drawn run, with its line style where the hue alone repeats; on its own ground, to be seen
// in selected rows too.
QPixmap swatch(const QPen& pen, const QColor& ground) {
  constexpr int kWidth = 18;
  constexpr int kHeight = 12;
  const qreal ratio = qApp->devicePixelRatio();
  QPixmap pixmap(QSize(kWidth, kHeight) * ratio);
  pixmap.setDevicePixelRatio(ratio);
  pixmap.fill(Qt::transparent);
  QPainter painter(&pixmap);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setPen(Qt::NoPen);
  painter.setBrush(ground);
  painter.drawRoundedRect(QRectF(0, 0, kWidth, kHeight), 2, 2);
  QPen thick = pen;
  thick.setWidthF(3);
  thick.setCapStyle(Qt::FlatCap);
  painter.setPen(thick);
  painter.drawLine(QPointF(2, kHeight / 2.0), QPointF(kWidth - 2, kHeight / 2.0));
  return pixmap;
}

}  // namespace

QString groupedInteger(int64_t value) {
  QLocale grouping = QLocale::c();
  grouping.setNumberOptions(QLocale::DefaultNumberOptions);
  return grouping.toString(static_cast<qlonglong>(value));
}

QString stateLabel(RunState state) {
  switch (state) {
    case RunState::kQueued:
      return QCoreApplication::translate("RunsModel", "Queued");
    case RunState::kRunning:
      return QCoreApplication::translate("RunsModel", "Running");
    case RunState::kFinished:
      return QCoreApplication::translate("RunsModel", "Finished");
    case RunState::kStopped:
      return QCoreApplication::translate("RunsModel", "Stopped");
    case RunState::kFailed:
      return QCoreApplication::translate("RunsModel", "Failed");
    case RunState::kCrashed:
      return QCoreApplication::translate("RunsModel", "Crashed");
  }
  return {};
}

RunColumnInfo columnInfo(RunColumn column) {
  const auto tr = [](const char* words) { return QCoreApplication::translate("RunsModel", words); };
  switch (column) {
    case RunColumn::kName:
      return {tr("Name"), tr("Tick: drawn in the charts. Double-click the tick: this run alone.")};
    case RunColumn::kState:
      return {tr("Status"), tr("Crashed: the engine's heartbeat was lost")};
    case RunColumn::kModel:
      return {tr("Model"), tr("Family of the encoder")};
    case RunColumn::kObjective:
      return {tr("Objective"), tr("What it is trained on")};
    case RunColumn::kSeed:
      return {tr("Seed"), tr("Of all random draws"), ColumnGroup::kRun, true, true};
    case RunColumn::kStarted:
      return {tr("Started"), tr("First start, local time"), ColumnGroup::kRun, true, true};
    case RunColumn::kDuration:
      return {tr("Duration"), tr("Time the engine has worked, all sessions"), ColumnGroup::kRun, true, true};
    case RunColumn::kProgress:
      return {tr("Progress"), tr("Optimiser steps")};
    case RunColumn::kBestEval:
      return {tr("Best eval"), tr("Lowest eval/mlm_loss"), ColumnGroup::kMetrics, true, true};
    case RunColumn::kLastLoss:
      return {tr("Loss (last)"), tr("Last train/loss"), ColumnGroup::kMetrics, true, true};
    case RunColumn::kTokensPerSecond:
      return {tr("Tokens/s"), tr("Last train/tokens_per_second"), ColumnGroup::kMetrics, true, true};
    case RunColumn::kPeakMemory:
      return {tr("Peak memory"), tr("Highest train/memory_bytes"), ColumnGroup::kMetrics, true, true};
    case RunColumn::kTags:
      return {tr("Tags"), tr("Your words, separated by commas")};
    case RunColumn::kNotes:
      return {tr("Notes"), tr("Your words")};
    case RunColumn::kDevice:
      return {tr("Device"), tr("Where the engine computes"), ColumnGroup::kSystem, false};
    case RunColumn::kPrecision:
      return {tr("Precision"), tr("Of the products"), ColumnGroup::kSystem, false};
    case RunColumn::kParameters:
      return {tr("Parameters"), tr("Trained numbers"), ColumnGroup::kSystem, false, true};
    case RunColumn::kFlopsPerStep:
      return {tr("FLOPs/step"), tr("Forward and backward, first phase"), ColumnGroup::kSystem, false, true};
    case RunColumn::kHost:
      return {tr("Host"), tr("Machine the engine runs on"), ColumnGroup::kSystem, false};
    case RunColumn::kId:
      return {tr("Folder"), tr("Name of the run's folder"), ColumnGroup::kSystem, false};
    case RunColumn::kCount:
      break;
  }
  return {};
}

RunsModel::RunsModel(QObject* parent) : QAbstractTableModel(parent) {}

void RunsModel::setRuns(std::vector<RunRow> runs) {
  beginResetModel();
  runs_ = std::move(runs);
  rows_.clear();
  rows_.reserve(static_cast<int>(runs_.size()));
  for (size_t row = 0; row < runs_.size(); ++row) {
    rows_.insert(text(runs_[row].id), static_cast<int>(row));
  }
  endResetModel();
}

void RunsModel::updateRuns(const std::vector<RunRow>& runs) {
  for (const RunRow& run : runs) {
    const QString id = text(run.id);
    if (const auto known = rows_.constFind(id); known != rows_.constEnd()) {
      runs_[static_cast<size_t>(*known)] = run;
      Q_EMIT dataChanged(index(*known, 0), index(*known, columnCount() - 1));
      continue;
    }
    beginInsertRows({}, 0, 0);
    runs_.insert(runs_.begin(), run);
    for (int& row : rows_) {
      ++row;
    }
    rows_.insert(id, 0);
    endInsertRows();
  }
}

const RunRow* RunsModel::run(const QString& id) const {
  const auto row = rows_.constFind(id);
  return row == rows_.constEnd() ? nullptr : &runs_[static_cast<size_t>(*row)];
}

QModelIndex RunsModel::indexOf(const QString& id, RunColumn column) const {
  const auto row = rows_.constFind(id);
  return row == rows_.constEnd() ? QModelIndex() : index(*row, static_cast<int>(column));
}

QHash<QString, int> RunsModel::styles() const {
  QHash<QString, int> known;
  for (auto style = styles_.constBegin(); style != styles_.constEnd(); ++style) {
    if (rows_.contains(style.key())) {
      known.insert(style.key(), style.value());
    }
  }
  return known;
}

void RunsModel::setDrawn(const QStringList& ids) {
  const QSet<QString> wanted(ids.begin(), ids.end());
  QSet<QString> changed = (drawn_ - wanted) + (wanted - drawn_);
  QSet<int> taken;
  QStringList coming;
  for (const QString& id : ids) {
    if (drawn_.contains(id)) {
      taken.insert(styles_.value(id));
    } else {
      coming.append(id);
    }
  }
  // Those that get back what they had come before those that take what is left.
  QStringList open;
  for (const QString& id : std::as_const(coming)) {
    const auto had = styles_.constFind(id);
    if (had != styles_.constEnd() && !taken.contains(*had)) {
      taken.insert(*had);
    } else {
      open.append(id);
    }
  }
  int next = 0;
  for (const QString& id : std::as_const(open)) {
    while (taken.contains(next)) {
      ++next;
    }
    styles_.insert(id, next);
    taken.insert(next);
  }
  drawn_ = wanted;
  for (const QString& id : std::as_const(changed)) {
    const QModelIndex cell = indexOf(id);
    if (cell.isValid()) {
      Q_EMIT dataChanged(cell, cell, {Qt::CheckStateRole, Qt::DecorationRole});
    }
  }
}

int RunsModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(runs_.size());
}

int RunsModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(RunColumn::kCount);
}

QVariant RunsModel::display(const RunRow& run, RunColumn column) const {
  const auto number = [](const std::optional<double>& value) {
    return value ? QVariant(formatNumber(*value)) : QVariant();
  };
  switch (column) {
    case RunColumn::kName:
      return run.name.empty() ? text(run.id) : text(run.name);
    case RunColumn::kState:
      return stateLabel(run.state);
    case RunColumn::kModel:
      return text(run.family);
    case RunColumn::kObjective:
      return text(run.objective);
    case RunColumn::kSeed:
      return QString::number(run.seed);
    case RunColumn::kStarted:
      return startedText(run.started);
    case RunColumn::kDuration:
      return run.engine_seconds > 0 ? QVariant(formatDuration(run.engine_seconds)) : QVariant();
    case RunColumn::kProgress:
      return progressText(run);
    case RunColumn::kBestEval:
      return number(run.best_eval);
    case RunColumn::kLastLoss:
      return number(run.last_loss);
    case RunColumn::kTokensPerSecond:
      return run.tokens_per_second ? QVariant(formatCount(*run.tokens_per_second)) : QVariant();
    case RunColumn::kPeakMemory:
      return run.peak_memory_bytes ? QVariant(formatBytes(*run.peak_memory_bytes)) : QVariant();
    case RunColumn::kTags:
      return text(run.tags);
    case RunColumn::kNotes:
      return text(run.notes);
    case RunColumn::kDevice:
      return text(run.device);
    case RunColumn::kPrecision:
      return text(run.precision);
    case RunColumn::kParameters:
      return run.parameters > 0 ? QVariant(formatCount(static_cast<double>(run.parameters))) : QVariant();
    case RunColumn::kFlopsPerStep:
      return run.flops_per_step > 0 ? QVariant(formatCount(run.flops_per_step)) : QVariant();
    case RunColumn::kHost:
      return text(run.host);
    case RunColumn::kId:
      return text(run.id);
    case RunColumn::kCount:
      break;
  }
  return {};
}

QVariant RunsModel::sortValue(const RunRow& run, RunColumn column) const {
  switch (column) {
    case RunColumn::kState:
      return static_cast<int>(run.state);
    case RunColumn::kSeed:
      return QVariant::fromValue<qulonglong>(run.seed);
    case RunColumn::kStarted:
      return orMissing(run.started);
    case RunColumn::kDuration:
      return orMissing(run.engine_seconds);
    case RunColumn::kProgress:
      return run.progress;
    case RunColumn::kBestEval:
      return orMissing(run.best_eval);
    case RunColumn::kLastLoss:
      return orMissing(run.last_loss);
    case RunColumn::kTokensPerSecond:
      return orMissing(run.tokens_per_second);
    case RunColumn::kPeakMemory:
      return orMissing(run.peak_memory_bytes);
    case RunColumn::kParameters:
      return orMissing(static_cast<double>(run.parameters));
    case RunColumn::kFlopsPerStep:
      return orMissing(run.flops_per_step);
    default:
      break;
  }
  const QVariant words = display(run, column);
  return words.toString().isEmpty() ? QVariant() : words;
}

QVariant RunsModel::data(const QModelIndex& index, int role) const {
  if (!checkIndex(index, CheckIndexOption::IndexIsValid)) {
    return {};
  }
  const RunRow& run = runs_[static_cast<size_t>(index.row())];
  const auto column = static_cast<RunColumn>(index.column());
  const QString id = text(run.id);
  switch (role) {
    case Qt::DisplayRole:
    case Qt::EditRole:
      return display(run, column);
    case Qt::CheckStateRole:
      return column == RunColumn::kName ? QVariant(isDrawn(id) ? Qt::Checked : Qt::Unchecked) : QVariant();
    case Qt::DecorationRole:
      return column == RunColumn::kName && isDrawn(id)
                 ? QVariant(
                       swatch(seriesPen(style(id), qApp->palette()), qApp->palette().color(QPalette::Base)))
                 : QVariant();
    case Qt::ForegroundRole:
      return column == RunColumn::kState ? QVariant(roleColor(stateRole(run.state), qApp->palette()))
                                         : QVariant();
    case Qt::TextAlignmentRole:
      return columnInfo(column).numeric ? QVariant(Qt::AlignRight | Qt::AlignVCenter)
                                        : QVariant(Qt::AlignLeft | Qt::AlignVCenter);
    case Qt::ToolTipRole:
      if (column == RunColumn::kStarted && run.started > 0) {
        return formatWallTime(run.started);
      }
      if (column == RunColumn::kState && !run.failure.empty()) {
        return text(run.failure);
      }
      return display(run, column);
    case kIdRole:
      return id;
    case kSortRole:
      return sortValue(run, column);
    case kSearchRole:
      return QStringList{id,
                         text(run.name),
                         stateLabel(run.state),
                         text(run.family),
                         text(run.objective),
                         text(run.tags),
                         text(run.notes),
                         text(run.device)}
          .join(u'\n');
    case kArchivedRole:
      return run.archived;
    case kStateRole:
      return static_cast<int>(run.state);
    case kProgressRole:
      return run.progress;
    default:
      return {};
  }
}

QVariant RunsModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal || section < 0 || section >= columnCount()) {
    return {};
  }
  const RunColumnInfo info = columnInfo(static_cast<RunColumn>(section));
  switch (role) {
    case Qt::DisplayRole:
      return info.title;
    case Qt::ToolTipRole:
      return info.explanation;
    case Qt::TextAlignmentRole:
      return info.numeric ? QVariant(Qt::AlignRight | Qt::AlignVCenter)
                          : QVariant(Qt::AlignLeft | Qt::AlignVCenter);
    default:
      return {};
  }
}

bool RunsModel::setData(const QModelIndex& index, const QVariant& value, int role) {
  if (!checkIndex(index, CheckIndexOption::IndexIsValid)) {
    return false;
  }
  RunRow& run = runs_[static_cast<size_t>(index.row())];
  const auto column = static_cast<RunColumn>(index.column());
  if (role == Qt::CheckStateRole && column == RunColumn::kName) {
    Q_EMIT drawnToggled(text(run.id), value.toInt() == Qt::Checked);
    return true;
  }
  const char* field = fieldOf(column);
  if (role != Qt::EditRole || field == nullptr || value == display(run, column)) {
    return false;
  }
  const QString words = value.toString().trimmed();
  if (column == RunColumn::kName && words.isEmpty()) {
    return false;
  }
  // Shown at once; the store confirms it with the next update.
  (column == RunColumn::kName   ? run.name
   : column == RunColumn::kTags ? run.tags
                                : run.notes) = words.toStdString();
  Q_EMIT dataChanged(index, index);
  Q_EMIT annotated(text(run.id), QString::fromLatin1(field), words);
  return true;
}

Qt::ItemFlags RunsModel::flags(const QModelIndex& index) const {
  Qt::ItemFlags flags = QAbstractTableModel::flags(index);
  if (index.isValid()) {
    const auto column = static_cast<RunColumn>(index.column());
    if (column == RunColumn::kName) {
      flags |= Qt::ItemIsUserCheckable;
    }
    if (fieldOf(column) != nullptr) {
      flags |= Qt::ItemIsEditable;
    }
  }
  return flags;
}

}  // namespace heddle::ui
