// The inside of AttentionView: its widgets, what they are wired to, and which page is shown. For
// attention_view.cpp only.

#pragma once

#include "views/attention/attention_view.h"

#include <qcustomplot.h>

#include <QtWidgets>
#include <algorithm>
#include <cmath>

#include "views/attention/attention_data.h"
#include "views/attention/head_grid.h"
#include "views/attention/lines_view.h"
#include "views/attention/matrix_view.h"
#include "views/common/elided_label.h"
#include "views/common/empty_state.h"
#include "views/common/flow_layout.h"
#include "views/common/number_format.h"
#include "views/common/palette.h"

namespace heddle::ui {

inline constexpr int kMostForLines = 64;  // tokens; above this a matrix is the default
inline constexpr int kMostForEveryLine =
    32;  // tokens; above this the lightest tenth of the mass is hidden by default
inline constexpr double kDefaultMass = 0.9;
inline constexpr int kSliderPause_ms = 150;  // a dragged slider asks when it rests
inline constexpr double kHeading = 22;

// Dims what is under it while an answer is awaited.
class Veil final : public QWidget {
 public:
  explicit Veil(QWidget* parent) : QWidget(parent) {
    setAttribute(Qt::WA_TransparentForMouseEvents);
    hide();
  }

 protected:
  void paintEvent(QPaintEvent*) override {
    QColor color = palette().color(QPalette::Base);
    color.setAlpha(150);
    QPainter(this).fillRect(rect(), color);
  }
};

inline QString quoted(const AttentionToken& token) {
  return QStringLiteral("“") + QString::fromStdString(token.text) + QStringLiteral("”");
}

struct AttentionView::Impl {
  AttentionView* self;
  AttentionMap map;
  MapSummary summary;
  QString model_name;
  std::vector<int64_t> steps;
  int layer = 0;
  int head = 0;
  std::vector<std::pair<int, int>> back;
  std::vector<std::pair<int, int>> forward;
  bool busy = false;
  bool problem = false;
  bool asked = false;
  bool mode_by_user = false;
  bool mass_by_user = false;

  QLineEdit* text_a;
  QLineEdit* text_b;
  QPushButton* show_button;
  QSlider* checkpoint;
  QLabel* checkpoint_label;
  QSpinBox* layer_box;
  QSpinBox* head_box;
  QComboBox* mode_box;
  QComboBox* scope_box;
  QSlider* mass_slider;
  QLabel* mass_label;
  QWidget* mass_group;
  ElidedLabel* statement;
  ElidedLabel* warning;
  ElidedLabel* hover_label;
  QStackedWidget* pages;
  EmptyState* empty;
  QSplitter* splitter;
  QStackedWidget* pictures;
  HeadGrid* grid;
  MatrixView* matrix;
  LinesView* lines;
  QScrollArea* lines_scroll;
  Veil* veil;
  QTimer* slider_pause;

  explicit Impl(AttentionView* view) : self(view) {}

  void build() {
    auto* layout = new QVBoxLayout(self);
    layout->setContentsMargins(6, 6, 6, 4);
    layout->setSpacing(4);
    auto* controls = new FlowLayout;
    controls->setSpacing(8);
    layout->addLayout(controls);
    buildTexts(*controls);
    buildCheckpoints(*controls);
    buildChoices(*controls);
    statement = new ElidedLabel(self);
    warning = new ElidedLabel(self);
    hover_label = new ElidedLabel(self);
    layout->addWidget(statement);
    layout->addWidget(warning);
    buildPictures();
    layout->addWidget(pages, 1);
    layout->addWidget(hover_label);
    hover_label->setText(QStringLiteral(" "));
    warning->hide();
    updateColors();
    showState();
  }

  void buildTexts(FlowLayout& controls) {
    const auto field = [this](const QString& placeholder, const QString& name, int characters) {
      auto* line = new QLineEdit(self);
      line->setPlaceholderText(placeholder);
      line->setAccessibleName(name);
      line->setMinimumWidth(characters * line->fontMetrics().averageCharWidth());
      return line;
    };
    text_a = field(AttentionView::tr("A sentence to look at"), AttentionView::tr("First text"), 52);
    text_b = field(AttentionView::tr("Empty: one text only"), AttentionView::tr("Second text"), 24);
    text_b->setToolTip(AttentionView::tr("With a second text both are read as a pair"));
    show_button = new QPushButton(AttentionView::tr("Show"), self);
    controls.addGroup({new QLabel(AttentionView::tr("Text"), self), text_a});
    controls.addGroup({new QLabel(AttentionView::tr("Second"), self), text_b, show_button});
    connect(show_button, &QPushButton::clicked, self, [this] { ask(); });
    connect(text_a, &QLineEdit::returnPressed, self, [this] { ask(); });
    connect(text_b, &QLineEdit::returnPressed, self, [this] { ask(); });
    connect(text_a, &QLineEdit::textChanged, self, [this] { showState(); });
  }

