#include "views/curves/curve_store.h"

#include <QCoreApplication>
#include <QPointer>
#include <QThreadPool>
#include <algorithm>

namespace heddle::ui {
namespace {

// Up to this many values are averaged at once, in about a millisecond; more go to the thread pool.
constexpr size_t kSmoothedAtOnce = 100000;

}  // namespace

CurveStore::CurveStore(QObject* parent) : QObject(parent) {}

void CurveStore::set(const QString& run_id, const QString& metric, std::vector<CurvePoint> raw,
                     std::vector<ReplacedPart> parts) {
  const Key key(run_id, metric);
  curves_[key].parts = std::make_shared<const std::vector<ReplacedPart>>(std::move(parts));
  put(key, std::move(raw), false);
}

void CurveStore::append(const QString& run_id, const QString& metric, const std::vector<CurvePoint>& more) {
  const Curve* curve = find(run_id, metric);
  const size_t before = curve == nullptr ? 0 : curve->raw->size();
  std::vector<CurvePoint> all;
  all.reserve(before + more.size());
  if (curve != nullptr) {
    all.insert(all.end(), curve->raw->begin(), curve->raw->end());
  }
  all.insert(all.end(), more.begin(), more.end());
  all = lastWins(std::move(all));
  const bool nothing_dropped = before > 0 && all.size() == before + more.size();
  put(Key(run_id, metric), std::move(all), nothing_dropped);
}

void CurveStore::put(const Key& key, std::vector<CurvePoint> raw, bool appended) {
  Entry& entry = curves_[key];
  entry.curve.run_id = key.first;
  entry.curve.metric = key.second;
  entry.curve.raw = std::make_shared<const CurvePoints>(std::move(raw));
  if (!appended) {
    entry.points = ++last_points_;
  }
  smooth({key});
}

void CurveStore::clear() {
  curves_.clear();
  Q_EMIT changed();
}

void CurveStore::setSmoothing(const Smoothing& smoothing) {
  if (smoothing == smoothing_) {
    return;
  }
  smoothing_ = smoothing;
  std::vector<Key> keys;
  for (const auto& entry : curves_) {
    keys.push_back(entry.first);
  }
  smooth(keys);
}

const Curve* CurveStore::find(const QString& run_id, const QString& metric) const {
  const auto found = curves_.find(Key(run_id, metric));
  return found == curves_.end() || found->second.curve.raw->empty() ? nullptr : &found->second.curve;
}

const std::vector<ReplacedPart>& CurveStore::parts(const QString& run_id, const QString& metric) const {
  static const std::vector<ReplacedPart> kNone;
  const auto found = curves_.find(Key(run_id, metric));
  return found == curves_.end() || found->second.parts == nullptr ? kNone : *found->second.parts;
}

void CurveStore::smooth(const std::vector<Key>& keys) {
  std::vector<Job> jobs;
  size_t values = 0;
  const auto reach = static_cast<size_t>(smoothingReach(smoothing_));
  for (const Key& key : keys) {
    Entry& entry = curves_[key];
    const Points& raw = entry.curve.raw;
    const bool continues = entry.curve.smooth != nullptr && entry.smoothed_by == smoothing_ &&
                           entry.smoothed_points == entry.points;
    Parts parts = continues ? nullptr : entry.parts;
    if (smoothing_.weight == 0) {
      entry.curve.smooth = raw;
      entry.smoothed_by = smoothing_;
      entry.smoothed_points = entry.points;
      if (parts != nullptr) {
        entry.curve.replaced = smoothReplaced(raw->all(), *parts, smoothing_);
      }
      continue;
    }
    Points before = continues && reach > 0 ? entry.curve.smooth : nullptr;
    const size_t settled = before == nullptr ? 0 : before->size() - std::min(reach, before->size());
    values += (raw->size() - settled) * (2 * reach + 1) * (parts == nullptr ? 1 : 1 + parts->size());
    jobs.push_back({key, entry.points, raw, std::move(parts), std::move(before), nullptr, {}});
  }
  const auto work = [smoothing = smoothing_](std::vector<Job>& todo) {
    static const std::vector<CurvePoint> kNone;
    for (Job& job : todo) {
      job.smooth = std::make_shared<const CurvePoints>(
          smoothCurve(job.raw->all(), smoothing, job.before == nullptr ? kNone : job.before->all()));
      if (job.parts != nullptr) {
        job.replaced = smoothReplaced(job.raw->all(), *job.parts, smoothing);
      }
    }
  };
  if (values <= kSmoothedAtOnce) {
    work(jobs);
    for (const Job& job : jobs) {
      keep(job, smoothing_);
    }
    Q_EMIT changed();
    return;
  }
  QThreadPool::globalInstance()->start(
      [self = QPointer<CurveStore>(this), work, smoothing = smoothing_, todo = std::move(jobs)]() mutable {
        work(todo);
        // The application outlives its thread pool's jobs; the store may not, which is asked on its own
        // thread.
        QMetaObject::invokeMethod(
            qApp,
            [self, smoothing, done = std::move(todo)] {
              if (self == nullptr) {
                return;
              }
              for (const Job& job : done) {
                self->keep(job, smoothing);
              }
              Q_EMIT self->changed();
            },
            Qt::QueuedConnection);
      });
  Q_EMIT changed();
}

void CurveStore::keep(const Job& job, const Smoothing& smoothing) {
  const auto found = curves_.find(job.key);
  // What was replaced or chosen since then has its own job, and so has what was appended: until that is done,
  // this is drawn, and a job of fewer points that comes late is not.
  if (found == curves_.end() || found->second.points != job.points || smoothing != smoothing_) {
    return;
  }
  Entry& entry = found->second;
  const bool same = entry.smoothed_points == job.points && entry.smoothed_by == smoothing;
  if (same && entry.curve.smooth != nullptr && entry.curve.smooth->size() > job.smooth->size()) {
    return;
  }
  entry.curve.smooth = job.smooth;
  if (job.parts != nullptr) {
    entry.curve.replaced = job.replaced;
  }
  entry.smoothed_points = job.points;
  entry.smoothed_by = smoothing;
}

}  // namespace heddle::ui
