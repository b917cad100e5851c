#include "views/common/number_format.h"

#include <QDateTime>
#include <QLocale>
#include <algorithm>
#include <array>
#include <cmath>

namespace heddle::ui {

QString formatNumber(double value, int digits) {
  if (std::isnan(value)) {
    return QStringLiteral("NaN");
  }
  if (std::isinf(value)) {
    return value > 0 ? QStringLiteral("∞") : QStringLiteral("-∞");
  }
  if (value == std::trunc(value) && std::fabs(value) < 1e6) {
    return QString::number(value, 'f', 0);
  }
  const double size = std::fabs(value);
  if (size >= 1e-4 && size < 1e6) {
    const int whole = static_cast<int>(std::floor(std::log10(size)));
    return QString::number(value, 'f', std::clamp(digits - 1 - whole, 0, 12));
  }
  return QString::number(value, 'e', std::max(digits - 1, 0));
}

QString formatCount(double count) {
  if (std::fabs(count) < 10000) {
    return QString::number(count, 'f', 0);
  }
  constexpr std::array<const char*, 5> kSuffixes = {"k", "M", "G", "T", "P"};
  size_t place = 0;
  double scaled = count / 1000;
  // Rounding to one decimal must not print "1000.0k".
  while (std::fabs(scaled) >= 999.95 && place + 1 < kSuffixes.size()) {
    scaled /= 1000;
    ++place;
  }
  return QString::number(scaled, 'f', 1) + QLatin1String(kSuffixes[place]);
}

QString formatDuration(double seconds) {
  if (!std::isfinite(seconds) || seconds < 0) {
    return QStringLiteral("–");
  }
  if (seconds < 59.95) {
    return QString::number(seconds, 'f', 1) + QStringLiteral(" s");
  }
  const auto whole = static_cast<qint64>(std::llround(seconds));
  const auto two = [](qint64 value) { return QStringLiteral("%1").arg(value, 2, 10, QLatin1Char('0')); };
  if (whole < 3600) {
    return QStringLiteral("%1 min %2 s").arg(whole / 60).arg(two(whole % 60));
  }
  if (whole < 86400) {
    return QStringLiteral("%1 h %2 min").arg(whole / 3600).arg(two(whole % 3600 / 60));
  }
  return QStringLiteral("%1 d %2 h").arg(whole / 86400).arg(two(whole % 86400 / 3600));
}

QString formatBytes(double bytes) {
  constexpr std::array<const char*, 5> kUnits = {"B", "KiB", "MiB", "GiB", "TiB"};
  size_t place = 0;
  while (std::fabs(bytes) >= 1023.95 && place + 1 < kUnits.size()) {
    bytes /= 1024;
    ++place;
  }
  return QString::number(bytes, 'f', place == 0 ? 0 : 1) + QLatin1Char(' ') + QLatin1String(kUnits[place]);
}

QString formatWallTime(double seconds) {
  const auto moment = QDateTime::fromMSecsSinceEpoch(static_cast<qint64>(std::llround(seconds * 1000)));
  return moment.toString(QStringLiteral("yyyy-MM-dd HH:mm:ss"));
}

}  // namespace heddle::ui
