#include "views/attention/matrix_view.h"

#include <qcustomplot.h>

#include <QtWidgets>
#include <algorithm>
#include <cmath>

#include "views/common/color_map.h"
#include "views/common/palette.h"

namespace heddle::ui {
namespace {

constexpr double kKeyAngle = 60;  // degrees; steeper labels stand closer

// Tokens as tick labels, so many that they do not touch.
class TokenTicker final : public QCPAxisTicker {
 public:
  QStringList labels;
  int stride = 1;

 protected:
  double getTickStep(const QCPRange&) override { return stride; }
  int getSubTickCount(double) override { return 0; }
  QVector<double> createTickVector(double, const QCPRange& range) override {
    QVector<double> ticks;
    const int first = std::max(static_cast<int>(std::ceil(range.lower / stride)) * stride, 0);
    for (int token = first; token < labels.size() && token <= range.upper; token += stride) {
      ticks << token;
    }
    return ticks;
  }
  QString getTickLabel(double tick, const QLocale&, QChar, int) override {
    const auto token = static_cast<qsizetype>(std::lround(tick));
    return token >= 0 && token < labels.size() ? labels[token] : QString();
  }
};

// The cells as images: the exact one, and averages for when a cell is smaller than a pixel.
class CellsPlottable final : public QCPAbstractPlottable {
 public:
  CellsPlottable(QCPAxis* keys, QCPAxis* queries) : QCPAbstractPlottable(keys, queries) {
    removeFromLegend();
  }

  std::vector<QImage> levels;  // each half the size of the one before
  int size = 0;

  double selectTest(const QPointF&, bool, QVariant*) const override { return -1; }
  QCPRange getKeyRange(bool& found, QCP::SignDomain) const override {
    found = size > 0;
    return {-0.5, size - 0.5};
  }
  QCPRange getValueRange(bool& found, QCP::SignDomain, const QCPRange&) const override {
    found = size > 0;
    return {-0.5, size - 0.5};
  }

 protected:
  void draw(QCPPainter* painter) override {
    if (size == 0) {
      return;
    }
    const QPointF top_left(keyAxis()->coordToPixel(-0.5), valueAxis()->coordToPixel(-0.5));
    const double cell = keyAxis()->coordToPixel(1) - keyAxis()->coordToPixel(0);
    const double device_cell = cell * parentPlot()->bufferDevicePixelRatio();
    size_t level = 0;
    while (level + 1 < levels.size() && device_cell * static_cast<double>(1 << level) < 1.0) {
      ++level;
    }
    const double side = static_cast<double>(levels[level].width()) * static_cast<double>(1 << level);
    const QPointF bottom_right(keyAxis()->coordToPixel(side - 0.5), valueAxis()->coordToPixel(side - 0.5));
    painter->setRenderHint(QPainter::SmoothPixmapTransform, level > 0);
    painter->drawImage(QRectF(top_left, bottom_right), levels[level]);
  }
  void drawLegendIcon(QCPPainter*, const QRectF&) const override {}
};

}  // namespace

struct MatrixView::Impl {
  MatrixView* self;
  QCustomPlot* plot;
  CellsPlottable* image;  // owned by the plot
  QCPColorScale* scale;
  QSharedPointer<TokenTicker> key_ticker;
  QSharedPointer<TokenTicker> query_ticker;
  QCPItemRect* row_mark;
  QCPItemRect* column_mark;
  std::vector<float> cells;
  int size = 0;
  float largest = 1;
  std::optional<Cell> hovered;
  std::optional<Cell> locked;
  QPoint pressed;

  explicit Impl(MatrixView* view) : self(view) {}

