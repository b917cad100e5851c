#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <optional>

#include "engine/recipes/fields.h"

namespace heddle {
namespace {

std::string_view trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r\n");
  return first == std::string_view::npos ? std::string_view()
                                         : text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

std::string inQuotes(std::string_view text) {
  return '"' + std::string(text) + '"';
}

std::string shortest(double value) {
  std::array<char, 40> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  return {digits.data(), end.ptr};
}

std::string boundsText(const Bounds& bounds) {
  std::string text;
  if (std::isfinite(bounds.low)) {
    text = (bounds.low_open ? "more than " : "at least ") + shortest(bounds.low);
  }
  // Limits that only keep sums exact say nothing to people.
  if (bounds.high < 1e15) {
    text += (text.empty() ? "" : " and ") + std::string(bounds.high_open ? "less than " : "at most ") +
            shortest(bounds.high);
  }
  return text;
}

std::string listText(std::span<const std::string_view> words) {
  std::string text;
  for (const std::string_view word : words) {
    text += (text.empty() ? "" : ", ") + std::string(word);
  }
  return text;
}

// Recipes are kept as TOML, which is UTF-8 by definition; a Linux file name may be anything.
bool isUtf8(std::string_view text) {
  size_t i = 0;
  while (i < text.size()) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const size_t length = lead < 0x80                   ? 1
                          : lead >= 0xC2 && lead < 0xE0 ? 2
                          : (lead & 0xF0) == 0xE0       ? 3
                          : (lead & 0xF8) == 0xF0       ? 4
                                                        : 0;
    if (length == 0 || i + length > text.size()) {
      return false;
    }
    uint32_t code = length == 1 ? lead : lead & (0x7Fu >> length);
    for (size_t k = 1; k < length; ++k) {
      const auto next = static_cast<unsigned char>(text[i + k]);
      if ((next & 0xC0) != 0x80) {
        return false;
      }
      code = code << 6 | (next & 0x3Fu);
    }
    constexpr std::array<uint32_t, 5> kLeast = {0, 0, 0x80, 0x800, 0x10000};
    if (code < kLeast[length] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) {
      return false;
    }
    i += length;
  }
  return true;
}

Status checkNumber(const Field& field, double value) {
  if (std::isfinite(value) && field.bounds.contains(value)) {
    return {};
  }
  return Error{std::string(field.path) + " is " + shortest(value) + ", which is out of its range",
               "give " + (boundsText(field.bounds).empty() ? "a finite number" : boundsText(field.bounds))};
}

Status checkText(const Field& field, const std::string& text) {
  if (!isUtf8(text)) {
    return Error{std::string(field.path) + " holds bytes that are not UTF-8 and cannot stand in a recipe",
                 "rename the file, or link to it under a plain name"};
  }
  if (field.type == FieldType::kChoice &&
      std::find(field.choices.begin(), field.choices.end(), text) == field.choices.end()) {
    const std::string_view near = nearestWord(text, field.choices);
    return Error{std::string(field.path) + " is " + inQuotes(text) + ", which is not one of its choices",
                 near.empty() ? "choose from " + listText(field.choices)
                              : "did you mean " + inQuotes(near) + "? Choices: " + listText(field.choices)};
  }
  return {};
}

std::string_view expected(FieldType type) {
  switch (type) {
    case FieldType::kInteger:
      return "an integer";
    case FieldType::kReal:
      return "a number";
    case FieldType::kBoolean:
      return "true or false";
    case FieldType::kText:
      return "a text";
    case FieldType::kChoice:
      return "a word";
    case FieldType::kPath:
      return "a path";
    case FieldType::kPathList:
      return "a list of paths";
    case FieldType::kSeed:
      return "an integer";
  }
  return "";
}

template <typename T>
std::optional<T> number(std::string_view text) {
  T value{};
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

// "1000", and "1e6" as people like to write.
std::optional<int64_t> integer(std::string_view text) {
  if (const auto exact = number<int64_t>(text)) {
    return exact;
  }
  const auto real = number<double>(text);
  if (!real || std::abs(*real) > 9e15 || *real != std::floor(*real)) {
    return std::nullopt;
  }
  return static_cast<int64_t>(*real);
}

std::optional<bool> truth(std::string_view text) {
  if (text == "true" || text == "yes" || text == "on") {
    return true;
  }
  if (text == "false" || text == "no" || text == "off") {
    return false;
  }
  return std::nullopt;
}

// Commas separate; "\," is a comma and "\\" a backslash inside an item.
std::vector<std::string> splitList(std::string_view text) {
  std::vector<std::string> items;
  std::string item;
  const auto finish = [&] {
    if (const std::string_view kept = trimmed(item); !kept.empty()) {
      items.emplace_back(kept);
    }
    item.clear();
  };
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == ',' || text[i + 1] == '\\')) {
      item += text[++i];
    } else if (text[i] == ',') {
      finish();
    } else {
      item += text[i];
    }
  }
  finish();
  return items;
}

