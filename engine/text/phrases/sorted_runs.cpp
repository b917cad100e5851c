#include "engine/text/phrases/sorted_runs.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace heddle::ngram {
namespace {

// On disk: the key's two halves, the higher one first, and a 32-bit count; all as this machine stores them,
// since the file never leaves it.
constexpr size_t kRecordBytes = 20;
constexpr size_t kWriteRecords = 1 << 15;

void storeRecord(char* place, Key key, uint32_t count) {
  const auto high = static_cast<uint64_t>(key >> 64);
  const auto low = static_cast<uint64_t>(key);
  std::memcpy(place, &high, 8);
  std::memcpy(place + 8, &low, 8);
  std::memcpy(place + 16, &count, 4);
}

KeyCount loadRecord(const char* place) {
  uint64_t high = 0;
  uint64_t low = 0;
  uint32_t count = 0;
  std::memcpy(&high, place, 8);
  std::memcpy(&low, place + 8, 8);
  std::memcpy(&count, place + 16, 4);
  return {static_cast<Key>(high) << 64 | low, count};
}

Error folderError(const char* tried, const std::filesystem::path& folder, int code) {
  return {std::string(tried) + " in " + folder.string() + ": " + std::strerror(code),
          code == ENOSPC || code == EDQUOT
              ? "free some space on that disk, or name another folder for temporary files"
              : "name a folder for temporary files that you may write to"};
}

}  // namespace

Result<std::unique_ptr<RunFile>> RunFile::create(const std::filesystem::path& folder) {
  std::string name = (folder / ".heddle-ngrams-XXXXXX").string();
  const int fd = ::mkstemp(name.data());
  if (fd < 0) {
    return folderError("cannot make a temporary file for n-grams", folder, errno);
  }
  ::unlink(name.c_str());
  ::fcntl(fd, F_SETFD, FD_CLOEXEC);
  return std::unique_ptr<RunFile>(new RunFile(fd, folder));
}

RunFile::~RunFile() {
  ::close(fd_);
}

Status RunFile::write(int64_t offset, const char* bytes, size_t size) {
  while (size > 0) {
    const ssize_t written = ::pwrite(fd_, bytes, size, offset);
    if (written < 0 && errno == EINTR) {
      continue;
    }
    if (written < 0) {
      return folderError("cannot write n-grams to the temporary file", folder_, errno);
    }
    bytes += written;
    offset += written;
    size -= static_cast<size_t>(written);
  }
  return {};
}

Status RunFile::read(int64_t offset, void* bytes, size_t size) const {
  auto* place = static_cast<char*>(bytes);
  while (size > 0) {
    const ssize_t got = ::pread(fd_, place, size, offset);
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got <= 0) {
      return folderError("cannot read n-grams from the temporary file", folder_, got < 0 ? errno : EIO);
    }
    place += got;
    offset += got;
    size -= static_cast<size_t>(got);
  }
  return {};
}

Status RunFile::add(std::vector<Key>& keys) {
  if (keys.empty()) {
    return {};
  }
  std::sort(keys.begin(), keys.end());
  int64_t distinct = 1;
  for (size_t index = 1; index < keys.size(); ++index) {
    distinct += keys[index] != keys[index - 1] ? 1 : 0;
  }
  int64_t offset = 0;
  {
    const std::lock_guard lock(mutex_);
    offset = size_;
    size_ += distinct * static_cast<int64_t>(kRecordBytes);
    runs_.push_back({offset, size_});
  }
  std::vector<char> buffer(kWriteRecords * kRecordBytes);
  size_t used = 0;
  for (size_t first = 0; first < keys.size();) {
    size_t last = first + 1;
    while (last < keys.size() && keys[last] == keys[first]) {
      ++last;
    }
    storeRecord(buffer.data() + used, keys[first], static_cast<uint32_t>(last - first));
    used += kRecordBytes;
    first = last;
    if (used == buffer.size() || first == keys.size()) {
      if (Status written = write(offset, buffer.data(), used); !written.ok()) {
        return written;
      }
      offset += static_cast<int64_t>(used);
      used = 0;
    }
  }
  return {};
}

int64_t RunFile::records() const {
  return size_ / static_cast<int64_t>(kRecordBytes);
}

