// The curves a view holds, smoothed as they should be drawn. Long smoothing runs on the thread pool; what is
// there meanwhile stays drawn.

#pragma once

#include <QObject>
#include <cstdint>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "engine/store/smoothing.h"
#include "views/curves/curve_data.h"

namespace heddle::ui {

class CurveStore final : public QObject {
  Q_OBJECT
  Q_DISABLE_COPY_MOVE(CurveStore)

 public:
  explicit CurveStore(QObject* parent = nullptr);

  // Replaces the raw points of a curve, and what later starts of its run replaced.
  void set(const QString& run_id, const QString& metric, std::vector<CurvePoint> raw,
           std::vector<ReplacedPart> parts = {});
  // Drops what a restart repeats.
  void append(const QString& run_id, const QString& metric, const std::vector<CurvePoint>& more);
  void clear();

  // Smooths every curve again.
  void setSmoothing(const Smoothing& smoothing);
  const Smoothing& smoothing() const { return smoothing_; }

  // Null without points. Valid until the next call that changes anything.
  const Curve* find(const QString& run_id, const QString& metric) const;
  // What later starts of its run replaced; empty for an unknown curve.
  const std::vector<ReplacedPart>& parts(const QString& run_id, const QString& metric) const;
  bool empty() const { return curves_.empty(); }

 Q_SIGNALS:
  void changed();

 private:
  using Key = std::pair<QString, QString>;  // run, metric

  using Parts = std::shared_ptr<const std::vector<ReplacedPart>>;

  struct Entry {
    Curve curve;
    Parts parts;
    // Which points these are: appending to them keeps the number, replacing them gives another.
    int64_t points = 0;
    // What `curve.smooth` is the result of.
    int64_t smoothed_points = 0;
    Smoothing smoothed_by;
  };
  struct Job {
    Key key;
    int64_t points;
    Points raw;
    Parts parts;    // null = they are smoothed
    Points before;  // the result for the first of the points; null = none
    Points smooth;
    std::vector<Points> replaced;
  };

  void put(const Key& key, std::vector<CurvePoint> raw, bool appended);
  void smooth(const std::vector<Key>& keys);
  void keep(const Job& job, const Smoothing& smoothing);

  std::map<Key, Entry> curves_;
  Smoothing smoothing_;
  int64_t last_points_ = 0;
};

}  // namespace heddle::ui
