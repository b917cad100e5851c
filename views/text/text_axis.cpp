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

TextAxis::TextAxis(const TokenizedText& text, const AxisMetrics& metrics) {
  const auto size = static_cast<size_t>(text.utf8.size());
  std::vector<double> widths(size, 0);  // of the character, shared by its bytes
  blank_.assign(size + 1, false);
  findCharacters(text.utf8, metrics, widths);
  findCrossings(text);
  left_.assign(size + 1, 0);
  right_.assign(size + 1, 0);
  std::vector<BoxWalk> walks;
  for (const TokenBand& band : text.bands) {
    walks.push_back({&band});
  }
  for (size_t at = 0; at <= size; ++at) {
    double here = at == 0 ? 0 : right_[at - 1] + widths[at - 1];
    double standing = 0;  // what covers nothing, in the band with most of it
    for (BoxWalk& walk : walks) {
      const TokenBand& band = *walk.band;
      double own = 0;
      for (; walk.token < band.tokens.size() && band.tokens[walk.token].end <= static_cast<int32_t>(at);
           ++walk.token) {
        const ShownToken& token = band.tokens[walk.token];
        const double width = metrics.label_width(token.piece);
        if (token.begin == token.end) {
          own += width;
        } else {
          here = std::max(here, right_[static_cast<size_t>(token.begin)] + width);
        }
      }
      for (;
           walk.unit < band.units.size() && unitEnd(band, band.units[walk.unit]) <= static_cast<int32_t>(at);
           ++walk.unit) {
        const ShownUnit& unit = band.units[walk.unit];
        const auto begin = static_cast<size_t>(unitBegin(band, unit));
        if (unit.coarse < 0) {
          continue;
        }
        const double width = metrics.label_width(unit.text);
        if (begin == at) {
          own = std::max(own, width);
        } else {
          here = std::max(here, right_[begin] + width);
        }
      }
      standing = std::max(standing, own);
    }
    left_[at] = here;
    right_[at] = here + standing;
  }
}

void TextAxis::findCharacters(const QByteArray& utf8, const AxisMetrics& metrics,
                              std::vector<double>& widths) {
  const QString text = QString::fromUtf8(utf8);
  QTextBoundaryFinder finder(QTextBoundaryFinder::Grapheme, text);
  qsizetype from = 0;
  int32_t byte = 0;
  for (qsizetype to = finder.toNextBoundary(); to > from; to = finder.toNextBoundary()) {
    const QString cluster = text.mid(from, to - from);
    const int32_t end = std::min(byte + utf8Length(cluster), static_cast<int32_t>(utf8.size()));
    const bool breaks = isBreak(cluster.front());
    const bool blank = breaks || cluster.front().isSpace();
    const bool hidden = cluster.size() == 1 && !cluster.front().isPrint();
    AxisCharacter character{byte, end,
                            breaks            ? QStringLiteral("¶")
                            : blank || hidden ? QStringLiteral("·")
                                              : cluster,
                            blank || hidden};
    const double width = metrics.text_width(character.shown) / std::max(end - byte, 1);
    for (int32_t at = byte; at < end; ++at) {
      widths[static_cast<size_t>(at)] = width;
      blank_[static_cast<size_t>(at)] = blank;
    }
    if (breaks) {
      line_ends_.push_back(end);
    }
    characters_.push_back(std::move(character));
    from = to;
    byte = end;
  }
}

void TextAxis::findCrossings(const TokenizedText& text) {
  cuts_.assign(static_cast<size_t>(text.utf8.size()) + 1, kNothing);
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
      while (to < line_end && blank_[static_cast<size_t>(to)] && cuts_[static_cast<size_t>(to)] == kNothing) {
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
