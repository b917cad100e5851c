// The bytes of a file as they were before compression with gzip or zstd, which are known by their first
// bytes.

#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "engine/base/result.h"

namespace heddle {

// The error of a text file: "cannot read the text PATH: FOUND".
Error textError(const std::filesystem::path& path, const std::string& found, std::string hint);

class ByteSource {
 public:
  // Errors: a file that cannot be opened; one whose name ends in .gz or .zst and whose bytes do not fit it.
  static Result<std::unique_ptr<ByteSource>> open(const std::filesystem::path& path);
  virtual ~ByteSource() = default;

  // Up to `size` bytes, fewer only at the end; 0 at the end. Errors: a read that fails, compressed data that
  // is damaged, ends early or needs more than 128 MB of memory to unpack.
  virtual Result<size_t> read(char* out, size_t size) = 0;

  // Bytes read from the disk so far.
  virtual int64_t consumed() const = 0;
};

}  // namespace heddle
