// Takes in what run folders have written. Knows the files of a run and how events change its row.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/base/paths.h"
#include "engine/store/run_record.h"
#include "engine/store/sqlite.h"

namespace heddle {

// What the disk says of a run's files, without reading them. Sizes are -1 for files that are not there.
struct FolderStat {
  int64_t events_size = -1;
  int64_t user_size = -1;
  int64_t recipe_stamp = -1;  // time of the last change, ns
  bool isRun() const { return events_size >= 0 || recipe_stamp >= 0; }
};
FolderStat statFolder(const RunFolder& folder);

// Whether ingestFolder() would find anything to do.
bool needsIngest(const RunRecord& record, const FolderStat& stat, double now);

// Brings one run up to date, in transactions of a few megabytes of events each. True: its row or its points
// changed. Failures of the database stick to the connection; files that cannot be read are the error.
Result<bool> ingestFolder(Connection& db, const RunFolder& folder, double now);

// Forgets a run whose folder is gone.
void removeRun(Connection& db, int64_t run);

}  // namespace heddle
