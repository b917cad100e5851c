// Makes a run: from a preset, a recipe file or another run's recipe. Every key is on one page; what is wrong
// stands beside its field, what it will cost and train on stands beside the form, and Start says why it is
// disabled.

#pragma once

#include <QDialog>
#include <QThreadPool>
#include <QTimer>
#include <filesystem>
#include <vector>

#include "engine/base/paths.h"
#include "engine/recipes/parse.h"
#include "engine/recipes/sizes.h"

class QComboBox;
class QLabel;
class QPlainTextEdit;
class QPushButton;
class QScrollArea;
class QTabWidget;

namespace heddle::ui {

class RecipeForm;
class RowsFeed;
class RowsPage;

struct NewRunOptions {
  Workspace workspace;          // for the preview of the command
  double flops_per_second = 0;  // measured on this machine; 0 = unknown, no time is predicted
  QString recipe_toml;          // to begin with; empty = the first preset
  QString name_suffix;          // " copy"
};

class NewRunDialog final : public QDialog {
  Q_OBJECT
  Q_DISABLE_COPY_MOVE(NewRunDialog)

 public:
  explicit NewRunDialog(const NewRunOptions& options, QWidget* parent = nullptr);
  ~NewRunDialog() override;

  RecipeForm& form() { return *form_; }
  // The last check has seen what the form holds now.
  bool checked() const { return !check_timer_.isActive() && seen_ == edits_; }

 Q_SIGNALS:
  // The user wants this run, now or queued. The recipe has passed all checks.
  void runRequested(const QString& name, const QString& recipe_toml, bool start);

 private:
  struct Verdict {
    int edits = 0;
    std::vector<RecipeProblem> problems;
    std::vector<RecipeProblem> notes;  // what is set without an effect
    QString estimate;
    QString toml;
  };

  void fillPresets();
  void choosePreset(int index);
  void openFile(const QString& path);
  void openText(const QString& toml, const QString& source);
  void edited();
  void startCheck();
  void showVerdict(const Verdict& verdict);
  void request(bool start);
  void saveRecipe();

  NewRunOptions options_;
  RecipeForm* form_;
  QScrollArea* scroll_;
  QComboBox* presets_;
  QLabel* help_;
  QLabel* estimate_;
  QPlainTextEdit* toml_;
  QPlainTextEdit* command_;
  RowsPage* rows_;
  RowsFeed* rows_feed_;
  QTabWidget* previews_;
  QLabel* reason_;
  QPushButton* start_;
  QPushButton* queue_;
  QPushButton* first_batch_;
  QTimer check_timer_;
  QThreadPool checks_;  // files are looked at off the window's thread
  int edits_ = 0;
  int seen_ = -1;
  std::vector<RecipeProblem> file_problems_;  // of the file as it was read, until the first edit
};

}  // namespace heddle::ui
