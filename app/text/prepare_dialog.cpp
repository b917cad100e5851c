#include "app/text/prepare_dialog.h"

#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include "app/new_run/recipe_form.h"
#include "app/new_run/recipe_panel.h"
#include "app/text/corpus_feed.h"
#include "engine/base/file.h"
#include "engine/recipes/fields.h"

namespace heddle::ui {

PrepareDialog::PrepareDialog(const PrepareOptions& options, QWidget* parent)
    : QDialog(parent),
      panel_(new RecipePanel({.groups = textGroups(),
                              .use = RecipeUse::kText,
                              .command = CorpusFeed::commandLine(options.workspace)},
                             this)),
      prepare_(new QPushButton(tr("Prepare"), this)) {
  setWindowTitle(tr("Prepare text"));
  setObjectName(QStringLiteral("prepare-text"));
  prepare_->setObjectName(QStringLiteral("prepare-start"));
  panel_->reason()->setObjectName(QStringLiteral("prepare-reason"));
  auto* what = new QLabel(tr("Learns the tokenisers, fine and coarse, and packs each corpus. What is there "
                             "already is used again."),
                          this);
  what->setWordWrap(true);
  auto* open = new QPushButton(tr("Recipe file…"), this);
  auto* save = new QPushButton(tr("Save recipe…"), this);
  auto* cancel = new QPushButton(tr("Cancel"), this);
  auto* top = new QHBoxLayout;
  top->addWidget(what, 1);
  top->addWidget(open);
  auto* bottom = new QHBoxLayout;
  bottom->addWidget(save);
  bottom->addWidget(panel_->reason(), 1);
  bottom->addWidget(cancel);
  bottom->addWidget(prepare_);
  auto* layout = new QVBoxLayout(this);
  layout->addLayout(top);
  layout->addWidget(panel_, 1);
  layout->addLayout(bottom);
  prepare_->setDefault(true);

  connect(panel_, &RecipePanel::edited, this, [this] {
    fine_ = false;
    setReady();
  });
  connect(panel_, &RecipePanel::judged, this, [this](bool fine) {
    fine_ = fine;
    setReady();
  });
  connect(panel_, &RecipePanel::fileChosen, this, &PrepareDialog::openFile);
  connect(open, &QPushButton::clicked, panel_, &RecipePanel::askToOpen);
  connect(save, &QPushButton::clicked, panel_, &RecipePanel::askToSave);
  connect(cancel, &QPushButton::clicked, this, &QDialog::reject);
  connect(prepare_, &QPushButton::clicked, this, [this] {
    Q_EMIT prepareRequested(panel_->toml());
    accept();
  });

  resize(dialogRoom(*this, 170, 44));
  const ParsedRecipe parsed = parseRecipe(options.recipe_toml.toStdString(), {});
  panel_->setRecipe(parsed.recipe, parsed.problems);
}

RecipeForm& PrepareDialog::form() {
  return panel_->form();
}

bool PrepareDialog::checked() const {
  return panel_->checked();
}

void PrepareDialog::setBusy(bool busy) {
  busy_ = busy;
  setReady();
}

void PrepareDialog::setReady() {
  prepare_->setEnabled(fine_ && !busy_);
  prepare_->setToolTip(busy_   ? tr("Other text is being prepared: wait for it, or cancel it")
                       : fine_ ? QString()
                               : panel_->reason()->text());
}

void PrepareDialog::openFile(const QString& path) {
  const Result<std::string> toml = readFile(path.toStdString());
  if (!toml) {
    panel_->setProblem(QString::fromStdString(toml.error().message()));
    return;
  }
  const ParsedRecipe parsed = parseRecipe(*toml, path.toStdString());
  panel_->setRecipe(parsed.recipe, parsed.problems);
}

}  // namespace heddle::ui
