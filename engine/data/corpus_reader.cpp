#include "engine/data/corpus_reader.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "engine/text/unicode.h"

namespace heddle {
namespace {

constexpr size_t kBlockBytes = 1 << 20;
constexpr size_t kLongestLine = 64 << 20;

Error pathError(const std::filesystem::path& path, const std::string& found, std::string hint) {
  return {"cannot read the text " + path.string() + ": " + found, std::move(hint)};
}

bool hidden(const std::filesystem::path& path) {
  return path.filename().string().starts_with(".");
}

Status listFolder(const std::filesystem::path& folder, std::vector<std::filesystem::path>& out) {
  std::error_code code;
  std::vector<std::filesystem::path> found;
  std::filesystem::recursive_directory_iterator entries(folder, code);
  for (; !code && entries != std::filesystem::recursive_directory_iterator(); entries.increment(code)) {
    std::error_code ignored;
    if (hidden(entries->path())) {
      entries.disable_recursion_pending();
    } else if (entries->is_regular_file(ignored)) {
      found.push_back(entries->path());
    }
  }
  if (code) {
    return pathError(folder, code.message(), "check the permissions of the folder");
  }
  if (found.empty()) {
    return pathError(folder, "the folder holds no files", "put text files there, or name another folder");
  }
  std::sort(found.begin(), found.end());
  out.insert(out.end(), found.begin(), found.end());
  return {};
}

}  // namespace

Result<CorpusReader> CorpusReader::open(const std::vector<std::filesystem::path>& files_or_folders) {
  CorpusReader reader;
  for (const std::filesystem::path& path : files_or_folders) {
    std::error_code code;
    const std::filesystem::file_status status = std::filesystem::status(path, code);
    if (status.type() == std::filesystem::file_type::not_found) {
      return pathError(path, "there is no such file or folder", "check text.files of the recipe");
    }
    if (std::filesystem::is_directory(status)) {
      if (const Status listed = listFolder(path, reader.files_); !listed.ok()) {
        return listed.error();
      }
    } else {
      reader.files_.push_back(path);
    }
  }
  for (const std::filesystem::path& path : reader.files_) {
    std::error_code code;
    const auto bytes = std::filesystem::file_size(path, code);
    reader.total_bytes_ += code ? 0 : static_cast<int64_t>(bytes);
  }
  return reader;
}

double CorpusReader::fraction() const {
  return total_bytes_ == 0
             ? 1.0
             : std::min(1.0, static_cast<double>(read_bytes_) / static_cast<double>(total_bytes_));
}

Error CorpusReader::error(const std::string& found, std::string hint) const {
  return pathError(files_[next_file_ - 1], "line " + std::to_string(line_) + " " + found, std::move(hint));
}

Status CorpusReader::openNext() {
  const std::filesystem::path& path = files_[next_file_++];
  errno = 0;
  stream_ = std::ifstream(path, std::ios::binary);
  if (!stream_) {
    return pathError(path, std::strerror(errno), "check its permissions");
  }
  open_ = true;
  block_.clear();
  block_at_ = 0;
  line_ = invalid_ = multibyte_ = file_bytes_ = first_invalid_line_ = 0;
  return {};
}

Result<bool> CorpusReader::readLine(std::string& line) {
  line.clear();
  ++line_;
  for (;;) {
    if (block_at_ == block_.size()) {
      block_.resize(kBlockBytes);
      errno = 0;
      stream_.read(block_.data(), static_cast<std::streamsize>(kBlockBytes));
      block_.resize(static_cast<size_t>(stream_.gcount()));
      block_at_ = 0;
      read_bytes_ += static_cast<int64_t>(block_.size());
      if (stream_.bad() || (block_.empty() && errno != 0)) {
        return pathError(files_[next_file_ - 1], std::strerror(errno),
                         "check that it is a readable text file");
      }
      if (block_.empty()) {
        return !line.empty();
      }
    }
    const size_t end = block_.find('\n', block_at_);
    const size_t stop = end == std::string::npos ? block_.size() : end;
    const size_t known = line.size();
    line.append(block_, block_at_, stop - block_at_);
    block_at_ = end == std::string::npos ? stop : stop + 1;
    if (line.find('\0', known) != std::string::npos) {
      return error("holds NUL bytes, so this is a binary file",
                   "give plain text in UTF-8; other encodings can be converted with iconv");
    }
    if (line.size() > kLongestLine) {
      return error("is longer than 64 MB", "put each paragraph on a line of its own");
    }
    if (end != std::string::npos) {
      return true;
    }
  }
}

Status CorpusReader::checkLine(const std::string& line) {
  file_bytes_ += static_cast<int64_t>(line.size());
  std::string_view rest = line;
  for (;;) {
    const size_t at = findInvalidUtf8(rest);
    const std::string_view valid = rest.substr(0, at);
    multibyte_ +=
        std::count_if(valid.begin(), valid.end(), [](char c) { return static_cast<uint8_t>(c) >= 0xC0; });
    if (at == std::string_view::npos) {
      return {};
    }
    first_invalid_line_ = first_invalid_line_ == 0 ? line_ : first_invalid_line_;
    ++invalid_;
    // A few broken bytes in a large file are an accident; many beside few valid characters are another
    // encoding.
    if (invalid_ > 10 && invalid_ > multibyte_ / 10 + file_bytes_ / 10000) {
      line_ = first_invalid_line_;
      return error("is where bytes that are not UTF-8 begin, and there are many of them",
                   "convert the file, for instance with: iconv -f latin1 -t utf-8");
    }
    rest = rest.substr(at + 1);
  }
}

Result<bool> CorpusReader::next(std::vector<std::string>& paragraphs) {
  paragraphs.clear();
  std::string line;
  for (;;) {
    if (!open_) {
      if (!paragraphs.empty() || next_file_ == files_.size()) {
        return !paragraphs.empty();
      }
      if (const Status status = openNext(); !status.ok()) {
        return status.error();
      }
    }
    const Result<bool> more = readLine(line);
    if (!more.ok()) {
      return more.error();
    }
    if (!*more) {
      open_ = false;
      continue;
    }
    if (const Status status = checkLine(line); !status.ok()) {
      return status.error();
    }
    std::string_view text = line;
    if (line_ == 1 && text.starts_with("\xEF\xBB\xBF")) {
      text.remove_prefix(3);
    }
    text = stripSpace(text);
    if (!text.empty()) {
      paragraphs.emplace_back(text);
    } else if (!paragraphs.empty()) {
      return true;
    }
  }
}

}  // namespace heddle
