// Numbers as the window writes them. The C locale's decimal point, so that what is read is what is exported.

#pragma once

#include <QString>
#include <cstdint>

namespace heddle::ui {

// `digits` significant digits; 1234567 -> "1.235e+06" only from 1e6 on; NaN -> "NaN", infinite -> "∞" or
// "-∞".
QString formatNumber(double value, int digits = 4);

// 110104890 -> "110.1M"; under 10,000 the integer itself.
QString formatCount(double count);

// Seconds as "4.2 s", "3 min 05 s", "2 h 07 min", "3 d 04 h".
QString formatDuration(double seconds);

// Bytes as "1.4 GiB".
QString formatBytes(double bytes);

// Wall seconds since 1970 as local "2026-11-21 14:03:22".
QString formatWallTime(double seconds);

}  // namespace heddle::ui
