#include "app/welcome.h"

#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace heddle::ui {

Welcome::Welcome(QWidget* parent) : QWidget(parent) {
  auto* layout = new QVBoxLayout(this);
  layout->addStretch(2);
  const QString lines[] = {
      tr("New run pretrains an encoder from a preset or a recipe; the engine goes on when this window is "
         "closed."),
      tr("Curves draws every ticked run while it trains, whether it was started here or on the command "
         "line."),
      tr("Attention shows what each head of any checkpoint looks at, in a sentence of yours."),
      tr("Text shows how tokenisers cut your text and compares them over a corpus; it needs no run."),
  };
  auto* title = new QLabel(tr("No runs in this workspace yet"), this);
  QFont large = title->font();
  large.setPointSizeF(large.pointSizeF() * 1.5);
  title->setFont(large);
  layout->addWidget(title, 0, Qt::AlignHCenter);
  layout->addSpacing(12);
  auto* block = new QVBoxLayout;
  for (const QString& line : lines) {
    auto* label = new QLabel(line, this);
    label->setWordWrap(true);
    label->setMinimumWidth(60 * fontMetrics().averageCharWidth());
    block->addWidget(label);
    block->addSpacing(4);
  }
  auto* narrow = new QHBoxLayout;
  narrow->addStretch(1);
  narrow->addLayout(block, 30);
  narrow->addStretch(1);
  layout->addLayout(narrow);
  layout->addSpacing(12);
  auto* first = new QPushButton(tr("Start a first run (a few minutes, sample text)"), this);
  first->setObjectName(QStringLiteral("welcome-first-run"));
  auto* choose = new QPushButton(tr("New run…"), this);
  choose->setObjectName(QStringLiteral("welcome-new-run"));
  auto* look = new QPushButton(tr("Look at text"), this);
  look->setObjectName(QStringLiteral("welcome-text"));
  auto* buttons = new QVBoxLayout;
  for (QPushButton* button : {first, choose, look}) {
    buttons->addWidget(button, 0, Qt::AlignHCenter);
  }
  layout->addLayout(buttons);
  layout->addStretch(3);
  connect(first, &QPushButton::clicked, this, &Welcome::firstRunRequested);
  connect(choose, &QPushButton::clicked, this, &Welcome::newRunRequested);
  connect(look, &QPushButton::clicked, this, &Welcome::textRequested);
}

}  // namespace heddle::ui
