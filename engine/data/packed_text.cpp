#include "engine/data/packed_text.h"

#include <sys/stat.h>

#include <algorithm>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "engine/base/file.h"
#include "engine/base/json.h"
#include "engine/data/folder_lock.h"
#include "engine/data/prepare.h"

namespace heddle {
namespace {

namespace fs = std::filesystem;

struct KnownTokenizer {
  ContentHash hash;
  fs::path folder;
  Json about;  // tokenizer.json
};

Result<std::vector<fs::path>> foldersIn(const fs::path& parent) {
  std::vector<fs::path> folders;
  std::error_code code;
  fs::directory_iterator all(parent, code);
  if (code == std::errc::no_such_file_or_directory) {
    return folders;
  }
  for (; !code && all != fs::directory_iterator(); all.increment(code)) {
    std::error_code gone;
    if (all->is_directory(gone)) {
      folders.push_back(all->path());
    }
  }
  if (code) {
    return Error{"cannot list " + parent.string() + ": " + code.message(), "check its permissions"};
  }
  std::sort(folders.begin(), folders.end());
  return folders;
}

double changed(const fs::path& path) {
  struct stat found {};
  return ::stat(path.c_str(), &found) == 0 ? static_cast<double>(found.st_mtime) : 0;
}

int64_t bytesIn(const fs::path& folder) {
  int64_t bytes = 0;
  std::error_code code;
  fs::directory_iterator all(folder, code);
  for (; !code && all != fs::directory_iterator(); all.increment(code)) {
    std::error_code gone;
    const auto size = all->file_size(gone);
    bytes += gone ? 0 : static_cast<int64_t>(size);
  }
  return bytes;
}

// What the tokeniser says; without one what the corpus was prepared with.
CoarseKind coarseOf(const CorpusReport& report, const Json& tokenizer) {
  const std::optional<std::vector<std::string>>& settings = report.settings;
  const auto says = [&](CoarseKind kind) {
    const std::string name(coarseKindName(kind));
    return jsonValue(tokenizer, "coarse", std::string()) == name ||
           (settings &&
            std::find(settings->begin(), settings->end(), "text.coarse=" + name) != settings->end());
  };
  return says(CoarseKind::kPhrases) ? CoarseKind::kPhrases
         : says(CoarseKind::kWords) ? CoarseKind::kWords
                                    : CoarseKind::kNone;
}

}  // namespace

Result<std::vector<PackedCorpus>> packedCorpora(const Workspace& workspace) {
  const Result<std::vector<fs::path>> folders = foldersIn(workspace.corpora());
  const Result<std::vector<fs::path>> tokenizers = foldersIn(workspace.tokenizers());
  if (!folders.ok() || !tokenizers.ok()) {
    return folders.ok() ? tokenizers.error() : folders.error();
  }
  std::vector<KnownTokenizer> known;
  for (const fs::path& folder : *tokenizers) {
    const Result<std::string> text = readFile(folder / "tokenizer.json");
    const Result<Json> about = text.ok() ? parseJson(*text, folder.string()) : Result<Json>(text.error());
    if (!about.ok() || !about->is_object()) {
      continue;  // unfinished
    }
    if (const Result<ContentHash> hash = tokenizerHash(folder); hash.ok()) {
      known.push_back({*hash, folder, *about});
    }
  }
  std::vector<PackedCorpus> corpora;
  for (const fs::path& folder : *folders) {
    PackedCorpus corpus{.folder = folder, .report = CorpusReport::read(folder)};
    if (!corpus.report.ok() && FolderLock::isHeld(folder)) {
      corpus.is_being_packed = true;
      corpus.report = Error{folder.string() + " is being packed", "look again when it is done"};
    }
    if (corpus.report.ok() && corpus.report->sampled_copy > 0) {
      continue;
    }
    corpus.disk_bytes = bytesIn(folder);
    const double described = changed(folder / "corpus.json");
    corpus.changed = described > 0 ? described : changed(folder);
    if (corpus.report.ok()) {
      const auto own = std::find_if(known.begin(), known.end(), [&](const KnownTokenizer& each) {
        return each.hash == corpus.report->vocabulary.hash;
      });
      if (own != known.end()) {
        corpus.tokenizer = own->folder;
        corpus.tokenizer_kind = jsonValue(own->about, "kind", std::string());
      }
      corpus.coarse = coarseOf(*corpus.report, own == known.end() ? Json::object() : own->about);
    }
    corpora.push_back(std::move(corpus));
  }
  std::stable_sort(corpora.begin(), corpora.end(),
                   [](const PackedCorpus& a, const PackedCorpus& b) { return a.changed > b.changed; });
  return corpora;
}

}  // namespace heddle
