#include "views/text/text_page.h"

#include <QtWidgets>

#include "views/common/elided_label.h"
#include "views/common/empty_state.h"

namespace heddle::ui {
namespace {

constexpr int kPause_ms = 120;
constexpr int kEditorLines = 4;

}  // namespace

struct TextPage::Impl {
  TextPage* self;
  int chosen = 0;
  bool problem = false;
  bool waiting = false;
  QString note;

  QPlainTextEdit* editor;
  QPushButton* random;
  BandsView* bands;
  QStackedWidget* pages;
  EmptyState* empty;
  ElidedLabel* hover;
  QTimer* pause;

  explicit Impl(TextPage* page) : self(page) {}

  void build() {
    editor = new QPlainTextEdit(self);
    editor->setObjectName(QStringLiteral("text-editor"));
    editor->setPlaceholderText(TextPage::tr("Type or paste a text"));
    editor->setAccessibleName(TextPage::tr("Text"));
    editor->setTabChangesFocus(true);
    editor->setMinimumHeight(2 * editor->fontMetrics().lineSpacing() + 10);
    random = new QPushButton(TextPage::tr("Random\ndocument"), self);
    random->setObjectName(QStringLiteral("text-random"));
    auto* top = new QWidget(self);
    auto* row = new QHBoxLayout(top);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(editor, 1);
    row->addWidget(random, 0, Qt::AlignTop);
    bands = new BandsView(self);
    empty = new EmptyState(self);
    pages = new QStackedWidget(self);
    pages->addWidget(empty);
    pages->addWidget(bands);
    auto* splitter = new QSplitter(Qt::Vertical, self);
    splitter->addWidget(top);
    splitter->addWidget(pages);
    splitter->setStretchFactor(0, 0);
    splitter->setStretchFactor(1, 1);
    splitter->setChildrenCollapsible(false);
    const int editor_height = kEditorLines * editor->fontMetrics().lineSpacing() + 12;
    splitter->setSizes({editor_height, 10 * editor_height});
    hover = new ElidedLabel(self);
    auto* layout = new QVBoxLayout(self);
    layout->setContentsMargins(6, 6, 6, 4);
    layout->setSpacing(4);
    layout->addWidget(splitter, 1);
    layout->addWidget(hover);
    pause = new QTimer(self);
    pause->setSingleShot(true);
    pause->setInterval(kPause_ms);
    connect(editor, &QPlainTextEdit::textChanged, self, [this] { pause->start(); });
    connect(pause, &QTimer::timeout, self, [this] {
      waiting = true;
      show();
      Q_EMIT self->textChanged(self->text());
    });
    connect(random, &QPushButton::clicked, self, &TextPage::randomDocumentRequested);
    connect(bands, &BandsView::textShown, self, [this] { show(); });
    connect(bands, &BandsView::markChanged, self, [this](const QString& said) { showHover(said); });
    show();
  }

  void showHover(const QString& said) {
    const bool drawn = pages->currentWidget() == bands;
    hover->setFullText(
        !said.isEmpty()   ? said
        : !note.isEmpty() ? note
        : drawn ? TextPage::tr("Point at a token, or walk with the arrow keys, to read its id and place")
                : QStringLiteral(" "));
  }

  void show() {
    using Kind = EmptyState::Kind;
    if (!problem) {
      if (chosen == 0) {
        empty->setMessage(
            Kind::kNothingYet, TextPage::tr("No tokeniser is chosen"),
            TextPage::tr("Choose one with the button Tokenisers above: those of this workspace, or a "
                         "vocab.txt, a SentencePiece .model, or vocab.json with merges.txt."));
      } else if (editor->document()->isEmpty()) {
        empty->setMessage(Kind::kNothingYet, TextPage::tr("No text to read"),
                          TextPage::tr("Type one above, or take a random document."));
      } else if (waiting || bands->text() == nullptr) {
        empty->setMessage(Kind::kNothingYet, TextPage::tr("Reading the text…"));
      }
    }
    const bool drawn = !problem && chosen > 0 && !editor->document()->isEmpty() && bands->text() != nullptr &&
                       !bands->text()->bands.empty() && !bands->text()->utf8.isEmpty();
    pages->setCurrentWidget(drawn ? static_cast<QWidget*>(bands) : empty);
    showHover({});
  }
};

TextPage::TextPage(QWidget* parent) : QWidget(parent), impl_(std::make_unique<Impl>(this)) {
  impl_->build();
}

TextPage::~TextPage() = default;

QString TextPage::text() const {
  return impl_->editor->toPlainText();
}

void TextPage::setText(const QString& text) {
  impl_->editor->setPlainText(text);
  impl_->pause->stop();
  impl_->waiting = true;
  impl_->show();
  Q_EMIT textChanged(text);
}

void TextPage::setTokenizers(int chosen) {
  impl_->chosen = chosen;
  impl_->show();
}

void TextPage::setSource(const QString& name) {
  impl_->random->setEnabled(!name.isEmpty());
  impl_->random->setToolTip(name.isEmpty() ? tr("Choose a source of text first") : tr("Out of %1").arg(name));
}

void TextPage::setTokens(TokenizedTextPtr tokens, const QString& note) {
  impl_->problem = false;
  impl_->waiting = false;
  impl_->note = note;
  impl_->bands->setText(std::move(tokens));
  impl_->show();
}

void TextPage::setProblem(const QString& text, const QString& hint) {
  impl_->problem = true;
  impl_->waiting = false;
  impl_->empty->setMessage(EmptyState::Kind::kProblem, text, hint);
  impl_->show();
}

BandsView& TextPage::bands() const {
  return *impl_->bands;
}

}  // namespace heddle::ui