RunWriter::RunWriter(RunFile& file, size_t capacity, int helpers)
    : file_(file),
      // Counts inside a run are 32-bit.
      capacity_(std::clamp<size_t>(capacity, 1, uint32_t{1} << 31)),
      helpers_(static_cast<size_t>(helpers)) {
  keys_.reserve(capacity_);
}

RunWriter::~RunWriter() {
  for (std::future<Status>& pending : pending_) {
    pending.wait();
  }
}

void RunWriter::takeOldest() {
  Status done = pending_.front().get();
  pending_.erase(pending_.begin());
  if (status_.ok()) {
    status_ = std::move(done);
  }
}

bool RunWriter::spill() {
  if (helpers_ == 0) {
    Status done = file_.add(keys_);
    if (status_.ok()) {
      status_ = std::move(done);
    }
    keys_.clear();
    return status_.ok();
  }
  if (pending_.size() == helpers_) {
    takeOldest();
  }
  pending_.push_back(
      std::async(std::launch::async, [this, keys = std::move(keys_)]() mutable { return file_.add(keys); }));
  keys_ = {};
  keys_.reserve(capacity_);
  return status_.ok();
}

Status RunWriter::finish() {
  Status done = file_.add(keys_);
  keys_ = {};
  while (!pending_.empty()) {
    takeOldest();
  }
  return status_.ok() ? done : status_;
}

RunMerger::RunMerger(const RunFile& file, int64_t buffer_bytes) : file_(file) {
  const auto runs = static_cast<int64_t>(file.runs().size());
  const auto record_bytes = static_cast<int64_t>(kRecordBytes);
  const int64_t records =
      std::clamp<int64_t>(buffer_bytes / std::max<int64_t>(runs, 1) / record_bytes, 200, 50000);
  cursors_.resize(file.runs().size());
  for (size_t index = 0; index < cursors_.size(); ++index) {
    Cursor& cursor = cursors_[index];
    cursor.offset = file.runs()[index].begin;
    cursor.end = file.runs()[index].end;
    cursor.buffer.resize(static_cast<size_t>(records * record_bytes));
    if (advance(cursor)) {
      heap_.push_back(index);
    }
  }
  for (size_t at = heap_.size() / 2; at-- > 0;) {
    sink(at);
  }
}

bool RunMerger::advance(Cursor& cursor) {
  if (cursor.at == cursor.filled) {
    const auto left = static_cast<size_t>(cursor.end - cursor.offset);
    cursor.filled = std::min(left, cursor.buffer.size());
    cursor.at = 0;
    if (cursor.filled == 0) {
      return false;
    }
    if (Status read = file_.read(cursor.offset, cursor.buffer.data(), cursor.filled); !read.ok()) {
      status_ = std::move(read);
      return false;
    }
    cursor.offset += static_cast<int64_t>(cursor.filled);
  }
  const KeyCount record = loadRecord(cursor.buffer.data() + cursor.at);
  cursor.key = record.key;
  cursor.count = record.count;
  cursor.at += kRecordBytes;
  return true;
}

void RunMerger::sink(size_t at) {
  const size_t moved = heap_[at];
  const Key key = cursors_[moved].key;
  for (size_t child = 2 * at + 1; child < heap_.size(); child = 2 * at + 1) {
    if (child + 1 < heap_.size() && cursors_[heap_[child + 1]].key < cursors_[heap_[child]].key) {
      ++child;
    }
    if (key <= cursors_[heap_[child]].key) {
      break;
    }
    heap_[at] = heap_[child];
    at = child;
  }
  heap_[at] = moved;
}

bool RunMerger::next(KeyCount& out) {
  if (heap_.empty() || !status_.ok()) {
    return false;
  }
  out = {cursors_[heap_.front()].key, 0};
  while (!heap_.empty() && cursors_[heap_.front()].key == out.key) {
    Cursor& top = cursors_[heap_.front()];
    out.count += top.count;
    if (!advance(top)) {
      heap_.front() = heap_.back();
      heap_.pop_back();
    }
    if (!heap_.empty()) {
      sink(0);
    }
  }
  return status_.ok();
}

}  // namespace heddle::ngram
