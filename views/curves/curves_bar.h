// The controls above the charts: which metrics, over what, smoothed how, and what else is drawn.

#pragma once

#include <QStringList>
#include <QWidget>
#include <functional>
#include <vector>

#include "views/curves/curve_chart.h"

class QAction;
class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QMenu;
class QSlider;

namespace heddle::ui {

class FlowLayout;

// Of all charts together.
struct CurvesSettings {
  ChartSettings chart;
  bool all_segments = false;  // also what later starts of a run replaced
  bool linked = false;        // zooming one chart sideways zooms all
};

class CurvesBar final : public QWidget {
  Q_OBJECT
  Q_DISABLE_COPY_MOVE(CurvesBar)

 public:
  explicit CurvesBar(QWidget* parent = nullptr);

  const CurvesSettings& settings() const { return settings_; }
  // Emits settingsChanged(); the weight of the smoothing is kept within its limits.
  void setSettings(const CurvesSettings& settings);

  void setMetrics(const QStringList& known, const QStringList& chosen);

 Q_SIGNALS:
  void settingsChanged(const heddle::ui::CurvesSettings& before);
  void metricsChosen(const QStringList& chosen);
  void fitAsked();

 private:
  struct Switch {
    QAction* action;
    bool CurvesSettings::*field;
    bool ChartSettings::*chart_field;  // where `field` is null
  };

  void buildAxis();
  void buildSmoothing();
  void buildSwitches();
  // An action with its button among the controls.
  QAction* addButton(const QString& text, const QString& tip);
  // A menu under a button among the controls.
  QMenu* addMenu(const QString& text, const QString& tip);
  // A button of its own, or an entry of `menu`.
  void addSwitch(const QString& text, const QString& tip, bool CurvesSettings::*field,
                 bool ChartSettings::*chart_field, QMenu* menu = nullptr);
  void fillAxes();
  void showAxis();
  void showSettings();
  QString windowText() const;

  CurvesSettings settings_;
  QStringList known_;
  FlowLayout* controls_;
  QMenu* metric_menu_;
  QComboBox* axis_box_;
  QComboBox* method_box_;
  QSlider* slider_;
  QDoubleSpinBox* number_;
  QLabel* window_label_;
  std::vector<Switch> switches_;
};

}  // namespace heddle::ui
