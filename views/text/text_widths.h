// Widths of short texts in one font, each measured once. For one thread at a time, whichever.

#pragma once

#include <QFont>
#include <QFontMetricsF>
#include <QString>
#include <QStringView>
#include <unordered_map>
#include <vector>

namespace heddle::ui {

class TextWidths {
 public:
  explicit TextWidths(const QFont& font);

  // As it was given.
  const QFont& font() const { return font_; }
  double of(QStringView text);
  double height() const { return metrics_.height(); }
  double averageCharacter() const { return metrics_.averageCharWidth(); }

 private:
  struct Hash {
    using is_transparent = void;
    size_t operator()(QStringView text) const { return qHash(text); }
  };
  struct Equal {
    using is_transparent = void;
    bool operator()(QStringView a, QStringView b) const { return a == b; }
  };

  QFont font_;
  QFontMetricsF metrics_;
  std::vector<float> single_;  // [code unit] of texts of one; below 0 = not measured
  std::unordered_map<QString, double, Hash, Equal> longer_;
};

}  // namespace heddle::ui
