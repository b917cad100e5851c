// Attention of any head of any checkpoint on the user's text: a grid of all layers and heads, and one head as
// a matrix or as lines. Emits what it wants to see; is handed finished maps.

#pragma once

#include <QWidget>
#include <memory>
#include <vector>

#include "views/attention/attention_map.h"
#include "views/common/figure_export.h"

namespace heddle::ui {

enum class AttentionMode { kMatrix, kLines };
enum class ScaleScope {
  kHead,
  kLayer,
  kGlobal
};  // over what the largest weight of the colour scale is taken

class AttentionView final : public QWidget, public Figure {
  Q_OBJECT
  Q_DISABLE_COPY_MOVE(AttentionView)

 public:
  explicit AttentionView(QWidget* parent = nullptr);
  ~AttentionView() override;

  // Layer and head counted from 0; clamped to the map. The window shows layers and heads from 1.
  int layer() const;
  int head() const;
  void setHead(int layer, int head);
  AttentionMode mode() const;
  void setMode(AttentionMode mode);
  ScaleScope scaleScope() const;
  void setScaleScope(ScaleScope scope);
  const AttentionMap& map() const;

  QString textA() const;
  QString textB() const;
  void setTexts(const QString& text_a, const QString& text_b);  // without asking
  int64_t checkpointStep() const;                               // the slider's; -1 without checkpoints

  // Figure
  QSizeF figureSize() const override;
  void drawFigure(QCPPainter& painter) override;
  CsvTable shownData() const override;

 public Q_SLOTS:
  // Whose checkpoints the slider offers: the run's name; empty = no run selected.
  void setModelName(const QString& name);
  // Ascending. Keeps the chosen step while it exists; follows the newest while the slider stood on the
  // newest.
  void setCheckpoints(const std::vector<int64_t>& steps);
  // Keeps layer, head, mode and zoom where they fit. Ends the busy state and clears a problem.
  void setMap(const heddle::ui::AttentionMap& map);
  // An answer is awaited; the picture there is stays, dimmed.
  void setBusy(bool busy);
  // Shown in place of the picture until the next map.
  void setProblem(const QString& text, const QString& hint);

 Q_SIGNALS:
  void attentionRequested(const QString& text_a, const QString& text_b, qint64 checkpoint_step);
  void headSelected(int layer, int head);

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;
  void changeEvent(QEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace heddle::ui

Q_DECLARE_METATYPE(heddle::ui::AttentionMap)
