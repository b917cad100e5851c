#include "views/text/bands_view.h"

#include <qcustomplot.h>

#include <QtWidgets>
#include <algorithm>
#include <cmath>

#include "views/text/bands_painter.h"
#include "views/text/pointing.h"

namespace heddle::ui {
namespace {

// Characters and tokens that are laid out at once: some 3 ms.
constexpr size_t kAtOnce = 12000;

size_t workOf(const TokenizedText& text) {
  auto work = static_cast<size_t>(text.utf8.size());
  for (const TokenBand& band : text.bands) {
    work += band.tokens.size() + band.units.size();
  }
  return work;
}

}  // namespace

BandsView::BandsView(QWidget* parent) : QAbstractScrollArea(parent) {
  setFrameShape(QFrame::NoFrame);
  setFocusPolicy(Qt::StrongFocus);
  setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  viewport()->setMouseTracking(true);
  viewport()->setBackgroundRole(QPalette::Base);
  setAccessibleName(tr("Tokens"));
  breakLines();
}

void BandsView::setText(TokenizedTextPtr text) {
  wanted_ = std::move(text);
  layOut();
}

// Of several wishes while a job works, the last one is done when it ends.
void BandsView::layOut() {
  if (wanted_ == nullptr) {
    accept(nullptr);
  }
  again_ = working_;
  if (working_ || wanted_ == nullptr) {
    return;
  }
  if (widths_ == nullptr || widths_->font() != font()) {
    widths_ = std::make_shared<TextWidths>(font());
  }
  if (workOf(*wanted_) > kAtOnce) {
    layOutBeside();
  } else {
    accept(std::make_unique<BandsLayout>(wanted_, *widths_));
  }
}

void BandsView::layOutBeside() {
  working_ = true;
  QThreadPool::globalInstance()->start([self = QPointer<BandsView>(this), text = wanted_, widths = widths_] {
    auto made = std::make_shared<std::unique_ptr<BandsLayout>>(std::make_unique<BandsLayout>(text, *widths));
    // The application outlives its thread pool's jobs; the view may not, which is asked on its own thread.
    QMetaObject::invokeMethod(
        qApp,
        [self, made] {
          if (self == nullptr) {
            return;
          }
          self->working_ = false;
          if (self->again_) {
            self->layOut();
          } else {
            self->accept(std::move(*made));
          }
        },
        Qt::QueuedConnection);
  });
}

void BandsView::accept(std::unique_ptr<BandsLayout> layout) {
  layout_ = std::move(layout);
  hovered_.reset();
  current_.reset();
  breakLines();
  Q_EMIT markChanged({});
  Q_EMIT textShown();
}

void BandsView::breakLines() {
  double height = 0;
  if (layout_ != nullptr) {
    layout_->wrap(viewport()->width());
    height = std::ceil(layout_->height());
  }
  verticalScrollBar()->setPageStep(viewport()->height());
  verticalScrollBar()->setSingleStep(fontMetrics().lineSpacing() * 2);
  verticalScrollBar()->setRange(0, std::max(0, static_cast<int>(height) - viewport()->height()));
  viewport()->update();
}

ByteRange BandsView::markedBytes() const {
  return marked() && text() != nullptr ? bytesOf(*text(), *marked()) : ByteRange{};
}

QRectF BandsView::placeRect(Place place) const {
  return layout_->box(place).translated(0, -verticalScrollBar()->value());
}

std::optional<BandsView::Place> BandsView::placeAt(const QPointF& position) const {
  return layout_ == nullptr ? std::nullopt
                            : layout_->placeAt(position + QPointF(0, verticalScrollBar()->value()));
}

void BandsView::setMark(std::optional<Place> hovered, std::optional<Place> current) {
  const auto before = marked();
  hovered_ = hovered;
  current_ = current;
  if (marked() != before) {
    viewport()->update();
    Q_EMIT markChanged(marked() ? describe(*text(), *marked()) : QString());
  }
}

int BandsView::tokenCount(int band, Grain grain) const {
  const TokenBand& shown = text()->bands[static_cast<size_t>(band)];
  return static_cast<int>(grain == Grain::kFine ? shown.tokens.size() : shown.units.size());
}

// The row above or below, at the same characters.
std::optional<BandsView::Place> BandsView::neighbour(Place place, int key) const {
  const int32_t byte = bytesOf(*text(), place).begin;
  const bool down = key == Qt::Key_Down;
  const auto hasCoarse = [this](int band) { return text()->bands[static_cast<size_t>(band)].has_coarse; };
  if (down && place.grain == Grain::kFine && hasCoarse(place.band)) {
    place.grain = Grain::kCoarse;
  } else if (!down && place.grain == Grain::kCoarse) {
    place.grain = Grain::kFine;
  } else {
    place.band += down ? 1 : -1;
    if (place.band < 0 || place.band >= static_cast<int>(text()->bands.size())) {
      return std::nullopt;
    }
    place.grain = !down && hasCoarse(place.band) ? Grain::kCoarse : Grain::kFine;
  }
  const TokenBand& shown = text()->bands[static_cast<size_t>(place.band)];
  place.index =
      place.grain == Grain::kFine ? firstTokenFrom(shown, byte + 1) : firstUnitFrom(shown, byte + 1);
  return place;
}

void BandsView::walk(int key) {
  if (text() == nullptr || text()->bands.empty() || lineCount() == 0) {
    return;
  }
  std::optional<Place> place = current_.value_or(Place{});
  if (key == Qt::Key_Home || key == Qt::Key_End) {
    place->index = key == Qt::Key_Home ? 0 : tokenCount(place->band, place->grain) - 1;
  } else if (current_ && (key == Qt::Key_Left || key == Qt::Key_Right)) {
    place->index += key == Qt::Key_Right ? 1 : -1;
  } else if (current_) {
    place = neighbour(*place, key);
  }
  const int count = place ? tokenCount(place->band, place->grain) : 0;
  if (count == 0) {
    return;
  }
  place->index = std::clamp(place->index, 0, count - 1);
  setMark(std::nullopt, place);
  scrollTo(*place);
}

void BandsView::scrollTo(Place place) {
  const QRectF box = placeRect(place);
  QScrollBar* bar = verticalScrollBar();
  const double text_row = BandsLayout::kLead + layout_->boxHeight();
  if (box.top() < text_row) {
    bar->setValue(bar->value() + static_cast<int>(box.top() - text_row));
  } else if (box.bottom() > viewport()->height()) {
    bar->setValue(bar->value() +
                  static_cast<int>(std::ceil(box.bottom() - viewport()->height() + BandsLayout::kMargin)));
  }
}

void BandsView::paintEvent(QPaintEvent* event) {
  QPainter painter(viewport());
  painter.fillRect(event->rect(), palette().color(QPalette::Base));
  if (layout_ == nullptr) {
    return;
  }
  const BandsPainter bands(painter, *layout_, palette(), font(), marked());
  const double scrolled = verticalScrollBar()->value();
  const int first = std::max(0, static_cast<int>((event->rect().top() + scrolled) / layout_->lineHeight()));
  for (int line = first; line < lineCount(); ++line) {
    const double top = layout_->lineTop(line) - scrolled;
    if (top > event->rect().bottom()) {
      break;
    }
    bands.drawLine(line, top);
  }
}

void BandsView::resizeEvent(QResizeEvent*) {
  const int scrolled = verticalScrollBar()->value();
  const auto lineAt = [this](int y) {
    return std::clamp(static_cast<int>(y / layout_->lineHeight()), 0, lineCount() - 1);
  };
  const int32_t byte = lineCount() == 0 ? 0 : layout_->lines()[static_cast<size_t>(lineAt(scrolled))].begin;
  breakLines();
  // The text that is looked at stays in sight.
  if (lineCount() > 0 && scrolled > 0) {
    verticalScrollBar()->setValue(static_cast<int>(layout_->lineTop(layout_->lineOf(byte))));
  }
}

void BandsView::changeEvent(QEvent* event) {
  if (event->type() == QEvent::FontChange) {
    layOut();
  } else if (event->type() == QEvent::PaletteChange) {
    viewport()->update();
  }
  QAbstractScrollArea::changeEvent(event);
}

void BandsView::keyPressEvent(QKeyEvent* event) {
  const bool plain = (event->modifiers() & ~Qt::KeypadModifier) == 0;
  switch (plain ? event->key() : 0) {
    case Qt::Key_Left:
    case Qt::Key_Right:
    case Qt::Key_Up:
    case Qt::Key_Down:
    case Qt::Key_Home:
    case Qt::Key_End:
      walk(event->key());
      return;
    case Qt::Key_Escape:
      if (marked()) {
        setMark(std::nullopt, std::nullopt);
        return;
      }
      break;
    default:
      break;
  }
  QAbstractScrollArea::keyPressEvent(event);
}

bool BandsView::viewportEvent(QEvent* event) {
  const bool used = handlePointer(
      event, viewport(), [this](const QPointF& at) { return placeAt(at); },
      [this](std::optional<Place> place) { setMark(place, current_); },
      [this](Place place) { setMark(place, place); },
      [this](Place place) { return describe(*text(), place); });
  return used || QAbstractScrollArea::viewportEvent(event);
}

QSizeF BandsView::figureSize() const {
  return lineCount() == 0 ? QSizeF() : QSizeF(viewport()->width(), layout_->height());
}

void BandsView::drawFigure(QCPPainter& painter) {
  painter.setFont(font());
  const BandsPainter bands(painter, *layout_, palette(), font(), marked());
  for (int line = 0; line < lineCount(); ++line) {
    bands.drawLine(line, BandsLayout::kMargin / 2 + layout_->lineTop(line));
  }
}

CsvTable BandsView::shownData() const {
  CsvTable table{.header = {QStringLiteral("tokenizer"), QStringLiteral("index"), QStringLiteral("id"),
                            QStringLiteral("piece"), QStringLiteral("kind"), QStringLiteral("begin_byte"),
                            QStringLiteral("end_byte"), QStringLiteral("unit"), QStringLiteral("coarse_id"),
                            QStringLiteral("coarse_token")},
                 .rows = {}};
  if (text() == nullptr) {
    return table;
  }
  for (const TokenBand& band : text()->bands) {
    for (size_t i = 0; i < band.tokens.size(); ++i) {
      const ShownToken& token = band.tokens[i];
      const ShownUnit* unit = token.unit >= 0 ? &band.units[static_cast<size_t>(token.unit)] : nullptr;
      const bool coarse = unit != nullptr && unit->coarse >= 0;
      table.rows.push_back({band.name, QString::number(i), QString::number(token.id), token.piece,
                            kindText(token.kind), QString::number(token.begin), QString::number(token.end),
                            QString::number(token.unit), coarse ? QString::number(unit->coarse) : QString(),
                            coarse ? unit->text : QString()});
    }
  }
  return table;
}

}  // namespace heddle::ui
