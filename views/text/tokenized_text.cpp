#include "views/text/tokenized_text.h"

#include <QCoreApplication>
#include <algorithm>

namespace heddle::ui {
namespace {

// Whose words these are for translators.
struct BandsText {
  Q_DECLARE_TR_FUNCTIONS(BandsView)
};

}  // namespace

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

ByteRange bytesOf(const TokenizedText& text, BandPlace place) {
  const TokenBand& band = text.bands[static_cast<size_t>(place.band)];
  if (place.grain == ShownGrain::kFine) {
    const ShownToken& token = band.tokens[static_cast<size_t>(place.index)];
    return {token.begin, token.end};
  }
  const ShownUnit& unit = band.units[static_cast<size_t>(place.index)];
  return {unitBegin(band, unit), unitEnd(band, unit)};
}

int firstTokenFrom(const TokenBand& band, int32_t byte) {
  const auto found = std::partition_point(band.tokens.begin(), band.tokens.end(),
                                          [&](const ShownToken& token) { return token.end < byte; });
  return static_cast<int>(found - band.tokens.begin());
}

int firstUnitFrom(const TokenBand& band, int32_t byte) {
  const auto found = std::partition_point(band.units.begin(), band.units.end(),
                                          [&](const ShownUnit& unit) { return unitEnd(band, unit) < byte; });
  return static_cast<int>(found - band.units.begin());
}

QString quoted(const QString& text) {
  return QStringLiteral("“") + text + QStringLiteral("”");
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

QString describe(const TokenizedText& text, BandPlace place) {
  const TokenBand& band = text.bands[static_cast<size_t>(place.band)];
  const ByteRange bytes = bytesOf(text, place);
  const int32_t from = charactersBefore(text.utf8, bytes.begin);
  const int32_t to = charactersBefore(text.utf8, bytes.end);
  const QString where = bytes.begin == bytes.end
                            ? BandsText::tr("covers nothing, before character %1").arg(from + 1)
                            : BandsText::tr("characters %1–%2, bytes %3–%4")
                                  .arg(from + 1)
                                  .arg(to)
                                  .arg(bytes.begin)
                                  .arg(bytes.end);
  const QString covered = QString::fromUtf8(text.utf8.mid(bytes.begin, bytes.end - bytes.begin));
  if (place.grain == ShownGrain::kCoarse) {
    const ShownUnit& unit = band.units[static_cast<size_t>(place.index)];
    return unit.coarse >= 0
               ? BandsText::tr("%1 · coarse token %2, id %3 · %4 · %n fine token(s)", nullptr, unit.count)
                     .arg(band.name, quoted(unit.text))
                     .arg(unit.coarse)
                     .arg(where)
               : BandsText::tr(
                     "%1 · unit %2, not in the coarse vocabulary: its %n fine token(s) stand for it · %3",
                     nullptr, unit.count)
                     .arg(band.name, quoted(covered), where);
  }
  const ShownToken& token = band.tokens[static_cast<size_t>(place.index)];
  QString said = BandsText::tr("%1 · %2, id %3, %4 · %5 · token %6 of %7")
                     .arg(band.name, quoted(token.piece))
                     .arg(token.id)
                     .arg(kindText(token.kind), where)
                     .arg(place.index + 1)
                     .arg(band.tokens.size());
  if (token.unit >= 0 && band.units[static_cast<size_t>(token.unit)].coarse >= 0) {
    const ShownUnit& unit = band.units[static_cast<size_t>(token.unit)];
    said += BandsText::tr(" · in coarse token %1, id %2").arg(quoted(unit.text)).arg(unit.coarse);
  }
  return said;
}

}  // namespace heddle::ui
