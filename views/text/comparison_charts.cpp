#include "views/text/comparison_charts.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "views/common/number_format.h"
#include "views/common/palette.h"

namespace heddle::ui {
namespace {

constexpr double kGroupWidth = 0.8;
constexpr double kHeadRoom = 1.18;  // above the highest bar, for its value

QString words(const char* text) {
  return QCoreApplication::translate("ComparisonPage", text);
}

QPen linePen(size_t index, const QPalette& palette) {
  constexpr std::array<Qt::PenStyle, 4> kStyles = {Qt::SolidLine, Qt::DashLine, Qt::DotLine, Qt::DashDotLine};
  return QPen(seriesColor(static_cast<int>(index), palette), 2, kStyles[index % kStyles.size()]);
}

void clear(QCustomPlot& plot, const QString& x_label, const QString& y_label, const QPalette& palette) {
  plot.clearPlottables();
  plot.clearItems();
  const QColor text = roleColor(Role::kText, palette);
  plot.setBackground(palette.color(QPalette::Base));
  plot.xAxis->setLabel(x_label);
  plot.yAxis->setLabel(y_label);
  QFont small = plot.font();
  for (QCPAxis* axis : {plot.xAxis, plot.yAxis}) {
    axis->setLabelFont(small);
    axis->setTickLabelFont(small);
    axis->setBasePen(QPen(roleColor(Role::kAxis, palette)));
    axis->setTickPen(QPen(roleColor(Role::kAxis, palette)));
    axis->setSubTickPen(QPen(roleColor(Role::kAxis, palette)));
    axis->setTickLabelColor(roleColor(Role::kMutedText, palette));
    axis->setLabelColor(roleColor(Role::kMutedText, palette));
    axis->grid()->setPen(QPen(roleColor(Role::kGrid, palette)));
    axis->grid()->setZeroLinePen(QPen(roleColor(Role::kGrid, palette)));
  }
  plot.xAxis->grid()->setVisible(false);
  plot.legend->setVisible(false);
  plot.legend->setTextColor(text);
}

// Bars side by side: values[tokeniser][group], at 1, 2, ...
double drawBars(QCustomPlot& plot, const ComparisonData& data, const std::vector<std::vector<double>>& values,
                const QPalette& palette) {
  const auto count = static_cast<double>(values.size());
  double highest = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    auto* bars = new QCPBars(plot.xAxis, plot.yAxis);
    bars->setName(data.tokenizers[i].name);
    bars->setWidth(kGroupWidth / count * 0.92);
    bars->setBrush(tokenizerBrush(static_cast<int>(i), palette));
    bars->setPen(QPen(seriesColor(static_cast<int>(i), palette), 1));
    for (size_t group = 0; group < values[i].size(); ++group) {
      const double centre =
          static_cast<double>(group) + 1 + (static_cast<double>(i) + 0.5 - count / 2) * kGroupWidth / count;
      bars->addData(centre, values[i][group]);
      highest = std::max(highest, values[i][group]);
    }
  }
  return highest;
}

}  // namespace

QBrush tokenizerBrush(int index, const QPalette& palette) {
  constexpr std::array<Qt::BrushStyle, 4> kStyles = {Qt::SolidPattern, Qt::BDiagPattern, Qt::Dense4Pattern,
                                                     Qt::CrossPattern};
  return QBrush(seriesColor(index, palette), kStyles[static_cast<size_t>(index) % kStyles.size()]);
}

void drawRates(QCustomPlot& plot, const ComparisonData& data, const QPalette& palette) {
  clear(plot, {}, words("tokens"), palette);
  std::vector<std::vector<double>> values;
  for (const ComparisonFigures& each : data.tokenizers) {
    values.push_back({each.tokens_per_word, each.tokens_per_word_type});
  }
  const double highest = drawBars(plot, data, values, palette);
  auto ticker = QSharedPointer<QCPAxisTickerText>::create();
  ticker->addTick(1, words("per word"));
  ticker->addTick(2, words("per word type"));
  plot.xAxis->setTicker(ticker);
  plot.xAxis->setSubTicks(false);
  plot.xAxis->setRange(0.45, 2.55);
  plot.yAxis->setRange(0, std::max(highest, 1e-9) * kHeadRoom);
  const auto count = static_cast<double>(values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    for (size_t group = 0; group < values[i].size(); ++group) {
      auto* label = new QCPItemText(&plot);
      label->setText(QString::number(values[i][group], 'f', 2));
      label->setColor(roleColor(Role::kText, palette));
      label->setPositionAlignment(Qt::AlignHCenter | Qt::AlignBottom);
      label->position->setCoords(
          static_cast<double>(group) + 1 + (static_cast<double>(i) + 0.5 - count / 2) * kGroupWidth / count,
          values[i][group] + highest * 0.015);
    }
  }
}

void drawLengths(QCustomPlot& plot, const ComparisonData& data, const QPalette& palette) {
  clear(plot, words("characters of a token"), words("% of the tokens"), palette);
  const LengthShares shares = lengthShares(data);
  const double highest = drawBars(plot, data, shares.percent, palette);
  const int last = shares.percent.empty() ? 1 : static_cast<int>(shares.percent.front().size());
  auto ticker = QSharedPointer<QCPAxisTickerText>::create();
  const int stride = last > 16 ? 2 : 1;
  for (int length = 1; length <= last; ++length) {
    const bool open = shares.open_end && length == last;
    if (length % stride == 0 || stride == 1 || open) {
      ticker->addTick(length, open ? QStringLiteral("≥%1").arg(length) : QString::number(length));
    }
  }
  plot.xAxis->setTicker(ticker);
  plot.xAxis->setSubTicks(false);
  plot.xAxis->setRange(0.45, last + 0.55);
  plot.yAxis->setRange(0, std::max(highest, 1e-9) * 1.06);
}

void drawFrequencies(QCustomPlot& plot, const ComparisonData& data, const QPalette& palette) {
  clear(plot, words("rank of the token"), words("count"), palette);
  double last_rank = 10;
  double highest = 10;
  for (size_t i = 0; i < data.tokenizers.size(); ++i) {
    QCPGraph* graph = plot.addGraph();
    graph->setName(data.tokenizers[i].name);
    graph->setPen(linePen(i, palette));
    QVector<double> ranks;
    QVector<double> counts;
    for (const auto& [rank, count] : data.tokenizers[i].frequencies) {
      ranks.append(rank);
      counts.append(count);
      last_rank = std::max(last_rank, rank);
      highest = std::max(highest, count);
    }
    graph->setData(ranks, counts, true);
  }
  for (QCPAxis* axis : {plot.xAxis, plot.yAxis}) {
    axis->setScaleType(QCPAxis::stLogarithmic);
    axis->setTicker(QSharedPointer<QCPAxisTickerLog>::create());
    axis->setNumberFormat(QStringLiteral("gb"));
    axis->setNumberPrecision(0);
  }
  plot.xAxis->grid()->setVisible(true);
  plot.xAxis->setRange(0.9, last_rank * 1.2);
  plot.yAxis->setRange(0.9, highest * 1.5);
}

}  // namespace heddle::ui
