#include "engine/data/reading/byte_source.h"

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace heddle {
namespace {

constexpr size_t kBlockBytes = 256 << 10;
constexpr std::string_view kGzipStart = "\x1F\x8B";
constexpr std::string_view kZstdStart = "\x28\xB5\x2F\xFD";

class PlainSource final : public ByteSource {
 public:
  static Result<std::unique_ptr<PlainSource>> open(const std::filesystem::path& path) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
      return textError(path, std::strerror(errno), "check its permissions");
    }
    return std::unique_ptr<PlainSource>(new PlainSource(fd, path));
  }
  ~PlainSource() override { ::close(fd_); }

  Result<size_t> read(char* out, size_t size) override {
    size_t have = std::min(size, start_.size() - start_at_);
    std::memcpy(out, start_.data() + start_at_, have);
    start_at_ += have;
    while (have < size) {
      const ssize_t got = ::read(fd_, out + have, size - have);
      if (got < 0 && errno == EINTR) {
        continue;
      }
      if (got < 0) {
        return textError(path_, std::strerror(errno), "check that it is a readable text file");
      }
      if (got == 0) {
        break;
      }
      have += static_cast<size_t>(got);
      consumed_ += got;
    }
    return have;
  }

  // The first bytes, which read() hands out again. To be called before it.
  Result<std::string_view> start() {
    std::string start(kZstdStart.size(), '\0');
    const Result<size_t> got = read(start.data(), start.size());
    if (!got.ok()) {
      return got.error();
    }
    start.resize(*got);
    start_ = std::move(start);
    return std::string_view(start_);
  }

  int64_t consumed() const override { return consumed_; }
  const std::filesystem::path& path() const { return path_; }

 private:
  PlainSource(int fd, std::filesystem::path path) : fd_(fd), path_(std::move(path)) {}
  int fd_;
  std::filesystem::path path_;
  std::string start_;
  size_t start_at_ = 0;
  int64_t consumed_ = 0;
};

// What both compressed kinds share: a block of packed bytes, refilled from the file.
class PackedSource : public ByteSource {
 public:
  PackedSource(std::unique_ptr<PlainSource> file, const char* kind, const char* check)
      : file_(std::move(file)), kind_(kind), check_(check), block_(kBlockBytes) {}
  int64_t consumed() const override { return file_->consumed(); }

 protected:
  // False at the end of the file.
  Result<bool> refill() {
    const Result<size_t> got = file_->read(block_.data(), block_.size());
    if (!got.ok()) {
      return got.error();
    }
    size_ = *got;
    return size_ > 0;
  }
  Error damaged() const {
    return textError(file_->path(), std::string("its ") + kind_ + " data is damaged", advice());
  }
  Error endsEarly() const {
    return textError(file_->path(),
                     std::string("its ") + kind_ + " data ends early, so the file is incomplete", advice());
  }
  std::string advice() const {
    return std::string("fetch or pack it again; ") + check_ + " " + file_->path().filename().string() +
           " checks such a file";
  }

  std::unique_ptr<PlainSource> file_;
  const char* kind_;
  const char* check_;
  std::vector<char> block_;
  size_t size_ = 0;  // bytes of the block that are filled
};

class GzipSource final : public PackedSource {
 public:
  explicit GzipSource(std::unique_ptr<PlainSource> file) : PackedSource(std::move(file), "gzip", "gzip -t") {
    constexpr int kGzipOnly = 16 + MAX_WBITS;
    ready_ = inflateInit2(&stream_, kGzipOnly) == Z_OK;
  }
  ~GzipSource() override { inflateEnd(&stream_); }

