#include "views/text/comparison_page.h"

#include <qcustomplot.h>

#include <QtWidgets>
#include <algorithm>

#include "views/common/elided_label.h"
#include "views/common/empty_state.h"
#include "views/common/number_format.h"
#include "views/common/palette.h"
#include "views/text/comparison_charts.h"
#include "views/text/difference_model.h"

namespace heddle::ui {
namespace {

// Names of learnt tokenisers begin alike and differ at their end.
constexpr Qt::TextElideMode kNameElision = Qt::ElideMiddle;
constexpr int kPlotHeight = 210;
constexpr int kTwoColumnsFrom = 620;
constexpr int kTableLines = 12;
constexpr double kHeading = 22;

// One line for each tokeniser: a swatch in the bars' manner, its name, what the charts do not say.
class ComparisonLegend final : public QWidget {
 public:
  explicit ComparisonLegend(QWidget* parent) : QWidget(parent) {}

  void setComparison(const ComparisonData& shown) {
    lines_.clear();
    for (const ComparisonFigures& each : shown.tokenizers) {
      lines_.append(ComparisonPage::tr("%1: %2 entries, %3 tokens of %4 words, %5 % unknown")
                        .arg(each.name, formatCount(static_cast<double>(each.size)),
                             formatCount(static_cast<double>(each.tokens)),
                             formatCount(static_cast<double>(each.words)),
                             QString::number(100 * each.unknown_rate, 'f', 2)));
    }
    setFixedHeight(static_cast<int>(height(static_cast<int>(lines_.size()))));
    update();
  }

  double height(int lines) const { return lines * lineHeight(); }

  void draw(QPainter& painter, double width) const {
    double top = 0;
    for (int i = 0; i < lines_.size(); ++i) {
      const QRectF swatch(8, top + (lineHeight() - 11) / 2, 18, 11);
      painter.setPen(QPen(seriesColor(i, palette()), 1));
      painter.setBrush(tokenizerBrush(i, palette()));
      painter.drawRect(swatch);
      painter.setBrush(Qt::NoBrush);
      painter.setPen(roleColor(Role::kText, palette()));
      const double room = width - swatch.right() - 14;
      painter.drawText(QRectF(swatch.right() + 8, top, room, lineHeight()), Qt::AlignVCenter | Qt::AlignLeft,
                       QFontMetricsF(font()).elidedText(lines_[i], Qt::ElideRight, room));
      top += lineHeight();
    }
  }

 protected:
  void paintEvent(QPaintEvent*) override {
    QPainter painter(this);
    draw(painter, width());
  }

 private:
  double lineHeight() const { return fontMetrics().height() + 3.0; }

  QStringList lines_;
};

struct Chart {
  QWidget* cell;
  QLabel* title;
  QCustomPlot* plot;
  void (*draw)(QCustomPlot&, const ComparisonData&, const QPalette&);
};

}  // namespace

struct ComparisonPage::Impl {
  ComparisonPage* self;
  ComparisonData data;
  int choice = 0;
  QString corpus;
  bool busy = false;
  bool problem = false;

  QPushButton* compare;
  QProgressBar* progress;
  ElidedLabel* statement;
  QStackedWidget* pages;
  EmptyState* empty;
  QScrollArea* scroll;
  QGridLayout* grid;
  ComparisonLegend* legend;
  std::vector<Chart> charts;
  QWidget* differences;
  QTableView* table;
  DifferenceModel* model;
  int columns = 0;

  explicit Impl(ComparisonPage* page) : self(page) {}

  void build() {
    compare = new QPushButton(ComparisonPage::tr("Compare"), self);
    compare->setObjectName(QStringLiteral("compare"));
    progress = new QProgressBar(self);
    progress->setRange(0, 1000);
    progress->setMaximumWidth(160);
    progress->setTextVisible(false);
    progress->hide();
    statement = new ElidedLabel(self);
    auto* top = new QHBoxLayout;
    top->addWidget(compare);
    top->addWidget(progress);
    top->addWidget(statement, 1);
    buildCharts();
    empty = new EmptyState(self);
    pages = new QStackedWidget(self);
    pages->addWidget(empty);
    pages->addWidget(scroll);
    auto* layout = new QVBoxLayout(self);
    layout->setContentsMargins(6, 6, 6, 4);
    layout->setSpacing(4);
    layout->addLayout(top);
    layout->addWidget(pages, 1);
    connect(compare, &QPushButton::clicked, self, [this] {
      if (busy) {
        Q_EMIT self->cancelRequested();
      } else {
        Q_EMIT self->compareRequested();
      }
    });
    show();
  }

