// Every key of a recipe as an editor, group by group, with what is wrong beside it. Built from the table of
// keys alone, so a new key appears here by itself.

#pragma once

#include <QString>
#include <QWidget>
#include <functional>
#include <vector>

#include "engine/recipes/fields.h"
#include "engine/recipes/parse.h"
#include "engine/recipes/recipe.h"

class QGridLayout;
class QLabel;
class QVBoxLayout;

namespace heddle::ui {

class RecipeForm final : public QWidget {
  Q_OBJECT
  Q_DISABLE_COPY_MOVE(RecipeForm)

 public:
  explicit RecipeForm(QWidget* parent = nullptr);

  void setRecipe(const Recipe& recipe);
  // What the editors hold; a field whose text cannot be read keeps its last readable value.
  const Recipe& recipe() const { return recipe_; }

  // Problems of the whole recipe; those of unknown keys are left to the caller. Fields whose own text cannot
  // be read keep saying so.
  void setProblems(const std::vector<RecipeProblem>& problems);
  // Fields whose text cannot be read, as problems.
  std::vector<RecipeProblem> unreadable() const;

  // The editor of a key as problems name it ("phase.0.length"); nullptr = no such key.
  QWidget* editor(const QString& key) const;
  // What stands beside that editor; empty = all is well.
  QString problemText(const QString& key) const;

 Q_SIGNALS:
  void changed();

 private:
  struct Editor {
    const Field* field = nullptr;
    size_t item = 0;  // of a list
    QString key;
    QWidget* widget = nullptr;
    QLabel* problem = nullptr;
    std::function<void(const QString&)> show;
    QString unreadable;
  };

  void rebuild();
  void addGroup(const FieldGroup& group, size_t item);
  void addListButtons(QGridLayout& grid, const FieldGroup& group, size_t item);
  void addEmptyList(const FieldGroup& group);
  void addField(QGridLayout& grid, const Field& field, size_t item);
  void makeWidget(Editor& editor);
  QWidget* addPathButtons(QWidget* line, bool several);
  void edited(const QString& key, const QString& text);
  Editor* find(const QString& key);
  void showValues();

  Recipe recipe_;
  QVBoxLayout* groups_;
  std::vector<Editor> editors_;
};

}  // namespace heddle::ui
