#include "views/text/text_widths.h"

namespace heddle::ui {
namespace {

// A font shares what it knows with its copies, and that is no other thread's.
QFont ownFont(const QFont& font) {
  QFont own;
  own.fromString(font.toString());
  return own;
}

}  // namespace

TextWidths::TextWidths(const QFont& font) : font_(font), metrics_(ownFont(font)), single_(0x10000, -1.0F) {}

double TextWidths::of(QStringView text) {
  if (text.size() == 1) {
    float& width = single_[text.front().unicode()];
    if (width < 0) {
      width = static_cast<float>(metrics_.horizontalAdvance(text.toString()));
    }
    return static_cast<double>(width);
  }
  const auto known = longer_.find(text);
  if (known != longer_.end()) {
    return known->second;
  }
  const QString own = text.toString();
  return longer_.emplace(own, metrics_.horizontalAdvance(own)).first->second;
}

}  // namespace heddle::ui