  void build() {
    plot = new QCustomPlot(self);
    plot->setInteractions(QCP::iRangeDrag | QCP::iRangeZoom);
    plot->setNoAntialiasingOnDrag(true);
    plot->setFocusPolicy(Qt::ClickFocus);
    auto* layout = new QVBoxLayout(self);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(plot);
    image = new CellsPlottable(plot->xAxis, plot->yAxis);
    plot->yAxis->setRangeReversed(true);
    plot->axisRect()->setupFullAxesBox(false);
    plot->xAxis2->setTickLabels(false);
    plot->xAxis2->setTicks(false);
    plot->yAxis2->setTicks(false);
    plot->xAxis->setTickLabelRotation(kKeyAngle);
    plot->xAxis->setLabel(MatrixView::tr("Key: the token attended to"));
    plot->yAxis->setLabel(MatrixView::tr("Query"));
    for (QCPAxis* axis : {plot->xAxis, plot->yAxis}) {
      axis->grid()->setVisible(false);
      axis->setSubTicks(false);
      axis->setTickLengthOut(3);
      axis->setTickLengthIn(0);
    }
    key_ticker = QSharedPointer<TokenTicker>::create();
    query_ticker = QSharedPointer<TokenTicker>::create();
    plot->xAxis->setTicker(key_ticker);
    plot->yAxis->setTicker(query_ticker);
    scale = new QCPColorScale(plot);
    scale->setType(QCPAxis::atRight);
    scale->setBarWidth(12);
    scale->axis()->setLabel(MatrixView::tr("Weight"));
    scale->setRangeDrag(false);
    scale->setRangeZoom(false);
    plot->plotLayout()->addElement(0, 1, scale);
    auto* margins = new QCPMarginGroup(plot);
    plot->axisRect()->setMarginGroup(QCP::msBottom | QCP::msTop, margins);
    scale->setMarginGroup(QCP::msBottom | QCP::msTop, margins);
    row_mark = mark();
    column_mark = mark();

    connect(plot, &QCustomPlot::beforeReplot, self, [this] { thinLabels(); });
    // The layout is only known once it was drawn; labels may have become denser, never the other way, or two
    // sizes of the margins could take turns for ever.
    connect(plot, &QCustomPlot::afterReplot, self, [this] {
      const int keys = key_ticker->stride;
      const int queries = query_ticker->stride;
      thinLabels();
      const bool denser = key_ticker->stride > keys || query_ticker->stride > queries;
      key_ticker->stride = std::max(key_ticker->stride, keys);
      query_ticker->stride = std::max(query_ticker->stride, queries);
      if (denser) {
        plot->replot(QCustomPlot::rpQueuedReplot);
      }
    });
    connect(plot->xAxis, qOverload<const QCPRange&>(&QCPAxis::rangeChanged), self,
            [this](const QCPRange& range) { keepInside(plot->xAxis, range); });
    connect(plot->yAxis, qOverload<const QCPRange&>(&QCPAxis::rangeChanged), self,
            [this](const QCPRange& range) { keepInside(plot->yAxis, range); });
    connect(plot, &QCustomPlot::mouseMove, self, [this](QMouseEvent* event) { hover(event->position()); });
    connect(plot, &QCustomPlot::mousePress, self, [this](QMouseEvent* event) { pressed = event->pos(); });
    connect(plot, &QCustomPlot::mouseRelease, self, [this](QMouseEvent* event) {
      const bool click = (event->pos() - pressed).manhattanLength() < QApplication::startDragDistance();
      if (click && event->button() == Qt::LeftButton) {
        const auto cell = self->cellAt(event->position());
        self->lock(cell == locked ? std::nullopt : cell);
      }
    });
    connect(plot, &QCustomPlot::mouseDoubleClick, self, [this] { showAll(); });
    updateColors();
  }

  QCPItemRect* mark() {
    auto* item = new QCPItemRect(plot);
    item->setLayer(QStringLiteral("overlay"));
    item->setVisible(false);
    item->setBrush(Qt::NoBrush);
    return item;
  }

  void showAll() {
    plot->xAxis->setRange(-0.5, size - 0.5);
    plot->yAxis->setRange(-0.5, size - 0.5);
    plot->replot(QCustomPlot::rpQueuedReplot);
  }

  void keepInside(QCPAxis* axis, const QCPRange& range) {
    const QCPRange bounded = range.bounded(-0.5, std::max(size - 0.5, 0.5));
    if (bounded != range) {
      axis->setRange(bounded);
    }
  }

  void thinLabels() {
    const double line_height = QFontMetricsF(plot->xAxis->tickLabelFont()).height();
    const double slope = std::sin(kKeyAngle * std::numbers::pi / 180);
    const auto cell = [](const QCPAxis* axis, double pixels) { return pixels / axis->range().size(); };
    key_ticker->stride = labelStride(cell(plot->xAxis, plot->axisRect()->width()), line_height / slope);
    query_ticker->stride = labelStride(cell(plot->yAxis, plot->axisRect()->height()), line_height);
  }

  void updateColors() {
    const QPalette& palette = self->palette();
    const ColorTable colors = sequentialColors(palette.color(QPalette::Base));
    QCPColorGradient gradient;
    gradient.clearColorStops();
    gradient.setLevelCount(256);
    for (size_t i = 0; i < colors.size(); ++i) {
      gradient.setColorStopAt(static_cast<double>(i) / 255.0, QColor::fromRgb(colors[i]));
    }
    scale->setGradient(gradient);
    plot->setBackground(palette.color(QPalette::Base));
    const QPen pen(roleColor(Role::kAxis, palette));
    for (QCPAxis* axis : {plot->xAxis, plot->yAxis, plot->xAxis2, plot->yAxis2, scale->axis()}) {
      axis->setBasePen(pen);
      axis->setTickPen(pen);
      axis->setSubTickPen(pen);
      axis->setTickLabelColor(roleColor(Role::kText, palette));
      axis->setLabelColor(roleColor(Role::kMutedText, palette));
      axis->setTickLabelFont(self->font());
      axis->setLabelFont(self->font());
    }
    for (QCPAxisRect* rect : scale->findChildren<QCPAxisRect*>()) {
      for (QCPAxis* axis : rect->axes()) {
        axis->setBasePen(pen);
      }
    }
    for (QCPItemRect* item : {row_mark, column_mark}) {
      item->setPen(QPen(roleColor(Role::kSelection, palette), 1.5));
    }
    makeImages(colors);
    plot->replot(QCustomPlot::rpQueuedReplot);
  }

