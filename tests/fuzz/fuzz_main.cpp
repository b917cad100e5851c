#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>

#include "tests/fuzz/fuzz.h"

namespace heddle::fuzz {
namespace {

using Target = void (*)(std::string_view);

constexpr std::array<std::pair<std::string_view, Target>, 9> kTargets = {{
    {"vocabulary", vocabulary},
    {"merges", merges},
    {"sentencepiece", sentencePiece},
    {"phrases", phrases},
    {"chinese", chineseWords},
    {"shard", shard},
    {"jsonlines", jsonLines},
    {"recipe", recipe},
    {"event", event},
}};

Target chosen = nullptr;

}  // namespace

void require(bool promise) {
  if (!promise) {
    std::abort();
  }
}

std::filesystem::path fileOf(std::string_view bytes) {
  static const int fd = memfd_create("fuzz", 0);
  require(fd >= 0 && ftruncate(fd, 0) == 0 &&
          pwrite(fd, bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()));
  return "/proc/self/fd/" + std::to_string(fd);
}

}  // namespace heddle::fuzz

extern "C" __attribute__((visibility("default"))) int LLVMFuzzerInitialize(int* /*argc*/, char*** /*argv*/) {
  const char* name = std::getenv("HEDDLE_FUZZ");
  for (const auto& [known, target] : heddle::fuzz::kTargets) {
    if (name != nullptr && known == name) {
      heddle::fuzz::chosen = target;
      return 0;
    }
  }
  std::fputs("set HEDDLE_FUZZ to one of:", stderr);
  for (const auto& [known, target] : heddle::fuzz::kTargets) {
    std::fprintf(stderr, " %s", known.data());
  }
  std::fputs("\n", stderr);
  std::exit(2);
}

extern "C" __attribute__((visibility("default"))) int LLVMFuzzerTestOneInput(const uint8_t* data,
                                                                             size_t size) {
  heddle::fuzz::chosen({reinterpret_cast<const char*>(data), size});
  return 0;
}
