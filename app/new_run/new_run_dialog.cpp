#include "app/new_run/new_run_dialog.h"

#include <QComboBox>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>
#include <algorithm>

#include "app/engine_link.h"
#include "app/new_run/recipe_form.h"
#include "app/new_run/recipe_panel.h"
#include "app/text/rows_feed.h"
#include "engine/base/file.h"
#include "engine/recipes/sizes.h"
#include "views/text/rows_page.h"

namespace heddle::ui {
namespace {

QString text(const std::string& utf8) {
  return QString::fromStdString(utf8);
}

}  // namespace

NewRunDialog::NewRunDialog(const NewRunOptions& options, QWidget* parent)
    : QDialog(parent),
      options_(options),
      panel_(
          new RecipePanel({.estimate =
                               [rate = options.flops_per_second](const Recipe& recipe, int64_t vocab_size) {
                                 return text(estimateText(estimateRecipe(
                                     recipe, {.vocab_size = vocab_size, .flops_per_second = rate})));
                               },
                           .command = EngineLink::commandLine(options.workspace, QStringLiteral("ID"))},
                          this)),
      presets_(new QComboBox(this)),
      rows_(new RowsPage(this)),
      rows_feed_(new RowsFeed(*rows_, options.workspace, this)),
      start_(new QPushButton(tr("Start"), this)),
      queue_(new QPushButton(tr("Add to queue"), this)),
      first_batch_(new QPushButton(tr("Look at the first batch"), this)) {
  setWindowTitle(options.text_of ? tr("New run on %1").arg(text(options.text_of->name)) : tr("New run"));
  setObjectName(QStringLiteral("new-run"));
  presets_->setObjectName(QStringLiteral("new-run-presets"));
  start_->setObjectName(QStringLiteral("new-run-start"));
  queue_->setObjectName(QStringLiteral("new-run-queue"));
  first_batch_->setObjectName(QStringLiteral("new-run-first-batch"));
  first_batch_->setToolTip(tr("The rows of the first step with their masks"));
  panel_->reason()->setObjectName(QStringLiteral("new-run-reason"));
  rows_->setNoSubject(tr("The recipe has problems"), tr("Its rows can be seen once it has none."));
  panel_->addPreview(rows_, tr("First batch"));

  auto* open = new QPushButton(tr("Recipe file…"), this);
  auto* save = new QPushButton(tr("Save recipe…"), this);
  auto* cancel = new QPushButton(tr("Cancel"), this);
  auto* top = new QHBoxLayout;
  auto* from = new QLabel(tr("Start &from"), this);
  from->setBuddy(presets_);
  top->addWidget(from);
  top->addWidget(presets_, 1);
  top->addWidget(open);
  auto* bottom = new QHBoxLayout;
  bottom->addWidget(save);
  bottom->addWidget(first_batch_);
  bottom->addWidget(panel_->reason(), 1);
  bottom->addWidget(cancel);
  bottom->addWidget(queue_);
  bottom->addWidget(start_);
  auto* layout = new QVBoxLayout(this);
  layout->addLayout(top);
  layout->addWidget(panel_, 1);
  layout->addLayout(bottom);
  start_->setDefault(true);

  connect(panel_, &RecipePanel::edited, this, [this] { setReady(false); });
  connect(panel_, &RecipePanel::judged, this, [this](bool fine) {
    setReady(fine);
    rows_feed_->setRecipe(fine ? text(form().recipe().name) : QString(), fine ? panel_->toml() : QString());
  });
  connect(panel_, &RecipePanel::fileChosen, this, &NewRunDialog::openFile);
  connect(presets_, &QComboBox::activated, this, &NewRunDialog::choosePreset);
  connect(cancel, &QPushButton::clicked, this, &QDialog::reject);
  connect(start_, &QPushButton::clicked, this, [this] { request(true); });
  connect(queue_, &QPushButton::clicked, this, [this] { request(false); });
  connect(first_batch_, &QPushButton::clicked, this, [this] {
    panel_->showPreview(rows_);
    rows_->setStep(1);
    rows_feed_->show();
  });
  connect(save, &QPushButton::clicked, panel_, &RecipePanel::askToSave);
  connect(open, &QPushButton::clicked, panel_, &RecipePanel::askToOpen);

  fillPresets();
  resize(dialogRoom(*this, 190, 52));
  if (!options.recipe_toml.isEmpty()) {
    presets_->insertItem(0, tr("The selected run's recipe"));
  }
  if (presets_->count() > 0) {
    presets_->setCurrentIndex(0);
    choosePreset(0);
  } else {
    panel_->setRecipe(withText(Recipe{}));
  }
}

RecipeForm& NewRunDialog::form() {
  return panel_->form();
}

bool NewRunDialog::checked() const {
  return panel_->checked();
}

void NewRunDialog::fillPresets() {
  std::error_code missing;
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(resourceFolder() / "presets", missing)) {
    if (entry.path().extension() == ".toml") {
      files.push_back(entry.path());
    }
  }
  // The one for newcomers first.
  std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) {
    const bool a_first = a.stem() == "first-run";
    const bool b_first = b.stem() == "first-run";
    return a_first != b_first ? a_first : a < b;
  });
  for (const std::filesystem::path& file : files) {
    presets_->addItem(text(file.stem().string()), text(file.string()));
  }
}

void NewRunDialog::choosePreset(int index) {
  const QString path = presets_->itemData(index).toString();
  if (!path.isEmpty()) {
    openFile(path);
  } else if (!options_.recipe_toml.isEmpty()) {
    openText(options_.recipe_toml, {}, options_.name_suffix);
  }
}

void NewRunDialog::openFile(const QString& path) {
  const Result<std::string> toml = readFile(path.toStdString());
  if (!toml) {
    panel_->setProblem(text(toml.error().message()));
    return;
  }
  const int known = presets_->findData(path);
  if (known < 0) {
    presets_->addItem(path, path);
  }
  presets_->setCurrentIndex(known < 0 ? presets_->count() - 1 : known);
  openText(text(*toml), path);
}

void NewRunDialog::openText(const QString& toml, const QString& source, const QString& name_suffix) {
  ParsedRecipe parsed = parseRecipe(toml.toStdString(), source.toStdString());
  parsed.recipe.name += name_suffix.toStdString();
  panel_->setRecipe(withText(parsed.recipe), parsed.problems);
}

Recipe NewRunDialog::withText(Recipe recipe) const {
  if (options_.text_of) {
    recipe.name = options_.text_of->name;
    recipe.text = options_.text_of->text;
    recipe.corpora = options_.text_of->corpora;
  }
  return recipe;
}

void NewRunDialog::setReady(bool ready) {
  start_->setEnabled(ready);
  queue_->setEnabled(ready);
  first_batch_->setEnabled(ready);
  start_->setToolTip(ready ? QString() : panel_->reason()->text());
}

void NewRunDialog::request(bool start) {
  Q_EMIT runRequested(text(form().recipe().name), panel_->toml(), start);
  accept();
}

}  // namespace heddle::ui
