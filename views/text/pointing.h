// What the pointer does in a picture of places (tokens, units): passing over one marks it, a press keeps the
// mark, resting tells what is there.

#pragma once

#include <QHelpEvent>
#include <QMouseEvent>
#include <QToolTip>
#include <QWidget>
#include <optional>

namespace heddle::ui {

// For View::viewportEvent(). `placeAt` maps a point of the viewport to an optional place; `hover` gets that
// optional, `press` a place, `describe` makes a place's tool tip. True: the event is used up.
template <typename PlaceAt, typename Hover, typename Press, typename Describe>
bool handlePointer(QEvent* event, QWidget* viewport, const PlaceAt& placeAt, const Hover& hover,
                   const Press& press, const Describe& describe) {
  switch (event->type()) {
    case QEvent::MouseMove:
      hover(placeAt(static_cast<QMouseEvent*>(event)->position()));
      return false;
    case QEvent::MouseButtonPress:
      if (const auto place = placeAt(static_cast<QMouseEvent*>(event)->position())) {
        press(*place);
      }
      return false;
    case QEvent::Leave:
      hover(std::nullopt);
      return false;
    case QEvent::ToolTip: {
      auto* help = static_cast<QHelpEvent*>(event);
      const auto place = placeAt(help->pos());
      QToolTip::showText(help->globalPos(), place ? describe(*place) : QString(), viewport);
      return true;
    }
    default:
      return false;
  }
}

}  // namespace heddle::ui
