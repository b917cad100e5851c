// The curves a view holds, smoothed as they should be drawn. Long smoothing runs on the thread pool; what is
// there meanwhile stays drawn.

#pragma once

#include <QObject>
#include <map>
#include <utility>

#include "views/curves/curve_data.h"

namespace heddle::ui {

class CurveStore final : public QObject {
  Q_OBJECT
  Q_DISABLE_COPY_MOVE(CurveStore)

 public:
  explicit CurveStore(QObject* parent = nullptr);

  // Replaces the raw points of a curve; drops what a restart repeated.
  void set(const QString& run_id, const QString& metric, std::vector<CurvePoint> raw);
  void append(const QString& run_id, const QString& metric, const std::vector<CurvePoint>& more);
  void clear();

  // 0 .. 0.999; smooths every curve again.
  void setSmoothing(double weight);
  double smoothing() const { return weight_; }

  // Null without points. Valid until the next call that changes anything.
  const Curve* find(const QString& run_id, const QString& metric) const;
  bool empty() const { return curves_.empty(); }

 Q_SIGNALS:
  void changed();

 private:
  using Key = std::pair<QString, QString>;  // run, metric

  void smooth(std::vector<Key> keys);
  void keep(const Key& key, const Points& raw, Points smooth, double weight);

  std::map<Key, Curve> curves_;
  double weight_ = 0.6;
};

}  // namespace heddle::ui
