#include "views/text/tokenized_text.h"

#include <QCoreApplication>
#include <algorithm>

namespace heddle::ui {

int32_t unitBegin(const TokenBand& band, const ShownUnit& unit) {
  return band.tokens[static_cast<size_t>(unit.first)].begin;
}

int32_t unitEnd(const TokenBand& band, const ShownUnit& unit) {
  return band.tokens[static_cast<size_t>(unit.first + unit.count - 1)].end;
}

int32_t charactersBefore(const QByteArray& utf8, int32_t bytes) {
  const auto end = utf8.begin() + std::min<qsizetype>(bytes, utf8.size());
  return static_cast<int32_t>(std::count_if(
      utf8.begin(), end, [](char byte) { return (static_cast<uchar>(byte) & 0xC0U) != 0x80U; }));
}

QString kindText(PieceKind kind) {
  switch (kind) {
    case PieceKind::kWordStart:
      return QCoreApplication::translate("TextView", "word start");
    case PieceKind::kContinuation:
      return QCoreApplication::translate("TextView", "continuation");
    case PieceKind::kSpecial:
      return QCoreApplication::translate("TextView", "special");
    case PieceKind::kUnknown:
      return QCoreApplication::translate("TextView", "unknown");
    case PieceKind::kCoarse:
      return QCoreApplication::translate("TextView", "coarse token");
  }
  return {};
}

}  // namespace heddle::ui