  void buildCheckpoints(FlowLayout& controls) {
    checkpoint = new QSlider(Qt::Horizontal, self);
    checkpoint->setPageStep(1);
    checkpoint->setTickPosition(QSlider::TicksBelow);
    checkpoint->setTickInterval(1);
    checkpoint->setAccessibleName(AttentionView::tr("Checkpoint"));
    checkpoint->setMinimumWidth(110);
    checkpoint_label = new QLabel(self);
    slider_pause = new QTimer(self);
    slider_pause->setSingleShot(true);
    slider_pause->setInterval(kSliderPause_ms);
    controls.addGroup({new QLabel(AttentionView::tr("Checkpoint"), self), checkpoint, checkpoint_label});
    connect(checkpoint, &QSlider::valueChanged, self, [this] {
      showState();
      slider_pause->start();
    });
    connect(slider_pause, &QTimer::timeout, self, [this] {
      if (asked) {
        ask();
      }
    });
  }

  void buildChoices(FlowLayout& controls) {
    layer_box = new QSpinBox(self);
    head_box = new QSpinBox(self);
    for (QSpinBox* box : {layer_box, head_box}) {
      box->setRange(1, 1);
      box->setKeyboardTracking(false);
      connect(box, &QSpinBox::valueChanged, self,
              [this] { choose(layer_box->value() - 1, head_box->value() - 1); });
    }
    mode_box = new QComboBox(self);
    mode_box->addItem(AttentionView::tr("Matrix"), static_cast<int>(AttentionMode::kMatrix));
    mode_box->setAccessibleName(AttentionView::tr("Kind of picture"));
    mode_box->addItem(AttentionView::tr("Lines"), static_cast<int>(AttentionMode::kLines));
    connect(mode_box, &QComboBox::activated, self, [this] {
      mode_by_user = true;
      showHead();
    });
    scope_box = new QComboBox(self);
    scope_box->addItem(AttentionView::tr("of the head"), static_cast<int>(ScaleScope::kHead));
    scope_box->addItem(AttentionView::tr("of the layer"), static_cast<int>(ScaleScope::kLayer));
    scope_box->addItem(AttentionView::tr("of all heads"), static_cast<int>(ScaleScope::kGlobal));
    scope_box->setToolTip(AttentionView::tr("Whose largest weight has the strongest colour"));
    connect(scope_box, &QComboBox::currentIndexChanged, self, [this] {
      grid->setScope(self->scaleScope());
      showHead();
    });
    mass_slider = new QSlider(Qt::Horizontal, self);
    mass_slider->setRange(1, 100);
    mass_slider->setValue(100);
    mass_slider->setFixedWidth(110);
    mass_slider->setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    mass_slider->setAccessibleName(AttentionView::tr("Share of the attention that is drawn"));
    mass_slider->setToolTip(
        AttentionView::tr("Draws each query's heaviest keys until they hold this share of its attention"));
    mass_label = new QLabel(self);
    mass_label->setToolTip(mass_slider->toolTip());
    connect(mass_slider, &QSlider::valueChanged, self, [this] {
      mass_by_user = true;
      applyMass();
    });
    controls.addGroup({new QLabel(AttentionView::tr("Layer"), self), layer_box});
    controls.addGroup({new QLabel(AttentionView::tr("Head"), self), head_box});
    controls.addWidget(mode_box);
    controls.addGroup({new QLabel(AttentionView::tr("Scale"), self), scope_box});
    mass_group = controls.addGroup({new QLabel(AttentionView::tr("Mass"), self), mass_slider, mass_label});
  }

  void buildPictures() {
    empty = new EmptyState(self);
    grid = new HeadGrid(self);
    matrix = new MatrixView(self);
    lines = new LinesView(self);
    lines_scroll = new QScrollArea(self);
    lines_scroll->setWidget(lines);
    lines_scroll->setWidgetResizable(true);
    lines_scroll->setFrameShape(QFrame::NoFrame);
    lines_scroll->setBackgroundRole(QPalette::Base);
    grid->setAccessibleName(AttentionView::tr("All heads, a row for each layer"));
    matrix->setAccessibleName(AttentionView::tr("Weights of the head"));
    lines->setAccessibleName(AttentionView::tr("Weights of the head as lines"));
    pictures = new QStackedWidget(self);
    pictures->addWidget(matrix);
    pictures->addWidget(lines_scroll);
    auto* grid_scroll = new QScrollArea(self);
    grid_scroll->setWidget(grid);
    grid_scroll->setWidgetResizable(true);
    grid_scroll->setFrameShape(QFrame::NoFrame);
    splitter = new QSplitter(Qt::Horizontal, self);
    splitter->addWidget(grid_scroll);
    splitter->addWidget(pictures);
    splitter->setStretchFactor(0, 2);
    splitter->setStretchFactor(1, 5);
    splitter->setChildrenCollapsible(false);
    pages = new QStackedWidget(self);
    pages->addWidget(empty);
    pages->addWidget(splitter);
    veil = new Veil(pages);
    pages->installEventFilter(self);
    // Their scroll areas would take the arrow keys.
    grid->installEventFilter(self);
    lines->installEventFilter(self);
    connect(grid, &HeadGrid::headClicked, self,
            [this](int to_layer, int to_head) { choose(to_layer, to_head); });
    connect(matrix, &MatrixView::cellHovered, self, [this](int query, int key) { showHover(query, key); });
    connect(lines, &LinesView::cellHovered, self, [this](int query, int key) { showHover(query, key); });
  }

