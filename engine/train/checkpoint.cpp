#include "engine/train/checkpoint.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>

#include "engine/base/file.h"
#include "engine/model/weights.h"
#include "engine/text/grains/tokenizer_folder.h"

namespace heddle {
namespace fs = std::filesystem;
namespace {

constexpr int kStateVersion = 2;
constexpr char kUnfinished[] = ".part";
constexpr char kMoment1[] = "exp_avg.";
constexpr char kMoment2[] = "exp_avg_sq.";

// The folder into the checkpoint's, the published files of it also beside the weights.
Status copyTokenizer(const fs::path& tokenizer, const fs::path& checkpoint) {
  const auto grains = loadGrains(tokenizer);
  if (!grains) {
    return grains.error();
  }
  Status status = saveGrains(*grains, checkpoint / "tokenizer");
  for (const TokenizerFile& file : grains->fine().files()) {
    status = status.ok() ? writeFileAtomic(checkpoint / file.name, file.bytes) : status;
  }
  return status;
}

Status writeInto(const fs::path& folder, const CheckpointContents& contents) {
  if (Status status = makeFolder(folder); !status.ok()) {
    return status;
  }
  if (Status status = saveBuffers(folder / "model.safetensors", *contents.parameters,
                                  {{"", contents.parameters->values()}});
      !status.ok()) {
    return status;
  }
  if (Status status = saveBuffers(folder / "optimizer.safetensors", *contents.parameters,
                                  {{kMoment1, contents.optimizer->m}, {kMoment2, contents.optimizer->v}});
      !status.ok()) {
    return status;
  }
  if (Status status = saveConfig(folder / "config.json", contents.model, contents.next_sentence);
      !status.ok()) {
    return status;
  }
  if (Status status = copyTokenizer(contents.tokenizer, folder); !status.ok()) {
    return status;
  }
  Json state = contents.state;
  state["version"] = kStateVersion;
  state["next_sentence"] = contents.next_sentence;
  if (Status status = writeFileAtomic(folder / "state.json", state.dump(2) + "\n"); !status.ok()) {
    return status;
  }
  if (Status status = writeFileAtomic(folder / "DONE", ""); !status.ok()) {
    return status;
  }
  return syncPath(folder);
}

}  // namespace

fs::path checkpointFolder(const RunFolder& run, int64_t step) {
  return run.checkpoints() / std::to_string(step);
}

Result<int64_t> saveCheckpoint(const RunFolder& run, int64_t step, const CheckpointContents& contents) {
  const fs::path target = checkpointFolder(run, step);
  const fs::path beside = run.checkpoints() / (std::to_string(step) + kUnfinished);
  std::error_code code;
  fs::remove_all(beside, code);
  Status status = writeInto(beside, contents);
  if (status.ok()) {
    // A resumed run may reach a step that has a checkpoint already: the two change places, so one is there at
    // any moment.
    const bool exists = fs::exists(target, code);
    int result =
        ::renameat2(AT_FDCWD, beside.c_str(), AT_FDCWD, target.c_str(), exists ? RENAME_EXCHANGE : 0);
    if (result != 0 && exists && errno == EINVAL) {
      // Network file systems cannot exchange.
      fs::remove(target / "DONE", code);
      fs::remove_all(target, code);
      result = ::rename(beside.c_str(), target.c_str());
    }
    status = result != 0 ? Status(Error{"cannot rename " + beside.string() + ": " + std::strerror(errno)})
                         : syncPath(run.checkpoints());
    if (exists) {
      fs::remove_all(beside, code);
    }
  }
  if (!status.ok()) {
    fs::remove_all(beside, code);
    return status.error();
  }
  int64_t bytes = 0;
  for (const auto& entry : fs::directory_iterator(target, code)) {
    bytes += static_cast<int64_t>(entry.file_size(code));
  }
  return bytes;
}

std::vector<int64_t> listCheckpoints(const RunFolder& run) {
  std::vector<int64_t> steps;
  std::error_code code;
  for (const auto& entry : fs::directory_iterator(run.checkpoints(), code)) {
    const std::string name = entry.path().filename().string();
    int64_t step = 0;
    const auto [end, problem] = std::from_chars(name.data(), name.data() + name.size(), step);
    if (problem == std::errc{} && end == name.data() + name.size() &&
        fs::exists(entry.path() / "DONE", code)) {
      steps.push_back(step);
    }
  }
  std::sort(steps.begin(), steps.end());
  return steps;
}

Result<Json> loadCheckpointState(const fs::path& folder) {
  std::error_code code;
  if (!fs::exists(folder / "DONE", code)) {
    return Error{"cannot load the checkpoint " + folder.string() + ": it is not there or incomplete",
                 "choose a checkpoint folder that holds a file DONE"};
  }
  const auto bytes = readFile(folder / "state.json");
  if (!bytes) {
    return bytes.error();
  }
  auto state = parseJson(*bytes, (folder / "state.json").string());
  if (!state) {
    return state.error();
  }
  const int version = jsonValue<int>(*state, "version", 0);
  if (version == 1) {
    return Error{
        "cannot load the checkpoint " + folder.string() +
            ": it was made by an earlier version of Heddle, which kept no tokeniser with its weights",
        "start its run anew from its recipe"};
  }
  if (version != kStateVersion) {
    return Error{"cannot load the checkpoint " + folder.string() + ": its state has version " +
                     std::to_string(version) + ", this program reads version " +
                     std::to_string(kStateVersion),
                 "use the version of Heddle that wrote it, or a newer one"};
  }
  return state;
}

Status loadCheckpoint(const fs::path& folder, ParameterSet& parameters, OptimizerState* optimizer) {
  if (Status status = loadBuffers(folder / "model.safetensors", parameters, {{"", parameters.values()}});
      !status.ok()) {
    return status;
  }
  parameters.refreshComputeCopies();
  if (optimizer == nullptr) {
    return {};
  }
  return loadBuffers(folder / "optimizer.safetensors", parameters,
                     {{kMoment1, optimizer->m}, {kMoment2, optimizer->v}});
}

void removeUnfinishedCheckpoints(const RunFolder& run) {
  std::vector<fs::path> unfinished;
  std::error_code code;
  for (const auto& entry : fs::directory_iterator(run.checkpoints(), code)) {
    if (entry.path().extension() == kUnfinished) {
      unfinished.push_back(entry.path());
    }
  }
  for (const fs::path& folder : unfinished) {
    fs::remove_all(folder, code);
  }
}

std::vector<int64_t> pruneCheckpoints(const RunFolder& run, int64_t keep) {
  std::vector<int64_t> steps = listCheckpoints(run);
  if (keep <= 0 || static_cast<int64_t>(steps.size()) <= keep) {
    return {};
  }
  steps.resize(steps.size() - static_cast<size_t>(keep));
  std::error_code code;
  for (const int64_t step : steps) {
    const fs::path folder = checkpointFolder(run, step);
    fs::remove(folder / "DONE", code);  // first, so that an interrupted removal leaves nothing that counts
    fs::remove_all(folder, code);
  }
  return steps;
}

}  // namespace heddle
