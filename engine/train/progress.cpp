#include "engine/train/progress.h"

#include <algorithm>

namespace heddle {
namespace {

Json workJson(const Work& work) {
  Json json = {
      {"steps", work.steps}, {"tokens", work.tokens}, {"flops", work.flops}, {"seconds", work.seconds}};
  if (work.examples && work.epochs) {
    json["examples"] = *work.examples;
    json["epochs"] = *work.epochs;
  }
  return json;
}

Work workFrom(const Json& json) {
  Work work{jsonValue<int64_t>(json, "steps", 0),
            jsonValue<int64_t>(json, "tokens", 0),
            jsonValue<double>(json, "flops", 0),
            jsonValue<double>(json, "seconds", 0),
            std::nullopt,
            std::nullopt};
  if (json.contains("examples") && json.contains("epochs")) {
    work.examples = jsonValue<int64_t>(json, "examples", 0);
    work.epochs = jsonValue<double>(json, "epochs", 0);
  }
  return work;
}

// Largest share of any limit of the phase that the work done in it has used up.
double shareOf(const PhaseRecipe& phase, const Work& done) {
  double share = 0;
  const auto use = [&share](double value, double limit) {
    if (limit > 0) {
      share = std::max(share, value / limit);
    }
  };
  use(static_cast<double>(done.steps), static_cast<double>(phase.steps));
  use(static_cast<double>(done.tokens), static_cast<double>(phase.tokens));
  use(done.seconds / 3600.0, phase.hours);
  use(done.flops, phase.flops);
  return std::min(share, 1.0);
}

Work difference(const Work& a, const Work& b) {
  return {a.steps - b.steps, a.tokens - b.tokens, a.flops - b.flops, a.seconds - b.seconds};
}

}  // namespace

void Progress::add(const Work& step) {
  total_.steps += step.steps;
  total_.tokens += step.tokens;
  total_.flops += step.flops;
  total_.seconds += step.seconds;
  if (total_.examples && total_.epochs) {
    *total_.examples += step.examples.value_or(0);
    *total_.epochs += step.epochs.value_or(0);
  }
  if (shareOf(phase(), difference(total_, phase_start_)) >= 1.0) {
    ++phase_;
    phase_start_ = total_;
    phase_steps_.push_back(total_.steps);
  }
}

double Progress::fraction() const {
  if (finished()) {
    return 1.0;
  }
  int64_t steps = 0;
  for (const PhaseRecipe& each : recipe_->phases) {
    if (each.steps == 0 || each.tokens > 0 || each.hours > 0 || each.flops > 0) {
      const double done = shareOf(phase(), difference(total_, phase_start_));
      return (static_cast<double>(phase_) + done) / static_cast<double>(recipe_->phases.size());
    }
    steps += each.steps;
  }
  return static_cast<double>(total_.steps) / static_cast<double>(steps);
}

Json Progress::toJson() const {
  return {{"total", workJson(total_)},
          {"phase", phase_},
          {"phase_start", workJson(phase_start_)},
          {"phase_steps", phase_steps_}};
}

Status Progress::restore(const Json& json) {
  if (!json.is_object() || !json.contains("total") || !json.contains("phase_start")) {
    return Error{"the state of the checkpoint holds no progress", "resume from another checkpoint"};
  }
  total_ = workFrom(json["total"]);
  phase_start_ = workFrom(json["phase_start"]);
  phase_ = jsonValue<size_t>(json, "phase", 0);
  phase_steps_ = {0};
  if (phase_ > 0) {
    phase_steps_.push_back(phase_start_.steps);
  }
  const auto steps = json.find("phase_steps");
  if (steps != json.end() && steps->is_array() && steps->size() == phase_ + 1) {
    phase_steps_.clear();
    for (const Json& step : *steps) {
      phase_steps_.push_back(step.is_number_integer() ? step.get<int64_t>() : 0);
    }
  } else if (phase_ > 1) {
    return Error{"the state of the checkpoint does not say at which steps its phases began",
                 "resume from another checkpoint, or start the run anew from its recipe"};
  }
  return {};
}

double learningRateAt(const OptimizerRecipe& optimizer, int64_t step, int64_t total_steps) {
  if (step < optimizer.warmup_steps) {
    return optimizer.learning_rate * static_cast<double>(step) / static_cast<double>(optimizer.warmup_steps);
  }
  if (optimizer.schedule == "constant" || total_steps <= 0) {
    return optimizer.learning_rate;
  }
  const double left = 1.0 - static_cast<double>(step) / static_cast<double>(total_steps);
  return optimizer.learning_rate * std::max(left, 0.0);
}

}  // namespace heddle
