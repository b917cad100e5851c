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

void writeGroup(std::string& out, const Recipe& recipe, std::string_view group, size_t phase) {
  for (const Field& field : recipeFields()) {
    if (field.group != group) {
      continue;
    }
    const std::string setting = std::string(field.key) + " = " + tomlValue(field.get(recipe, phase));
    std::string help(field.help);
    if (field.type == FieldType::kChoice) {
      help += " One of:";
      for (const std::string_view choice : field.choices) {
        help += (choice == field.choices.front() ? " " : ", ") + std::string(choice);
      }
      help += '.';
    }
    // The keys of later phases mean the same as those of the first.
    if (phase > 0) {
      out += setting + "\n";
    } else if (setting.size() > kCommentColumn) {
      out += "# " + help + "\n" + setting + "\n";
    } else {
      out += setting + std::string(kCommentColumn + 2 - setting.size(), ' ') + "# " + help + "\n";
    }
  }
}

}  // namespace

std::string writeRecipe(const Recipe& recipe, std::span<const std::string> header) {
  std::string out;
  for (const std::string& line : header) {
    out += commentLines(line);
  }
  for (const FieldGroup& group : recipeGroups()) {
    if (group.name == "phase") {
      for (size_t phase = 0; phase < recipe.phases.size(); ++phase) {
        out += "\n[[phase]]\n";
        writeGroup(out, recipe, group.name, phase);
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
