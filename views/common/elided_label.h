// One line of text that ends in "…" where there is no room; the whole text is the tool tip.

#pragma once

#include <QLabel>

namespace heddle::ui {

class ElidedLabel final : public QLabel {
  Q_OBJECT
  Q_DISABLE_COPY_MOVE(ElidedLabel)

 public:
  explicit ElidedLabel(QWidget* parent = nullptr);

  void setFullText(const QString& text);

 protected:
  void paintEvent(QPaintEvent* event) override;
};

}  // namespace heddle::ui
