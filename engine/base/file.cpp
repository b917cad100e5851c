#include "engine/base/file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>
#include <vector>

namespace heddle {
namespace {

Error systemError(const char* tried, const std::filesystem::path& path, int code = errno) {
  std::string hint;
  if (code == ENOSPC || code == EDQUOT) {
    hint = "free some space on that disk and try again; what was there before is untouched";
  } else if (code == EACCES || code == EROFS || code == EPERM) {
    hint = "choose a place you may write to, or change its permissions";
  } else if (code == ENOENT) {
    hint = "check the path";
  }
  return {std::string(tried) + " " + path.string() + ": " + std::strerror(code), hint};
}

constexpr char kPart[] = ".part";  // and the process id

bool isPart(const std::filesystem::path& path) {
  const std::string extension = path.extension().string();
  return extension.starts_with(kPart) && extension.size() > sizeof kPart - 1 &&
         extension.find_first_not_of("0123456789", sizeof kPart - 1) == std::string::npos;
}

Status writeAll(int fd, std::string_view bytes, const std::filesystem::path& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) {
        continue;
      }
      return systemError("cannot write", path);
    }
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return {};
}

// Holds the lock of a file for as long as it lives, where the file system has locks. Without it a writer that
// opens the file could take the half of another's line for one that was torn.
class LineLock {
 public:
  explicit LineLock(int fd) : fd_(fd) {
    while (::flock(fd_, LOCK_EX) != 0 && errno == EINTR) {
    }
  }
  LineLock(const LineLock&) = delete;
  LineLock& operator=(const LineLock&) = delete;
  ~LineLock() { ::flock(fd_, LOCK_UN); }

 private:
  int fd_;
};

}  // namespace

Result<std::string> readFile(const std::filesystem::path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    return systemError("cannot open", path);
  }
  std::string bytes;
  struct stat info {};
  if (::fstat(fd, &info) == 0 && S_ISREG(info.st_mode)) {
    bytes.reserve(static_cast<size_t>(info.st_size));
  }
  char buffer[1 << 16];
  for (;;) {
    const ssize_t count = ::read(fd, buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count < 0) {
      const Error error = systemError("cannot read", path);
      ::close(fd);
      return error;
    }
    if (count == 0) {
      break;
    }
    bytes.append(buffer, static_cast<size_t>(count));
  }
  ::close(fd);
  return bytes;
}

AtomicFile::~AtomicFile() {
  if (fd_ >= 0) {
    ::close(fd_);
    ::unlink(beside_.c_str());
  }
}

Status AtomicFile::open(const std::filesystem::path& path) {
  path_ = path;
  beside_ = path;
  beside_ += kPart + std::to_string(::getpid());
  fd_ = ::open(beside_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd_ < 0) {
    return systemError("cannot create", beside_);
  }
  // Held until the file is closed, or its process is gone: see removeAbandonedParts(). Not every file system
  // can.
  (void)::flock(fd_, LOCK_EX | LOCK_NB);
  return {};
}

Status AtomicFile::write(std::string_view bytes) {
  return writeAll(fd_, bytes, beside_);
}

Status AtomicFile::overwrite(int64_t offset, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::pwrite(fd_, bytes.data(), bytes.size(), offset);
    if (written < 0) {
      if (errno == EINTR) {
        continue;
      }
      return systemError("cannot write", beside_);
    }
    bytes.remove_prefix(static_cast<size_t>(written));
    offset += written;
  }
  return {};
}

Status AtomicFile::commit() {
  if (::fsync(fd_) != 0) {
    return systemError("cannot sync", beside_);
  }
  if (::rename(beside_.c_str(), path_.c_str()) != 0) {
    return systemError("cannot rename to", path_);
  }
  ::close(std::exchange(fd_, -1));
  return {};
}

Status writeFileAtomic(const std::filesystem::path& path, std::string_view bytes) {
  AtomicFile file;
  Status status = file.open(path);
  if (status.ok()) {
    status = file.write(bytes);
  }
  return status.ok() ? file.commit() : status;
}

void removeAbandonedParts(const std::filesystem::path& folder) {
  std::error_code code;
  std::vector<std::filesystem::path> abandoned;
  for (const auto& entry : std::filesystem::directory_iterator(folder, code)) {
    const auto age = std::filesystem::file_time_type::clock::now() - entry.last_write_time(code);
    if (isPart(entry.path()) && !code && age > std::chrono::minutes(10)) {
      abandoned.push_back(entry.path());
    }
  }
  for (const std::filesystem::path& path : abandoned) {
    const int fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (fd >= 0 && ::flock(fd, LOCK_EX | LOCK_NB) == 0) {
      ::unlink(path.c_str());
    }
    if (fd >= 0) {
      ::close(fd);
    }
  }
}

Status syncPath(const std::filesystem::path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    return systemError("cannot open", path);
  }
  const int code = ::fsync(fd) == 0 ? 0 : errno;
  ::close(fd);
  return code == 0 ? Status{} : Status{systemError("cannot sync", path, code)};
}

Status makeFolder(const std::filesystem::path& path) {
  std::error_code code;
  std::filesystem::create_directories(path, code);
  if (code) {
    return systemError("cannot create the folder", path, code.value());
  }
  return {};
}

Result<LineAppender> LineAppender::open(const std::filesystem::path& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (fd < 0) {
    return systemError("cannot open for appending", path);
  }
  LineAppender appender(fd, path);
  const LineLock lock(fd);
  struct stat info {};
  char last = '\n';
  if (::fstat(fd, &info) == 0 && info.st_size > 0 && ::pread(fd, &last, 1, info.st_size - 1) == 1 &&
      last != '\n') {
    if (const Status status = writeAll(fd, "\n", path); !status.ok()) {
      return status.error();
    }
  }
  return appender;
}

LineAppender::LineAppender(LineAppender&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), path_(std::move(other.path_)) {}

LineAppender& LineAppender::operator=(LineAppender&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(path_, other.path_);
  return *this;
}

LineAppender::~LineAppender() {
  if (fd_ >= 0) {
    ::close(fd_);
  }
}

Status LineAppender::append(std::string_view line) {
  std::string whole(line);
  whole.push_back('\n');
  const LineLock lock(fd_);
  return writeAll(fd_, whole, path_);
}

Status LineAppender::sync() {
  if (::fdatasync(fd_) != 0) {
    return systemError("cannot sync", path_);
  }
  return {};
}

Result<MappedFile> MappedFile::open(const std::filesystem::path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    return systemError("cannot open", path);
  }
  struct stat info {};
  if (::fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
    ::close(fd);
    return Error{"cannot map " + path.string() + ": not a regular file", "check the path"};
  }
  if (info.st_size == 0) {
    ::close(fd);
    return MappedFile{};
  }
  void* data = ::mmap(nullptr, static_cast<size_t>(info.st_size), PROT_READ, MAP_SHARED, fd, 0);
  const int code = errno;
  ::close(fd);
  if (data == MAP_FAILED) {
    return systemError("cannot map", path, code);
  }
  return MappedFile(data, static_cast<size_t>(info.st_size));
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) {
    ::munmap(data_, size_);
  }
}

}  // namespace heddle
