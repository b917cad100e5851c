// Controls in lines that break where the width ends, like words. Widgets with an expanding policy share what
// a line leaves over.

#pragma once

#include <QLayout>
#include <vector>

namespace heddle::ui {

class FlowLayout final : public QLayout {
  Q_OBJECT
  Q_DISABLE_COPY_MOVE(FlowLayout)

 public:
  explicit FlowLayout(QWidget* parent = nullptr);
  // Deletes its items; widgets belong to their parent.
  ~FlowLayout() override;

  // A widget of its own that holds `parts` in a row, for controls that must not be torn apart: a label and
  // its box. Expands when one of them does. Owned by the layout's parent, as the parts are then.
  QWidget* addGroup(const std::vector<QWidget*>& parts);

  // QLayout
  void addItem(QLayoutItem* item) override;  // takes ownership
  int count() const override { return static_cast<int>(items_.size()); }
  QLayoutItem* itemAt(int index) const override;
  QLayoutItem* takeAt(int index) override;
  Qt::Orientations expandingDirections() const override { return Qt::Horizontal; }
  bool hasHeightForWidth() const override { return true; }
  int heightForWidth(int width) const override;
  // As wide as the widest item, as high as the lines are at the present width: neighbours must not lie on
  // them where nobody asks for heightForWidth().
  QSize minimumSize() const override;
  QSize sizeHint() const override;  // everything in one line
  void setGeometry(const QRect& rect) override;

 private:
  enum class Apply { kMeasure, kPlace };
  int arrange(const QRect& rect, Apply apply) const;  // returns the height needed
  void placeLine(const std::vector<QLayoutItem*>& line, const QRect& strip) const;

  std::vector<QLayoutItem*> items_;
  int placed_height_ = 0;
};

}  // namespace heddle::ui