  void makeImages(const ColorTable& colors) {
    image->levels.clear();
    image->size = size;
    if (size == 0) {
      return;
    }
    image->levels.push_back(cellImage(cells, size, largest, colors));
    std::vector<float> coarse = cells;
    // Below 128 pixels a view would be too small to be looked at.
    for (int side = size; side > 256; side = (side + 1) / 2) {
      coarse = halved(coarse, side);
      image->levels.push_back(cellImage(coarse, (side + 1) / 2, largest, colors));
    }
  }

  void hover(const QPointF& position) {
    hovered = self->cellAt(position);
    showMarks();
  }

  void showMarks() {
    const auto cell = locked ? locked : hovered;
    row_mark->setVisible(cell.has_value());
    column_mark->setVisible(cell.has_value());
    if (cell) {
      row_mark->topLeft->setCoords(-0.5, cell->query - 0.5);
      row_mark->bottomRight->setCoords(size - 0.5, cell->query + 0.5);
      column_mark->topLeft->setCoords(cell->key - 0.5, -0.5);
      column_mark->bottomRight->setCoords(cell->key + 0.5, size - 0.5);
    }
    if (!plot->visibleRegion().isEmpty()) {
      plot->layer(QStringLiteral("overlay"))->replot();
    }
    Q_EMIT self->cellHovered(cell ? cell->query : -1, cell ? cell->key : -1);
  }
};

MatrixView::MatrixView(QWidget* parent) : QWidget(parent), impl_(std::make_unique<Impl>(this)) {
  impl_->build();
  setFocusProxy(impl_->plot);
}

MatrixView::~MatrixView() = default;

void MatrixView::setHead(std::vector<float> cells, const std::vector<AttentionToken>& tokens, float largest) {
  const bool other_size = static_cast<int>(tokens.size()) != impl_->size;
  impl_->cells = std::move(cells);
  impl_->size = static_cast<int>(tokens.size());
  impl_->largest = largest;
  QStringList labels;
  for (const AttentionToken& token : tokens) {
    labels << tokenLabel(token);
  }
  if (labels != impl_->key_ticker->labels) {
    impl_->key_ticker->labels = labels;
    impl_->query_ticker->labels = labels;
    impl_->locked.reset();
    impl_->hovered.reset();
  }
  impl_->scale->setDataRange(QCPRange(0, static_cast<double>(largest)));
  impl_->makeImages(sequentialColors(palette().color(QPalette::Base)));
  if (other_size) {
    impl_->showAll();
  }
  impl_->showMarks();
  impl_->plot->replot(QCustomPlot::rpQueuedReplot);
}

std::optional<MatrixView::Cell> MatrixView::cellAt(const QPointF& position) const {
  const QPointF inside = impl_->plot->mapFrom(this, position);
  if (impl_->size == 0 || !QRectF(impl_->plot->axisRect()->rect()).contains(inside)) {
    return std::nullopt;
  }
  const int key = static_cast<int>(std::lround(impl_->plot->xAxis->pixelToCoord(inside.x())));
  const int query = static_cast<int>(std::lround(impl_->plot->yAxis->pixelToCoord(inside.y())));
  return Cell{std::clamp(query, 0, impl_->size - 1), std::clamp(key, 0, impl_->size - 1)};
}

QPointF MatrixView::cellCenter(Cell cell) const {
  return impl_->plot->mapTo(this, QPointF(impl_->plot->xAxis->coordToPixel(cell.key),
                                          impl_->plot->yAxis->coordToPixel(cell.query)));
}

int MatrixView::keyLabelStride() const {
  return impl_->key_ticker->stride;
}

void MatrixView::lock(std::optional<Cell> cell) {
  impl_->locked = cell;
  impl_->showMarks();
}

std::optional<MatrixView::Cell> MatrixView::locked() const {
  return impl_->locked;
}

void MatrixView::drawFigure(QCPPainter& painter, const QSize& size) {
  impl_->plot->toPainter(&painter, size.width(), size.height());
  impl_->plot->replot(QCustomPlot::rpQueuedReplot);
}

void MatrixView::redrawNow() {
  impl_->plot->replot(QCustomPlot::rpImmediateRefresh);
}

void MatrixView::changeEvent(QEvent* event) {
  if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) {
    impl_->updateColors();
  }
  QWidget::changeEvent(event);
}

void MatrixView::keyPressEvent(QKeyEvent* event) {
  if (event->key() == Qt::Key_Escape && impl_->locked) {
    lock(std::nullopt);
    return;
  }
  QWidget::keyPressEvent(event);
}

}  // namespace heddle::ui
