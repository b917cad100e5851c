// What is remembered of the Text view.

#pragma once

#include <QString>
#include <QStringList>

namespace heddle::ui {

struct TextSession {
  QString text;
  QStringList tokenizers;  // chosen: paths
  QStringList files;       // opened by hand: paths
  QString source;          // "sample", "sample-zh", "run" or a path
  int page = 0;
  QString preparation;  // the recipe of the text that was prepared last

  friend bool operator==(const TextSession&, const TextSession&) = default;
};

}  // namespace heddle::ui