// ~ is the user's folder; everything else relative is relative to `base`, or left alone where there is none.
std::string resolvedPath(const std::string& text, const std::filesystem::path& base) {
  if (text.empty()) {
    return text;
  }
  if (const char* home = std::getenv("HOME"); home != nullptr && (text == "~" || text.rfind("~/", 0) == 0)) {
    return (std::filesystem::path(home) / text.substr(std::min<size_t>(2, text.size())))
        .lexically_normal()
        .string();
  }
  return base.empty() ? text : (base / text).lexically_normal().string();
}

size_t editDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) {
    row[j] = j;
  }
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row[b.size()];
}

}  // namespace

std::string_view nearestWord(std::string_view word, std::span<const std::string_view> known) {
  std::string_view best;
  size_t best_distance = std::max<size_t>(1, word.size() / 3) + 1;
  for (const std::string_view candidate : known) {
    const size_t distance = editDistance(word, candidate);
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

Status checkFieldValue(const Field& field, const FieldValue& value) {
  const bool fits = [&] {
    switch (field.type) {
      case FieldType::kInteger:
      case FieldType::kSeed:
        return std::holds_alternative<int64_t>(value);
      case FieldType::kReal:
        return std::holds_alternative<double>(value);
      case FieldType::kBoolean:
        return std::holds_alternative<bool>(value);
      case FieldType::kText:
      case FieldType::kChoice:
      case FieldType::kPath:
        return std::holds_alternative<std::string>(value);
      case FieldType::kPathList:
        return std::holds_alternative<std::vector<std::string>>(value);
    }
    return false;
  }();
  if (!fits) {
    return Error{std::string(field.path) + " is " + inQuotes(fieldValueText(value)) + ", not " +
                 std::string(expected(field.type))};
  }
  if (const auto* whole = std::get_if<int64_t>(&value)) {
    return checkNumber(field, static_cast<double>(*whole));
  }
  if (const auto* real = std::get_if<double>(&value)) {
    return checkNumber(field, *real);
  }
  if (const auto* text = std::get_if<std::string>(&value)) {
    return checkText(field, *text);
  }
  if (const auto* texts = std::get_if<std::vector<std::string>>(&value)) {
    for (const std::string& text : *texts) {
      if (Status checked = checkText(field, text); !checked) {
        return checked;
      }
    }
  }
  return {};
}

Result<FieldValue> fieldValueFromText(const Field& field, std::string_view text) {
  const std::string_view word = trimmed(text);
  std::optional<FieldValue> value;
  switch (field.type) {
    case FieldType::kInteger:
    case FieldType::kSeed:
      if (const auto read = integer(word)) {
        value = *read;
      }
      break;
    case FieldType::kReal:
      if (const auto read = number<double>(word)) {
        value = *read;
      }
      break;
    case FieldType::kBoolean:
      if (const auto read = truth(word)) {
        value = *read;
      }
      break;
    case FieldType::kText:
    case FieldType::kChoice:
    case FieldType::kPath:
      value = std::string(word);
      break;
    case FieldType::kPathList:
      value = splitList(word);
      break;
  }
  if (!value) {
    return Error{
        std::string(field.path) + " is " + inQuotes(word) + ", not " + std::string(expected(field.type)),
        boundsText(field.bounds).empty() ? "" : "give " + boundsText(field.bounds)};
  }
  if (const Status checked = checkFieldValue(field, *value); !checked) {
    return checked.error();
  }
  return *std::move(value);
}

std::string fieldValueText(const FieldValue& value) {
  if (const auto* whole = std::get_if<int64_t>(&value)) {
    return std::to_string(*whole);
  }
  if (const auto* real = std::get_if<double>(&value)) {
    return shortest(*real);
  }
  if (const auto* flag = std::get_if<bool>(&value)) {
    return *flag ? "true" : "false";
  }
  if (const auto* text = std::get_if<std::string>(&value)) {
    return *text;
  }
  std::string joined;
  for (const std::string& item : std::get<std::vector<std::string>>(value)) {
    joined += joined.empty() ? "" : ", ";
    for (const char c : item) {
      joined += c == ',' || c == '\\' ? std::string{'\\', c} : std::string(1, c);
    }
  }
  return joined;
}

void resolvePaths(const Field& field, FieldValue& value, const std::filesystem::path& base) {
  if (field.type == FieldType::kPath) {
    auto& text = std::get<std::string>(value);
    text = resolvedPath(text, base);
  } else if (field.type == FieldType::kPathList) {
    for (std::string& text : std::get<std::vector<std::string>>(value)) {
      text = resolvedPath(text, base);
    }
  }
}

Status setField(Recipe& recipe, const Field& field, size_t item, std::string_view text) {
  Result<FieldValue> value = fieldValueFromText(field, text);
  if (!value) {
    return value.error();
  }
  field.set(recipe, item, *value);
  if (field.path == "model.preset") {
    applyPreset(recipe.model, recipe.model.preset);
  }
  return {};
}

}  // namespace heddle