  void buildCharts() {
    scroll = new QScrollArea(self);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    auto* page = new QWidget;
    page->setBackgroundRole(QPalette::Base);
    page->setAutoFillBackground(true);
    grid = new QGridLayout(page);
    grid->setContentsMargins(4, 4, 4, 4);
    grid->setHorizontalSpacing(10);
    grid->setVerticalSpacing(8);
    legend = new ComparisonLegend(page);
    const auto add = [&](const QString& title, auto draw_chart) {
      auto* cell = new QWidget(page);
      auto* plot = new QCustomPlot(cell);
      plot->setAccessibleName(title);
      plot->setMinimumHeight(kPlotHeight);
      plot->setMinimumWidth(240);
      plot->setInteractions(QCP::Interactions());
      QLabel* label = heading(title, cell);
      auto* column = new QVBoxLayout(cell);
      column->setContentsMargins(0, 0, 0, 0);
      column->setSpacing(4);
      column->addWidget(label);
      column->addWidget(plot, 1);
      charts.push_back({cell, label, plot, draw_chart});
    };
    add(ComparisonPage::tr("Tokens per word"), &drawRates);
    add(ComparisonPage::tr("Token lengths"), &drawLengths);
    add(ComparisonPage::tr("Frequency profile"), &drawFrequencies);
    model = new DifferenceModel(self);
    table = new QTableView(page);
    table->setModel(model);
    table->setAccessibleName(ComparisonPage::tr("Tokens with the highest difference in frequency"));
    table->verticalHeader()->hide();
    table->verticalHeader()->setDefaultSectionSize(table->fontMetrics().height() + 4);
    table->horizontalHeader()->setHighlightSections(false);
    table->horizontalHeader()->setTextElideMode(kNameElision);
    table->horizontalHeader()->setMinimumSectionSize(8 * table->fontMetrics().averageCharWidth());
    table->setShowGrid(false);
    table->setWordWrap(false);
    table->setFrameShape(QFrame::NoFrame);
    table->setTabKeyNavigation(false);
    table->setSelectionBehavior(QAbstractItemView::SelectRows);
    table->setMinimumHeight(kTableLines * table->verticalHeader()->defaultSectionSize());
    differences = new QWidget(page);
    auto* column = new QVBoxLayout(differences);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(4);
    column->addWidget(heading(table->accessibleName(), differences));
    column->addWidget(table, 1);
    scroll->setWidget(page);
  }

  QLabel* heading(const QString& text, QWidget* parent) {
    auto* label = new QLabel(text, parent);
    QFont bold = label->font();
    bold.setBold(true);
    label->setFont(bold);
    return label;
  }

  void arrange() {
    const int wanted = self->width() >= kTwoColumnsFrom ? 2 : 1;
    if (wanted == columns) {
      return;
    }
    columns = wanted;
    while (QLayoutItem* item = grid->takeAt(0)) {
      delete item;  // the widgets stay the page's
    }
    grid->addWidget(legend, 0, 0, 1, columns);
    for (size_t i = 0; i < charts.size(); ++i) {
      const int place = static_cast<int>(i);
      grid->addWidget(charts[i].cell, 1 + place / columns, place % columns);
    }
    // With two columns beside the third chart.
    const int place = static_cast<int>(charts.size());
    grid->addWidget(differences, 1 + place / columns, place % columns);
    grid->setColumnStretch(0, 1);
    grid->setColumnStretch(1, columns == 2 ? 1 : 0);
  }

  void draw() {
    legend->setComparison(data);
    for (const Chart& chart : charts) {
      chart.draw(*chart.plot, data, self->palette());
      chart.plot->replot(QCustomPlot::rpQueuedReplot);
    }
  }

  // The first lines of the table, as many as there is room for.
  void drawDifferences(QPainter& painter, const QRectF& room) const {
    const QFontMetricsF metrics(self->font());
    const double line = metrics.height() + 4;
    const int columns_shown = model->columnCount();
    const double width = room.width() / columns_shown;
    const int lines = std::min(model->rowCount(), static_cast<int>(room.height() / line) - 1);
    painter.setFont(self->font());
    const auto write = [&](int row, int column, const QString& text, Role role) {
      const QRectF cell(room.left() + column * width, room.top() + row * line, width - 8, line);
      painter.setPen(roleColor(role, self->palette()));
      painter.drawText(cell, Qt::AlignVCenter | (column == 0 ? Qt::AlignLeft : Qt::AlignRight),
                       metrics.elidedText(text, row == 0 ? kNameElision : Qt::ElideRight, cell.width()));
    };
    for (int column = 0; column < columns_shown; ++column) {
      write(0, column, model->headerData(column, Qt::Horizontal, Qt::DisplayRole).toString(),
            Role::kMutedText);
      for (int row = 0; row < lines; ++row) {
        write(row + 1, column, model->index(row, column).data().toString(), Role::kText);
      }
    }
  }

  void fillTable() {
    model->setComparison(data);
    // All columns in sight: long names are elided, their tool tips are whole.
    table->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
  }

