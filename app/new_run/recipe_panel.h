// A recipe in the making: the form, what is wrong with it in one line, and beside the form what the recipe
// will look like, cost and be run by. The part that all dialogs which make recipes share.

#pragma once

#include <QThreadPool>
#include <QTimer>
#include <QWidget>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "engine/recipes/check.h"
#include "engine/recipes/parse.h"

class QLabel;
class QPlainTextEdit;
class QScrollArea;
class QTabWidget;

namespace heddle::ui {

class RecipeForm;

struct RecipePanelOptions {
  std::span<const std::string_view> groups = {};  // those that can be edited; none = all
  RecipeUse use = RecipeUse::kTrain;
  // What a sound recipe with such a vocabulary costs, on any thread; none = there is no such preview.
  std::function<QString(const Recipe&, int64_t vocab_size)> estimate = {};
  QString command = {};  // that the recipe will be given to
};

class RecipePanel final : public QWidget {
  Q_OBJECT
  Q_DISABLE_COPY_MOVE(RecipePanel)

 public:
  explicit RecipePanel(RecipePanelOptions options, QWidget* parent = nullptr);
  ~RecipePanel() override;

  RecipeForm& form() { return *form_; }
  // What the form holds, as a file with the groups alone.
  QString toml() const;
  // What is wrong, or set without an effect: for the dialog to place.
  QLabel* reason() const { return reason_; }
  // The last check has seen what the form holds now.
  bool checked() const { return !check_timer_.isActive() && seen_ == edits_; }

  // A page of the dialog's own before that of the recipe's text; the panel owns it from now on.
  void addPreview(QWidget* preview, const QString& name);
  void showPreview(QWidget* preview);

  // Takes a recipe with what was wrong in its file, which is told until the first edit.
  void setRecipe(const Recipe& recipe, std::vector<RecipeProblem> file_problems = {});
  void setProblem(const QString& text);

 public Q_SLOTS:
  // Asks for a file; saves there beside the window's thread, or hands it to fileChosen().
  void askToSave();
  void askToOpen();

 Q_SIGNALS:
  void edited();
  // Whether the recipe has no problem, after every edit.
  void judged(bool fine);
  void fileChosen(const QString& path);

 protected:
  void changeEvent(QEvent* event) override;

 private:
  struct Verdict {
    int edits = 0;
    std::vector<RecipeProblem> problems;
    std::vector<RecipeProblem> notes;  // what is set without an effect
    QString estimate;
    QString toml;
  };

  void tell(const QString& text, bool is_problem);
  void colorReason();
  void noteEdit();
  void startCheck();
  void showVerdict(const Verdict& verdict);

  RecipePanelOptions options_;
  RecipeForm* form_;
  QScrollArea* scroll_;
  QLabel* help_;
  QTabWidget* previews_;
  QLabel* estimate_;
  QPlainTextEdit* toml_;
  QLabel* reason_;
  QTimer check_timer_;
  QThreadPool checks_;       // files are looked at off the window's thread
  bool is_problem_ = false;  // what the reason tells
  int edits_ = 0;
  int seen_ = -1;
  std::vector<RecipeProblem> file_problems_;  // of the file as it was read, until the first edit
};

// Room for so many letters and lines in a dialog, as far as its screen has it.
QSize dialogRoom(const QWidget& dialog, int letters, int lines);

}  // namespace heddle::ui
