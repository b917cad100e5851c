#include "views/curves/zoom_history.h"

namespace heddle::ui {

void ZoomHistory::remember() {
  if (back_.empty() || !(back_.back() == now)) {
    back_.push_back(now);
  }
  forward_.clear();
}

void ZoomHistory::undo() {
  if (!back_.empty()) {
    now = back_.back();
    back_.pop_back();
  }
}

void ZoomHistory::clear() {
  back_.clear();
  forward_.clear();
}

bool ZoomHistory::step(std::vector<ViewState>& from, std::vector<ViewState>& to) {
  if (from.empty()) {
    return false;
  }
  to.push_back(now);
  now = from.back();
  from.pop_back();
  return true;
}

}  // namespace heddle::ui
