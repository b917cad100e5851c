// What the inspector shows of a run beyond its row in the table, as finished words.

#pragma once

#include <QMetaType>
#include <QString>
#include <vector>

#include "engine/store/store.h"

namespace heddle::ui {

struct DetailEntry {
  QString label;
  QString value;
  QString help;
};

struct DetailGroup {
  QString title;
  std::vector<DetailEntry> entries;
};

struct RunDetails {
  QString run_id;
  QString recipe_text;                     // as it lies in the run's folder
  std::vector<DetailGroup> recipe;         // the same by group; empty when it cannot be read
  QString recipe_problem;                  // why not
  std::vector<DetailEntry> sizes;          // parameters and memory by part
  std::vector<CheckpointRow> checkpoints;  // ascending
};

}  // namespace heddle::ui
Q_DECLARE_METATYPE(heddle::ui::RunDetails)
