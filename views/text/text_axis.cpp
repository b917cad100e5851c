#include "views/text/text_axis.h"

#include <QTextBoundaryFinder>
#include <algorithm>

namespace heddle::ui {
namespace {

bool isBreak(QChar c) {
  return c == u'\n' || c == u'\r' || c == QChar::ParagraphSeparator || c == QChar::LineSeparator;
}

// Bytes of the UTF-8 form; each half of a surrogate pair counts as two.
int32_t utf8Length(QStringView text) {
  int32_t bytes = 0;
  for (const QChar c : text) {
    bytes += c.unicode() < 0x80 ? 1 : c.unicode() < 0x800 || c.isSurrogate() ? 2 : 3;
  }
  return bytes;
}

// Walks the boxes of a band in order of their ends.
struct BoxWalk {
  const TokenBand* band = nullptr;
  size_t token = 0;
  size_t unit = 0;
};

}  // namespace

TextAxis::TextAxis(const TokenizedText& text, const AxisMetrics& metrics)
    : text_(QString::fromUtf8(text.utf8)) {
  const auto size = static_cast<size_t>(text.utf8.size());
  cuts_.assign(size + 1, kNothing);
  findCharacters(metrics, size);
  findCrossings(text);
  place(text, metrics);
}

QStringView TextAxis::shown(const AxisCharacter& character) const {
  switch (character.kind) {
    case AxisCharacter::Kind::kBlank:
      return u"·";
    case AxisCharacter::Kind::kBreak:
      return u"¶";
    case AxisCharacter::Kind::kPlain:
      break;
  }
  return QStringView(text_).mid(character.unit, character.units);
}

void TextAxis::findCharacters(const AxisMetrics& metrics, size_t bytes) {
  using Kind = AxisCharacter::Kind;
  const auto last = static_cast<int32_t>(bytes);
  const QStringView text(text_);
  characters_.reserve(static_cast<size_t>(text.size()));
  QTextBoundaryFinder finder(QTextBoundaryFinder::Grapheme, text_);
  qsizetype from = 0;
  int32_t byte = 0;
  for (qsizetype to = finder.toNextBoundary(); to > from; to = finder.toNextBoundary()) {
    const QStringView cluster = text.mid(from, to - from);
    const int32_t end = std::min(byte + utf8Length(cluster), last);
    const bool space = cluster.front().isSpace();
    const bool hidden = cluster.size() == 1 && !cluster.front().isPrint();
    AxisCharacter character{.begin = byte,
                            .end = end,
                            .unit = static_cast<int32_t>(from),
                            .units = static_cast<int16_t>(std::min<qsizetype>(cluster.size(), 32767)),
                            .kind = isBreak(cluster.front()) ? Kind::kBreak
                                    : space || hidden        ? Kind::kBlank
                                                             : Kind::kPlain};
    character.width = static_cast<float>(metrics.text_width(shown(character)));
    if (character.kind == Kind::kBreak) {
      line_ends_.push_back(end);
    }
    if (space || character.kind == Kind::kBreak) {
      std::fill(cuts_.begin() + byte, cuts_.begin() + end, kBlank);
    }
    characters_.push_back(character);
    from = to;
    byte = end;
  }
}

void TextAxis::findCrossings(const TokenizedText& text) {
  const auto mark = [this](int32_t begin, int32_t end, Cut cut) {
    for (int32_t at = begin + 1; at < end; ++at) {
      cuts_[static_cast<size_t>(at)] |= cut;
    }
  };
  for (const AxisCharacter& character : characters_) {
    mark(character.begin, character.end, kCharacter);
  }
  for (const TokenBand& band : text.bands) {
    for (const ShownToken& token : band.tokens) {
      mark(token.begin, token.end, kToken);
    }
    for (const ShownUnit& unit : band.units) {
      mark(unitBegin(band, unit), unitEnd(band, unit), kUnit);
    }
  }
}

void TextAxis::place(const TokenizedText& text, const AxisMetrics& metrics) {
  const auto size = static_cast<int32_t>(text.utf8.size());
  left_.assign(static_cast<size_t>(size) + 1, 0);
  right_.assign(static_cast<size_t>(size) + 1, 0);
  std::vector<BoxWalk> walks;
  for (const TokenBand& band : text.bands) {
    walks.push_back({&band});
  }
  auto character = characters_.begin();
  for (int32_t at = 0; at <= size; ++at) {
    double here = 0;
    if (at > 0) {
      // The bytes of a character share its width.
      while (character != characters_.end() && character->end < at) {
        ++character;
      }
      const bool inside = character != characters_.end() && character->begin < at;
      here = right(at - 1) +
             (inside ? static_cast<double>(character->width) / (character->end - character->begin) : 0);
    }
    double standing = 0;  // what covers nothing, in the band with most of it
    for (BoxWalk& walk : walks) {
      const TokenBand& band = *walk.band;
      double own = 0;
      for (; walk.token < band.tokens.size() && band.tokens[walk.token].end <= at; ++walk.token) {
        const ShownToken& token = band.tokens[walk.token];
        const double width = metrics.label_width(token.piece);
        if (token.begin == token.end) {
          own += width;
        } else {
          here = std::max(here, right(token.begin) + width);
        }
      }
      for (; walk.unit < band.units.size() && unitEnd(band, band.units[walk.unit]) <= at; ++walk.unit) {
        const ShownUnit& unit = band.units[walk.unit];
        const int32_t begin = unitBegin(band, unit);
        if (unit.coarse < 0) {
          continue;
        }
        const double width = metrics.label_width(unit.text);
        if (begin == at) {
          own = std::max(own, width);
        } else {
          here = std::max(here, right(begin) + width);
        }
      }
      standing = std::max(standing, own);
    }
    left_[static_cast<size_t>(at)] = here;
    right_[static_cast<size_t>(at)] = here + standing;
  }
}

std::vector<AxisLine> TextAxis::wrap(double width) const {
  std::vector<AxisLine> lines;
  const int32_t end = size();
  int32_t from = 0;
  size_t next_break = 0;
  while (from < end) {
    const double origin = left(from);
    const auto beyond =
        std::upper_bound(left_.begin() + from + 1, left_.end(), origin + width) - left_.begin();
    int32_t furthest = std::max(static_cast<int32_t>(beyond) - 1, from + 1);
    while (next_break < line_ends_.size() && line_ends_[next_break] <= from) {
      ++next_break;
    }
    const int32_t line_end = next_break < line_ends_.size() ? line_ends_[next_break] : end;
    int32_t to = std::min(furthest, line_end);
    if (to < line_end) {
      const auto last = [&](uint8_t forbidden) {
        int32_t at = to;
        while (at > from && (cuts_[static_cast<size_t>(at)] & forbidden) != 0) {
          --at;
        }
        return at;
      };
      const int32_t unit = last(kUnit | kToken | kCharacter);
      const int32_t token = last(kToken | kCharacter);
      const int32_t character = last(kCharacter);
      if (unit > from && (left(unit) - origin >= width / 2 || token == unit)) {
        to = unit;
      } else if (token > from) {
        to = token;
      } else if (character > from) {
        to = character;
      } else {
        // One character is wider than the line.
        for (to = from + 1; to < line_end && (cuts_[static_cast<size_t>(to)] & kCharacter) != 0;) {
          ++to;
        }
      }
      while (to < line_end && cuts_[static_cast<size_t>(to)] == kBlank) {
        ++to;
      }
      // Of several blanks only whole ones were taken.
      while (to < line_end && (cuts_[static_cast<size_t>(to)] & kCharacter) != 0) {
        ++to;
      }
    }
    lines.push_back({from, to});
    from = to;
  }
  if (lines.empty()) {
    lines.push_back({0, 0});
  }
  return lines;
}

}  // namespace heddle::ui
