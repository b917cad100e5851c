#include "views/runs/inspector_view.h"

#include <QApplication>
#include <QClipboard>
#include <QEvent>
#include <QHeaderView>
#include <QLabel>
#include <QPainter>
#include <QStackedLayout>
#include <QStyledItemDelegate>
#include <QToolButton>
#include <QTreeWidget>
#include <QVBoxLayout>

#include "views/common/empty_state.h"
#include "views/common/number_format.h"
#include "views/common/palette.h"
#include "views/runs/runs_model.h"

namespace heddle::ui {
namespace {

constexpr int kStepRole = Qt::UserRole;
constexpr int kGroupRole = Qt::UserRole + 1;  // a group's name, whatever count its title shows

QString text(const std::string& utf8) {
  return QString::fromStdString(utf8);
}

// Local, without the seconds that nobody asks for.
QString formatMinute(double seconds) {
  return formatWallTime(seconds).chopped(3);
}

// A value without a measured one beside it takes both columns, and more lines where that is not enough.
class WideValueDelegate final : public QStyledItemDelegate {
 public:
  explicit WideValueDelegate(QTreeWidget* tree) : QStyledItemDelegate(tree), tree_(tree) {}

  void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
    if (!isWide(index)) {
      QStyledItemDelegate::paint(painter, option, index);
      return;
    }
    QStyleOptionViewItem whole = option;
    const int left = tree_->columnViewportPosition(1);
    whole.rect.setLeft(left);
    whole.rect.setWidth(width());
    painter->save();
    painter->setClipRect(option.rect);
    QStyledItemDelegate::paint(painter, wrapping(whole), index.siblingAtColumn(1));
    painter->restore();
  }

  QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override {
    const QSize hint = QStyledItemDelegate::sizeHint(option, index);
    if (!isWide(index)) {
      return hint;
    }
    QStyleOptionViewItem whole = wrapping(option);
    whole.rect = QRect(0, 0, width(), hint.height());
    const int height = hint.width() <= width()
                           ? hint.height()
                           : QStyledItemDelegate::sizeHint(whole, index.siblingAtColumn(1)).height();
    // Columns are as wide as pairs of values need.
    return {1, height};
  }

 protected:
  void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override {
    const auto features = option->features & QStyleOptionViewItem::WrapText;
    QStyledItemDelegate::initStyleOption(option, index);
    option->features |= features;
  }

 private:
  static QStyleOptionViewItem wrapping(QStyleOptionViewItem option) {
    option.features |= QStyleOptionViewItem::WrapText;
    return option;
  }
  static bool isWide(const QModelIndex& index) {
    return index.column() > 0 && index.siblingAtColumn(2).data().toString().isEmpty() &&
           !index.siblingAtColumn(1).data().toString().isEmpty();
  }
  int width() const { return tree_->columnWidth(1) + tree_->columnWidth(2); }

  const QTreeWidget* tree_;
};

QString known(double value, QString (*format)(double)) {
  return value > 0 ? format(value) : QString();
}

}  // namespace

InspectorView::InspectorView(QWidget* parent)
    : QWidget(parent),
      pages_(new QStackedLayout(this)),
      empty_(new EmptyState(this)),
      title_(new QLabel(this)),
      failure_(new QLabel(this)),
      tree_(new QTreeWidget(this)),
      copy_recipe_(new QToolButton(this)) {
  empty_->setMessage(EmptyState::Kind::kNothingYet, tr("No run is selected."),
                     tr("Click a run in the table to see its recipe, sizes and checkpoints."));
  title_->setWordWrap(true);
  title_->setTextInteractionFlags(Qt::TextSelectableByMouse);
  QFont bold = font();
  bold.setBold(true);
  title_->setFont(bold);
  failure_->setWordWrap(true);
  failure_->setTextInteractionFlags(Qt::TextSelectableByMouse);
  failure_->setObjectName(QStringLiteral("inspector-failure"));
  tree_->setColumnCount(3);
  tree_->setHeaderLabels({tr("Property"), tr("Value"), tr("Measured")});
  tree_->setIndentation(10);
  tree_->setObjectName(QStringLiteral("inspector-tree"));
  tree_->setItemDelegate(new WideValueDelegate(tree_));
  QHeaderView* const header = tree_->header();
  header->setStretchLastSection(false);
  header->setSectionResizeMode(2, QHeaderView::Stretch);
  connect(tree_, &QTreeWidget::expanded, this, &InspectorView::fitColumns);
  // Values break into lines by the columns' widths.
  connect(header, &QHeaderView::sectionResized, tree_, &QTreeWidget::doItemsLayout, Qt::QueuedConnection);
  copy_recipe_->setText(tr("Copy recipe"));
  copy_recipe_->setAutoRaise(true);

  auto* page = new QWidget(this);
  auto* layout = new QVBoxLayout(page);
  layout->setContentsMargins(4, 4, 4, 4);
  layout->setSpacing(4);
  auto* top = new QHBoxLayout;
  top->addWidget(title_, 1);
  top->addWidget(copy_recipe_, 0, Qt::AlignTop);
  layout->addLayout(top);
  layout->addWidget(failure_);
  layout->addWidget(tree_);
  pages_->addWidget(empty_);
  pages_->addWidget(page);

  connect(copy_recipe_, &QToolButton::clicked, this,
          [this] { QApplication::clipboard()->setText(recipe_text_); });
  connect(tree_, &QTreeWidget::itemDoubleClicked, this, [this](const QTreeWidgetItem* item) {
    const QVariant step = item->data(0, kStepRole);
    if (step.isValid()) {
      Q_EMIT checkpointActivated(step.toLongLong());
    }
  });
  setRun(std::nullopt);
  updateColors();
}

