#include "engine/data/folder_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace heddle {
namespace {

constexpr char kLock[] = "lock";

}  // namespace

FolderLock::FolderLock(const std::filesystem::path& folder) : path_(folder / kLock) {}

FolderLock::~FolderLock() {
  if (fd_ >= 0) {
    ::unlink(path_.c_str());
    ::close(fd_);
  }
}

bool FolderLock::tryAcquire() {
  const int fd = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) {
    return true;
  }
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    const bool held = errno == EWOULDBLOCK;
    ::close(fd);
    return !held;
  }
  // Whoever held it takes the file away: then this is the lock of nothing.
  struct stat locked {};
  struct stat there {};
  if (::fstat(fd, &locked) != 0 || ::stat(path_.c_str(), &there) != 0 || locked.st_ino != there.st_ino) {
    ::close(fd);
    return false;
  }
  fd_ = fd;
  return true;
}

bool FolderLock::isHeld(const std::filesystem::path& folder) {
  const int fd = ::open((folder / kLock).c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    return false;
  }
  const bool held = ::flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  ::close(fd);
  return held;
}

}  // namespace heddle
