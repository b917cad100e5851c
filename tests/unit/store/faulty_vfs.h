// A file system for SQLite that refuses to write when asked to, to see what a full or broken disk does.

#pragma once

namespace heddle {

// While it lives, every database opened by this process goes through it. `result`: what each write returns
// (SQLITE_FULL, SQLITE_IOERR_WRITE); 0 = writes go through.
class FaultyVfs {
 public:
  FaultyVfs();
  ~FaultyVfs();
  FaultyVfs(const FaultyVfs&) = delete;
  FaultyVfs& operator=(const FaultyVfs&) = delete;

  // The first `allowed` writes from now on still succeed.
  void failWrites(int result, int allowed = 0);
};

}  // namespace heddle
