// Makes tokenisers and packed corpora out of text: the part of a recipe that is about text, in the form that
// New run has for the whole.

#pragma once

#include <QDialog>
#include <QString>

#include "engine/base/paths.h"

class QPushButton;

namespace heddle::ui {

class RecipeForm;
class RecipePanel;

struct PrepareOptions {
  Workspace workspace;  // for the preview of the command
  QString recipe_toml;  // to begin with; empty = the defaults
};

class PrepareDialog final : public QDialog {
  Q_OBJECT
  Q_DISABLE_COPY_MOVE(PrepareDialog)

 public:
  explicit PrepareDialog(const PrepareOptions& options, QWidget* parent = nullptr);

  RecipeForm& form();
  // The last check has seen what the form holds now.
  bool checked() const;
  // While other text is prepared, this one has to wait.
  void setBusy(bool busy);

 Q_SIGNALS:
  // The recipe's [text] and [[corpus]] have passed all checks.
  void prepareRequested(const QString& recipe_toml);

 private:
  void openFile(const QString& path);
  void setReady();

  RecipePanel* panel_;
  QPushButton* prepare_;
  bool fine_ = false;
  bool busy_ = false;
};

}  // namespace heddle::ui
