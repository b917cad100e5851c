// Where things lie: the workspace, its runs, the user's folders. Pure path arithmetic, nothing is created.

#pragma once

#include <filesystem>
#include <string>

namespace heddle {

// WORKSPACE: heddle.sqlite, runs/, corpora/, tokenizers/.
struct Workspace {
  std::filesystem::path root;

  std::filesystem::path database() const { return root / "heddle.sqlite"; }
  std::filesystem::path runs() const { return root / "runs"; }
  std::filesystem::path corpora() const { return root / "corpora"; }
  std::filesystem::path tokenizers() const { return root / "tokenizers"; }
};

// WORKSPACE/runs/ID.
struct RunFolder {
  std::filesystem::path root;

  std::string id() const { return root.filename().string(); }
  std::filesystem::path recipe() const { return root / "recipe.toml"; }
  std::filesystem::path events() const { return root / "events.jsonl"; }
  std::filesystem::path user() const { return root / "user.jsonl"; }
  std::filesystem::path control() const { return root / "control.jsonl"; }
  std::filesystem::path checkpoints() const { return root / "checkpoints"; }
  std::filesystem::path arrays() const { return root / "arrays"; }
};

// $HEDDLE_WORKSPACE, else $XDG_DATA_HOME/heddle, else ~/.local/share/heddle; ~ is $HOME, else the home of the
// user's account.
std::filesystem::path defaultWorkspace();

// The folder of the running program's file.
std::filesystem::path programFolder();

// Presets, icons, sample settings: $HEDDLE_RESOURCES, else beside the installed program (../share/heddle),
// else the source tree of a program that runs from its build folder.
std::filesystem::path resourceFolder();

}  // namespace heddle
