// Times as the program stores them: seconds since 1970 (UTC) as a double for events, a monotonic clock for
// durations.

#pragma once

#include <string>

namespace heddle {

// Seconds since 1970-01-01 UTC, with fractions.
double wallSeconds();

// Seconds of a clock that never goes back; only differences mean anything.
double monotonicSeconds();

// "2026-11-21T04:05:06Z".
std::string isoTime(double wall_seconds);

// "20261121-040506", UTC: sorts by time, fit for file names.
std::string compactTime(double wall_seconds);

// "3 h 12 min", "4 min 5 s", "0.8 s": for people.
std::string humanDuration(double seconds);

}  // namespace heddle
