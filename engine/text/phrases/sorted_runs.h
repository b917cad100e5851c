// Sorting more n-grams than fit into memory: sorted runs in one nameless temporary file, and their merge.

#pragma once

#include <cstdint>
#include <filesystem>
#include <future>
#include <memory>
#include <mutex>
#include <vector>

#include "engine/base/result.h"
#include "engine/text/phrases/ngram_key.h"

namespace heddle::ngram {

struct KeyCount {
  Key key = 0;
  uint64_t count = 0;
};

// The file is unlinked as soon as it is made: however the program ends, nothing stays behind.
class RunFile {
 public:
  struct Run {
    int64_t begin = 0;  // bytes
    int64_t end = 0;
  };

  // Errors: a folder that takes no files.
  static Result<std::unique_ptr<RunFile>> create(const std::filesystem::path& folder);
  RunFile(const RunFile&) = delete;
  RunFile& operator=(const RunFile&) = delete;
  ~RunFile();

  // Sorts the keys in place, joins equal ones and writes them as one run. Any thread. Errors: a full disk.
  Status add(std::vector<Key>& keys);

  // Bytes from `offset` on, as many as `size` or as there are. Errors: a disk that fails.
  Status read(int64_t offset, void* bytes, size_t size) const;
  const std::vector<Run>& runs() const { return runs_; }
  // Records written in all runs.
  int64_t records() const;

 private:
  RunFile(int fd, std::filesystem::path folder) : fd_(fd), folder_(std::move(folder)) {}
  Status write(int64_t offset, const char* bytes, size_t size);

  int fd_;
  std::filesystem::path folder_;
  std::mutex mutex_;
  std::vector<Run> runs_;
  int64_t size_ = 0;
};

// Collects the keys of one thread and makes runs of them, in the background when helpers > 0.
class RunWriter {
 public:
  // `capacity` keys are held by this writer, and as many by each helper.
  RunWriter(RunFile& file, size_t capacity, int helpers);
  ~RunWriter();

  // False: the file failed, see status().
  bool add(Key key) {
    keys_.push_back(key);
    return keys_.size() < capacity_ || spill();
  }
  // What is left becomes the last run. No more keys after that.
  Status finish();
  const Status& status() const { return status_; }

 private:
  bool spill();
  void takeOldest();

  RunFile& file_;
  size_t capacity_;
  size_t helpers_;
  std::vector<Key> keys_;
  std::vector<std::future<Status>> pending_;  // oldest first
  Status status_;
};

// Walks all runs of a file in the order of the keys, equal keys joined.
class RunMerger {
 public:
  RunMerger(const RunFile& file, int64_t buffer_bytes);

  // False at the end, and when the file failed: ask status().
  bool next(KeyCount& out);
  const Status& status() const { return status_; }

 private:
  struct Cursor {
    Key key = 0;
    uint64_t count = 0;
    int64_t offset = 0;
    int64_t end = 0;
    std::vector<char> buffer;
    size_t at = 0;
    size_t filled = 0;
  };
  // False at the end of the run.
  bool advance(Cursor& cursor);
  void sink(size_t at);

  const RunFile& file_;
  std::vector<Cursor> cursors_;
  std::vector<size_t> heap_;  // smallest key on top
  Status status_;
};

}  // namespace heddle::ngram