  int64_t step() const { return steps.empty() ? -1 : steps[static_cast<size_t>(checkpoint->value())]; }

  bool canAsk() const { return !text_a->text().trimmed().isEmpty() && !steps.empty(); }

  void ask() {
    slider_pause->stop();
    if (!canAsk()) {
      return;
    }
    asked = true;
    Q_EMIT self->attentionRequested(text_a->text().trimmed(), text_b->text().trimmed(), step());
  }

  void choose(int to_layer, int to_head) {
    const int next_layer = std::clamp(to_layer, 0, std::max(map.layers - 1, 0));
    const int next_head = std::clamp(to_head, 0, std::max(map.heads - 1, 0));
    if (next_layer != layer || next_head != head) {
      back.emplace_back(layer, head);
      forward.clear();
      layer = next_layer;
      head = next_head;
      showHead();
      Q_EMIT self->headSelected(layer, head);
    }
    showBoxes();
  }

  bool travel(std::vector<std::pair<int, int>>& from, std::vector<std::pair<int, int>>& to) {
    if (from.empty()) {
      return false;
    }
    to.emplace_back(layer, head);
    const auto place = from.back();
    from.pop_back();
    layer = std::clamp(place.first, 0, std::max(map.layers - 1, 0));
    head = std::clamp(place.second, 0, std::max(map.heads - 1, 0));
    showBoxes();
    showHead();
    Q_EMIT self->headSelected(layer, head);
    return true;
  }

  void showBoxes() {
    const QSignalBlocker layer_quiet(layer_box);
    const QSignalBlocker head_quiet(head_box);
    layer_box->setRange(1, std::max(map.layers, 1));
    head_box->setRange(1, std::max(map.heads, 1));
    layer_box->setValue(layer + 1);
    head_box->setValue(head + 1);
    const QString of = AttentionView::tr(" of %1");
    layer_box->setSuffix(of.arg(std::max(map.layers, 1)));
    head_box->setSuffix(of.arg(std::max(map.heads, 1)));
  }

  float largest() const {
    const auto row = static_cast<size_t>(map.heads);
    size_t begin = static_cast<size_t>(layer) * row + static_cast<size_t>(head);
    size_t end = begin + 1;
    if (self->scaleScope() == ScaleScope::kLayer) {
      begin = static_cast<size_t>(layer) * row;
      end = begin + row;
    } else if (self->scaleScope() == ScaleScope::kGlobal) {
      begin = 0;
      end = summary.heads.size();
    }
    float found = 0;
    for (size_t i = begin; i < end; ++i) {
      found = std::max(found, summary.heads[i].largest);
    }
    return found > 0 ? found : 1;
  }

  void showHead() {
    const bool with_lines = self->mode() == AttentionMode::kLines;
    mass_group->setVisible(with_lines && !map.empty());
    if (map.empty()) {
      return;
    }
    grid->setSelected(layer, head);
    pictures->setCurrentIndex(with_lines ? 1 : 0);
    std::vector<float> cells = toFloat(map.head(layer, head));
    if (with_lines) {
      lines->setHead(std::move(cells), map.tokens, headColor(head, map.heads, self->palette()));
      applyMass();
    } else {
      matrix->setHead(std::move(cells), map.tokens, largest());
    }
    showStatement();
  }

  void applyMass() {
    lines->setMass(mass_slider->value() / 100.0);
    mass_label->setText(AttentionView::tr("≥ %1 %, %2 % hidden")
                            .arg(mass_slider->value())
                            .arg(QString::number(lines->hiddenMass() * 100, 'f', 1)));
  }

  QString statementText() const {
    return AttentionView::tr(
               "%1 · checkpoint at step %2 · layer %3 of %4, head %5 of %6 (counted from 1) · %7 tokens · "
               "softmax weights of one input, not averaged")
        .arg(map.model.isEmpty() ? model_name : map.model)
        .arg(map.step)
        .arg(layer + 1)
        .arg(map.layers)
        .arg(head + 1)
        .arg(map.heads)
        .arg(map.size());
  }

