// Segmented text invented for these tests, and files to put it in.

#pragma once

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "engine/base/random.h"

namespace heddle {

// A folder of its own that goes with it.
class TestFolder {
 public:
  TestFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "heddle-zh-XXXXXX").string();
    root_ = mkdtemp(pattern.data());
  }
  ~TestFolder() { std::filesystem::remove_all(root_); }
  std::filesystem::path operator/(std::string_view name) const { return root_ / name; }
  std::filesystem::path write(std::string_view name, std::string_view contents) const {
    std::ofstream(root_ / name, std::ios::binary) << contents;
    return root_ / name;
  }

 private:
  std::filesystem::path root_;
};

// Sentences "who where what.": subjects are family name + 先生/老师, places end in 市, verbs and objects are
// fixed, so that a name or a place never seen before can be told from its last character.
inline std::string toySentences(uint64_t seed, int count, int first_character = 0x5000, int characters = 40) {
  const char* verbs[] = {"喜欢", "看见", "买", "卖", "研究"};
  const char* objects[] = {"苹果", "书", "研究生", "生命", "电视机"};
  RandomStream draws(seed, 0, 0);
  const auto character = [&] {
    const auto c = static_cast<uint32_t>(first_character) + draws.below(static_cast<uint32_t>(characters));
    const char bytes[] = {static_cast<char>(0xE0 | c >> 12), static_cast<char>(0x80 | (c >> 6 & 0x3F)),
                          static_cast<char>(0x80 | (c & 0x3F)), '\0'};
    return std::string(bytes);
  };
  std::string text;
  for (int sentence = 0; sentence < count; ++sentence) {
    text += character() + (draws.below(2) == 0 ? "先生" : "老师");
    text += " 在 " + character() + character() + "市 ";
    text += verbs[draws.below(5)];
    text += draws.below(2) == 0 ? " 了 " : " ";
    text += std::to_string(draws.below(100)) + " 个 ";
    text += objects[draws.below(5)];
    text += " 。\n";
  }
  return text;
}

}  // namespace heddle
