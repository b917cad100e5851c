#include "engine/cli/runs/text_table.h"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace heddle {
namespace {

struct Range {
  uint32_t from;
  uint32_t to;
};

// Unicode 15, East_Asian_Width W and F, in coarse blocks.
constexpr Range kWide[] = {{0x1100, 0x115F},   {0x2E80, 0x303E},   {0x3041, 0xA4CF},  {0xAC00, 0xD7A3},
                           {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},  {0xFFE0, 0xFFE6},
                           {0x1F300, 0x1F64F}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD}};
constexpr Range kCombining[] = {{0x0300, 0x036F}, {0x200B, 0x200F}, {0xFE00, 0xFE0F}};

template <size_t Count>
bool isIn(uint32_t code_point, const Range (&ranges)[Count]) {
  return std::any_of(std::begin(ranges), std::end(ranges), [code_point](Range range) {
    return code_point >= range.from && code_point <= range.to;
  });
}

}  // namespace

size_t displayWidth(const std::string& text) {
  size_t width = 0;
  for (size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
    uint32_t code_point = length == 1 ? lead : lead & (0xFFu >> (length + 1));
    for (size_t k = 1; k < length && i + k < text.size(); ++k) {
      code_point = code_point << 6 | (static_cast<unsigned char>(text[i + k]) & 0x3Fu);
    }
    width += isIn(code_point, kWide) ? 2 : isIn(code_point, kCombining) ? 0 : 1;
    i += length;
  }
  return width;
}

void TextTable::addColumn(std::string title, Align align) {
  aligns_.push_back(align);
  rows_.front().push_back(std::move(title));
}

void TextTable::addRow(std::vector<std::string> cells) {
  rows_.push_back(std::move(cells));
}

void TextTable::print(std::ostream& out) const {
  std::vector<size_t> widths(aligns_.size(), 0);
  for (const auto& row : rows_) {
    for (size_t c = 0; c < row.size(); ++c) {
      widths[c] = std::max(widths[c], displayWidth(row[c]));
    }
  }
  for (const auto& row : rows_) {
    std::string line;
    for (size_t c = 0; c < row.size(); ++c) {
      const std::string space(widths[c] - displayWidth(row[c]), ' ');
      line += c == 0 ? "" : "  ";
      line += aligns_[c] == Align::kRight ? space + row[c] : row[c] + space;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out << line << '\n';
  }
}

}  // namespace heddle
