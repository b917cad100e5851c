// The numbers of a run in the database: growing arrays in chunks, with a pyramid of extremes over each
// metric. Those that a later start replaced stay as parts of their own. The layout of the tables is described
// in schema.cpp.

#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/store/smoothing.h"
#include "engine/store/sqlite.h"

namespace heddle {

inline constexpr int kAxes = 7;

// Appends to one array. Lives within one transaction; failures stick to the connection.
class SeriesWriter {
 public:
  // `of_metric`: its points carry moments and have a pyramid.
  SeriesWriter(Connection& db, int64_t series, int64_t count, bool of_metric);

  void append(int64_t moment, double value);
  // Forgets all points from position `count` on.
  void truncate(int64_t count);
  // Writes what is not written yet.
  void flush();

  int64_t series() const { return series_; }
  int64_t count() const { return count_; }

 private:
  void loadTail(int64_t stored);
  void writeChunk(int64_t chunk);
  void closeBuckets();

  Connection& db_;
  int64_t series_;
  int64_t count_;
  bool of_metric_;
  bool changed_ = false;
  std::vector<double> values_;     // of the chunk that is not full yet
  std::vector<uint32_t> moments_;  // likewise
};

// Reads one array, chunk by chunk as asked for.
class SeriesReader {
 public:
  SeriesReader(Connection& db, int64_t series, int64_t count, bool of_metric);

  int64_t series() const { return series_; }
  int64_t count() const { return count_; }
  double value(int64_t position);
  int64_t moment(int64_t position);
  // First position whose moment is at least `moment`.
  int64_t positionOf(int64_t moment);

 private:
  void load(int64_t chunk);

  Connection& db_;
  int64_t series_;
  int64_t count_;
  bool of_metric_;
  int64_t chunk_ = -1;
  std::array<double, kChunkPoints> values_{};
  std::array<uint32_t, kChunkPoints> moments_{};
};

// One line of points: part 0 stands, the others were replaced by later starts.
struct RunPart {
  int64_t run = 0;
  int64_t part = 0;
  int64_t moments = 0;   // lines of metrics
  int64_t unsorted = 0;  // bit a = axis a has gone backwards, or lacks numbers
};

// All arrays of one run that stand, for one transaction.
class RunSeries {
 public:
  // `moments` and `unsorted` as the run's row has them; see schema.cpp.
  RunSeries(Connection& db, int64_t run, int64_t moments, int64_t unsorted);

  void append(double time, const Metrics& metrics);
  // Moves all points whose step is above `step` to a part of their own.
  void replaceAfter(int64_t step);
  void flush();

  int64_t moments() const { return moments_; }
  int64_t unsorted() const { return unsorted_; }
  // The last value and the lowest finite value of a metric.
  std::optional<double> lastValue(const std::string& metric);
  std::optional<double> lowestValue(const std::string& metric);

 private:
  struct Metric {
    std::string name;
    SeriesWriter writer;
    int64_t line = -1;  // moment of the last line that had it
    double value = 0;   // of that line
  };
  Metric& metricOf(const std::string& name);
  SeriesWriter& axisOf(int axis);
  SeriesWriter openSeries(int64_t part, int axis, const std::string& metric);
  int64_t addPart(int64_t from_step, int64_t moments);
  // Where the points of a moment go that are behind `from_moment`: their number in the part that stands, or
  // -1 - their number in `part`.
  struct Split {
    int64_t part;
    int64_t from_moment;
    std::vector<int64_t> numbers;
  };
  void split(SeriesWriter& writer, int axis, const std::string& metric, const Split& split);

  Connection& db_;
  int64_t run_;
  int64_t moments_;
  int64_t unsorted_;
  std::array<double, kAxes> last_x_{};
  std::array<std::unique_ptr<SeriesWriter>, kAxes> axes_;
  std::unordered_map<std::string, std::unique_ptr<Metric>> metrics_;
  std::vector<Metric*> line_order_;  // metrics in the order of the last line: lines are alike
};

// The points of a curve as Store::curve() promises them; empty when the part has no such metric.
std::vector<CurvePoint> readCurve(Connection& db, const RunPart& part, const CurveQuery& query);

// Removes all arrays of a run.
void removeSeries(Connection& db, int64_t run);

}  // namespace heddle
