// All heads of a model as small maps: layers downwards, heads to the right. Click or arrow keys choose one.

#pragma once

#include <QImage>
#include <QWidget>
#include <vector>

#include "views/attention/attention_data.h"
#include "views/attention/attention_view.h"

namespace heddle::ui {

class HeadGrid final : public QWidget {
  Q_OBJECT
  Q_DISABLE_COPY_MOVE(HeadGrid)

 public:
  explicit HeadGrid(QWidget* parent = nullptr);

  void setSummary(MapSummary summary, int layers, int heads);
  void setScope(ScaleScope scope);
  void setSelected(int layer, int head);

  GridLayout gridLayout() const;
  QSize sizeHint() const override;
  QSize minimumSizeHint() const override;

 Q_SIGNALS:
  void headClicked(int layer, int head);

 protected:
  void paintEvent(QPaintEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void changeEvent(QEvent* event) override;
  bool event(QEvent* event) override;

 private:
  void makeImages();

  MapSummary summary_;
  int layers_ = 0;
  int heads_ = 0;
  int layer_ = 0;
  int head_ = 0;
  ScaleScope scope_ = ScaleScope::kHead;
  std::vector<QImage> images_;  // [layers * heads]
};

}  // namespace heddle::ui
