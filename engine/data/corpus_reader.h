// Raw text as documents: UTF-8 files, one paragraph per line, a blank line between documents. Streams; a line
// is the most it holds beside the document it hands out.

#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "engine/base/result.h"

namespace heddle {

class CorpusReader {
 public:
  // Files as given; of a folder all regular files below it in the order of their paths, without hidden ones.
  // Errors: a path that is not there, a folder without files.
  static Result<CorpusReader> open(const std::vector<std::filesystem::path>& files_or_folders);

  // Replaces `paragraphs` by the next document's, without blank lines and without white space at the ends;
  // false at the end. Errors name the file and the line: a binary file (NUL bytes), text that is not UTF-8
  // (stray bytes are let through and skipped later), a line over 64 MB, a file that cannot be read.
  Result<bool> next(std::vector<std::string>& paragraphs);

  const std::vector<std::filesystem::path>& files() const { return files_; }
  // Share of all bytes read so far, 0 .. 1.
  double fraction() const;

 private:
  Status openNext();
  // False at the end of the file.
  Result<bool> readLine(std::string& line);
  Status checkLine(const std::string& line);
  Error error(const std::string& found, std::string hint) const;

  std::vector<std::filesystem::path> files_;
  int64_t total_bytes_ = 0;
  int64_t read_bytes_ = 0;
  size_t next_file_ = 0;
  std::ifstream stream_;
  std::string block_;
  size_t block_at_ = 0;
  bool open_ = false;
  int64_t line_ = 0;
  // Of the open file, to tell a stray byte from another encoding.
  int64_t invalid_ = 0;
  int64_t multibyte_ = 0;
  int64_t file_bytes_ = 0;
  int64_t first_invalid_line_ = 0;
};

}  // namespace heddle
