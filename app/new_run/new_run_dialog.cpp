#include "app/new_run/new_run_dialog.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QFontDatabase>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QSplitter>
#include <QTabWidget>
#include <QVBoxLayout>
#include <algorithm>
#include <chrono>

#include "app/engine_link.h"
#include "app/new_run/recipe_form.h"
#include "app/text/rows_feed.h"
#include "app/write_beside.h"
#include "engine/base/file.h"
#include "engine/recipes/check.h"
#include "views/common/palette.h"
#include "views/text/rows_page.h"

namespace heddle::ui {
namespace {

constexpr auto kCheckDelay = std::chrono::milliseconds(120);

QString text(const std::string& utf8) {
  return QString::fromStdString(utf8);
}

QPlainTextEdit* readOnlyText(QWidget* parent) {
  auto* edit = new QPlainTextEdit(parent);
  edit->setReadOnly(true);
  edit->setLineWrapMode(QPlainTextEdit::NoWrap);
  edit->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
  return edit;
}

}  // namespace

NewRunDialog::NewRunDialog(const NewRunOptions& options, QWidget* parent)
    : QDialog(parent),
      options_(options),
      form_(new RecipeForm),
      scroll_(new QScrollArea(this)),
      presets_(new QComboBox(this)),
      help_(new QLabel(this)),
      estimate_(new QLabel(this)),
      toml_(readOnlyText(this)),
      command_(readOnlyText(this)),
      rows_(new RowsPage(this)),
      rows_feed_(new RowsFeed(*rows_, options.workspace, this)),
      previews_(new QTabWidget(this)),
      reason_(new QLabel(this)),
      start_(new QPushButton(tr("Start"), this)),
      queue_(new QPushButton(tr("Add to queue"), this)),
      first_batch_(new QPushButton(tr("Look at the first batch"), this)),
      check_timer_(this) {
  setWindowTitle(tr("New run"));
  setObjectName(QStringLiteral("new-run"));
  presets_->setObjectName(QStringLiteral("new-run-presets"));
  start_->setObjectName(QStringLiteral("new-run-start"));
  queue_->setObjectName(QStringLiteral("new-run-queue"));
  first_batch_->setObjectName(QStringLiteral("new-run-first-batch"));
  first_batch_->setToolTip(tr("The rows of the first step with their masks"));
  reason_->setObjectName(QStringLiteral("new-run-reason"));
  estimate_->setObjectName(QStringLiteral("new-run-estimate"));
  check_timer_.setSingleShot(true);
  check_timer_.setInterval(kCheckDelay);
  checks_.setMaxThreadCount(1);

  scroll_->setWidget(form_);
  scroll_->setWidgetResizable(true);
  scroll_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  estimate_->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
  estimate_->setTextInteractionFlags(Qt::TextSelectableByMouse);
  estimate_->setAlignment(Qt::AlignLeft | Qt::AlignTop);
  estimate_->setMargin(8);
  auto* estimate_area = new QScrollArea(this);
  estimate_area->setWidget(estimate_);
  estimate_area->setWidgetResizable(true);
  command_->setLineWrapMode(QPlainTextEdit::WidgetWidth);
  command_->setPlainText(EngineLink::commandLine(options.workspace, QStringLiteral("ID")));
  reason_->setWordWrap(true);
  reason_->setTextInteractionFlags(Qt::TextSelectableByMouse);

  rows_->setNoSubject(tr("The recipe has problems"), tr("Its rows can be seen once it has none."));
  previews_->addTab(estimate_area, tr("Estimate"));
  previews_->addTab(rows_, tr("First batch"));
  previews_->addTab(toml_, tr("Recipe"));
  previews_->addTab(command_, tr("Command"));
  help_->setObjectName(QStringLiteral("new-run-help"));
  help_->setWordWrap(true);
  help_->setAlignment(Qt::AlignLeft | Qt::AlignTop);
  help_->setForegroundRole(QPalette::PlaceholderText);
  help_->setMinimumHeight(2 * fontMetrics().lineSpacing());
  auto* left = new QWidget(this);
  auto* column = new QVBoxLayout(left);
  column->setContentsMargins(0, 0, 0, 0);
  column->addWidget(scroll_, 1);
  column->addWidget(help_);
  auto* splitter = new QSplitter(this);
  splitter->addWidget(left);
  splitter->addWidget(previews_);
  splitter->setStretchFactor(0, 3);
  splitter->setStretchFactor(1, 2);
  splitter->setChildrenCollapsible(false);

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
  bottom->addWidget(reason_, 1);
  bottom->addWidget(cancel);
  bottom->addWidget(queue_);
  bottom->addWidget(start_);
  auto* layout = new QVBoxLayout(this);
  layout->addLayout(top);
  layout->addWidget(splitter, 1);
  layout->addLayout(bottom);
  start_->setDefault(true);

  connect(form_, &RecipeForm::changed, this, &NewRunDialog::edited);
  connect(form_, &RecipeForm::moved, this, [this](QWidget* to) {
    // Where it is, is known once all is laid out.
    form_->layout()->activate();
    QCoreApplication::sendPostedEvents(nullptr, QEvent::LayoutRequest);
    scroll_->ensureVisible(0, to->mapTo(form_, QPoint(0, 8 * to->height())).y(), 0, 0);
    scroll_->ensureWidgetVisible(to);
  });
  connect(form_, &RecipeForm::explained, help_, &QLabel::setText);
  connect(&check_timer_, &QTimer::timeout, this, &NewRunDialog::startCheck);
  connect(presets_, &QComboBox::activated, this, &NewRunDialog::choosePreset);
  connect(cancel, &QPushButton::clicked, this, &QDialog::reject);
  connect(start_, &QPushButton::clicked, this, [this] { request(true); });
  connect(queue_, &QPushButton::clicked, this, [this] { request(false); });
  connect(first_batch_, &QPushButton::clicked, this, [this] {
    previews_->setCurrentWidget(rows_);
    rows_->setStep(1);
    rows_feed_->show();
  });
  connect(save, &QPushButton::clicked, this, &NewRunDialog::saveRecipe);
  connect(open, &QPushButton::clicked, this, [this] {
    auto* dialog = new QFileDialog(this, tr("Open a recipe"), {}, tr("Recipes (*.toml)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    connect(dialog, &QFileDialog::fileSelected, this, &NewRunDialog::openFile);
    dialog->open();
  });

  fillPresets();
  const int character = fontMetrics().averageCharWidth();
  resize(190 * character, 52 * fontMetrics().lineSpacing());
  splitter->setSizes({100 * character, 90 * character});
  if (!options.recipe_toml.isEmpty()) {
    presets_->insertItem(0, tr("The selected run's recipe"));
    presets_->setCurrentIndex(0);
    openText(options.recipe_toml, {});
    Recipe recipe = form_->recipe();
    recipe.name += options.name_suffix.toStdString();
    const std::vector<RecipeProblem> read = file_problems_;
    form_->setRecipe(recipe);
    file_problems_ = read;
  } else if (presets_->count() > 0) {
    choosePreset(0);
  } else {
    form_->setRecipe(Recipe{});
  }
}

NewRunDialog::~NewRunDialog() {
  checks_.clear();
  checks_.waitForDone();
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
    openText(options_.recipe_toml, {});
  }
}

void NewRunDialog::openFile(const QString& path) {
  const Result<std::string> toml = readFile(path.toStdString());
  if (!toml) {
    reason_->setText(text(toml.error().message()));
    return;
  }
  const int known = presets_->findData(path);
  if (known < 0) {
    presets_->addItem(path, path);
  }
  presets_->setCurrentIndex(known < 0 ? presets_->count() - 1 : known);
  openText(text(*toml), path);
}

void NewRunDialog::openText(const QString& toml, const QString& source) {
  const ParsedRecipe parsed = parseRecipe(toml.toStdString(), source.toStdString());
  form_->setRecipe(parsed.recipe);
  file_problems_ = parsed.problems;
}

void NewRunDialog::edited() {
  ++edits_;
  // What the file said wrongly is out of the recipe now: the form holds only what could be read.
  file_problems_.clear();
  start_->setEnabled(false);
  queue_->setEnabled(false);
  first_batch_->setEnabled(false);
  check_timer_.start();
}

void NewRunDialog::startCheck() {
  const Recipe recipe = form_->recipe();
  const int edits = edits_;
  const double rate = options_.flops_per_second;
  checks_.start([this, recipe, edits, rate] {
    RecipeCheck check = examineRecipe(recipe);
    Verdict verdict{.edits = edits,
                    .problems = std::move(check.problems),
                    .notes = settingsWithoutEffect(recipe),
                    .estimate = {},
                    .toml = {}};
    verdict.toml = text(writeRecipe(recipe));
    if (verdict.problems.empty()) {
      verdict.estimate = text(
          estimateText(estimateRecipe(recipe, {.vocab_size = check.vocab_size, .flops_per_second = rate})));
    }
    QMetaObject::invokeMethod(this, [this, verdict] { showVerdict(verdict); });
  });
}

void NewRunDialog::showVerdict(const Verdict& verdict) {
  if (verdict.edits != edits_) {
    return;
  }
  seen_ = verdict.edits;
  form_->setProblems(verdict.problems);
  std::vector<RecipeProblem> all = form_->unreadable();
  all.insert(all.end(), verdict.problems.begin(), verdict.problems.end());
  all.insert(all.end(), file_problems_.begin(), file_problems_.end());
  const bool fine = all.empty();
  start_->setEnabled(fine);
  queue_->setEnabled(fine);
  first_batch_->setEnabled(fine);
  rows_feed_->setRecipe(fine ? text(form_->recipe().name) : QString(), fine ? verdict.toml : QString());
  QPalette colors = palette();
  colors.setColor(QPalette::WindowText, roleColor(fine ? Role::kMutedText : Role::kError, colors));
  reason_->setPalette(colors);
  if (fine) {
    reason_->setText(text(problemsText(verdict.notes, {})).trimmed());
  } else {
    const QString first = text(all.front().text);
    reason_->setText(all.size() > 1 ? tr("%1 problems. First: %2").arg(all.size()).arg(first) : first);
  }
  start_->setToolTip(fine ? QString() : reason_->text());
  toml_->setPlainText(verdict.toml);
  estimate_->setText(verdict.problems.empty() ? verdict.estimate
                                              : tr("The cost is shown once the recipe has no problems."));
}

void NewRunDialog::request(bool start) {
  Q_EMIT runRequested(text(form_->recipe().name), text(writeRecipe(form_->recipe())), start);
  accept();
}

void NewRunDialog::saveRecipe() {
  auto* dialog = new QFileDialog(this, tr("Save the recipe"), {}, tr("Recipes (*.toml)"));
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->setAcceptMode(QFileDialog::AcceptSave);
  dialog->setDefaultSuffix(QStringLiteral("toml"));
  connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& path) {
    writeBeside([file = path.toStdString(),
                 recipe = writeRecipe(form_->recipe())] { return writeFileAtomic(file, recipe); },
                this, [this](const Error& error) { reason_->setText(text(error.message())); });
  });
  dialog->open();
}

}  // namespace heddle::ui
