#include "views/curves/axis_ticker.h"

#include <algorithm>
#include <cmath>

namespace heddle::ui {
namespace {

// Labels of large counts: as many decimals as neighbouring ticks need to differ.
class CountTicker final : public QCPAxisTicker {
 public:
  explicit CountTicker(bool with_unit) : with_unit_(with_unit) { setTickCount(5); }

 protected:
  double getTickStep(const QCPRange& range) override {
    step_ = QCPAxisTicker::getTickStep(range);
    return step_;
  }

  QString getTickLabel(double tick, const QLocale& /*locale*/, QChar /*format*/, int /*precision*/) override {
    if (!with_unit_) {
      // There is no half step.
      const bool whole = std::fabs(tick - std::round(tick)) < 1e-6 * std::max(1.0, std::fabs(tick));
      return whole ? QString::number(tick, 'f', 0) : QString();
    }
    static constexpr const char* kUnits[] = {"", "k", "M", "G", "T", "P", "E", "Z"};
    const double size = std::max(std::fabs(tick), step_);
    const int thousands = size < 1000 ? 0 : std::min(static_cast<int>(std::log10(size) / 3 + 1e-9), 7);
    const double scale = std::pow(1000.0, thousands);
    const int decimals = std::clamp(static_cast<int>(std::ceil(-std::log10(step_ / scale) - 1e-9)), 0, 6);
    return tick == 0 ? QStringLiteral("0")
                     : QString::number(tick / scale, 'f', decimals) + QLatin1String(kUnits[thousands]);
  }

 private:
  bool with_unit_;
  double step_ = 1;
};

}  // namespace

QSharedPointer<QCPAxisTicker> tickerFor(const XAxis& axis, bool logarithmic) {
  if (logarithmic) {
    return QSharedPointer<QCPAxisTickerLog>::create();
  }
  if (!axis.metric.isEmpty()) {
    return QSharedPointer<QCPAxisTicker>::create();
  }
  switch (axis.kind) {
    case Axis::kSeconds: {
      auto ticker = QSharedPointer<QCPAxisTickerTime>::create();
      ticker->setTimeFormat(QStringLiteral("%h:%m:%s"));
      ticker->setTickCount(4);
      return ticker;
    }
    case Axis::kWallTime: {
      auto ticker = QSharedPointer<QCPAxisTickerDateTime>::create();
      ticker->setDateTimeFormat(QStringLiteral("HH:mm:ss\nMM-dd"));
      ticker->setTickCount(4);
      return ticker;
    }
    case Axis::kStep:
      return QSharedPointer<CountTicker>::create(false);
    case Axis::kTokens:
    case Axis::kFlops:
    case Axis::kExamples:
      return QSharedPointer<CountTicker>::create(true);
    case Axis::kEpochs:
      break;
  }
  return QSharedPointer<QCPAxisTicker>::create();
}

QString axisTitle(const XAxis& axis) {
  if (!axis.metric.isEmpty()) {
    return axis.metric;
  }
  switch (axis.kind) {
    case Axis::kStep:
      return QCoreApplication::translate("CurvesView", "Step");
    case Axis::kTokens:
      return QCoreApplication::translate("CurvesView", "Tokens seen");
    case Axis::kSeconds:
      return QCoreApplication::translate("CurvesView", "Engine time (h:min:s)");
    case Axis::kFlops:
      return QCoreApplication::translate("CurvesView", "FLOPs");
    case Axis::kWallTime:
      return QCoreApplication::translate("CurvesView", "Wall time");
    case Axis::kExamples:
      return QCoreApplication::translate("CurvesView", "Examples seen");
    case Axis::kEpochs:
      return QCoreApplication::translate("CurvesView", "Epochs");
  }
  return {};
}

QString axisUnit(const XAxis& axis) {
  if (!axis.metric.isEmpty()) {
    return axis.metric;
  }
  switch (axis.kind) {
    case Axis::kSeconds:
      return QCoreApplication::translate("CurvesView", "Engine time (s)");
    case Axis::kWallTime:
      return QCoreApplication::translate("CurvesView", "Wall time (s since 1970)");
    default:
      return axisTitle(axis);
  }
}

}  // namespace heddle::ui
