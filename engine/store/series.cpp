#include "engine/store/series.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <unordered_map>
#include <utility>

namespace heddle {
namespace {

// On an axis that the engine has not recorded.
constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

constexpr int64_t chunkKey(int64_t series, int64_t chunk) {
  return (series << 32) + chunk;
}

// First of 0 .. count - 1 for which `reached` holds, else count. `reached` must not go back to false.
template <typename Predicate>
int64_t firstWhere(int64_t count, Predicate reached) {
  int64_t low = 0;
  int64_t high = count;
  while (low < high) {
    const int64_t middle = low + (high - low) / 2;
    if (reached(middle)) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

// Columns low_moment, low, high_moment, high, odd_moment, odd from `column` on.
Extremes readExtremes(const Query& row, int column) {
  const auto extreme = [&row](int at) {
    return row.isNull(at) ? Extreme{}
                          : Extreme{row.integer(at), row.isNull(at + 1) ? std::nan("") : row.real(at + 1)};
  };
  return {extreme(column), extreme(column + 2), extreme(column + 4)};
}

std::optional<double> momentOrNull(const Extreme& extreme) {
  return extreme.moment < 0 ? std::nullopt : std::optional<double>(static_cast<double>(extreme.moment));
}

}  // namespace

SeriesWriter::SeriesWriter(Connection& db, int64_t series, int64_t count, bool of_metric)
    : db_(db), series_(series), count_(count), of_metric_(of_metric) {
  loadTail(count);
}

// `stored`: the points that the last chunk was written for.
void SeriesWriter::loadTail(int64_t stored) {
  values_.clear();
  moments_.clear();
  SeriesReader reader(db_, series_, stored, of_metric_);
  for (int64_t i = count_ / kChunkPoints * kChunkPoints; i < count_ && !db_.failed(); ++i) {
    values_.push_back(reader.value(i));
    if (of_metric_) {
      moments_.push_back(static_cast<uint32_t>(reader.moment(i)));
    }
  }
}

void SeriesWriter::append(int64_t moment, double value) {
  values_.push_back(value);
  if (of_metric_) {
    moments_.push_back(static_cast<uint32_t>(moment));
  }
  ++count_;
  changed_ = true;
  if (static_cast<int64_t>(values_.size()) == kChunkPoints) {
    writeChunk(count_ / kChunkPoints - 1);
    if (of_metric_) {
      closeBuckets();
    }
    values_.clear();
    moments_.clear();
  }
}

void SeriesWriter::writeChunk(int64_t chunk) {
  std::vector<std::byte> data(values_.size() * sizeof(double) + moments_.size() * sizeof(uint32_t));
  std::memcpy(data.data(), values_.data(), values_.size() * sizeof(double));
  if (!moments_.empty()) {
    std::memcpy(data.data() + values_.size() * sizeof(double), moments_.data(),
                moments_.size() * sizeof(uint32_t));
  }
  db_.run("INSERT OR REPLACE INTO chunks(key, data) VALUES(?1, ?2)", chunkKey(series_, chunk),
          std::span<const std::byte>(data));
}

// Called when a chunk has just become full: one bucket of the lowest level, and of every level that it
// completes.
void SeriesWriter::closeBuckets() {
  Extremes extremes;
  for (size_t i = 0; i < values_.size(); ++i) {
    extremes.add(moments_[i], values_[i]);
  }
  for (int level = 1; count_ % levelSize(level) == 0 && !db_.failed(); ++level) {
    const int64_t bucket = count_ / levelSize(level) - 1;
    if (level > 1) {
      extremes = {};
      Query parts = db_.query(
          "SELECT low_moment, low, high_moment, high, odd_moment, odd FROM buckets "
          "WHERE series=?1 AND level=?2 AND bucket>=?3 ORDER BY bucket",
          series_, level - 1, bucket * kPyramidFactor);
      while (parts.next()) {
        extremes.add(readExtremes(parts, 0));
      }
    }
    db_.run("INSERT OR REPLACE INTO buckets VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)", series_, level,
            bucket, momentOrNull(extremes.low), extremes.low.value, momentOrNull(extremes.high),
            extremes.high.value, momentOrNull(extremes.odd), extremes.odd.value);
  }
}

void SeriesWriter::truncate(int64_t count) {
  if (count >= count_) {
    return;
  }
  flush();
  const int64_t stored = std::exchange(count_, count);
  loadTail(stored);
  changed_ = true;
  db_.run("DELETE FROM chunks WHERE key>=?1 AND key<?2", chunkKey(series_, count / kChunkPoints),
          chunkKey(series_ + 1, 0));
  for (int level = 1; of_metric_ && levelSize(level) <= (int64_t{1} << 48); ++level) {
    db_.run("DELETE FROM buckets WHERE series=?1 AND level=?2 AND bucket>=?3", series_, level,
            count / levelSize(level));
  }
}

void SeriesWriter::flush() {
  if (!changed_) {
    return;
  }
  if (!values_.empty()) {
    writeChunk(count_ / kChunkPoints);
  }
  db_.run("UPDATE series SET count=?2 WHERE series=?1", series_, count_);
  changed_ = false;
}

SeriesReader::SeriesReader(Connection& db, int64_t series, int64_t count, bool of_metric)
    : db_(db), series_(series), count_(count), of_metric_(of_metric) {}

double SeriesReader::value(int64_t position) {
  load(position / kChunkPoints);
  return values_[static_cast<size_t>(position % kChunkPoints)];
}

int64_t SeriesReader::moment(int64_t position) {
  load(position / kChunkPoints);
  return of_metric_ ? int64_t{moments_[static_cast<size_t>(position % kChunkPoints)]} : position;
}

int64_t SeriesReader::positionOf(int64_t moment_asked) {
  return firstWhere(count_, [&](int64_t position) { return moment(position) >= moment_asked; });
}

void SeriesReader::load(int64_t chunk) {
  if (chunk == chunk_) {
    return;
  }
  chunk_ = chunk;
  Query query = db_.query("SELECT data FROM chunks WHERE key=?1", chunkKey(series_, chunk));
  const auto points = static_cast<size_t>(std::min(kChunkPoints, count_ - chunk * kChunkPoints));
  const bool found = query.next();
  const std::span<const std::byte> data = found ? query.blob(0) : std::span<const std::byte>{};
  if (data.size() != points * (sizeof(double) + (of_metric_ ? sizeof(uint32_t) : 0))) {
    db_.failDamaged("chunk " + std::to_string(chunk) + " of series " + std::to_string(series_) + " has " +
                    std::to_string(data.size()) + " bytes for " + std::to_string(points) + " points");
    return;
  }
  std::memcpy(values_.data(), data.data(), points * sizeof(double));
  if (of_metric_) {
    std::memcpy(moments_.data(), data.data() + points * sizeof(double), points * sizeof(uint32_t));
  }
}

RunSeries::RunSeries(Connection& db, int64_t run, int64_t moments, int64_t unsorted)
    : db_(db), run_(run), moments_(moments), unsorted_(unsorted) {}

SeriesWriter RunSeries::openSeries(int64_t part, int axis, const std::string& metric) {
  {
    Query known =
        db_.query("SELECT series, count FROM series WHERE run=?1 AND part=?2 AND axis=?3 AND metric=?4", run_,
                  part, axis, metric);
    if (known.next()) {
      return SeriesWriter(db_, known.integer(0), known.integer(1), axis == 0);
    }
  }
  db_.run("INSERT INTO series(run, part, axis, metric, count) VALUES(?1, ?2, ?3, ?4, 0)", run_, part, axis,
          metric);
  return SeriesWriter(db_, db_.lastInsertId(), 0, axis == 0);
}

SeriesWriter& RunSeries::axisOf(int axis) {
  auto& writer = axes_[static_cast<size_t>(axis)];
  if (!writer) {
    writer = std::make_unique<SeriesWriter>(openSeries(0, 1 + axis, ""));
    if (moments_ > 0) {
      last_x_[static_cast<size_t>(axis)] =
          SeriesReader(db_, writer->series(), writer->count(), false).value(writer->count() - 1);
    }
  }
  return *writer;
}

RunSeries::Metric& RunSeries::metricOf(const std::string& name) {
  auto& metric = metrics_[name];
  if (!metric) {
    metric.reset(new Metric{name, openSeries(0, 0, name)});
  }
  return *metric;
}

void RunSeries::append(double time, const Metrics& metrics) {
  if (metrics.values.empty() || db_.failed()) {
    return;
  }
  // In the order of Axis.
  const std::array<double, kAxes> x{static_cast<double>(metrics.step),
                                    static_cast<double>(metrics.tokens),
                                    metrics.seconds,
                                    metrics.flops,
                                    time,
                                    metrics.examples ? static_cast<double>(*metrics.examples) : kUnknown,
                                    metrics.epochs.value_or(kUnknown)};
  for (int axis = 0; axis < kAxes; ++axis) {
    const auto a = static_cast<size_t>(axis);
    SeriesWriter& writer = axisOf(axis);
    if (std::isnan(x[a]) || (moments_ > 0 && !(x[a] >= last_x_[a]))) {
      unsorted_ |= int64_t{1} << axis;
    }
    last_x_[a] = x[a];
    writer.append(moments_, x[a]);
  }
  size_t index = 0;
  for (const auto& [name, value] : metrics.values) {
    if (index == line_order_.size()) {
      line_order_.push_back(&metricOf(name));
    } else if (line_order_[index]->name != name) {
      line_order_[index] = &metricOf(name);
    }
    Metric& metric = *line_order_[index++];
    metric.line = moments_;
    metric.value = value;
  }
  // A name that stands twice in a line counts once, with its last value.
  for (size_t i = 0; i < index; ++i) {
    Metric& metric = *line_order_[i];
    if (metric.line == moments_) {
      metric.writer.append(moments_, metric.value);
      metric.line = -1;
    }
  }
  ++moments_;
}

void RunSeries::replaceAfter(int64_t step) {
  if (moments_ == 0) {
    return;
  }
  flush();
  SeriesWriter& steps = axisOf(0);
  SeriesReader reader(db_, steps.series(), steps.count(), false);
  // Steps may have gone backwards before, so that what stays and what goes may alternate.
  Split parted{.part = 0, .from_moment = moments_, .numbers = {}};
  int64_t kept = 0;
  int64_t replaced = 0;
  for (int64_t moment = 0; moment < moments_ && !db_.failed(); ++moment) {
    const bool keep = reader.value(moment) <= static_cast<double>(step);
    if (!keep && parted.from_moment == moments_) {
      parted.from_moment = moment;
      kept = moment;
    }
    if (moment >= parted.from_moment) {
      parted.numbers.push_back(keep ? kept++ : -1 - replaced++);
    }
  }
  if (parted.from_moment == moments_) {
    return;
  }
  parted.part = addPart(step, replaced);
  std::vector<std::string> names;
  {
    Query all = db_.query("SELECT metric FROM series WHERE run=?1 AND part=0 AND axis=0", run_);
    while (all.next()) {
      names.push_back(all.text(0));
    }
  }
  for (const std::string& name : names) {
    split(metricOf(name).writer, 0, name, parted);
  }
  for (int axis = 0; axis < kAxes; ++axis) {
    SeriesWriter& writer = axisOf(axis);
    split(writer, 1 + axis, "", parted);
    writer.flush();
    if (kept > 0) {
      last_x_[static_cast<size_t>(axis)] = SeriesReader(db_, writer.series(), kept, false).value(kept - 1);
    }
  }
  moments_ = kept;
}

int64_t RunSeries::addPart(int64_t from_step, int64_t moments) {
  int64_t part = 1;
  {
    Query count = db_.query("SELECT 1 + count(*) FROM parts WHERE run=?1", run_);
    part = count.next() ? count.integer(0) : part;
  }
  db_.run("INSERT INTO parts VALUES(?1, ?2, ?3, ?4, ?5)", run_, part, from_step, moments, unsorted_);
  return part;
}

void RunSeries::split(SeriesWriter& writer, int axis, const std::string& metric, const Split& parted) {
  const bool of_metric = axis == 0;
  SeriesReader reader(db_, writer.series(), writer.count(), of_metric);
  const int64_t from = of_metric ? reader.positionOf(parted.from_moment) : parted.from_moment;
  std::vector<Extreme> kept;
  std::vector<Extreme> replaced;
  for (int64_t i = from; i < reader.count() && !db_.failed(); ++i) {
    const auto index = static_cast<size_t>(reader.moment(i) - parted.from_moment);
    if (index < parted.numbers.size()) {
      const int64_t number = parted.numbers[index];
      (number >= 0 ? kept : replaced).push_back({number >= 0 ? number : -1 - number, reader.value(i)});
    }
  }
  const auto append = [](SeriesWriter& to, const std::vector<Extreme>& points) {
    for (const Extreme& point : points) {
      to.append(point.moment, point.value);
    }
  };
  writer.truncate(from);
  append(writer, kept);
  if (!replaced.empty()) {
    SeriesWriter aside = openSeries(parted.part, axis, metric);
    append(aside, replaced);
    aside.flush();
  }
}

void RunSeries::flush() {
  for (const auto& axis : axes_) {
    if (axis) {
      axis->flush();
    }
  }
  for (const auto& [name, metric] : metrics_) {
    metric->writer.flush();
  }
}

std::optional<double> RunSeries::lastValue(const std::string& name) {
  flush();
  const SeriesWriter& writer = metricOf(name).writer;
  SeriesReader reader(db_, writer.series(), writer.count(), true);
  return reader.count() == 0 ? std::nullopt : std::optional<double>(reader.value(reader.count() - 1));
}

std::optional<double> RunSeries::lowestValue(const std::string& name) {
  flush();
  const SeriesWriter& writer = metricOf(name).writer;
  SeriesReader reader(db_, writer.series(), writer.count(), true);
  Extremes extremes;
  for (int64_t i = 0; i < reader.count() && !db_.failed(); ++i) {
    extremes.add(i, reader.value(i));
  }
  return extremes.low.moment < 0 ? std::nullopt : std::optional<double>(extremes.low.value);
}

namespace {

// The array of an axis or a metric for reading; nullopt when there is none.
std::optional<SeriesReader> findSeries(Connection& db, const RunPart& part, int axis,
                                       const std::string& metric) {
  Query query =
      db.query("SELECT series, count FROM series WHERE run=?1 AND part=?2 AND axis=?3 AND metric=?4",
               part.run, part.part, axis, metric);
  if (!query.next()) {
    return std::nullopt;
  }
  return SeriesReader(db, query.integer(0), query.integer(1), axis == 0);
}

// The points to keep of positions from .. to - 1, through the coarsest level of the pyramid that is fine
// enough.
std::vector<Extreme> thin(Connection& db, SeriesReader& metric, int64_t from, int64_t to, int64_t width) {
  Thinner thinner(width);
  const int level = levelFor(width);
  const int64_t size = levelSize(level);
  // Only buckets that lie inside; the rest at both ends point by point.
  const int64_t first = (from + size - 1) / size;
  const int64_t last = to / size;
  const bool use_buckets = level > 0 && first < last;
  const auto exact = [&](int64_t a, int64_t b) {
    for (int64_t i = a; i < b && !db.failed(); ++i) {
      thinner.add(i, metric.moment(i), metric.value(i));
    }
  };
  exact(from, use_buckets ? first * size : to);
  if (use_buckets) {
    Query buckets = db.query(
        "SELECT bucket, low_moment, low, high_moment, high, odd_moment, odd FROM buckets "
        "WHERE series=?1 AND level=?2 AND bucket>=?3 AND bucket<?4 ORDER BY bucket",
        metric.series(), level, first, last);
    int64_t found = 0;
    for (; buckets.next(); ++found) {
      thinner.add(buckets.integer(0) * size, readExtremes(buckets, 1));
    }
    if (found != last - first) {
      db.failDamaged("buckets of series " + std::to_string(metric.series()) + " are missing");
    }
    exact(last * size, to);
  }
  return thinner.finish({metric.moment(from), metric.value(from)},
                        {metric.moment(to - 1), metric.value(to - 1)});
}

std::vector<CurvePoint> sortedByX(std::vector<CurvePoint> points, int max_points) {
  std::stable_sort(points.begin(), points.end(),
                   [](const CurvePoint& a, const CurvePoint& b) { return a.x < b.x; });
  return decimateMinMax(points, max_points);
}

// The points of a metric with the value of another one at the same step as their x. The two need not share a
// line: an evaluation is logged behind the step that it follows.
std::vector<CurvePoint> readOverMetric(Connection& db, const RunPart& part, const CurveQuery& query) {
  const CurveQuery all{.run_id = query.run_id, .metric = query.metric, .max_points = 0};
  CurveQuery all_x = all;
  all_x.metric = query.x_metric;
  std::unordered_map<int64_t, double> x_at_step;
  for (const CurvePoint& point : readCurve(db, part, all_x)) {
    x_at_step[point.step] = point.y;
  }
  std::vector<CurvePoint> points;
  for (CurvePoint point : readCurve(db, part, all)) {
    const auto x = x_at_step.find(point.step);
    if (x != x_at_step.end() && x->second >= query.from_x && x->second <= query.to_x) {
      point.x = x->second;
      points.push_back(point);
    }
  }
  return sortedByX(std::move(points), query.max_points);
}

}  // namespace

std::vector<CurvePoint> readCurve(Connection& db, const RunPart& part, const CurveQuery& query) {
  if (!query.x_metric.empty()) {
    return readOverMetric(db, part, query);
  }
  const int64_t moments = part.moments;
  std::optional<SeriesReader> metric = findSeries(db, part, 0, query.metric);
  std::optional<SeriesReader> steps = findSeries(db, part, 1 + static_cast<int>(Axis::kStep), "");
  std::optional<SeriesReader> seconds = findSeries(db, part, 1 + static_cast<int>(Axis::kSeconds), "");
  std::optional<SeriesReader> axis = findSeries(db, part, 1 + static_cast<int>(query.axis), "");
  if (!metric || !steps || !seconds || !axis || metric->count() == 0) {
    return {};
  }
  if (steps->count() != moments || seconds->count() != moments || axis->count() != moments) {
    db.failDamaged("the axes of run " + std::to_string(part.run) + " do not have " + std::to_string(moments) +
                   " values");
    return {};
  }
  const auto point = [&](int64_t moment, double y) {
    return CurvePoint{axis->value(moment), y, static_cast<int64_t>(steps->value(moment)),
                      seconds->value(moment)};
  };
  std::vector<CurvePoint> points;
  if ((part.unsorted >> static_cast<int>(query.axis) & 1) != 0) {
    for (int64_t i = 0; i < metric->count() && !db.failed(); ++i) {
      const CurvePoint candidate = point(metric->moment(i), metric->value(i));
      if (candidate.x >= query.from_x && candidate.x <= query.to_x) {
        points.push_back(candidate);
      }
    }
    return sortedByX(std::move(points), query.max_points);
  }
  const int64_t from =
      metric->positionOf(firstWhere(moments, [&](int64_t m) { return axis->value(m) >= query.from_x; }));
  const int64_t to =
      metric->positionOf(firstWhere(moments, [&](int64_t m) { return axis->value(m) > query.to_x; }));
  const int64_t count = to - from;
  if (count <= 0 || db.failed()) {
    return {};
  }
  const int64_t allowed = std::max<int64_t>(query.max_points, kFewestPoints);
  if (query.max_points <= 0 || count <= allowed) {
    points.reserve(static_cast<size_t>(count));
    for (int64_t i = from; i < to && !db.failed(); ++i) {
      points.push_back(point(metric->moment(i), metric->value(i)));
    }
    return points;
  }
  std::vector<Extreme> kept;
  for (int attempt = 0; (kept.empty() || static_cast<int64_t>(kept.size()) > allowed) && !db.failed();
       ++attempt) {
    kept = thin(db, *metric, from, to, bucketWidth(count, query.max_points, attempt));
  }
  points.reserve(kept.size());
  for (const Extreme& extreme : kept) {
    points.push_back(point(extreme.moment, extreme.value));
  }
  return points;
}

void removeSeries(Connection& db, int64_t run) {
  std::vector<int64_t> all;
  {
    Query query = db.query("SELECT series FROM series WHERE run=?1", run);
    while (query.next()) {
      all.push_back(query.integer(0));
    }
  }
  for (const int64_t series : all) {
    db.run("DELETE FROM chunks WHERE key>=?1 AND key<?2", chunkKey(series, 0), chunkKey(series + 1, 0));
    db.run("DELETE FROM buckets WHERE series=?1", series);
  }
  db.run("DELETE FROM series WHERE run=?1", run);
  db.run("DELETE FROM parts WHERE run=?1", run);
}

}  // namespace heddle
