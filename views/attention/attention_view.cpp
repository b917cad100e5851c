#include "views/attention/attention_view.h"

#include <algorithm>

#include "views/attention/attention_view_impl.h"

namespace heddle::ui {

AttentionView::AttentionView(QWidget* parent) : QWidget(parent), impl_(std::make_unique<Impl>(this)) {
  impl_->build();
  impl_->showBoxes();
  impl_->showHead();
}

AttentionView::~AttentionView() = default;

int AttentionView::layer() const {
  return impl_->layer;
}

int AttentionView::head() const {
  return impl_->head;
}

void AttentionView::setHead(int layer, int head) {
  impl_->choose(layer, head);
}

AttentionMode AttentionView::mode() const {
  return static_cast<AttentionMode>(impl_->mode_box->currentData().toInt());
}

void AttentionView::setMode(AttentionMode mode) {
  impl_->mode_by_user = true;
  impl_->mode_box->setCurrentIndex(impl_->mode_box->findData(static_cast<int>(mode)));
  impl_->showHead();
}

ScaleScope AttentionView::scaleScope() const {
  return static_cast<ScaleScope>(impl_->scope_box->currentData().toInt());
}

void AttentionView::setScaleScope(ScaleScope scope) {
  impl_->scope_box->setCurrentIndex(impl_->scope_box->findData(static_cast<int>(scope)));
}

const AttentionMap& AttentionView::map() const {
  return impl_->map;
}

QString AttentionView::textA() const {
  return impl_->text_a->text();
}

QString AttentionView::textB() const {
  return impl_->text_b->text();
}

void AttentionView::setTexts(const QString& text_a, const QString& text_b) {
  impl_->text_a->setText(text_a);
  impl_->text_b->setText(text_b);
  // Long texts show their beginning.
  impl_->text_a->setCursorPosition(0);
  impl_->text_b->setCursorPosition(0);
}

int64_t AttentionView::checkpointStep() const {
  return impl_->step();
}

void AttentionView::setModelName(const QString& name) {
  if (name == impl_->model_name) {
    return;
  }
  impl_->model_name = name;
  // Another model's picture must not stand under this name.
  impl_->map = {};
  impl_->problem = false;
  impl_->busy = false;
  impl_->asked = false;
  impl_->slider_pause->stop();
  impl_->warning->hide();
  setCheckpoints({});
}

void AttentionView::setCheckpoints(const std::vector<int64_t>& steps) {
  if (steps == impl_->steps && !steps.empty()) {
    return;
  }
  const int64_t before = impl_->step();
  const bool was_last = impl_->steps.empty() || before == impl_->steps.back();
  impl_->steps = steps;
  int place = std::max(static_cast<int>(steps.size()) - 1, 0);
  if (!was_last) {
    const auto found = std::lower_bound(steps.begin(), steps.end(), before);
    place = std::min(static_cast<int>(found - steps.begin()), place);
  }
  {
    const QSignalBlocker quiet(impl_->checkpoint);
    impl_->checkpoint->setRange(0, std::max(static_cast<int>(steps.size()) - 1, 0));
    impl_->checkpoint->setValue(place);
  }
  impl_->showState();
  if (impl_->asked && !steps.empty() && impl_->step() != before) {
    impl_->slider_pause->start();
  }
}

void AttentionView::setMap(const AttentionMap& map) {
  impl_->map = map;
  // A picture that is there follows the slider, whoever asked for it.
  impl_->asked = impl_->asked || !map.empty();
  impl_->summary = summarize(map);
  impl_->busy = false;
  impl_->problem = false;
  impl_->layer = std::clamp(impl_->layer, 0, std::max(map.layers - 1, 0));
  impl_->head = std::clamp(impl_->head, 0, std::max(map.heads - 1, 0));
  if (!impl_->mode_by_user) {
    const AttentionMode mode = map.size() > kMostForLines ? AttentionMode::kMatrix : AttentionMode::kLines;
    impl_->mode_box->setCurrentIndex(impl_->mode_box->findData(static_cast<int>(mode)));
  }
  if (!impl_->mass_by_user) {
    const QSignalBlocker quiet(impl_->mass_slider);
    impl_->mass_slider->setValue(
        map.size() > kMostForEveryLine ? static_cast<int>(std::lround(kDefaultMass * 100)) : 100);
  }
  impl_->grid->setSummary(impl_->summary, map.layers, map.heads);
  impl_->showBoxes();
  impl_->showState();
  impl_->showHead();
  impl_->showHover(-1, -1);
}

void AttentionView::setBusy(bool busy) {
  impl_->busy = busy;
  if (busy) {
    impl_->problem = false;
  }
  impl_->showState();
  if (!busy && !impl_->problem && !impl_->map.empty()) {
    impl_->showStatement();
  }
}

void AttentionView::setProblem(const QString& text, const QString& hint) {
  impl_->busy = false;
  impl_->problem = true;
  impl_->empty->setMessage(EmptyState::Kind::kProblem, text, hint);
  impl_->showState();
}

QSizeF AttentionView::figureSize() const {
  if (impl_->pages->currentWidget() != impl_->splitter) {
    return {};
  }
  const QSizeF picture =
      mode() == AttentionMode::kMatrix ? QSizeF(impl_->matrix->size()) : QSizeF(impl_->lines->size());
  return {std::max(picture.width(), 400.0), picture.height() + kHeading};
}

void AttentionView::drawFigure(QCPPainter& painter) {
  const QSizeF size = figureSize();
  painter.fillRect(QRectF(QPointF(0, 0), size), palette().color(QPalette::Base));
  QFont small = font();
  small.setPixelSize(11);
  painter.setFont(small);
  painter.setPen(QPen(roleColor(Role::kText, palette())));
  painter.drawText(
      QRectF(6, 0, size.width() - 12, kHeading), Qt::AlignVCenter | Qt::AlignLeft,
      QFontMetricsF(small).elidedText(impl_->statementText(), Qt::ElideRight, size.width() - 12));
  painter.translate(0, kHeading);
  if (mode() == AttentionMode::kMatrix) {
    impl_->matrix->drawFigure(painter, QSizeF(size.width(), size.height() - kHeading).toSize());
  } else {
    painter.setFont(font());
    impl_->lines->drawLines(painter, QRectF(QPointF(0, 0), size));
  }
}

CsvTable AttentionView::shownData() const {
  CsvTable table{.header = {QStringLiteral("query_index"), QStringLiteral("query"),
                            QStringLiteral("key_index"), QStringLiteral("key"), QStringLiteral("weight")},
                 .rows = {}};
  const AttentionMap& shown = impl_->map;
  for (int query = 0; query < shown.size(); ++query) {
    for (int key = 0; key < shown.size(); ++key) {
      table.rows.push_back(
          {QString::number(query + 1), QString::fromStdString(shown.tokens[size_t(query)].text),
           QString::number(key + 1), QString::fromStdString(shown.tokens[size_t(key)].text),
           QString::number(static_cast<double>(shown.weight(layer(), head(), query, key)), 'g', 9)});
    }
  }
  return table;
}

bool AttentionView::eventFilter(QObject* watched, QEvent* event) {
  if (watched == impl_->pages && event->type() == QEvent::Resize) {
    impl_->veil->setGeometry(impl_->pages->rect());
  }
  if (event->type() == QEvent::KeyPress && watched != impl_->pages) {
    const auto* key = static_cast<QKeyEvent*>(event);
    const bool sideways = key->key() == Qt::Key_Left || key->key() == Qt::Key_Right;
    if (sideways && (key->modifiers() == Qt::AltModifier || watched == impl_->lines)) {
      keyPressEvent(static_cast<QKeyEvent*>(event));
      return true;
    }
  }
  return QWidget::eventFilter(watched, event);
}

void AttentionView::changeEvent(QEvent* event) {
  if (event->type() == QEvent::PaletteChange) {
    impl_->updateColors();
  }
  QWidget::changeEvent(event);
}

void AttentionView::keyPressEvent(QKeyEvent* event) {
  const bool alt = event->modifiers() == Qt::AltModifier;
  if ((alt && event->key() == Qt::Key_Left && impl_->travel(impl_->back, impl_->forward)) ||
      (alt && event->key() == Qt::Key_Right && impl_->travel(impl_->forward, impl_->back))) {
    return;
  }
  const bool plain = event->modifiers() == Qt::NoModifier || event->modifiers() == Qt::KeypadModifier;
  const int key = plain ? event->key() : 0;
  if (key == Qt::Key_Left || key == Qt::Key_Right) {
    impl_->choose(impl_->layer, impl_->head + (key == Qt::Key_Right ? 1 : -1));
    return;
  }
  if (key == Qt::Key_Up || key == Qt::Key_Down) {
    impl_->choose(impl_->layer + (key == Qt::Key_Down ? 1 : -1), impl_->head);
    return;
  }
  QWidget::keyPressEvent(event);
}

}  // namespace heddle::ui
