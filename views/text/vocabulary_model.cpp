#include "views/text/vocabulary_model.h"

#include <QRegularExpression>
#include <algorithm>

#include "views/common/palette.h"

namespace heddle::ui {

VocabularyModel::VocabularyModel(QObject* parent) : QAbstractTableModel(parent) {}

void VocabularyModel::setVocabulary(VocabularyPtr vocabulary) {
  beginResetModel();
  vocabulary_ = std::move(vocabulary);
  counts_.clear();
  refresh();
  endResetModel();
}

void VocabularyModel::setCounts(std::vector<int64_t> counts) {
  beginResetModel();
  counts_ = std::move(counts);
  if (!counts_.empty()) {
    counts_.resize(static_cast<size_t>(totalRows()), 0);
  }
  order();
  endResetModel();
}

QString VocabularyModel::setFilter(const QString& text, bool regex) {
  QStringList chunks;
  QString expression;
  if (regex) {
    const QRegularExpression given(text, QRegularExpression::UseUnicodePropertiesOption);
    if (!given.isValid()) {
      return tr("At character %1 of the expression: %2")
          .arg(given.patternErrorOffset() + 1)
          .arg(given.errorString());
    }
    expression = text;
  } else {
    chunks = text.split(u' ', Qt::SkipEmptyParts);
  }
  if (chunks != chunks_ || expression != expression_) {
    beginResetModel();
    chunks_ = chunks;
    expression_ = expression;
    refresh();
    endResetModel();
  }
  return {};
}

QString VocabularyModel::kindOf(int32_t id) const {
  const PieceKind kind = entry(id).kind;
  return kind == PieceKind::kCoarse ? vocabulary_->coarse_kind : kindText(kind);
}

bool VocabularyModel::passes(int32_t id) const {
  return std::all_of(chunks_.begin(), chunks_.end(), [&](const QString& chunk) {
    return entry(id).piece.contains(chunk, Qt::CaseInsensitive) ||
           kindOf(id).startsWith(chunk, Qt::CaseInsensitive) || QString::number(id) == chunk;
  });
}

void VocabularyModel::refresh() {
  shown_.clear();
  const QRegularExpression expression(expression_, QRegularExpression::UseUnicodePropertiesOption);
  for (int32_t id = 0; id < totalRows(); ++id) {
    if (expression_.isEmpty() ? passes(id) : expression.match(entry(id).piece).hasMatch()) {
      shown_.push_back(id);
    }
  }
  order();
}

void VocabularyModel::order() {
  const auto by = [this](auto&& key) {
    std::stable_sort(shown_.begin(), shown_.end(), [&](int32_t a, int32_t b) {
      return sort_order_ == Qt::AscendingOrder ? key(a) < key(b) : key(b) < key(a);
    });
  };
  switch (sort_column_) {
    case kPiece:
      by([this](int32_t id) -> const QString& { return entry(id).piece; });
      break;
    case kKind:
      by([this](int32_t id) { return entry(id).kind; });
      break;
    case kLength:
      by([this](int32_t id) { return entry(id).length; });
      break;
    case kCount:
      by([this](int32_t id) { return hasCounts() ? counts_[static_cast<size_t>(id)] : 0; });
      break;
    default:
      by([](int32_t id) { return id; });
      break;
  }
}

int64_t VocabularyModel::totalRows() const {
  return vocabulary_ ? static_cast<int64_t>(vocabulary_->entries.size()) : 0;
}

int VocabularyModel::rowOf(int32_t id) const {
  const auto found = std::find(shown_.begin(), shown_.end(), id);
  return found == shown_.end() ? -1 : static_cast<int>(found - shown_.begin());
}

void VocabularyModel::setPalette(const QPalette& palette) {
  palette_ = palette;
  if (rowCount() > 0) {
    Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, kColumns - 1), {Qt::ForegroundRole});
  }
}

int VocabularyModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(shown_.size());
}

int VocabularyModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : kColumns;
}

QString VocabularyModel::textOf(int32_t id, int column) const {
  switch (column) {
    case kId:
      return QString::number(id);
    case kPiece:
      return entry(id).piece;
    case kKind:
      return kindOf(id);
    case kLength:
      return QString::number(entry(id).length);
    case kCount:
      return hasCounts() ? QString::number(counts_[static_cast<size_t>(id)]) : QString();
    default:
      return {};
  }
}

QVariant VocabularyModel::data(const QModelIndex& index, int role) const {
  const int32_t id = idAt(index.row());
  switch (role) {
    case Qt::DisplayRole:
      return textOf(id, index.column());
    case Qt::TextAlignmentRole:
      return index.column() == kPiece || index.column() == kKind
                 ? QVariant()
                 : QVariant(Qt::AlignRight | Qt::AlignVCenter);
    case Qt::ForegroundRole:
      return index.column() == kPiece ? QVariant() : QVariant(roleColor(Role::kMutedText, palette_));
    default:
      return {};
  }
}

QVariant VocabularyModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal) {
    return {};
  }
  if (role == Qt::TextAlignmentRole) {
    return section == kPiece || section == kKind ? QVariant(Qt::AlignLeft | Qt::AlignVCenter)
                                                 : QVariant(Qt::AlignRight | Qt::AlignVCenter);
  }
  if (role == Qt::ToolTipRole && section == kLength) {
    return tr("Characters, without the mark of a word start or a continuation");
  }
  if (role != Qt::DisplayRole) {
    return {};
  }
  switch (section) {
    case kId:
      return tr("Id");
    case kPiece:
      return tr("Piece");
    case kKind:
      return tr("Kind");
    case kLength:
      return tr("Length");
    default:
      return tr("Frequency");
  }
}

void VocabularyModel::sort(int column, Qt::SortOrder order_wanted) {
  Q_EMIT layoutAboutToBeChanged();
  const QModelIndexList before = persistentIndexList();
  std::vector<int32_t> ids;
  for (const QModelIndex& each : before) {
    ids.push_back(idAt(each.row()));
  }
  sort_column_ = column;
  sort_order_ = order_wanted;
  order();
  std::vector<int> rows(static_cast<size_t>(totalRows()), -1);
  for (size_t row = 0; row < shown_.size(); ++row) {
    rows[static_cast<size_t>(shown_[row])] = static_cast<int>(row);
  }
  QModelIndexList after;
  for (qsizetype i = 0; i < before.size(); ++i) {
    after.append(index(rows[static_cast<size_t>(ids[static_cast<size_t>(i)])], before[i].column()));
  }
  changePersistentIndexList(before, after);
  Q_EMIT layoutChanged();
}

}  // namespace heddle::ui