  void showStatement() {
    statement->setFullText(statementText());
    QStringList warnings;
    if (map.truncated) {
      warnings
          << AttentionView::tr("The text was cut to the model's longest input of %1 tokens.").arg(map.size());
    }
    const auto unknown = std::count_if(map.tokens.begin(), map.tokens.end(),
                                       [](const AttentionToken& token) { return token.text == "[UNK]"; });
    if (unknown > 0) {
      warnings << AttentionView::tr("Not in the model's vocabulary, read as [UNK]: %1 of %2 tokens.")
                      .arg(unknown)
                      .arg(map.size());
    }
    const HeadSummary& shown = summary.heads[static_cast<size_t>(layer * map.heads + head)];
    if (shown.bad_rows > 0) {
      warnings << AttentionView::tr(
                      "Rows of this head that are not numbers: %1; the checkpoint has diverged.")
                      .arg(shown.bad_rows);
    }
    if (shown.uniform) {
      warnings << AttentionView::tr(
          "This head is nearly uniform: untrained, or loaded from the wrong weights.");
    }
    warning->setFullText(warnings.join(QLatin1Char(' ')));
    warning->setVisible(!warnings.isEmpty());
  }

  void showHover(int query, int key) {
    if (query < 0 || query >= map.size() || key >= map.size()) {
      hover_label->setText(
          map.empty()
              ? QStringLiteral(" ")
              : AttentionView::tr("Point at the picture to read weights; click to hold, Esc to let go"));
      return;
    }
    const auto weight = static_cast<double>(map.weight(layer, head, query, key));
    hover_label->setText(AttentionView::tr("Query %1 %2  →  key %3 %4:  weight %5")
                             .arg(query + 1)
                             .arg(quoted(map.tokens[static_cast<size_t>(query)]))
                             .arg(key + 1)
                             .arg(quoted(map.tokens[static_cast<size_t>(key)]))
                             .arg(formatNumber(weight)));
  }

  // Which page is shown, why it is empty, and what can be pressed.
  void showState() {
    using Kind = EmptyState::Kind;
    show_button->setEnabled(canAsk() && !busy);
    checkpoint->setEnabled(steps.size() > 1);
    checkpoint_label->setText(steps.empty() ? AttentionView::tr("none yet")
                                            : AttentionView::tr("step %1 (%2 of %3)")
                                                  .arg(step())
                                                  .arg(checkpoint->value() + 1)
                                                  .arg(steps.size()));
    veil->setVisible(busy);
    veil->raise();
    if (problem) {
      // Nothing may speak of a picture that is not there.
      statement->setFullText(model_name);
      warning->hide();
      hover_label->setText(QStringLiteral(" "));
      pages->setCurrentWidget(empty);
      return;
    }
    if (!map.empty()) {
      pages->setCurrentWidget(splitter);
      if (busy) {
        statement->setFullText(AttentionView::tr("Reading the attention of step %1… (below: step %2)")
                                   .arg(step())
                                   .arg(map.step));
      }
      return;
    }
    pages->setCurrentWidget(empty);
    statement->setFullText(model_name);
    if (busy) {
      empty->setMessage(Kind::kNothingYet,
                        AttentionView::tr("Reading the attention of step %1…").arg(step()));
    } else if (model_name.isEmpty()) {
      empty->setMessage(Kind::kNothingYet, AttentionView::tr("No run is selected"),
                        AttentionView::tr("Select a run in the table on the left."));
    } else if (steps.empty()) {
      empty->setMessage(
          Kind::kNothingYet, AttentionView::tr("%1 has no checkpoint yet").arg(model_name),
          AttentionView::tr(
              "The first one is written when the run reaches its checkpoint interval or is stopped."));
    } else if (text_a->text().trimmed().isEmpty()) {
      empty->setMessage(Kind::kNothingYet, AttentionView::tr("No text to look at"),
                        AttentionView::tr("Type a sentence above and press Enter."));
    } else {
      empty->setMessage(Kind::kNothingYet, AttentionView::tr("Press Show to see the attention of this text"));
    }
  }

  void updateColors() {
    const auto paint = [this](QLabel* label, Role role) {
      QPalette colors = label->palette();
      const QColor color = roleColor(role, self->palette());
      if (colors.color(QPalette::WindowText) != color) {
        colors.setColor(QPalette::WindowText, color);
        label->setPalette(colors);
      }
    };
    paint(statement, Role::kMutedText);
    paint(hover_label, Role::kText);
    paint(warning, Role::kWarning);
    if (!map.empty()) {
      showHead();
    }
  }
};

}  // namespace heddle::ui
