#include "views/curves/curve_tooltip.h"

#include <QCoreApplication>
#include <algorithm>
#include <cmath>
#include <limits>

#include "views/common/number_format.h"
#include "views/common/palette.h"

namespace heddle::ui {
namespace {

constexpr size_t kMostLines = 5;

double shownValue(const TooltipLine& line) {
  return line.smoothed != nullptr ? line.smoothed->y : line.value->y;
}

QString translated(const char* words) {
  return QCoreApplication::translate("CurveTooltip", words);
}

QString cell(const QString& content, const char* alignment = "left") {
  return QStringLiteral("<td align=\"%1\" style=\"white-space:nowrap\">%2&nbsp;</td>")
      .arg(QString::fromLatin1(alignment), content);
}

}  // namespace

std::vector<TooltipLine> tooltipLines(const std::vector<DrawnCurve>& curves, const PlotArea& area,
                                      const QPointF& pointer, TooltipOrder order) {
  const double x = area.toX(pointer.x());
  std::vector<TooltipLine> lines;
  for (const DrawnCurve& drawn : curves) {
    const Points& raw = drawn.curve.raw;
    if (raw == nullptr || raw->empty() || x < raw->front().x || x > raw->back().x) {
      continue;
    }
    const Points& smooth = drawn.curve.smooth;
    TooltipLine line{.curve = &drawn, .value = pointAt(raw->all(), x)};
    line.smoothed = smooth != nullptr && !smooth->empty() ? pointAt(smooth->all(), x) : nullptr;
    const double away = std::fabs(area.toPixelY(shownValue(line)) - pointer.y());
    line.distance = std::isfinite(away) ? away : std::numeric_limits<double>::infinity();
    lines.push_back(line);
  }
  const auto sort = [&lines](auto&& before) { std::stable_sort(lines.begin(), lines.end(), before); };
  // A value that is no number comes last, whatever the order.
  const auto by_value = [](double sign) {
    return [sign](const TooltipLine& a, const TooltipLine& b) {
      const double left = sign * shownValue(a);
      const double right = sign * shownValue(b);
      return std::isnan(right) ? !std::isnan(left) : left < right;
    };
  };
  switch (order) {
    case TooltipOrder::kNearest:
      sort([](const TooltipLine& a, const TooltipLine& b) { return a.distance < b.distance; });
      break;
    case TooltipOrder::kTable:
      break;
    case TooltipOrder::kAscending:
      sort(by_value(1));
      break;
    case TooltipOrder::kDescending:
      sort(by_value(-1));
      break;
    case TooltipOrder::kAlphabetical:
      sort([](const TooltipLine& a, const TooltipLine& b) { return a.curve->name < b.curve->name; });
      break;
  }
  return lines;
}

QString tooltipText(const std::vector<TooltipLine>& lines, const QPalette& palette) {
  if (lines.empty()) {
    return {};
  }
  QString text = QStringLiteral("<table cellspacing=\"0\" cellpadding=\"1\"><tr>") + cell({}) +
                 cell(translated("Run")) + cell(translated("Smoothed"), "right") +
                 cell(translated("Value"), "right") + cell(translated("Step"), "right") +
                 QStringLiteral("</tr>");
  for (size_t i = 0; i < std::min(lines.size(), kMostLines); ++i) {
    const TooltipLine& line = lines[i];
    // Dots as in the chart: one colour is all that two metrics of a run have.
    const QString mark = line.curve->marks ? QStringLiteral("●") : QStringLiteral("━");
    text += QStringLiteral("<tr>") +
            cell(QStringLiteral("<span style=\"color:%1\">%2</span>")
                     .arg(seriesColor(line.curve->style, palette).name(), mark)) +
            cell(line.curve->name.toHtmlEscaped()) +
            cell(line.smoothed != nullptr ? formatNumber(line.smoothed->y) : QStringLiteral("…"), "right") +
            cell(formatNumber(line.value->y), "right") + cell(QString::number(line.value->step), "right") +
            QStringLiteral("</tr>");
  }
  text += QStringLiteral("</table>");
  if (lines.size() > kMostLines) {
    text += translated("%1 more").arg(lines.size() - kMostLines);
  }
  return text;
}

}  // namespace heddle::ui