  Result<size_t> read(char* out, size_t size) override {
    if (!ready_) {
      return textError(file_->path(), "zlib cannot get the memory to unpack it", "close other programs");
    }
    stream_.next_out = reinterpret_cast<Bytef*>(out);
    stream_.avail_out = static_cast<uInt>(size);
    while (stream_.avail_out > 0) {
      if (stream_.avail_in == 0) {
        const Result<bool> more = refill();
        if (!more.ok()) {
          return more.error();
        }
        if (!*more) {
          if (inside_) {
            return endsEarly();
          }
          break;
        }
        stream_.next_in = reinterpret_cast<Bytef*>(block_.data());
        stream_.avail_in = static_cast<uInt>(size_);
      }
      if (!inside_) {
        // Between members; tapes and some tools pad with zeros.
        if (*stream_.next_in == 0 && begun_) {
          ++stream_.next_in;
          --stream_.avail_in;
          continue;
        }
        inflateReset(&stream_);
        inside_ = begun_ = true;
      }
      const int state = inflate(&stream_, Z_NO_FLUSH);
      if (state == Z_STREAM_END) {
        inside_ = false;
      } else if (state != Z_OK && state != Z_BUF_ERROR) {
        return damaged();
      }
    }
    return size - stream_.avail_out;
  }

 private:
  z_stream stream_{};
  bool ready_ = false;
  bool begun_ = false;
  bool inside_ = false;  // of a member
};

class ZstdSource final : public PackedSource {
 public:
  explicit ZstdSource(std::unique_ptr<PlainSource> file)
      : PackedSource(std::move(file), "zstd", "zstd -t"), stream_(ZSTD_createDStream()) {}
  ~ZstdSource() override { ZSTD_freeDStream(stream_); }

  Result<size_t> read(char* out, size_t size) override {
    if (stream_ == nullptr) {
      return textError(file_->path(), "libzstd cannot get the memory to unpack it", "close other programs");
    }
    ZSTD_outBuffer to{out, size, 0};
    while (to.pos < size) {
      if (from_.pos == from_.size && !output_pending_) {
        const Result<bool> more = refill();
        if (!more.ok()) {
          return more.error();
        }
        if (!*more) {
          if (inside_) {
            return endsEarly();
          }
          break;
        }
        from_ = {block_.data(), size_, 0};
      }
      const size_t left = ZSTD_decompressStream(stream_, &to, &from_);
      if (ZSTD_isError(left)) {
        if (ZSTD_getErrorCode(left) == ZSTD_error_frameParameter_windowTooLarge) {
          return textError(file_->path(), "unpacking it takes more than 128 MB of memory",
                           "pack it again without --long or --ultra");
        }
        return damaged();
      }
      inside_ = left != 0;
      output_pending_ = inside_ && to.pos == size;
    }
    return to.pos;
  }

 private:
  ZSTD_DStream* stream_;
  ZSTD_inBuffer from_{nullptr, 0, 0};
  bool inside_ = false;          // of a frame
  bool output_pending_ = false;  // the decoder may hold more than fitted
};

}  // namespace

Error textError(const std::filesystem::path& path, const std::string& found, std::string hint) {
  return {"cannot read the text " + path.string() + ": " + found, std::move(hint)};
}

Result<std::unique_ptr<ByteSource>> ByteSource::open(const std::filesystem::path& path) {
  Result<std::unique_ptr<PlainSource>> file = PlainSource::open(path);
  if (!file.ok()) {
    return file.error();
  }
  const Result<std::string_view> start = (*file)->start();
  if (!start.ok()) {
    return start.error();
  }
  if (start->starts_with(kGzipStart)) {
    return std::unique_ptr<ByteSource>(std::make_unique<GzipSource>(std::move(*file)));
  }
  if (*start == kZstdStart) {
    return std::unique_ptr<ByteSource>(std::make_unique<ZstdSource>(std::move(*file)));
  }
  const std::string extension = path.extension().string();
  if (extension == ".gz" || extension == ".zst") {
    return textError(path,
                     start->empty()
                         ? "it is empty, which no compressed file is"
                         : "its name ends in " + extension + ", but its bytes are not of that kind",
                     "fetch or pack it again, or name it after what it holds");
  }
  return std::unique_ptr<ByteSource>(std::move(*file));
}

}  // namespace heddle
