#include "tests/unit/subword/subword_fixture.h"

#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <memory>
#include <sstream>

#include "engine/base/json.h"
#include "engine/base/random.h"
#include "engine/text/sample_text.h"

namespace heddle {
namespace {

SubwordFixture readFixture() {
  SubwordFixture fixture;
  std::ifstream file("tests/unit/subword/subword_fixture.jsonl");
  std::string line;
  while (std::getline(file, line)) {
    const Json json = *parseJson(line, "fixture");
    if (json.contains("vocab")) {
      fixture.vocab_json = json["vocab"];
      fixture.merges_txt = json["merges"];
    } else if (json.contains("pieces")) {
      fixture.pieces = json["pieces"].get<std::vector<std::string>>();
    } else if (json.contains("plain")) {
      fixture.byte_bpe.push_back({json["text"], json["plain"], json["prefixed"]});
    } else {
      fixture.hf_wordpiece.push_back({json["text"], json["cased"], json["uncased"]});
    }
  }
  return fixture;
}

void putVarint(std::string& out, uint64_t value) {
  for (; value >= 0x80; value >>= 7) {
    out.push_back(static_cast<char>(value | 0x80));
  }
  out.push_back(static_cast<char>(value));
}
void putInteger(std::string& out, uint32_t number, uint64_t value) {
  putVarint(out, number << 3);
  putVarint(out, value);
}
void putBytes(std::string& out, uint32_t number, std::string_view bytes) {
  putVarint(out, (number << 3) | 2);
  putVarint(out, bytes.size());
  out += bytes;
}

}  // namespace

const SubwordFixture& subwordFixture() {
  static const SubwordFixture fixture = readFixture();
  return fixture;
}

std::vector<int32_t> idsOf(const std::vector<Piece>& pieces) {
  std::vector<int32_t> ids;
  for (const Piece& piece : pieces) {
    ids.push_back(piece.id);
  }
  return ids;
}

std::vector<std::string> surfacesOf(std::string_view text, const std::vector<Piece>& pieces) {
  std::vector<std::string> surfaces;
  for (const Piece& piece : pieces) {
    surfaces.emplace_back(
        text.substr(static_cast<size_t>(piece.begin), static_cast<size_t>(piece.end - piece.begin)));
  }
  return surfaces;
}

std::vector<std::string> sampleLines(int64_t documents) {
  std::vector<std::string> lines;
  for (int64_t index = 0; index < documents; ++index) {
    std::istringstream text(documentText(generateDocument(7, index)));
    std::string line;
    while (std::getline(text, line)) {
      lines.push_back(line);
    }
  }
  return lines;
}

LineSource sourceOf(const std::vector<std::string>& lines) {
  auto at = std::make_shared<size_t>(0);
  return [&lines, at](std::string& line) -> Result<bool> {
    if (*at == lines.size()) {
      return false;
    }
    line = lines[(*at)++];
    return true;
  };
}

std::string writeModel(const SentencePieceFile& file) {
  std::string out;
  for (const SentencePieceFile::Entry& piece : file.pieces) {
    std::string entry;
    putBytes(entry, 1, piece.text);
    putVarint(entry, (2 << 3) | 5);
    char score[sizeof piece.score];
    std::memcpy(score, &piece.score, sizeof score);
    entry.append(score, sizeof score);
    putInteger(entry, 3, static_cast<uint64_t>(piece.type));
    putBytes(out, 1, entry);
  }
  std::string trainer;
  putInteger(trainer, 3, static_cast<uint64_t>(file.model));
  putInteger(trainer, 24, file.space_is_suffix ? 1 : 0);
  putInteger(trainer, 35, file.byte_fallback ? 1 : 0);
  putBytes(out, 2, trainer);
  std::string normalizer;
  putBytes(normalizer, 2, file.charsmap);
  putInteger(normalizer, 3, file.add_dummy_prefix ? 1 : 0);
  putInteger(normalizer, 4, file.remove_extra_spaces ? 1 : 0);
  putInteger(normalizer, 5, file.escape_spaces ? 1 : 0);
  putBytes(out, 3, normalizer);
  return out;
}

std::vector<std::string> difficultTexts() {
  std::vector<std::string> texts = {
      "",
      " ",
      " \t ",
      "a",
      "  The   weaver's loom\t stands\xC2\xA0still.  ",
      "caf\xC3\xA9 cafe\xCC\x81 \xEF\xBC\xA1\xEF\xBC\xA2\xEF\xBC\x91 \xEF\xAC\x81ne \xC2\xBD",
      "\xE7\xBB\x87\xE6\x9C\xBA\xE3\x80\x80\xE7\xBA\xBF\xE3\x80\x82 \xE3\x82\xAB\xE3\x82\x99 "
      "\xEF\xBD\xB6\xEF\xBE\x9E",
      "\xF0\x9F\xA7\xB5\xF0\x9F\xA7\xB6 yarn\xE2\x80\x8B\xE2\x80\x8D\xEF\xBB\xBF zero",
      std::string("nul\0byte", 8),
      "bad \xFF\xC3 bytes \xE7\xBB cut \xED\xA0\x80 \xF0\x9F\xA7",
      "\xE2\x96\x81under\xE2\x96\x81 \xE2\x96\x85 block",
      "<s> [CLS] <unk> <pad> [MASK] <0x41>",
      "<b>The weaver</b> <b><b>",
      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
  };
  std::string all;
  for (const std::string& text : texts) {
    all += text + " ";
  }
  texts.push_back(all);
  return texts;
}

std::string damage(const std::string& bytes, uint64_t number) {
  RandomStream stream(mixKey(nameKey("damage"), number), 0, 0);
  std::string out = bytes;
  const uint32_t changes = 1 + stream.below(4);
  for (uint32_t change = 0; change < changes && !out.empty(); ++change) {
    const size_t at = stream.below(static_cast<uint32_t>(out.size()));
    const size_t length = std::min<size_t>(1 + stream.below(16), out.size() - at);
    switch (stream.below(5)) {
      case 0:
        out[at] = static_cast<char>(stream.bits());
        break;
      case 1:
        out.erase(at, length);
        break;
      case 2:
        out.insert(at, out.substr(at, length));
        break;
      case 3:
        out.resize(at);
        break;
      default:
        out[at] = static_cast<char>(out[at] ^ (1 << stream.below(8)));
        break;
    }
  }
  return out;
}

std::filesystem::path writeTemporary(const std::string& name, const std::string& bytes) {
  const std::filesystem::path path = std::filesystem::path(testing::TempDir()) / ("heddle_subword_" + name);
  std::ofstream(path, std::ios::binary) << bytes;
  return path;
}

}  // namespace heddle
