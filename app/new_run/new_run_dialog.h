// Makes a run: from a preset, a recipe file or another run's recipe. Every key is on one page; what is wrong
// stands beside its field, what it will cost and train on stands beside the form, and Start says why it is
// disabled.

#pragma once

#include <QDialog>
#include <QString>
#include <optional>

#include "engine/base/paths.h"
#include "engine/recipes/recipe.h"

class QComboBox;
class QPushButton;

namespace heddle::ui {

class RecipeForm;
class RecipePanel;
class RowsFeed;
class RowsPage;

struct NewRunOptions {
  Workspace workspace;          // for the preview of the command
  double flops_per_second = 0;  // measured on this machine; 0 = unknown, no time is predicted
  QString recipe_toml = {};     // to begin with; empty = the first preset
  QString name_suffix = {};     // " copy"
  // Its name, text and corpora take the place of those of every preset and file.
  std::optional<Recipe> text_of = {};
};

class NewRunDialog final : public QDialog {
  Q_OBJECT
  Q_DISABLE_COPY_MOVE(NewRunDialog)

 public:
  explicit NewRunDialog(const NewRunOptions& options, QWidget* parent = nullptr);

  RecipeForm& form();
  // The last check has seen what the form holds now.
  bool checked() const;

 Q_SIGNALS:
  // The user wants this run, now or queued. The recipe has passed all checks.
  void runRequested(const QString& name, const QString& recipe_toml, bool start);

 private:
  void fillPresets();
  void choosePreset(int index);
  void openFile(const QString& path);
  void openText(const QString& toml, const QString& source, const QString& name_suffix = {});
  // The recipe on the text that the options ask for.
  Recipe withText(Recipe recipe) const;
  void setReady(bool ready);
  void request(bool start);

  NewRunOptions options_;
  RecipePanel* panel_;
  QComboBox* presets_;
  RowsPage* rows_;
  RowsFeed* rows_feed_;
  QPushButton* start_;
  QPushButton* queue_;
  QPushButton* first_batch_;
};

}  // namespace heddle::ui
