// What the window remembers of a workspace: settings.json inside it, so that two workspaces never mix. Data
// are not in here.

#pragma once

#include <QByteArray>
#include <QHash>
#include <QString>
#include <QStringList>
#include <filesystem>
#include <optional>

#include "app/text/text_session.h"
#include "engine/base/paths.h"
#include "engine/base/result.h"
#include "engine/store/smoothing.h"

namespace heddle::ui {

struct Session {
  QByteArray geometry;     // of the window
  QByteArray layout;       // of docks and toolbars
  QByteArray run_columns;  // of the runs table
  QString theme = QStringLiteral("system");
  QString run;                             // selected
  std::optional<QStringList> chosen_runs;  // ticked; nullopt = the first ten
  QHash<QString, int> run_styles;          // colour and dashes of each run
  QString runs_filter;
  int view = 0;         // tab in the centre
  int axis = 0;         // of the curves, as Axis
  QString axis_metric;  // in its place; empty = none
  double smoothing = 0.6;
  SmoothingKind smoothing_kind = SmoothingKind::kEma;
  bool ignore_outliers = true;
  bool show_raw = true;
  bool all_segments = false;
  bool summarize_range = false;
  bool log_x = false;
  bool log_y = false;
  QStringList metrics;  // chosen; empty = the view's default
  QString text_a;
  QString text_b;
  int layer = 0;
  int head = 0;
  TextSession text;

  friend bool operator==(const Session&, const Session&) = default;
};

std::filesystem::path sessionFile(const Workspace& workspace);

// A missing file gives the defaults; members that are missing or of another type keep theirs. Error: not
// JSON.
Result<Session> loadSession(const Workspace& workspace);
Status saveSession(const Workspace& workspace, const Session& session);

}  // namespace heddle::ui
