#include "views/text/tokenizer_bar.h"

#include <QtWidgets>

#include "views/common/flow_layout.h"
#include "views/common/palette.h"

namespace heddle::ui {
namespace {

QIcon swatch(const QColor& color, qreal ratio) {
  QPixmap pixmap(QSize(10, 10) * ratio);
  pixmap.setDevicePixelRatio(ratio);
  pixmap.fill(color);
  return QIcon(pixmap);
}

}  // namespace

TokenizerBar::TokenizerBar(QWidget* parent)
    : QWidget(parent),
      flow_(new FlowLayout(this)),
      menu_button_(new QPushButton(this)),
      menu_(new QMenu(menu_button_)),
      source_(new QComboBox(this)) {
  flow_->setContentsMargins(6, 6, 6, 2);
  flow_->setSpacing(6);
  menu_button_->setObjectName(QStringLiteral("text-tokenizers"));
  menu_button_->setText(tr("Tokenisers"));
  menu_button_->setToolTip(tr("Choose the tokenisers that read the text"));
  menu_button_->setMenu(menu_);
  menu_->setToolTipsVisible(true);
  source_->setObjectName(QStringLiteral("text-source"));
  source_->setAccessibleName(tr("Source of text"));
  source_->setToolTip(tr("Where random documents, frequencies and comparisons take their text from"));
  source_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  source_->setMinimumContentsLength(18);
  auto* prepare = new QPushButton(tr("Prepare text…"), this);
  prepare->setObjectName(QStringLiteral("text-prepare"));
  prepare->setToolTip(tr("Learn tokenisers from text and pack it to train on"));
  connect(prepare, &QPushButton::clicked, this, &TokenizerBar::prepareRequested);
  flow_->addWidget(menu_button_);
  flow_->addWidget(prepare);
  source_group_ = flow_->addGroup({new QLabel(tr("Source"), this), source_});
  // The last two entries open dialogs and are never the current ones.
  connect(source_, &QComboBox::activated, this, [this](int index) {
    const QString id = source_->itemData(index).toString();
    if (id.isEmpty()) {
      Q_EMIT sourceFileRequested(index + 1 == source_->count());
    } else {
      Q_EMIT sourceChosen(id);
    }
  });
  fillMenu();
}

void TokenizerBar::setTokenizers(std::vector<TokenizerChoice> choices) {
  choices_ = std::move(choices);
  fillMenu();
  showChips();
}

QStringList TokenizerBar::chosenNames() const {
  QStringList names;
  for (const TokenizerChoice& choice : choices_) {
    if (choice.chosen) {
      names.append(choice.name);
    }
  }
  return names;
}

void TokenizerBar::fillMenu() {
  menu_->clear();
  for (const TokenizerChoice& choice : choices_) {
    const QString text =
        choice.detail.isEmpty() ? choice.name : choice.name + QStringLiteral(": ") + choice.detail;
    QAction* action = menu_->addAction(QString(text).replace(u'&', QStringLiteral("&&")));
    action->setToolTip(choice.path);
    action->setCheckable(true);
    action->setChecked(choice.chosen);
    action->setEnabled(choice.chosen || chosenNames().size() < kMostChosen);
    connect(action, &QAction::toggled, this,
            [this, path = choice.path](bool on) { Q_EMIT tokenizerToggled(path, on); });
  }
  if (choices_.empty()) {
    menu_->addAction(tr("This workspace has no tokeniser yet"))->setEnabled(false);
  }
  menu_->addSeparator();
  connect(menu_->addAction(tr("Open files…")), &QAction::triggered, this,
          [this] { Q_EMIT tokenizerFileRequested(false); });
  connect(menu_->addAction(tr("Open a folder…")), &QAction::triggered, this,
          [this] { Q_EMIT tokenizerFileRequested(true); });
}

void TokenizerBar::showChips() {
  for (QToolButton* chip : chips_) {
    flow_->removeWidget(chip);
    chip->hide();
    chip->deleteLater();
  }
  chips_.clear();
  flow_->removeWidget(source_group_);
  for (const TokenizerChoice& choice : choices_) {
    if (!choice.chosen) {
      continue;
    }
    auto* chip = new QToolButton(this);
    chip->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    chip->setIcon(swatch(seriesColor(static_cast<int>(chips_.size()), palette()), devicePixelRatioF()));
    chip->setIconSize(QSize(10, 10));
    chip->setText(
        fontMetrics().elidedText(choice.name, Qt::ElideRight, 28 * fontMetrics().averageCharWidth()) +
        QStringLiteral("  ✕"));
    chip->setToolTip(tr("%1\n%2\nClick to take it away").arg(choice.path, choice.detail));
    chip->setAccessibleName(tr("Take %1 away").arg(choice.name));
    connect(chip, &QToolButton::clicked, this,
            [this, path = choice.path] { Q_EMIT tokenizerToggled(path, false); });
    flow_->addWidget(chip);
    chip->show();
    chips_.push_back(chip);
  }
  flow_->addWidget(source_group_);
  flow_->invalidate();
}

void TokenizerBar::setSources(const std::vector<SourceChoice>& sources, const QString& current) {
  const QSignalBlocker quiet(source_);
  source_->clear();
  for (const SourceChoice& source : sources) {
    source_->addItem(source.name, source.id);
  }
  source_->addItem(tr("Choose a file…"), QString());
  source_->addItem(tr("Choose a folder…"), QString());
  source_->setCurrentIndex(std::max(source_->findData(current), 0));
}

QString TokenizerBar::sourceName() const {
  return source_->currentData().toString().isEmpty() ? QString() : source_->currentText();
}

void TokenizerBar::changeEvent(QEvent* event) {
  if (event->type() == QEvent::PaletteChange) {
    for (size_t i = 0; i < chips_.size(); ++i) {
      chips_[i]->setIcon(swatch(seriesColor(static_cast<int>(i), palette()), devicePixelRatioF()));
    }
  }
  QWidget::changeEvent(event);
}

}  // namespace heddle::ui