  void show() {
    using Kind = EmptyState::Kind;
    const bool ready = choice >= 2 && !corpus.isEmpty();
    compare->setText(busy ? ComparisonPage::tr("Stop") : ComparisonPage::tr("Compare"));
    compare->setEnabled(busy || ready);
    progress->setVisible(busy);
    if (!problem) {
      if (choice < 2) {
        empty->setMessage(Kind::kNothingYet, ComparisonPage::tr("A comparison needs two tokenisers or more"),
                          ComparisonPage::tr("Choose them with the button Tokenisers above."));
      } else if (corpus.isEmpty()) {
        empty->setMessage(Kind::kNothingYet, ComparisonPage::tr("No text to compare them on"),
                          ComparisonPage::tr("Choose a source of text above."));
      } else if (busy) {
        empty->setMessage(Kind::kNothingYet, ComparisonPage::tr("Reading %1…").arg(corpus));
      } else {
        empty->setMessage(Kind::kNothingYet,
                          ComparisonPage::tr("Press Compare to read %1 with each tokeniser").arg(corpus));
      }
    }
    const bool drawn = !problem && !data.tokenizers.empty();
    pages->setCurrentWidget(drawn ? static_cast<QWidget*>(scroll) : empty);
    if (!busy) {
      statement->setFullText(drawn ? ComparisonPage::tr("Over %1").arg(data.corpus) : QString());
    }
    updateColors();
  }

  void updateColors() { setTextRole(*statement, Role::kMutedText, self->palette()); }
};

ComparisonPage::ComparisonPage(QWidget* parent) : QWidget(parent), impl_(std::make_unique<Impl>(this)) {
  impl_->build();
  impl_->arrange();
}

ComparisonPage::~ComparisonPage() = default;

void ComparisonPage::setChoice(int tokenizers, const QString& corpus) {
  impl_->choice = tokenizers;
  impl_->corpus = corpus;
  impl_->show();
}

void ComparisonPage::setComparison(const ComparisonData& shown) {
  impl_->data = shown;
  impl_->problem = false;
  impl_->busy = false;
  impl_->fillTable();
  impl_->draw();
  impl_->show();
}

const ComparisonData& ComparisonPage::comparison() const {
  return impl_->data;
}

void ComparisonPage::setProgress(double done, const QString& doing) {
  impl_->busy = done >= 0;
  if (impl_->busy) {
    impl_->problem = false;
    impl_->progress->setValue(static_cast<int>(std::clamp(done, 0.0, 1.0) * 1000));
    impl_->statement->setFullText(doing);
  }
  impl_->show();
}

void ComparisonPage::setProblem(const QString& text, const QString& hint) {
  impl_->busy = false;
  impl_->problem = true;
  impl_->empty->setMessage(EmptyState::Kind::kProblem, text, hint);
  impl_->show();
}

QSizeF ComparisonPage::figureSize() const {
  if (impl_->problem || impl_->data.tokenizers.empty()) {
    return {};
  }
  const double columns = impl_->columns;
  const double rows = std::ceil(static_cast<double>(impl_->charts.size() + 1) / columns);
  const double width = std::max(static_cast<double>(impl_->scroll->viewport()->width()), 400.0);
  return {width, impl_->legend->height(static_cast<int>(impl_->data.tokenizers.size())) +
                     rows * (kPlotHeight + kHeading)};
}

void ComparisonPage::drawFigure(QCPPainter& painter) {
  impl_->draw();
  painter.setFont(font());
  const QSizeF size = figureSize();
  const int columns = impl_->columns;
  impl_->legend->draw(painter, size.width());
  const double top = impl_->legend->height(static_cast<int>(impl_->data.tokenizers.size()));
  const double width = size.width() / columns;
  const auto drawCell = [&](size_t index, const QString& title, const auto& draw) {
    const int place = static_cast<int>(index);
    painter.save();
    painter.translate(place % columns * width, top + place / columns * (kPlotHeight + kHeading));
    painter.setPen(roleColor(Role::kText, palette()));
    painter.setFont(impl_->charts.front().title->font());
    painter.drawText(QRectF(8, 0, width - 16, kHeading), Qt::AlignVCenter | Qt::AlignLeft, title);
    painter.translate(0, kHeading);
    draw();
    painter.restore();
  };
  for (size_t i = 0; i < impl_->charts.size(); ++i) {
    drawCell(i, impl_->charts[i].title->text(),
             [&] { impl_->charts[i].plot->toPainter(&painter, static_cast<int>(width), kPlotHeight); });
  }
  drawCell(impl_->charts.size(), impl_->table->accessibleName(),
           [&] { impl_->drawDifferences(painter, QRectF(8, 0, width - 16, kPlotHeight)); });
}

CsvTable ComparisonPage::shownData() const {
  return comparisonTable(impl_->data);
}

void ComparisonPage::changeEvent(QEvent* event) {
  if (event->type() == QEvent::PaletteChange) {
    impl_->updateColors();
    if (!impl_->data.tokenizers.empty()) {
      impl_->draw();
    }
  }
  QWidget::changeEvent(event);
}

void ComparisonPage::resizeEvent(QResizeEvent* event) {
  impl_->arrange();
  QWidget::resizeEvent(event);
}

}  // namespace heddle::ui
