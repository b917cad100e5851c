#include <algorithm>
#include <array>
#include <charconv>

#include "engine/recipes/fields.h"
#include "engine/recipes/parse.h"

namespace heddle {
namespace {

// A comment beside a longer setting would start off the screen: it goes above.
constexpr size_t kCommentColumn = 40;

std::string tomlText(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte == 0x7F) {
      out += "\\u00";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    } else {
      out += c;
    }
  }
  return out + '"';
}

// TOML tells reals from integers by a point or an exponent.
std::string tomlReal(double value) {
  std::array<char, 40> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  std::string text(digits.data(), end.ptr);
  return text.find_first_of(".en") == std::string::npos ? text + ".0" : text;
}

std::string tomlValue(const FieldValue& value) {
  if (const auto* real = std::get_if<double>(&value)) {
    return tomlReal(*real);
  }
  if (const auto* text = std::get_if<std::string>(&value)) {
    return tomlText(*text);
  }
  if (const auto* texts = std::get_if<std::vector<std::string>>(&value)) {
    std::string list = "[";
    for (const std::string& text : *texts) {
      list += (list.size() > 1 ? ", " : "") + tomlText(text);
    }
    return list + "]";
  }
  return fieldValueText(value);
}

std::string commentLines(std::string_view text) {
  std::string lines = "# ";
  for (const char c : text) {
    lines += c == '\n' ? std::string("\n# ") : std::string(1, c);
  }
  return lines + "\n";
}

void writeGroup(std::string& out, const Recipe& recipe, std::string_view group, size_t item) {
  std::string_view section;
  for (const Field& field : recipeFields()) {
    if (field.group != group) {
      continue;
    }
    if (field.section != section && item == 0) {
      section = field.section;
      out += "# -- " + std::string(section) + "\n";
    }
    const std::string setting = std::string(field.key) + " = " + tomlValue(field.get(recipe, item));
    std::string help(field.help);
    if (field.type == FieldType::kChoice) {
      help += " One of:";
      for (const std::string_view choice : field.choices) {
        help += (choice == field.choices.front() ? " " : ", ") + std::string(choice);
      }
      help += '.';
    }
    // The keys of later items mean the same as those of the first.
    if (item > 0) {
      out += setting + "\n";
    } else if (setting.size() > kCommentColumn) {
      out += "# " + help + "\n" + setting + "\n";
    } else {
      out += setting + std::string(kCommentColumn + 2 - setting.size(), ' ') + "# " + help + "\n";
    }
  }
}

// What a list without items means, and an item to start from, all as comments.
std::string emptyList(const Recipe& recipe, const FieldGroup& group) {
  Recipe with_one = recipe;
  group.resize(with_one, 1);
  std::string item;
  writeGroup(item, with_one, group.name, 0);
  std::string out = "# Without any [[" + std::string(group.name) + "]]: " + std::string(group.without) +
                    ".\n# [[" + std::string(group.name) + "]]\n";
  for (size_t at = 0; at < item.size();) {
    const size_t end = item.find('\n', at) + 1;
    out += (item[at] == '#' ? "" : "# ") + item.substr(at, end - at);
    at = end;
  }
  return out;
}

}  // namespace

std::string writeRecipe(const Recipe& recipe, std::span<const std::string> header,
                        std::span<const std::string_view> groups) {
  std::string out;
  for (const std::string& line : header) {
    out += commentLines(line);
  }
  for (const FieldGroup& group : recipeGroups()) {
    if (!groups.empty() && std::find(groups.begin(), groups.end(), group.name) == groups.end()) {
      continue;
    }
    if (group.isList()) {
      for (size_t item = 0; item < group.count(recipe); ++item) {
        out += out.empty() ? "" : "\n";
        out += "[[" + std::string(group.name) + "]]\n";
        writeGroup(out, recipe, group.name, item);
      }
      if (group.count(recipe) == 0) {
        out += out.empty() ? "" : "\n";
        out += emptyList(recipe, group);
      }
      continue;
    }
    out += out.empty() ? "" : "\n";
    out += group.name.empty() ? "" : "[" + std::string(group.name) + "]\n";
    writeGroup(out, recipe, group.name, 0);
  }
  return out;
}

}  // namespace heddle
