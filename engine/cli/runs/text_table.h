// Aligned columns for a terminal.

#pragma once

#include <ostream>
#include <string>
#include <vector>

namespace heddle {

class TextTable {
 public:
  enum class Align { kLeft, kRight };

  void addColumn(std::string title, Align align = Align::kLeft);
  // One cell for each column.
  void addRow(std::vector<std::string> cells);
  // Two spaces between columns, none at the end of a line.
  void print(std::ostream& out) const;

 private:
  std::vector<Align> aligns_;
  std::vector<std::vector<std::string>> rows_ = {{}};  // the first holds the titles
};

// Columns that a UTF-8 text takes on a terminal: two for East Asian wide characters and emoji, none for
// combining marks.
size_t displayWidth(const std::string& text);

}  // namespace heddle
