// A table of what a view shows, written as CSV (RFC 4180, UTF-8, a line feed after each row).

#pragma once

#include <QStringList>
#include <filesystem>
#include <vector>

#include "engine/base/result.h"

namespace heddle::ui {

struct CsvTable {
  QStringList header;
  std::vector<QStringList> rows;
};

// Fields with commas, quotes or line breaks are quoted.
QByteArray csvText(const CsvTable& table);

// Atomic; the error names the path.
Status writeCsv(const CsvTable& table, const std::filesystem::path& path);

}  // namespace heddle::ui
