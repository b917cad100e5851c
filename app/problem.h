// A problem as the window shows it: one sentence in the status bar until dismissed, the rest under "Details".

#pragma once

#include <QMetaType>
#include <QString>

#include "engine/base/result.h"

namespace heddle::ui {

struct Problem {
  QString text;
  QString hint;
  QString details;  // longer output, for instance an engine's last words

  friend bool operator==(const Problem&, const Problem&) = default;
};

inline Problem asProblem(const Error& error) {
  return {QString::fromStdString(error.text), QString::fromStdString(error.hint), {}};
}

}  // namespace heddle::ui
Q_DECLARE_METATYPE(heddle::ui::Problem)
