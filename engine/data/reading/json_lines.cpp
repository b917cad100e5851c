#include <simdjson.h>

#include "engine/data/reading/document_format.h"
#include "engine/text/unicode.h"

namespace heddle {
namespace {

// The members of an object, for an error that helps: "id, title, body".
std::string memberNames(const simdjson::dom::object& object) {
  std::string names;
  for (const auto& member : object) {
    if (names.size() > 100) {
      return names + ", ...";
    }
    names += (names.empty() ? "" : ", ") + std::string(member.key);
  }
  return names.empty() ? "none" : names;
}

class JsonLines final : public DocumentFormat {
 public:
  JsonLines(bool guessed, std::string key) : guessed_(guessed), key_(std::move(key)) {}

  Result<bool> next(LineReader& lines, std::vector<std::string>& paragraphs) override {
    paragraphs.clear();
    std::string_view line;
    for (;;) {
      const Result<bool> more = lines.next(line);
      if (!more.ok()) {
        return more.error();
      }
      if (!*more) {
        return false;
      }
      if (stripSpace(line).empty()) {
        continue;
      }
      const Result<std::string_view> text = textOf(lines, line);
      if (!text.ok()) {
        return text.error();
      }
      size_t bytes = 0;
      for (std::string_view rest = *text; !rest.empty();) {
        const size_t end = rest.find('\n');
        if (!appendParagraph(rest.substr(0, end), paragraphs, bytes)) {
          return lines.error("holds a document of more than 64 MB", "split it");
        }
        rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
      }
      if (!paragraphs.empty()) {
        return true;
      }
    }
  }

 private:
  Result<std::string_view> textOf(const LineReader& lines, std::string_view line) {
    simdjson::dom::element root;
    if (const simdjson::error_code code =
            parser_.parse(line.data(), line.size(), /*realloc_if_needed=*/false).get(root);
        code != simdjson::SUCCESS) {
      return lines.error(std::string("is not one whole JSON value: ") + reason(code), advice(lines));
    }
    simdjson::dom::object object;
    if (root.get(object) != simdjson::SUCCESS) {
      return lines.error("is JSON, but no object",
                         "give one object per line; jq -c '.[]' makes such lines of an array");
    }
    simdjson::dom::element member;
    if (object.at_key(key_).get(member) != simdjson::SUCCESS) {
      return lines.error("has no member \"" + key_ + "\"",
                         "name the one that holds the text in json_key; there are: " + memberNames(object));
    }
    std::string_view text;
    if (member.get(text) != simdjson::SUCCESS) {
      return lines.error("has no text in its member \"" + key_ + "\"",
                         "name the one that holds the text in json_key; there are: " + memberNames(object));
    }
    return text;
  }

  static const char* reason(simdjson::error_code code) {
    switch (code) {
      case simdjson::UTF8_ERROR:
        return "it holds bytes that are not UTF-8";
      case simdjson::UNCLOSED_STRING:
        return "a text in it does not end";
      case simdjson::UNESCAPED_CHARS:
        return "a text in it holds control characters";
      case simdjson::STRING_ERROR:
        return "a text in it holds a wrong escape";
      case simdjson::DEPTH_ERROR:
        return "it is nested too deeply";
      case simdjson::MEMALLOC:
        return "there is no memory to read it";
      default:
        return "it is cut off or wrongly written";
    }
  }
  std::string advice(const LineReader& lines) const {
    if (lines.line() > 1) {
      return "correct or remove that line";
    }
    return guessed_ ? "jq -c makes one line of each object; set format = \"plain\" if this is no JSON"
                    : "jq -c makes one line of each object; set format = \"auto\" if this is no JSON";
  }

  bool guessed_;
  std::string key_;
  simdjson::dom::parser parser_;
};

}  // namespace

std::unique_ptr<DocumentFormat> makeJsonLines(bool guessed, std::string key) {
  return std::make_unique<JsonLines>(guessed, std::move(key));
}

bool isJsonObject(std::string_view line) {
  if (!line.starts_with("{")) {
    return false;
  }
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  return parser.parse(line.data(), line.size()).get(object) == simdjson::SUCCESS;
}

}  // namespace heddle
