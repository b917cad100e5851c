#include "views/curves/curve_data.h"

#include <QCoreApplication>
#include <algorithm>
#include <cmath>

namespace heddle::ui {
namespace {

QString parameterText(const Smoothing& smoothing) {
  switch (smoothing.kind) {
    case SmoothingKind::kGaussian:
      return QString::number(gaussianSigma(smoothing.weight), 'g', 3);
    case SmoothingKind::kWindow:
      return QString::number(windowPoints(smoothing.weight));
    default:
      return QString::number(smoothing.weight, 'g', 3);
  }
}

}  // namespace

QString smoothingText(const Smoothing& smoothing) {
  if (smoothing.weight <= 0) {
    return {};
  }
  const auto text = [](const char* source) { return QCoreApplication::translate("Curves", source); };
  switch (smoothing.kind) {
    case SmoothingKind::kTimeWeightedEma:
      return text(QT_TRANSLATE_NOOP("Curves", "time-weighted EMA %1")).arg(parameterText(smoothing));
    case SmoothingKind::kGaussian:
      return text(QT_TRANSLATE_NOOP("Curves", "Gaussian, σ %1 points")).arg(parameterText(smoothing));
    case SmoothingKind::kWindow:
      return text(QT_TRANSLATE_NOOP("Curves", "centred mean of %1 points")).arg(parameterText(smoothing));
    default:
      return text(QT_TRANSLATE_NOOP("Curves", "EMA %1")).arg(parameterText(smoothing));
  }
}

QString smoothingColumn(const Smoothing& smoothing) {
  const std::string_view key = smoothingKey(smoothing.kind);
  return QLatin1String(key.data(), static_cast<qsizetype>(key.size())) + QLatin1Char('_') +
         parameterText(smoothing);
}

std::vector<CurvePoint> lastWins(std::vector<CurvePoint> points) {
  size_t kept = 0;
  for (size_t i = 0; i < points.size(); ++i) {
    while (kept > 0 && points[kept - 1].step >= points[i].step) {
      --kept;
    }
    points[kept++] = points[i];
  }
  points.resize(kept);
  return points;
}

std::vector<Points> smoothReplaced(const std::vector<CurvePoint>& standing,
                                   const std::vector<ReplacedPart>& parts, const Smoothing& smoothing) {
  std::vector<Points> smoothed;
  if (parts.empty()) {
    return smoothed;
  }
  // From the last start backwards: what stood when a start came was the line after it up to the step it went
  // back to, and then the part.
  std::vector<CurvePoint> line = standing;
  for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
    std::erase_if(line, [&](const CurvePoint& point) { return point.step > part->from_step; });
    line.insert(line.end(), part->points.begin(), part->points.end());
    if (part->points.empty()) {
      continue;
    }
    std::vector<CurvePoint> whole = smoothCurve(line, smoothing);
    const size_t shown = std::min(part->points.size() + 1, whole.size());
    whole.erase(whole.begin(), whole.end() - static_cast<std::ptrdiff_t>(shown));
    smoothed.push_back(std::make_shared<const CurvePoints>(std::move(whole)));
  }
  std::reverse(smoothed.begin(), smoothed.end());
  return smoothed;
}

const CurvePoint* pointAt(const std::vector<CurvePoint>& points, double x) {
  if (points.empty()) {
    return nullptr;
  }
  const auto after = std::upper_bound(points.begin(), points.end(), x,
                                      [](double value, const CurvePoint& point) { return value < point.x; });
  return after == points.begin() ? &points.front() : &*(after - 1);
}

RangeSummary summarize(const CurvePoints& points, const Span& range) {
  const auto [first, last] = points.between(range.lower, range.upper);
  RangeSummary summary;
  double sum = 0;
  for (size_t i = first; i < last; ++i) {
    const CurvePoint& point = points[i];
    if (!std::isfinite(point.y)) {
      continue;
    }
    if (summary.count == 0) {
      summary.start = summary.low = summary.high = point.y;
      summary.low_step = summary.high_step = point.step;
    }
    if (point.y < summary.low) {
      summary.low = point.y;
      summary.low_step = point.step;
    }
    if (point.y > summary.high) {
      summary.high = point.y;
      summary.high_step = point.step;
    }
    summary.end = point.y;
    sum += point.y;
    ++summary.count;
  }
  summary.mean = summary.count > 0 ? sum / static_cast<double>(summary.count) : 0;
  return summary;
}

std::vector<QStringList> chartsOf(const QStringList& metrics) {
  const QString loss = QStringLiteral("train/loss");
  const QString held_out = QStringLiteral("eval/mlm_loss");
  const bool together = metrics.contains(loss) && metrics.contains(held_out);
  std::vector<QStringList> charts;
  for (const QString& metric : metrics) {
    if (together && metric == held_out) {
      continue;
    }
    charts.push_back(together && metric == loss ? QStringList{loss, held_out} : QStringList{metric});
  }
  return charts;
}

QStringList usualMetrics() {
  return {QStringLiteral("train/loss"),
          QStringLiteral("eval/mlm_loss"),
          QStringLiteral("train/mlm_loss"),
          QStringLiteral("eval/mlm_accuracy"),
          QStringLiteral("train/learning_rate"),
          QStringLiteral("train/gradient_norm"),
          QStringLiteral("train/tokens_per_second")};
}

}  // namespace heddle::ui
