#include "views/curves/curve_store.h"

#include <QCoreApplication>
#include <QPointer>
#include <QThreadPool>

#include "engine/store/smoothing.h"

namespace heddle::ui {
namespace {

// Up to this many points are smoothed at once, in about a millisecond; more go to the thread pool.
constexpr size_t kSmoothedAtOnce = 100000;

}  // namespace

CurveStore::CurveStore(QObject* parent) : QObject(parent) {}

void CurveStore::set(const QString& run_id, const QString& metric, std::vector<CurvePoint> raw) {
  const Key key(run_id, metric);
  Curve& curve = curves_[key];
  curve.run_id = run_id;
  curve.metric = metric;
  curve.raw = std::make_shared<const CurvePoints>(lastWins(std::move(raw)));
  smooth({key});
}

void CurveStore::append(const QString& run_id, const QString& metric, const std::vector<CurvePoint>& more) {
  const Curve* curve = find(run_id, metric);
  std::vector<CurvePoint> all;
  all.reserve((curve == nullptr ? 0 : curve->raw->size()) + more.size());
  if (curve != nullptr) {
    all.insert(all.end(), curve->raw->begin(), curve->raw->end());
  }
  all.insert(all.end(), more.begin(), more.end());
  set(run_id, metric, std::move(all));
}

void CurveStore::clear() {
  curves_.clear();
  Q_EMIT changed();
}

void CurveStore::setSmoothing(double weight) {
  if (weight == weight_) {
    return;
  }
  weight_ = weight;
  std::vector<Key> keys;
  for (const auto& entry : curves_) {
    keys.push_back(entry.first);
  }
  smooth(std::move(keys));
}

const Curve* CurveStore::find(const QString& run_id, const QString& metric) const {
  const auto found = curves_.find(Key(run_id, metric));
  return found == curves_.end() || found->second.raw->empty() ? nullptr : &found->second;
}

void CurveStore::smooth(std::vector<Key> keys) {
  struct Job {
    Key key;
    Points raw;
    Points smooth;
  };
  std::vector<Job> jobs;
  size_t points = 0;
  for (const Key& key : keys) {
    Curve& curve = curves_[key];
    if (weight_ == 0) {
      curve.smooth = curve.raw;
      continue;
    }
    points += curve.raw->size();
    jobs.push_back({key, curve.raw, nullptr});
  }
  const double weight = weight_;
  const auto work = [weight](std::vector<Job>& todo) {
    for (Job& job : todo) {
      job.smooth = std::make_shared<const CurvePoints>(smoothCurve(job.raw->all(), weight));
    }
  };
  if (points <= kSmoothedAtOnce) {
    work(jobs);
    for (const Job& job : jobs) {
      keep(job.key, job.raw, job.smooth, weight);
    }
    Q_EMIT changed();
    return;
  }
  QThreadPool::globalInstance()->start(
      [self = QPointer<CurveStore>(this), work, weight, todo = std::move(jobs)]() mutable {
        work(todo);
        // The application outlives its thread pool's jobs; the store may not, which is asked on its own
        // thread.
        QMetaObject::invokeMethod(
            qApp,
            [self, weight, done = std::move(todo)] {
              if (self == nullptr) {
                return;
              }
              for (const Job& job : done) {
                self->keep(job.key, job.raw, job.smooth, weight);
              }
              Q_EMIT self->changed();
            },
            Qt::QueuedConnection);
      });
  Q_EMIT changed();
}

void CurveStore::keep(const Key& key, const Points& raw, Points smooth, double weight) {
  const auto found = curves_.find(key);
  // What arrived or was chosen since then has its own job.
  if (found != curves_.end() && found->second.raw == raw && weight == weight_) {
    found->second.smooth = std::move(smooth);
  }
}

}  // namespace heddle::ui
