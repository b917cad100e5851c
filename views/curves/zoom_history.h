// What a chart shows of the plane, and the steps back and forward through it.

#pragma once

#include <vector>

#include "views/curves/plot_area.h"

namespace heddle::ui {

struct ViewState {
  Span x;
  Span y;
  bool follows_x = true;  // the data, as they come
  bool follows_y = true;
  friend bool operator==(const ViewState&, const ViewState&) = default;
};

class ZoomHistory {
 public:
  ViewState now;

  // What is shown now can be returned to.
  void remember();
  // Back to what was remembered last, as if the step had not been.
  void undo();
  // False where there is nothing left.
  bool goBack() { return step(back_, forward_); }
  bool goForward() { return step(forward_, back_); }
  bool canGoBack() const { return !back_.empty(); }
  bool canGoForward() const { return !forward_.empty(); }
  void clear();

 private:
  bool step(std::vector<ViewState>& from, std::vector<ViewState>& to);

  std::vector<ViewState> back_;
  std::vector<ViewState> forward_;
};

}  // namespace heddle::ui
