// The tables of the workspace's database and their versions (PRAGMA user_version).

#pragma once

#include "engine/base/result.h"
#include "engine/store/sqlite.h"

namespace heddle {

inline constexpr int kSchemaVersion = 2;

// Brings the database to kSchemaVersion, step by step in one transaction; creates the tables in an empty
// file. A newer version and a database of another program are refused. Safe when several processes do it at
// once.
Status migrate(Connection& db);

// Empties every table. Failures stick to the connection.
void forgetEverything(Connection& db);

}  // namespace heddle
