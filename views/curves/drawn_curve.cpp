#include "views/curves/drawn_curve.h"

#include <QPainter>
#include <QPixmap>

#include "views/common/palette.h"

namespace heddle::ui {

void drawSample(QPainter& painter, const QRectF& where, const DrawnCurve& drawn, const QPalette& palette) {
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing);
  const QPen pen = seriesPen(drawn.style, palette, 2);
  painter.setPen(pen);
  painter.drawLine(QPointF(where.left() + 1, where.center().y()),
                   QPointF(where.right() - 1, where.center().y()));
  if (drawn.marks) {
    painter.setPen(Qt::NoPen);
    painter.setBrush(pen.color());
    painter.drawEllipse(where.center(), 3.0, 3.0);
  }
  painter.restore();
}

QIcon lineIcon(const DrawnCurve& drawn, const QPalette& palette, qreal device_pixel_ratio) {
  QPixmap pixmap(QSize(24, 12) * device_pixel_ratio);
  pixmap.setDevicePixelRatio(device_pixel_ratio);
  pixmap.fill(Qt::transparent);
  QPainter painter(&pixmap);
  drawSample(painter, QRectF(0, 0, 24, 12), drawn, palette);
  return QIcon(pixmap);
}

}  // namespace heddle::ui
