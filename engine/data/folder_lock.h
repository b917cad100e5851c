// Held by the one program that writes into a folder of the workspace: others wait, and find its work done.

#pragma once

#include <filesystem>

namespace heddle {

class FolderLock {
 public:
  // Nothing is locked yet. The lock is a file in the folder, which must exist; it goes when this does, and is
  // free when the process has ended.
  explicit FolderLock(const std::filesystem::path& folder);
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;
  ~FolderLock();

  // False while another one holds it. True without a lock on file systems that know none. Not to be asked
  // again after true.
  bool tryAcquire();

  // Whether a program writes into the folder now. Takes nothing.
  static bool isHeld(const std::filesystem::path& folder);

 private:
  std::filesystem::path path_;
  int fd_ = -1;
};

}  // namespace heddle
