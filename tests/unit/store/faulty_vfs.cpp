#include "tests/unit/store/faulty_vfs.h"

#include <sqlite3.h>

#include <map>

namespace heddle {
namespace {

int write_result = SQLITE_OK;
int writes_allowed = 0;
sqlite3_vfs* real_vfs = nullptr;
sqlite3_vfs faulty_vfs;

// Copies of the real methods with another xWrite, one for each kind of file that the real system has.
std::map<const sqlite3_io_methods*, sqlite3_io_methods>& patched() {
  static std::map<const sqlite3_io_methods*, sqlite3_io_methods> methods;
  return methods;
}

int faultyWrite(sqlite3_file* file, const void* data, int amount, sqlite3_int64 offset) {
  if (write_result != SQLITE_OK && writes_allowed-- <= 0) {
    return write_result;
  }
  for (const auto& [real, copy] : patched()) {
    if (&copy == file->pMethods) {
      return real->xWrite(file, data, amount, offset);
    }
  }
  return SQLITE_IOERR;
}

int faultyOpen(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  const int code = real_vfs->xOpen(real_vfs, name, file, flags, out_flags);
  if (code == SQLITE_OK && file->pMethods != nullptr) {
    sqlite3_io_methods copy = *file->pMethods;
    copy.xWrite = faultyWrite;
    file->pMethods = &patched().emplace(file->pMethods, copy).first->second;
  }
  return code;
}

}  // namespace

FaultyVfs::FaultyVfs() {
  real_vfs = sqlite3_vfs_find(nullptr);
  faulty_vfs = *real_vfs;
  faulty_vfs.zName = "faulty";
  faulty_vfs.xOpen = faultyOpen;
  sqlite3_vfs_register(&faulty_vfs, 1);
}

FaultyVfs::~FaultyVfs() {
  write_result = SQLITE_OK;
  sqlite3_vfs_unregister(&faulty_vfs);
  sqlite3_vfs_register(real_vfs, 1);
}

void FaultyVfs::failWrites(int result, int allowed) {
  write_result = result;
  writes_allowed = allowed;
}

}  // namespace heddle
