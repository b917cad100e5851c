// The whole log of a run: virtual rows, so a million lines cost no more than a screen; filter, follow, first
// error.

#pragma once

#include <QWidget>
#include <memory>
#include <vector>

#include "engine/store/store.h"

namespace heddle::ui {

class LogView final : public QWidget {
  Q_OBJECT
  Q_DISABLE_COPY_MOVE(LogView)

 public:
  explicit LogView(QWidget* parent = nullptr);
  ~LogView() override;

  // Another run's log, or none: an empty name says that no run is selected.
  void setRun(const QString& name, std::vector<LogRow> rows);
  // New lines of the same run, behind those there are. Scrolls only while following.
  void appendRows(const std::vector<LogRow>& rows);
  // Rows there are, unfiltered.
  int64_t rowCount() const;

  bool follows() const;
  void setFollows(bool follow);
  // Space-separated chunks, all of which must occur; case does not matter.
  void setFilter(const QString& text);

 public Q_SLOTS:
  // Selects and shows the first error; false without one among the rows that pass the filter.
  bool jumpToFirstError();

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;
  void changeEvent(QEvent* event) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace heddle::ui
