// The lines of a text file, compressed or not, one after another out of one buffer.

#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/data/reading/byte_source.h"

namespace heddle {

class LineReader {
 public:
  static constexpr size_t kLongestLine = 64 << 20;
  // Bytes behind each line that may be read, though they mean nothing: simdjson reads ahead.
  static constexpr size_t kPadding = 64;

  static Result<LineReader> open(const std::filesystem::path& path);

  // The beginning of the file, up to 64 KiB and without a byte order mark; to be called before next().
  Result<std::string_view> beginning();

  // The next line without its line break, valid until the next call; false at the end of the file. A byte
  // order mark at the start of the file is skipped. Errors: a line over 64 MB, those of the source.
  Result<bool> next(std::string_view& line);

  // Of the line last read: refuses NUL bytes, and a text of another encoding than UTF-8 once that is plain.
  Status checkText(std::string_view line);

  // An error about the line last read, or another one.
  Error error(const std::string& found, std::string hint) const {
    return errorAt(line_, found, std::move(hint));
  }
  Error errorAt(int64_t line, const std::string& found, std::string hint) const;

  int64_t line() const { return line_; }  // from 1
  const std::filesystem::path& path() const { return path_; }
  int64_t consumed() const { return source_->consumed(); }

 private:
  LineReader(std::unique_ptr<ByteSource> source, std::filesystem::path path);
  Error tooLong() const;
  // Reads more behind what is there; false at the end of the file.
  Result<bool> fill();

  std::unique_ptr<ByteSource> source_;
  std::filesystem::path path_;
  std::string buffer_;
  size_t begin_ = 0;  // of the bytes not handed out yet
  size_t end_ = 0;
  int64_t line_ = 0;
  // To tell a stray byte from another encoding.
  int64_t invalid_ = 0;
  int64_t multibyte_ = 0;
  int64_t bytes_ = 0;
  int64_t first_invalid_line_ = 0;
};

}  // namespace heddle
