#include "engine/data/reading/line_reader.h"

#include <simdjson.h>

#include <algorithm>
#include <cstring>

#include "engine/text/unicode.h"

namespace heddle {
namespace {

constexpr size_t kFirstBuffer = 256 << 10;
constexpr size_t kBeginning = 64 << 10;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

static_assert(LineReader::kPadding >= simdjson::SIMDJSON_PADDING);

}  // namespace

LineReader::LineReader(std::unique_ptr<ByteSource> source, std::filesystem::path path)
    : source_(std::move(source)), path_(std::move(path)), buffer_(kFirstBuffer, '\0') {}

Result<LineReader> LineReader::open(const std::filesystem::path& path) {
  Result<std::unique_ptr<ByteSource>> source = ByteSource::open(path);
  if (!source.ok()) {
    return source.error();
  }
  return LineReader(std::move(*source), path);
}

Error LineReader::errorAt(int64_t line, const std::string& found, std::string hint) const {
  return textError(path_, "line " + std::to_string(line) + " " + found, std::move(hint));
}

Error LineReader::tooLong() const {
  return error("is longer than 64 MB", "put each paragraph on a line of its own");
}

Result<bool> LineReader::fill() {
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ + kPadding > buffer_.size() / 2) {
    buffer_.resize(buffer_.size() * 2);
  }
  const Result<size_t> got = source_->read(buffer_.data() + end_, buffer_.size() - kPadding - end_);
  if (!got.ok()) {
    return got.error();
  }
  end_ += *got;
  return *got > 0;
}

Result<std::string_view> LineReader::beginning() {
  if (const Result<bool> more = fill(); !more.ok()) {
    return more.error();
  }
  if (std::string_view(buffer_.data(), end_).starts_with(kByteOrderMark)) {
    begin_ = kByteOrderMark.size();
  }
  return std::string_view(buffer_).substr(begin_, std::min(end_ - begin_, kBeginning));
}

Result<bool> LineReader::next(std::string_view& line) {
  ++line_;
  for (size_t searched = 0;;) {
    const char* start = buffer_.data() + begin_;
    const auto* found =
        static_cast<const char*>(std::memchr(start + searched, '\n', end_ - begin_ - searched));
    if (found != nullptr) {
      line = {start, static_cast<size_t>(found - start)};
      begin_ += line.size() + 1;
      break;
    }
    searched = end_ - begin_;
    if (searched > kLongestLine) {
      return tooLong();
    }
    const Result<bool> more = fill();
    if (!more.ok()) {
      return more.error();
    }
    if (!*more) {
      line = {buffer_.data() + begin_, end_ - begin_};
      begin_ = end_;
      if (line.empty()) {
        return false;
      }
      break;
    }
  }
  // One that came with its end in a single read.
  if (line.size() > kLongestLine) {
    return tooLong();
  }
  if (line_ == 1 && line.starts_with(kByteOrderMark)) {
    line.remove_prefix(kByteOrderMark.size());
  }
  return true;
}

Status LineReader::checkText(std::string_view line) {
  if (std::memchr(line.data(), '\0', line.size()) != nullptr) {
    return error("holds NUL bytes, so this is a binary file",
                 "give plain text in UTF-8; other encodings can be converted with iconv");
  }
  bytes_ += static_cast<int64_t>(line.size());
  // Counted in blocks of bytes so that it becomes a few vector instructions.
  for (size_t at = 0; at < line.size(); at += 128) {
    uint8_t block = 0;
    for (const char c : line.substr(at, 128)) {
      block = static_cast<uint8_t>(block + (static_cast<uint8_t>(c) >= 0xC0 ? 1 : 0));
    }
    multibyte_ += block;
  }
  if (simdjson::validate_utf8(line.data(), line.size())) {
    return {};
  }
  for (std::string_view rest = line;;) {
    const size_t at = findInvalidUtf8(rest);
    if (at == std::string_view::npos) {
      return {};
    }
    first_invalid_line_ = first_invalid_line_ == 0 ? line_ : first_invalid_line_;
    ++invalid_;
    // A few broken bytes in a large file are an accident; many beside few valid characters are another
    // encoding. (Broken bytes may have been counted as characters too.)
    const int64_t valid = std::max<int64_t>(0, multibyte_ - invalid_);
    if (invalid_ > 10 && invalid_ > valid / 10 + bytes_ / 10000) {
      return errorAt(first_invalid_line_,
                     "is where bytes that are not UTF-8 begin, and there are many of them",
                     "convert the file, for instance with: iconv -f latin1 -t utf-8");
    }
    rest = rest.substr(at + 1);
  }
}

}  // namespace heddle
