#include "engine/cli/run_commands.h"

#include <sys/stat.h>

#include <cctype>
#include <cerrno>
#include <cstring>
#include <iostream>

#include "engine/base/clock.h"
#include "engine/base/file.h"
#include "engine/recipes/check.h"
#include "engine/recipes/parse.h"
#include "heddle_version.h"

namespace heddle {
namespace fs = std::filesystem;
namespace {

Workspace workspaceAt(const std::string& path) {
  return {fs::absolute(path.empty() ? defaultWorkspace() : fs::path(path)).lexically_normal()};
}

// A run's id is the name of its folder: one path component, so that no run lies outside runs/.
bool isRunId(const std::string& id) {
  return !id.empty() && id.front() != '.' && id.find('/') == std::string::npos;
}

Error problems(const std::vector<RecipeProblem>& found, const std::string& source) {
  return {"the recipe cannot run, " + std::to_string(found.size()) +
          (found.size() == 1 ? " problem:\n" : " problems:\n") + problemsText(found, source)};
}

// "[[corpus]] with files in place of text.files", of the keys that recipes of earlier versions had.
std::string changesSince(const std::vector<RecipeProblem>& found) {
  std::string changes;
  for (const RecipeProblem& problem : found) {
    if (const std::string_view successor = successorOf(problem.key); !successor.empty()) {
      changes += (changes.empty() ? "" : ", and ") + std::string(successor) + " in place of " + problem.key;
    }
  }
  return changes;
}

// A folder that no run has written into before, so that two runs never share one.
Result<RunFolder> createRunFolder(const Workspace& workspace, const RunArguments& arguments,
                                  const Recipe& recipe) {
  if (!arguments.id.empty() && !isRunId(arguments.id)) {
    return Error{"cannot create a run named \"" + arguments.id + "\": the name is that of a folder",
                 "choose an --id without slashes and without a dot in front"};
  }
  if (Status status = makeFolder(workspace.runs()); !status.ok()) {
    return status.error();
  }
  const bool named = !arguments.id.empty();
  const std::string stem = named ? arguments.id : compactTime(wallSeconds()) + "-" + slug(recipe.name);
  for (int attempt = 1; attempt < 1000; ++attempt) {
    const RunFolder folder{workspace.runs() / (attempt == 1 ? stem : stem + "-" + std::to_string(attempt))};
    if (::mkdir(folder.root.c_str(), 0755) == 0) {
      return folder;
    }
    const int reason = errno;
    // A folder without a stream is a queued run, waiting to be started under its name.
    std::error_code missing;
    const auto written = fs::file_size(folder.events(), missing);
    if (reason == EEXIST && named && (missing || written == 0)) {
      return folder;
    }
    if (reason != EEXIST || named) {
      return Error{"cannot create the run's folder " + folder.root.string() + ": " + std::strerror(reason),
                   named ? "choose another --id, or continue the run with `heddle-engine resume`" : ""};
    }
  }
  return Error{"cannot find a free name for the run in " + workspace.runs().string()};
}

}  // namespace

std::string slug(const std::string& name) {
  std::string result;
  for (const char letter : name) {
    if (std::isalnum(static_cast<unsigned char>(letter)) != 0) {
      result.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(letter))));
    } else if (!result.empty() && result.back() != '-') {
      result.push_back('-');
    }
  }
  while (!result.empty() && result.back() == '-') {
    result.pop_back();
  }
  return result.empty() ? "run" : result.substr(0, 60);
}

Result<TrainCommand> prepareRun(const RunArguments& arguments) {
  ParsedRecipe parsed = readRecipe(arguments.recipe);
  for (const std::string& setting : arguments.settings) {
    if (const Status status = applySetting(parsed.recipe, setting); !status.ok()) {
      parsed.problems.push_back({0, "--set " + setting, status.error().text, status.error().hint});
    }
  }
  if (const auto found = allProblems(parsed); !found.empty()) {
    return problems(found, arguments.recipe);
  }
  std::cerr << problemsText(settingsWithoutEffect(parsed.recipe, parsed.lines), arguments.recipe);
  TrainCommand command;
  command.recipe = std::move(parsed.recipe);
  command.workspace = workspaceAt(arguments.workspace);
  const auto folder = createRunFolder(command.workspace, arguments, command.recipe);
  if (!folder) {
    return folder.error();
  }
  command.folder = *folder;
  const std::vector<std::string> header = {
      std::string("Heddle ") + kVersion + ", LibTorch " + kTorchVersion,
      "Resolved from " + fs::absolute(arguments.recipe).string() + " at " + isoTime(wallSeconds())};
  if (Status status = writeFileAtomic(command.folder.recipe(), writeRecipe(command.recipe, header));
      !status.ok()) {
    return status.error();
  }
  return command;
}

Result<TrainCommand> prepareResume(const std::string& id, const std::string& workspace) {
  TrainCommand command;
  command.workspace = workspaceAt(workspace);
  command.folder = {command.workspace.runs() / id};
  std::error_code code;
  if (!isRunId(id) || !fs::is_directory(command.folder.root, code)) {
    return Error{"cannot resume " + id + ": there is no such run in " + command.workspace.root.string(),
                 "`heddle-engine runs list` names them"};
  }
  ParsedRecipe parsed = readRecipe(command.folder.recipe());
  if (const std::string changes = changesSince(parsed.problems); !changes.empty()) {
    return Error{
        "cannot resume " + id + ": it was made by an earlier version of Heddle, whose recipes differ",
        "start it anew from " + command.folder.recipe().string() + ", with " + changes};
  }
  if (const auto found = allProblems(parsed); !found.empty()) {
    return problems(found, command.folder.recipe().string());
  }
  command.recipe = std::move(parsed.recipe);
  return command;
}

}  // namespace heddle
