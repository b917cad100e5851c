// The keys of a recipe as editors, group by group, with what is wrong beside each. Keys that the other
// choices leave without an effect are hidden, unless something is wrong with them. Built from the table of
// keys alone, so a new key appears here by itself.

#pragma once

#include <QString>
#include <QWidget>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "engine/recipes/fields.h"
#include "engine/recipes/parse.h"
#include "engine/recipes/recipe.h"

class QGridLayout;
class QLabel;
class QLineEdit;
class QVBoxLayout;

namespace heddle::ui {

class RecipeForm final : public QWidget {
  Q_OBJECT
  Q_DISABLE_COPY_MOVE(RecipeForm)

 public:
  // `groups`: those that can be edited, by name; none = all. Their names are borrowed.
  explicit RecipeForm(std::span<const std::string_view> groups = {}, QWidget* parent = nullptr);

  void setRecipe(const Recipe& recipe);
  // What the editors hold; a field whose text cannot be read keeps its last readable value.
  const Recipe& recipe() const { return recipe_; }

  // Problems of the whole recipe; those of unknown keys are left to the caller. Fields whose own text cannot
  // be read keep saying so.
  void setProblems(const std::vector<RecipeProblem>& problems);
  // Fields whose text cannot be read, as problems.
  std::vector<RecipeProblem> unreadable() const;

  // The editor of a key as problems name it ("phase.0.length"), hidden or not; nullptr = no such key.
  QWidget* editor(const QString& key) const;
  // What stands beside that editor; empty = all is well.
  QString problemText(const QString& key) const;

 Q_SIGNALS:
  void changed();
  // An item was added or taken out: here it goes on.
  void moved(QWidget* to);
  // What the key that the keyboard has come to means.
  void explained(const QString& help);

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;
  void changeEvent(QEvent* event) override;

 private:
  struct Editor {
    const Field* field = nullptr;
    size_t item = 0;  // of a list
    QString key;
    QWidget* widget = nullptr;
    QWidget* cell = nullptr;  // the widget with its buttons
    QLabel* label = nullptr;
    QLabel* problem = nullptr;
    QLabel* heading = nullptr;  // of its section; nullptr = of none
    std::function<void(const QString&)> show;
    QString unreadable;
  };

  void rebuild();
  void addGroup(const FieldGroup& group, size_t item);
  void addListButtons(QGridLayout& grid, const FieldGroup& group, size_t item);
  void addEmptyList(const FieldGroup& group);
  QLabel* addHeading(QGridLayout& grid, std::string_view section);
  void addField(QGridLayout& grid, const Field& field, size_t item, QLabel* heading);
  // After a list has changed: builds anew and goes to the first key of an item, or to the way to one.
  void goOnAt(const FieldGroup& group, size_t item);
  void makeWidget(Editor& editor);
  QWidget* addPathButtons(QLineEdit& line, const Field& field);
  void edited(const QString& key, const QString& text);
  Editor* find(const QString& key);
  void showValues();
  void showUsed();

  std::span<const std::string_view> shown_groups_;
  Recipe recipe_;
  QVBoxLayout* groups_;
  std::vector<Editor> editors_;
};

}  // namespace heddle::ui
