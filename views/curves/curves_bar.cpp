#include "views/curves/curves_bar.h"

#include <qcustomplot.h>

#include <QtWidgets>
#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

#include "views/common/flow_layout.h"
#include "views/common/number_format.h"
#include "views/curves/axis_ticker.h"

namespace heddle::ui {
namespace {

constexpr double kMostSmoothing = 0.999;
constexpr int kSliderSteps = 100;  // .01 each; the last one stands for .999
constexpr int kAxisLetters = 14;   // names of metrics are longer, but not all the bar's business

}  // namespace

CurvesBar::CurvesBar(QWidget* parent) : QWidget(parent), controls_(new FlowLayout(this)) {
  controls_->setContentsMargins(4, 4, 4, 4);
  controls_->setSpacing(6);
  metric_menu_ = addMenu(tr("Metrics"), tr("Choose the metrics that have a chart"));
  buildAxis();
  buildSmoothing();
  buildSwitches();
  showSettings();
}

void CurvesBar::buildAxis() {
  axis_box_ = new QComboBox(this);
  axis_box_->setAccessibleName(tr("Horizontal axis"));
  axis_box_->setToolTip(
      tr("What the horizontal axis counts: one of these, or another metric at the same step"));
  axis_box_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  axis_box_->setMinimumContentsLength(kAxisLetters);
  connect(axis_box_, &QComboBox::currentIndexChanged, this, [this] {
    const QVariant chosen = axis_box_->currentData();
    CurvesSettings next = settings_;
    next.chart.axis = chosen.userType() == QMetaType::QString ? XAxis(chosen.toString())
                                                              : XAxis(static_cast<Axis>(chosen.toInt()));
    setSettings(next);
  });
  fillAxes();
  controls_->addGroup({new QLabel(tr("Over"), this), axis_box_});
}

void CurvesBar::buildSmoothing() {
  method_box_ = new QComboBox(this);
  for (const auto& [kind, name, tip] :
       {std::tuple(SmoothingKind::kEma, tr("EMA"), tr("Debiased moving average of the points before")),
        std::tuple(SmoothingKind::kTimeWeightedEma, tr("Time-weighted EMA"),
                   tr("Moving average that fades with training steps, for runs that logged at different "
                      "intervals")),
        std::tuple(SmoothingKind::kGaussian, tr("Gaussian"),
                   tr("Mean of the points on both sides, weighted by a Gaussian: the newest values still "
                      "change as points arrive")),
        std::tuple(SmoothingKind::kWindow, tr("Centred mean"),
                   tr("Plain mean of the points on both sides: the newest values still change as points "
                      "arrive"))}) {
    method_box_->addItem(name, static_cast<int>(kind));
    method_box_->setItemData(method_box_->count() - 1, tip, Qt::ToolTipRole);
  }
  method_box_->setAccessibleName(tr("Smoothing method"));
  method_box_->setToolTip(tr("How the curves are smoothed"));
  slider_ = new QSlider(Qt::Horizontal, this);
  slider_->setRange(0, kSliderSteps);
  slider_->setFixedWidth(110);
  slider_->setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
  slider_->setToolTip(tr("Strength of the smoothing; 0 is off"));
  number_ = new QDoubleSpinBox(this);
  number_->setRange(0, kMostSmoothing);
  number_->setDecimals(3);
  number_->setSingleStep(0.001);
  number_->setKeyboardTracking(false);
  number_->setAccessibleName(tr("Smoothing weight"));
  window_label_ = new QLabel(this);
  const auto choose = [this](const Smoothing& smoothing) {
    CurvesSettings next = settings_;
    next.chart.smoothing = smoothing;
    setSettings(next);
  };
  connect(method_box_, &QComboBox::currentIndexChanged, this, [this, choose] {
    choose(
        {settings_.chart.smoothing.weight, static_cast<SmoothingKind>(method_box_->currentData().toInt())});
  });
  connect(slider_, &QSlider::valueChanged, this, [this, choose](int value) {
    choose({value == kSliderSteps ? kMostSmoothing : value / 100.0, settings_.chart.smoothing.kind});
  });
  connect(number_, &QDoubleSpinBox::valueChanged, this, [this, choose](double value) {
    choose({value, settings_.chart.smoothing.kind});
  });
  // Two groups: a narrow window breaks the row between them.
  controls_->addGroup({new QLabel(tr("Smoothing"), this), method_box_});
  controls_->addGroup({slider_, number_, window_label_});
}

void CurvesBar::buildSwitches() {
  addSwitch(tr("Original"), tr("Draw the unsmoothed line faintly behind"), nullptr, &ChartSettings::show_raw);
  addSwitch(tr("log x"), tr("Logarithmic horizontal axis"), nullptr, &ChartSettings::log_x);
  addSwitch(tr("log y"), tr("Logarithmic vertical axis"), nullptr, &ChartSettings::log_y);
  addSwitch(
      tr("Range"),
      tr("Summarise a range in the tables: all that is visible, or what is chosen by dragging with Ctrl "
         "or by the keys [ and ] at the tracker"),
      nullptr, &ChartSettings::summarizes_range);
  // Seldom changed: in a menu, so that the bar stays short.
  auto* more = addMenu(tr("More"), tr("What is drawn, and what moves together"));
  addSwitch(
      tr("All segments"),
      tr("Draw also what was logged and then repeated, because the run was resumed from an earlier step"),
      &CurvesSettings::all_segments, nullptr, more);
  addSwitch(tr("Ignore outliers"),
            tr("Leave out of the height what lies far from most of the visible values"), nullptr,
            &ChartSettings::ignore_outliers, more);
  addSwitch(tr("Link"), tr("Zooming one chart sideways zooms all"), &CurvesSettings::linked, nullptr, more);
  QAction* fit = addButton(tr("Fit all"), tr("Show everything in every chart and follow new points again"));
  connect(fit, &QAction::triggered, this, &CurvesBar::fitAsked);
}

QMenu* CurvesBar::addMenu(const QString& text, const QString& tip) {
  auto* tool = new QToolButton(this);
  tool->setText(text);
  tool->setToolTip(tip);
  tool->setPopupMode(QToolButton::InstantPopup);
  tool->setAutoRaise(true);
  auto* menu = new QMenu(tool);
  menu->setToolTipsVisible(true);
  tool->setMenu(menu);
  controls_->addWidget(tool);
  return menu;
}

QAction* CurvesBar::addButton(const QString& text, const QString& tip) {
  auto* action = new QAction(text, this);
  action->setToolTip(tip);
  auto* tool = new QToolButton(this);
  tool->setDefaultAction(action);
  tool->setAutoRaise(true);
  controls_->addWidget(tool);
  return action;
}

void CurvesBar::addSwitch(const QString& text, const QString& tip, bool CurvesSettings::*field,
                          bool ChartSettings::*chart_field, QMenu* menu) {
  QAction* action = nullptr;
  if (menu == nullptr) {
    action = addButton(text, tip);
  } else {
    action = menu->addAction(text);
    action->setToolTip(tip);
  }
  action->setCheckable(true);
  switches_.push_back({action, field, chart_field});
  connect(action, &QAction::toggled, this, [this, field, chart_field](bool on) {
    CurvesSettings next = settings_;
    bool& value = field != nullptr ? next.*field : next.chart.*chart_field;
    if (std::exchange(value, on) != on) {
      setSettings(next);
    }
  });
}

void CurvesBar::setSettings(const CurvesSettings& settings) {
  const CurvesSettings before = std::exchange(settings_, settings);
  double& weight = settings_.chart.smoothing.weight;
  weight = std::clamp(weight, 0.0, kMostSmoothing);
  showSettings();
  Q_EMIT settingsChanged(before);
}

void CurvesBar::setMetrics(const QStringList& known, const QStringList& chosen) {
  metric_menu_->clear();
  for (const QString& metric : known) {
    QAction* action = metric_menu_->addAction(metric);
    action->setCheckable(true);
    action->setChecked(chosen.contains(metric));
    connect(action, &QAction::toggled, this, [this, metric, chosen](bool on) {
      QStringList next = chosen;
      if (on) {
        next << metric;
      } else {
        next.removeAll(metric);
      }
      Q_EMIT metricsChosen(next);
    });
  }
  if (known != known_) {
    known_ = known;
    fillAxes();
    showSettings();
  }
}

void CurvesBar::fillAxes() {
  const QSignalBlocker quiet(axis_box_);
  axis_box_->clear();
  for (const Axis axis : {Axis::kStep, Axis::kEpochs, Axis::kTokens, Axis::kExamples, Axis::kSeconds,
                          Axis::kWallTime, Axis::kFlops}) {
    axis_box_->addItem(axisTitle(axis).section(QStringLiteral(" ("), 0, 0), static_cast<int>(axis));
  }
  axis_box_->insertSeparator(axis_box_->count());
  for (const QString& metric : known_) {
    axis_box_->addItem(metric, metric);
  }
}

void CurvesBar::showAxis() {
  const QSignalBlocker quiet(axis_box_);
  const XAxis& axis = settings_.chart.axis;
  const QVariant wanted =
      axis.metric.isEmpty() ? QVariant(static_cast<int>(axis.kind)) : QVariant(axis.metric);
  if (axis_box_->findData(wanted) < 0) {
    axis_box_->addItem(axis.metric, axis.metric);  // a session's, before any run is read
  }
  axis_box_->setCurrentIndex(axis_box_->findData(wanted));
}

void CurvesBar::showSettings() {
  showAxis();
  const Smoothing& smoothing = settings_.chart.smoothing;
  const QSignalBlocker method_quiet(method_box_);
  method_box_->setCurrentIndex(method_box_->findData(static_cast<int>(smoothing.kind)));
  const QSignalBlocker slider_quiet(slider_);
  const QSignalBlocker number_quiet(number_);
  slider_->setValue(smoothing.weight > 0.99 ? kSliderSteps
                                            : static_cast<int>(std::lround(smoothing.weight * 100)));
  number_->setValue(smoothing.weight);
  window_label_->setText(smoothing.weight == 0 ? tr("off") : windowText());
  // The widest text, so that the buttons behind it stay where they are.
  window_label_->setMinimumWidth(
      window_label_->fontMetrics().horizontalAdvance(tr("≈ %1 points").arg(QStringLiteral("1000"))));
  for (const Switch& each : switches_) {
    each.action->setChecked(each.field != nullptr ? settings_.*each.field
                                                  : settings_.chart.*each.chart_field);
  }
}

// How much a value on the smoothed line is the mean of.
QString CurvesBar::windowText() const {
  const double weight = settings_.chart.smoothing.weight;
  switch (settings_.chart.smoothing.kind) {
    case SmoothingKind::kTimeWeightedEma:
      return tr("≈ %1 steps").arg(formatNumber(1 / (1 - timeWeightedDecay(weight)), 2));
    case SmoothingKind::kGaussian:
      return tr("σ %1 points").arg(formatNumber(gaussianSigma(weight), 2));
    case SmoothingKind::kWindow:
      return tr("%1 points").arg(windowPoints(weight));
    default:
      return tr("≈ %1 points").arg(formatNumber(1 / (1 - weight), 2));
  }
}

}  // namespace heddle::ui
