#include "engine/recipes/toml_recovery.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace heddle {
namespace {

std::string trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r");
  return first == std::string_view::npos
             ? std::string()
             : std::string(text.substr(first, text.find_last_not_of(" \t\r") - first + 1));
}

std::vector<std::string> splitLines(std::string_view text) {
  std::vector<std::string> lines;
  while (true) {
    const size_t end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) {
      return lines;
    }
    text.remove_prefix(end + 1);
  }
}

std::string joinLines(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) {
    text += line;
    text += '\n';
  }
  return text;
}

struct SyntaxError {
  int line = 0;
  std::string text;
};

std::optional<SyntaxError> readToml(const std::string& text, toml::table& root) {
  try {
    root = toml::parse(text);
    return std::nullopt;
  } catch (const toml::parse_error& error) {
    return SyntaxError{static_cast<int>(error.source().begin.line), std::string(error.description())};
  }
}

std::string syntaxHint(const std::string& content) {
  if (content.empty()) {
    return "a bracket or a quote above is still open";
  }
  return content[0] == '[' ? "tables look like [model] or [[phase]]"
                           : "settings look like key = value, texts stand in double quotes";
}

}  // namespace

toml::table readTomlWithRecovery(std::string_view text, std::vector<RecipeProblem>& problems) {
  std::vector<std::string> lines = splitLines(text);
  toml::table root;
  while (const auto error = readToml(joinLines(lines), root)) {
    const int line = std::clamp(error->line, 1, static_cast<int>(lines.size()));
    if (error->text.find("utf-8") != std::string::npos) {
      problems.push_back({.line = line,
                          .key = {},
                          .text = "This line is not UTF-8 text",
                          .hint = "a recipe is a text file; save it as UTF-8"});
      return {};
    }
    std::string& broken = lines[static_cast<size_t>(line - 1)];
    const std::string content = trimmed(broken);
    problems.push_back(
        {.line = line, .key = {}, .text = "This is not TOML: " + error->text, .hint = syntaxHint(content)});
    // A file that is no recipe at all would be broken in every line.
    constexpr size_t kMostBrokenLines = 20;
    toml::table alone;
    const bool repeated = error->text.find("redefine") != std::string::npos;
    if (problems.size() >= kMostBrokenLines || content.empty() || (!repeated && !readToml(content, alone))) {
      return {};
    }
    broken = content[0] == '[' ? "[" + std::string(kBrokenHeader) + std::to_string(line) + "]" : "";
  }
  return root;
}

}  // namespace heddle
