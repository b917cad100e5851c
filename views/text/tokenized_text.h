// A text as several tokenisers see it: finished values, made outside the views. All places are bytes of the
// text as UTF-8.

#pragma once

#include <QByteArray>
#include <QMetaType>
#include <QString>
#include <memory>
#include <vector>

namespace heddle::ui {

// kCoarse: a phrase or word of the coarse grain; in vocabularies only.
enum class PieceKind { kWordStart, kContinuation, kSpecial, kUnknown, kCoarse };

struct ShownToken {
  int32_t id = 0;
  QString piece;  // as the vocabulary spells it
  int32_t begin = 0;
  int32_t end = 0;  // == begin: covers nothing, as pieces of white space do
  PieceKind kind = PieceKind::kWordStart;
  int32_t unit = -1;  // index into units; -1 = of none
};

// A run of tokens that the coarse grain holds together.
struct ShownUnit {
  int32_t first = 0;
  int32_t count = 0;
  int32_t coarse = -1;  // its one id in the coarse vocabulary; -1: it stays its pieces in both grains
  QString text;         // of the coarse token; empty when it has none
};

// One tokeniser's reading.
struct TokenBand {
  QString name;
  bool has_coarse = false;
  std::vector<ShownToken> tokens;  // by place; they never cross
  std::vector<ShownUnit> units;    // cover the tokens in order
};

struct TokenizedText {
  QByteArray utf8;
  std::vector<TokenBand> bands;
};

using TokenizedTextPtr = std::shared_ptr<const TokenizedText>;

// A token, or a unit in the coarse grain, of a band.
enum class ShownGrain { kFine, kCoarse };
struct BandPlace {
  int band = 0;
  ShownGrain grain = ShownGrain::kFine;
  int index = 0;
  friend bool operator==(const BandPlace&, const BandPlace&) = default;
};

struct ByteRange {
  int32_t begin = 0;
  int32_t end = 0;
};

// Where a unit begins and ends in the text: that of its tokens.
int32_t unitBegin(const TokenBand& band, const ShownUnit& unit);
int32_t unitEnd(const TokenBand& band, const ShownUnit& unit);

// Characters (code points) of the first `bytes` bytes.
int32_t charactersBefore(const QByteArray& utf8, int32_t bytes);

ByteRange bytesOf(const TokenizedText& text, BandPlace place);

// The first token (unit) that ends at `byte` or behind it; their number where there is none.
int firstTokenFrom(const TokenBand& band, int32_t byte);
int firstUnitFrom(const TokenBand& band, int32_t byte);

QString kindText(PieceKind kind);
// The text in typographic quotes.
QString quoted(const QString& text);
// A place in words: piece, id, characters and bytes, its unit.
QString describe(const TokenizedText& text, BandPlace place);

}  // namespace heddle::ui

Q_DECLARE_METATYPE(heddle::ui::TokenizedTextPtr)