void InspectorView::setRun(const std::optional<RunRow>& run) {
  pages_->setCurrentIndex(run ? 1 : 0);
  const QString id = run ? text(run->id) : QString();
  if (id != run_id_) {
    run_id_ = id;
    recipe_text_.clear();
    tree_->clear();
    copy_recipe_->setEnabled(false);
  }
  if (!run) {
    return;
  }
  title_->setText(run->name.empty() ? id : text(run->name));
  QString failure = text(run->failure);
  if (failure.isEmpty() && run->state == RunState::kCrashed) {
    failure = tr("The engine's heartbeat was lost. Resume continues the run from its last checkpoint.");
  }
  failure_->setText(failure);
  failure_->setVisible(!failure.isEmpty());

  QTreeWidgetItem* const cost = group(tr("Estimate beside measured"), true);
  setRow(cost, tr("Peak memory"), known(run->memory_estimate_bytes, formatBytes),
         known(run->peak_memory_bytes.value_or(0), formatBytes),
         tr("Value: estimated before the first step"));
  setRow(cost, tr("Engine time"), known(run->predicted_seconds, formatDuration),
         known(run->engine_seconds, formatDuration), tr("Value: predicted for the whole run"));
  setRow(cost, tr("Tokens/s, last"), {}, known(run->tokens_per_second.value_or(0), formatCount));
  setRow(cost, tr("Steps"), run->total_steps > 0 ? groupedInteger(run->total_steps) : QString(),
         groupedInteger(run->step));

  QTreeWidgetItem* const facts = group(tr("Run"), true);
  setRow(facts, tr("Status"), stateLabel(run->state));
  setRow(facts, tr("Model"), text(run->family));
  setRow(facts, tr("Objective"), text(run->objective));
  setRow(facts, tr("Parameters"), run->parameters > 0 ? groupedInteger(run->parameters) : QString());
  setRow(facts, tr("FLOPs per step"), known(run->flops_per_step, formatCount));
  setRow(facts, tr("Seed"), QString::number(run->seed));
  setRow(facts, tr("Device"), text(run->device));
  setRow(facts, tr("Precision"), text(run->precision));
  setRow(facts, tr("Host"), text(run->host));
  setRow(facts, tr("Started"), known(run->started, formatMinute));
  setRow(facts, tr("Folder"), id);
  if (run->bad_lines > 0) {
    setRow(facts, tr("Unreadable lines"), groupedInteger(run->bad_lines), {},
           tr("Lines of its event stream"));
  }
  fitColumns();
  // A new value may be wide: its own cell is not all that changes.
  tree_->viewport()->update();
}

void InspectorView::fitColumns() {
  for (const int column : {0, 1}) {
    // Numbers that change every second must not move the columns to and fro.
    const int before = tree_->columnWidth(column);
    tree_->resizeColumnToContents(column);
    if (fitted_run_ == run_id_ && tree_->columnWidth(column) < before) {
      tree_->setColumnWidth(column, before);
    }
  }
  fitted_run_ = run_id_;
}

