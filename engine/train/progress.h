// How far a run is: what a checkpoint must remember besides weights, and how phases turn into an end.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/json.h"
#include "engine/base/result.h"
#include "engine/recipes/recipe.h"

namespace heddle {

// Of one step, or sums since the start of the run, earlier sessions included.
struct Work {
  int64_t steps = 0;
  int64_t tokens = 0;
  double flops = 0;
  double seconds = 0;  // of training steps
  // See Metrics; null when the run was begun by a version that did not count them.
  std::optional<int64_t> examples = 0;
  std::optional<double> epochs = 0.0;
};

class Progress {
 public:
  explicit Progress(const Recipe& recipe) : recipe_(&recipe) {}

  const Work& total() const { return total_; }
  size_t phaseIndex() const { return phase_; }
  // The phase that the next step belongs to; only while not finished().
  const PhaseRecipe& phase() const { return recipe_->phases.at(phase_); }
  bool finished() const { return phase_ >= recipe_->phases.size(); }

  // Counts a finished step and moves on to the next phase where a limit is reached.
  void add(const Work& step);

  // Share done of the whole run, 0 .. 1, phases counting equally unless every one is bounded by steps.
  double fraction() const;

  // {"total": work, "phase": index, "phase_start": work, "phase_steps": [the steps before each phase so far]}
  Json toJson() const;
  // Restores what toJson() wrote for the same recipe.
  Status restore(const Json& json);

 private:
  const Recipe* recipe_;
  Work total_;
  Work phase_start_;  // total_ when the current phase began
  size_t phase_ = 0;
  std::vector<int64_t> phase_steps_ = {0};  // total_.steps when each phase so far began
};

// Learning rate of the update that follows `step` finished steps. Linear: warm-up replaces the decay, which
// counts from step 0 (google-research/bert, optimization.py), so the first update of a warm-up has rate 0.
double learningRateAt(const OptimizerRecipe& optimizer, int64_t step, int64_t total_steps);

}  // namespace heddle
