#include "app/new_run/recipe_form.h"

#include <QCheckBox>
#include <QComboBox>
#include <QFileDialog>
#include <QGridLayout>
#include <QGroupBox>
#include <QLabel>
#include <QLineEdit>
#include <QSignalBlocker>
#include <QToolButton>
#include <algorithm>
#include <filesystem>

#include "views/common/palette.h"

namespace heddle::ui {
namespace {

QString text(std::string_view utf8) {
  return QString::fromUtf8(utf8.data(), static_cast<qsizetype>(utf8.size()));
}

// A wheel meant for scrolling the form must not change a choice under the pointer.
class ScrollSafeComboBox final : public QComboBox {
 public:
  using QComboBox::QComboBox;

 protected:
  void wheelEvent(QWheelEvent* event) override { event->ignore(); }
};

}  // namespace

RecipeForm::RecipeForm(std::span<const std::string_view> groups, QWidget* parent)
    : QWidget(parent), shown_groups_(groups), groups_(new QVBoxLayout(this)) {
  groups_->setContentsMargins(8, 8, 8, 8);
  groups_->setSpacing(12);
  rebuild();
}

void RecipeForm::setRecipe(const Recipe& recipe) {
  recipe_ = recipe;
  rebuild();
  Q_EMIT changed();
}

void RecipeForm::rebuild() {
  editors_.clear();
  while (QLayoutItem* item = groups_->takeAt(0)) {
    // The click of a button inside may have led here.
    if (item->widget() != nullptr) {
      item->widget()->hide();
      item->widget()->setParent(nullptr);
      item->widget()->deleteLater();
    }
    delete item;
  }
  for (const FieldGroup& group : recipeGroups()) {
    if (!shown_groups_.empty() &&
        std::find(shown_groups_.begin(), shown_groups_.end(), group.name) == shown_groups_.end()) {
      continue;
    }
    for (size_t item = 0; item < group.count(recipe_); ++item) {
      addGroup(group, item);
    }
    if (group.count(recipe_) == 0) {
      addEmptyList(group);
    }
  }
  groups_->addStretch(1);
  showValues();
  showUsed();
}

void RecipeForm::goOnAt(const FieldGroup& group, size_t item) {
  setRecipe(Recipe(recipe_));
  const size_t count = group.count(recipe_);
  const auto first = std::find_if(recipeFields().begin(), recipeFields().end(),
                                  [&](const Field& field) { return field.group == group.name; });
  QWidget* to = count == 0 ? findChild<QWidget*>(QStringLiteral("add-%1").arg(text(group.name)))
                           : editor(QString::fromStdString(fieldKey(*first, std::min(item, count - 1))));
  to->setFocus(Qt::OtherFocusReason);
  Q_EMIT moved(to);
}

void RecipeForm::addGroup(const FieldGroup& group, size_t item) {
  const QString title =
      group.isList() ? tr("%1 %2").arg(text(group.item_label)).arg(item + 1) : text(group.label);
  auto* box = new QGroupBox(title, this);
  auto* grid = new QGridLayout(box);
  grid->setColumnMinimumWidth(0, 26 * fontMetrics().averageCharWidth());
  grid->setColumnStretch(1, 1);
  grid->setVerticalSpacing(4);
  std::string_view section;
  QLabel* heading = nullptr;
  for (const Field& field : recipeFields()) {
    if (field.group != group.name) {
      continue;
    }
    if (field.section != section) {
      section = field.section;
      heading = addHeading(*grid, section);
    }
    addField(*grid, field, item, heading);
  }
  if (group.isList()) {
    addListButtons(*grid, group, item);
  }
  groups_->addWidget(box);
  box->show();  // counted by the layout at once
}

QLabel* RecipeForm::addHeading(QGridLayout& grid, std::string_view section) {
  auto* heading = new QLabel(text(section), grid.parentWidget());
  heading->setForegroundRole(QPalette::PlaceholderText);
  heading->setContentsMargins(0, 6, 0, 0);
  grid.addWidget(heading, grid.rowCount(), 0, 1, 2);
  return heading;
}

void RecipeForm::addListButtons(QGridLayout& grid, const FieldGroup& group, size_t item) {
  QWidget* box = grid.parentWidget();
  const QString name = text(group.item_label).toLower();
  auto* buttons = new QHBoxLayout;
  auto* add = new QToolButton(box);
  add->setText(tr("Add a %1 after this one").arg(name));
  add->setObjectName(QStringLiteral("add-%1-%2").arg(text(group.name)).arg(item));
  auto* remove = new QToolButton(box);
  remove->setText(tr("Remove this %1").arg(name));
  remove->setObjectName(QStringLiteral("remove-%1-%2").arg(text(group.name)).arg(item));
  remove->setEnabled(group.count(recipe_) > 1 || !group.without.empty());
  buttons->addWidget(add);
  buttons->addWidget(remove);
  buttons->addStretch(1);
  grid.addLayout(buttons, grid.rowCount(), 0, 1, 2);
  connect(add, &QToolButton::clicked, this, [this, &group, item] {
    group.duplicate(recipe_, item);
    goOnAt(group, item + 1);
  });
  connect(remove, &QToolButton::clicked, this, [this, &group, item] {
    group.remove(recipe_, item);
    goOnAt(group, item);
  });
}

// What a list without items means, and a way to its first one.
void RecipeForm::addEmptyList(const FieldGroup& group) {
  auto* box = new QGroupBox(text(group.label), this);
  auto* row = new QHBoxLayout(box);
  row->addWidget(new QLabel(tr("None: %1.").arg(text(group.without)), box));
  auto* add = new QToolButton(box);
  add->setText(tr("Add a %1").arg(text(group.item_label).toLower()));
  add->setObjectName(QStringLiteral("add-%1").arg(text(group.name)));
  row->addWidget(add);
  row->addStretch(1);
  connect(add, &QToolButton::clicked, this, [this, &group] {
    group.resize(recipe_, 1);
    goOnAt(group, 0);
  });
  groups_->addWidget(box);
  box->show();  // counted by the layout at once
}

void RecipeForm::addField(QGridLayout& grid, const Field& field, size_t item, QLabel* heading) {
  QWidget* box = grid.parentWidget();
  Editor editor{.field = &field, .item = item, .key = QString::fromStdString(fieldKey(field, item))};
  editor.heading = heading;
  editor.problem = new QLabel(box);
  editor.problem->setWordWrap(true);
  setTextRole(*editor.problem, Role::kError, palette());
  editor.problem->setObjectName(editor.key + u"-problem");
  makeWidget(editor);
  editor.widget->setObjectName(editor.key);
  const QString help = text(field.help) + u"\n" + editor.key;
  editor.widget->setToolTip(help);
  editor.widget->setAccessibleDescription(text(field.help));
  editor.widget->installEventFilter(this);
  editor.label = new QLabel(text(field.label), box);
  editor.label->setToolTip(help);
  editor.label->setBuddy(editor.widget);
  editor.cell = field.type == FieldType::kPath || field.type == FieldType::kPathList
                    ? addPathButtons(*static_cast<QLineEdit*>(editor.widget), field)
                    : editor.widget;
  const int row = grid.rowCount();
  grid.addWidget(editor.label, row, 0, Qt::AlignLeft | Qt::AlignVCenter);
  grid.addWidget(editor.cell, row, 1);
  grid.addWidget(editor.problem, row + 1, 1);
  editors_.push_back(std::move(editor));
}

void RecipeForm::makeWidget(Editor& editor) {
  const QString key = editor.key;
  switch (editor.field->type) {
    case FieldType::kBoolean: {
      auto* check = new QCheckBox(this);
      editor.show = [check](const QString& value) { check->setChecked(value == u"true"); };
      connect(check, &QCheckBox::toggled, this,
              [this, key](bool on) { edited(key, on ? QStringLiteral("true") : QStringLiteral("false")); });
      editor.widget = check;
      return;
    }
    case FieldType::kChoice:
    case FieldType::kText: {
      if (editor.field->choices.empty()) {
        break;
      }
      auto* combo = new ScrollSafeComboBox(this);
      combo->setFocusPolicy(Qt::StrongFocus);
      combo->setEditable(editor.field->type == FieldType::kText);
      for (const std::string_view choice : editor.field->choices) {
        combo->addItem(text(choice));
      }
      editor.show = [combo](const QString& value) {
        if (combo->isEditable()) {
          combo->setEditText(value);
        } else {
          combo->setCurrentIndex(combo->findText(value));
        }
      };
      connect(combo, &QComboBox::currentTextChanged, this,
              [this, key](const QString& value) { edited(key, value); });
      editor.widget = combo;
      return;
    }
    default:
      break;
  }
  auto* line = new QLineEdit(this);
  editor.show = [line](const QString& value) { line->setText(value); };
  connect(line, &QLineEdit::textChanged, this, [this, key](const QString& value) { edited(key, value); });
  if (editor.field->type == FieldType::kPathList || editor.field->type == FieldType::kPath) {
    line->setPlaceholderText(text(editor.field->help));
  }
  editor.widget = line;
}

QWidget* RecipeForm::addPathButtons(QLineEdit& line, const Field& field) {
  const bool several = field.type == FieldType::kPathList;
  auto* cell = new QWidget(this);
  auto* layout = new QHBoxLayout(cell);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(2);
  layout->addWidget(&line, 1);
  const auto addButton = [&](const QString& words, QFileDialog::FileMode mode) {
    auto* button = new QToolButton(cell);
    button->setText(words);
    button->setAccessibleName(text(field.label) + u": " + words);
    layout->addWidget(button);
    connect(button, &QToolButton::clicked, &line, [this, &line, &field, mode, several] {
      auto* dialog = new QFileDialog(this, text(field.label));
      dialog->setAttribute(Qt::WA_DeleteOnClose);
      dialog->setFileMode(mode);
      connect(dialog, &QFileDialog::filesSelected, &line, [&line, &field, several](const QStringList& files) {
        if (!several) {
          line.setText(files.value(0));
          return;
        }
        // Names with commas are written as the table of keys reads them.
        const Result<FieldValue> before = fieldValueFromText(field, line.text().toStdString());
        auto all = before ? std::get<std::vector<std::string>>(*before) : std::vector<std::string>();
        for (const QString& file : files) {
          all.push_back(file.toStdString());
        }
        line.setText(text(fieldValueText(all)));
      });
      dialog->open();
    });
  };
  addButton(several ? tr("Files…") : tr("File…"),
            several ? QFileDialog::ExistingFiles : QFileDialog::ExistingFile);
  // A tokeniser is a file or a folder.
  if (several || field.path == "text.vocabulary") {
    addButton(tr("Folder…"), QFileDialog::Directory);
  }
  return cell;
}

RecipeForm::Editor* RecipeForm::find(const QString& key) {
  const auto found =
      std::find_if(editors_.begin(), editors_.end(), [&](const Editor& editor) { return editor.key == key; });
  return found == editors_.end() ? nullptr : &*found;
}

void RecipeForm::edited(const QString& key, const QString& words) {
  Editor* editor = find(key);
  if (editor == nullptr) {
    return;
  }
  const Field& field = *editor->field;
  const Status set = setField(recipe_, field, editor->item, words.trimmed().toStdString());
  editor->unreadable = set ? QString() : text(set.error().message());
  if (set) {
    // The recipe goes to the run's folder: paths must not depend on where it lies.
    FieldValue value = field.get(recipe_, editor->item);
    std::error_code ignored;
    resolvePaths(field, value, std::filesystem::current_path(ignored));
    field.set(recipe_, editor->item, value);
  }
  if (set && field.path == "model.preset") {
    showValues();
  }
  showUsed();
  Q_EMIT changed();
}

void RecipeForm::showUsed() {
  for (Editor& editor : editors_) {
    if (editor.heading != nullptr) {
      editor.heading->hide();
    }
  }
  for (Editor& editor : editors_) {
    const bool wrong = !editor.unreadable.isEmpty() || !editor.problem->text().isEmpty();
    const bool used = wrong || isUsed(*editor.field, recipe_, editor.item);
    editor.label->setVisible(used);
    editor.cell->setVisible(used);
    editor.problem->setVisible(wrong);
    if (used && editor.heading != nullptr) {
      editor.heading->show();
    }
  }
}

// Tool tips are the mouse's alone.
bool RecipeForm::eventFilter(QObject* watched, QEvent* event) {
  if (event->type() == QEvent::FocusIn) {
    const auto found = std::find_if(editors_.begin(), editors_.end(),
                                    [&](const Editor& editor) { return editor.widget == watched; });
    if (found != editors_.end()) {
      Q_EMIT explained(text(found->field->help) + u"  " + found->key);
    }
  }
  return QWidget::eventFilter(watched, event);
}

void RecipeForm::changeEvent(QEvent* event) {
  if (event->type() == QEvent::PaletteChange) {
    for (const Editor& editor : editors_) {
      setTextRole(*editor.problem, Role::kError, palette());
    }
  }
  QWidget::changeEvent(event);
}

void RecipeForm::showValues() {
  for (Editor& editor : editors_) {
    const QSignalBlocker quiet(editor.widget);
    editor.show(text(fieldValueText(editor.field->get(recipe_, editor.item))));
    editor.unreadable.clear();
  }
}

std::vector<RecipeProblem> RecipeForm::unreadable() const {
  std::vector<RecipeProblem> problems;
  for (const Editor& editor : editors_) {
    if (!editor.unreadable.isEmpty()) {
      problems.push_back({.key = editor.key.toStdString(), .text = editor.unreadable.toStdString()});
    }
  }
  return problems;
}

void RecipeForm::setProblems(const std::vector<RecipeProblem>& problems) {
  for (Editor& editor : editors_) {
    QStringList words;
    if (!editor.unreadable.isEmpty()) {
      words.append(editor.unreadable);
    } else {
      for (const RecipeProblem& problem : problems) {
        if (text(problem.key) == editor.key) {
          words.append(text(problem.hint.empty() ? problem.text : problem.text + " (" + problem.hint + ")"));
        }
      }
    }
    editor.problem->setText(words.join(u'\n'));
  }
  showUsed();
}

QWidget* RecipeForm::editor(const QString& key) const {
  for (const Editor& editor : editors_) {
    if (editor.key == key) {
      return editor.widget;
    }
  }
  return nullptr;
}

QString RecipeForm::problemText(const QString& key) const {
  for (const Editor& editor : editors_) {
    if (editor.key == key) {
      return editor.problem->text();
    }
  }
  return {};
}

}  // namespace heddle::ui