void InspectorView::setDetails(const RunDetails& details) {
  if (details.run_id != run_id_ || run_id_.isEmpty()) {
    return;
  }
  recipe_text_ = details.recipe_text;
  copy_recipe_->setEnabled(!recipe_text_.isEmpty());

  QTreeWidgetItem* const checkpoints = group(tr("Checkpoints"), false);
  while (checkpoints->childCount() > 0) {
    delete checkpoints->takeChild(checkpoints->childCount() - 1);
  }
  for (const CheckpointRow& row : details.checkpoints) {
    auto* item = new QTreeWidgetItem(checkpoints);
    item->setText(0, tr("Step %1").arg(groupedInteger(row.step)));
    item->setText(1, formatBytes(static_cast<double>(row.bytes)));
    item->setText(2, formatWallTime(row.time));
    item->setData(0, kStepRole, static_cast<qlonglong>(row.step));
    item->setToolTip(0, text(row.path) + u'\n' + tr("Double-click: its attention"));
  }
  checkpoints->setText(0, tr("Checkpoints: %1").arg(details.checkpoints.size()));

  if (!details.sizes.empty()) {
    QTreeWidgetItem* const sizes = group(tr("Sizes"), false);
    for (const DetailEntry& entry : details.sizes) {
      setRow(sizes, entry.label, entry.value, {}, entry.help);
    }
  }
  QTreeWidgetItem* const recipe = group(tr("Recipe"), true);
  // What could not be read is the first row, before the groups that could.
  const bool stands = recipe->childCount() > 0 && recipe->child(0)->text(0) == tr("Unreadable");
  const bool unreadable = !details.recipe_problem.isEmpty();
  if (stands && !unreadable) {
    delete recipe->takeChild(0);
  } else if (unreadable && !stands) {
    recipe->insertChild(0, new QTreeWidgetItem(QStringList{tr("Unreadable")}));
  }
  if (unreadable) {
    setRow(recipe, tr("Unreadable"), details.recipe_problem, {}, details.recipe_problem);
  }
  for (size_t g = 0; g < details.recipe.size(); ++g) {
    const int at = static_cast<int>(g) + (unreadable ? 1 : 0);
    QTreeWidgetItem* part = at < recipe->childCount() ? recipe->child(at) : new QTreeWidgetItem(recipe);
    part->setText(0, details.recipe[g].title);
    part->setFirstColumnSpanned(true);
    for (const DetailEntry& entry : details.recipe[g].entries) {
      setRow(part, entry.label, entry.value, {}, entry.help);
    }
  }
  fitColumns();
}

QTreeWidgetItem* InspectorView::group(const QString& title, bool expanded) {
  for (int i = 0; i < tree_->topLevelItemCount(); ++i) {
    if (tree_->topLevelItem(i)->data(0, kGroupRole) == title) {
      return tree_->topLevelItem(i);
    }
  }
  auto* item = new QTreeWidgetItem(tree_, QStringList{title});
  QFont bold = tree_->font();
  bold.setBold(true);
  item->setFont(0, bold);
  item->setData(0, kGroupRole, title);
  item->setFirstColumnSpanned(true);
  item->setExpanded(expanded);
  return item;
}

void InspectorView::setRow(QTreeWidgetItem* parent, const QString& label, const QString& value,
                           const QString& measured_value, const QString& help) {
  QTreeWidgetItem* row = nullptr;
  for (int i = 0; i < parent->childCount() && row == nullptr; ++i) {
    if (parent->child(i)->text(0) == label) {
      row = parent->child(i);
    }
  }
  if (row == nullptr) {
    row = new QTreeWidgetItem(parent, QStringList{label});
  }
  row->setText(1, value);
  row->setText(2, measured_value);
  row->setToolTip(0, help);
  row->setToolTip(1, value);
}

QTreeWidgetItem* InspectorView::findRow(const QString& label) const {
  const QList<QTreeWidgetItem*> rows = tree_->findItems(label, Qt::MatchExactly | Qt::MatchRecursive);
  return rows.isEmpty() ? nullptr : rows.first();
}

QString InspectorView::value(const QString& label) const {
  const QTreeWidgetItem* row = findRow(label);
  return row != nullptr ? row->text(1) : QString();
}

QString InspectorView::measured(const QString& label) const {
  const QTreeWidgetItem* row = findRow(label);
  return row != nullptr ? row->text(2) : QString();
}

QString InspectorView::failureText() const {
  return failure_->text();
}

void InspectorView::changeEvent(QEvent* event) {
  QWidget::changeEvent(event);
  if (event->type() == QEvent::PaletteChange) {
    updateColors();
  }
}

void InspectorView::updateColors() {
  setTextRole(*failure_, Role::kError, palette());
}

}  // namespace heddle::ui
