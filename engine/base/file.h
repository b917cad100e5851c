// Files as the program needs them: whole reads, atomic writes, durable appends, read-only maps. Every failure
// names the path.

#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace heddle {

// The whole file as bytes.
Result<std::string> readFile(const std::filesystem::path& path);

// A file written piece by piece beside its final path, which it takes over on commit(). Dropped without
// commit() it leaves no trace, and what was at the path before is untouched.
class AtomicFile {
 public:
  AtomicFile() = default;
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  ~AtomicFile();

  Status open(const std::filesystem::path& path);
  Status write(std::string_view bytes);
  // Replaces bytes written before, at `offset` from the start; for headers that are known last.
  Status overwrite(int64_t offset, std::string_view bytes);
  // Syncs and renames.
  Status commit();

 private:
  int fd_ = -1;
  std::filesystem::path path_;
  std::filesystem::path beside_;
};

// The same for bytes at hand.
Status writeFileAtomic(const std::filesystem::path& path, std::string_view bytes);

// Removes from a folder what writers of AtomicFile left there when they were killed: files that no living
// process, here or on another host, holds open, and that nobody has written to for ten minutes.
void removeAbandonedParts(const std::filesystem::path& folder);

// fsync of a file or folder, so that a rename survives a power cut.
Status syncPath(const std::filesystem::path& path);

// Creates the folder and its parents.
Status makeFolder(const std::filesystem::path& path);

// Appends whole lines with one write() each, under the file's lock (flock) where the file system has locks:
// lines of several processes never mix. Move-only.
class LineAppender {
 public:
  static Result<LineAppender> open(const std::filesystem::path& path);
  LineAppender(LineAppender&& other) noexcept;
  LineAppender& operator=(LineAppender&& other) noexcept;
  ~LineAppender();

  // `line` without its newline. A torn last line of an earlier writer is closed first.
  Status append(std::string_view line);
  // Forces what was appended to the disk.
  Status sync();

 private:
  LineAppender(int fd, std::filesystem::path path) : fd_(fd), path_(std::move(path)) {}
  int fd_ = -1;
  std::filesystem::path path_;
};

// A read-only memory map of a whole file. Move-only; bytes() is valid while it lives.
class MappedFile {
 public:
  static Result<MappedFile> open(const std::filesystem::path& path);
  MappedFile() = default;
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  ~MappedFile();

  std::span<const std::byte> bytes() const { return {static_cast<const std::byte*>(data_), size_}; }

 private:
  MappedFile(void* data, size_t size) : data_(data), size_(size) {}
  void* data_ = nullptr;
  size_t size_ = 0;
};

}  // namespace heddle
