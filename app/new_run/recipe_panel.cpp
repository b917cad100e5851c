#include "app/new_run/recipe_panel.h"

#include <QFileDialog>
#include <QFontDatabase>
#include <QLabel>
#include <QPlainTextEdit>
#include <QScreen>
#include <QScrollArea>
#include <QSplitter>
#include <QTabWidget>
#include <QVBoxLayout>
#include <algorithm>
#include <chrono>
#include <utility>

#include "app/new_run/recipe_form.h"
#include "app/write_beside.h"
#include "engine/base/file.h"
#include "engine/recipes/fields.h"
#include "views/common/palette.h"

namespace heddle::ui {
namespace {

constexpr auto kCheckDelay = std::chrono::milliseconds(120);
constexpr double kScreenShare = 0.9;  // the rest is the frame's

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

// Of the keys that can be edited.
void keepGroups(std::vector<RecipeProblem>& notes, std::span<const std::string_view> groups) {
  notes.erase(std::remove_if(
                  notes.begin(), notes.end(),
                  [&](const RecipeProblem& note) {
                    const std::string_view group = std::string_view(note.key).substr(0, note.key.find('.'));
                    return !groups.empty() && std::find(groups.begin(), groups.end(), group) == groups.end();
                  }),
              notes.end());
}

}  // namespace

QSize dialogRoom(const QWidget& dialog, int letters, int lines) {
  const QFontMetrics metrics = dialog.fontMetrics();
  return QSize(letters * metrics.averageCharWidth(), lines * metrics.lineSpacing())
      .boundedTo(dialog.screen()->availableSize() * kScreenShare);
}

RecipePanel::RecipePanel(RecipePanelOptions options, QWidget* parent)
    : QWidget(parent),
      options_(std::move(options)),
      form_(new RecipeForm(options_.groups)),
      scroll_(new QScrollArea(this)),
      help_(new QLabel(this)),
      previews_(new QTabWidget(this)),
      estimate_(new QLabel(this)),
      toml_(readOnlyText(this)),
      reason_(new QLabel(this)),
      check_timer_(this) {
  check_timer_.setSingleShot(true);
  check_timer_.setInterval(kCheckDelay);
  checks_.setMaxThreadCount(1);
  scroll_->setWidget(form_);
  scroll_->setWidgetResizable(true);
  scroll_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  reason_->setWordWrap(true);
  reason_->setTextInteractionFlags(Qt::TextSelectableByMouse);
  estimate_->setObjectName(QStringLiteral("new-run-estimate"));
  estimate_->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
  estimate_->setTextInteractionFlags(Qt::TextSelectableByMouse);
  estimate_->setAlignment(Qt::AlignLeft | Qt::AlignTop);
  estimate_->setMargin(8);
  auto* command = readOnlyText(this);
  command->setLineWrapMode(QPlainTextEdit::WidgetWidth);
  command->setPlainText(options_.command);

  if (options_.estimate) {
    auto* area = new QScrollArea(this);
    area->setWidget(estimate_);
    area->setWidgetResizable(true);
    previews_->addTab(area, tr("Estimate"));
  } else {
    estimate_->hide();
  }
  previews_->addTab(toml_, tr("Recipe"));
  previews_->addTab(command, tr("Command"));
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
  const int character = fontMetrics().averageCharWidth();
  splitter->setSizes({100 * character, 90 * character});
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(splitter);

  connect(form_, &RecipeForm::changed, this, &RecipePanel::noteEdit);
  connect(form_, &RecipeForm::moved, this, [this](QWidget* to) {
    // Where it is, is known once all is laid out.
    form_->layout()->activate();
    QCoreApplication::sendPostedEvents(nullptr, QEvent::LayoutRequest);
    scroll_->ensureVisible(0, to->mapTo(form_, QPoint(0, 8 * to->height())).y(), 0, 0);
    scroll_->ensureWidgetVisible(to);
  });
  connect(form_, &RecipeForm::explained, help_, &QLabel::setText);
  connect(&check_timer_, &QTimer::timeout, this, &RecipePanel::startCheck);
}

RecipePanel::~RecipePanel() {
  checks_.clear();
  checks_.waitForDone();
}

QString RecipePanel::toml() const {
  return text(writeRecipe(form_->recipe(), {}, options_.groups));
}

void RecipePanel::addPreview(QWidget* preview, const QString& name) {
  previews_->insertTab(previews_->indexOf(toml_), preview, name);
}

void RecipePanel::showPreview(QWidget* preview) {
  previews_->setCurrentWidget(preview);
}

void RecipePanel::setRecipe(const Recipe& recipe, std::vector<RecipeProblem> file_problems) {
  form_->setRecipe(recipe);
  file_problems_ = std::move(file_problems);
}

void RecipePanel::setProblem(const QString& words) {
  tell(words, true);
}

void RecipePanel::tell(const QString& words, bool is_problem) {
  is_problem_ = is_problem;
  reason_->setText(words);
  colorReason();
}

void RecipePanel::colorReason() {
  setTextRole(*reason_, is_problem_ ? Role::kError : Role::kMutedText, palette());
}

void RecipePanel::changeEvent(QEvent* event) {
  if (event->type() == QEvent::PaletteChange) {
    colorReason();
  }
  QWidget::changeEvent(event);
}

void RecipePanel::noteEdit() {
  ++edits_;
  // What the file said wrongly is out of the recipe now: the form holds only what could be read.
  file_problems_.clear();
  check_timer_.start();
  Q_EMIT edited();
}

void RecipePanel::startCheck() {
  checks_.start([this, recipe = form_->recipe(), edits = edits_] {
    RecipeCheck check = examineRecipe(recipe, options_.use);
    Verdict verdict{.edits = edits,
                    .problems = std::move(check.problems),
                    .notes = settingsWithoutEffect(recipe),
                    .estimate = {},
                    .toml = text(writeRecipe(recipe, {}, options_.groups))};
    keepGroups(verdict.notes, options_.groups);
    if (verdict.problems.empty() && options_.estimate) {
      verdict.estimate = options_.estimate(recipe, check.vocab_size);
    }
    QMetaObject::invokeMethod(this, [this, verdict] { showVerdict(verdict); });
  });
}

void RecipePanel::showVerdict(const Verdict& verdict) {
  if (verdict.edits != edits_) {
    return;
  }
  seen_ = verdict.edits;
  form_->setProblems(verdict.problems);
  std::vector<RecipeProblem> all = form_->unreadable();
  all.insert(all.end(), verdict.problems.begin(), verdict.problems.end());
  all.insert(all.end(), file_problems_.begin(), file_problems_.end());
  const bool fine = all.empty();
  if (fine) {
    tell(text(problemsText(verdict.notes, {})).trimmed(), false);
  } else {
    const QString first = text(all.front().text);
    tell(all.size() > 1 ? tr("%1 problems. First: %2").arg(all.size()).arg(first) : first, true);
  }
  toml_->setPlainText(verdict.toml);
  estimate_->setText(verdict.problems.empty() ? verdict.estimate
                                              : tr("The cost is shown once the recipe has no problems."));
  Q_EMIT judged(fine);
}

void RecipePanel::askToSave() {
  auto* dialog = new QFileDialog(this, tr("Save the recipe"), {}, tr("Recipes (*.toml)"));
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->setAcceptMode(QFileDialog::AcceptSave);
  dialog->setDefaultSuffix(QStringLiteral("toml"));
  connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& path) {
    writeBeside(
        [file = path.toStdString(), recipe = toml().toStdString()] { return writeFileAtomic(file, recipe); },
        this, [this](const Error& error) { setProblem(text(error.message())); });
  });
  dialog->open();
}

void RecipePanel::askToOpen() {
  auto* dialog = new QFileDialog(this, tr("Open a recipe"), {}, tr("Recipes (*.toml)"));
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->setFileMode(QFileDialog::ExistingFile);
  connect(dialog, &QFileDialog::fileSelected, this, &RecipePanel::fileChosen);
  dialog->open();
}

}  // namespace heddle::ui
