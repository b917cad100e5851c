// Chinese text to words: the likeliest path through the lattice of dictionary words under a bigram model,
// together with a tagger of characters that scores every path and proposes words the dictionary lacks. Tags
// of characters: Xue 2003, "Chinese word segmentation as character tagging"; training: Collins 2002.

#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace heddle {

struct WordSpan {
  int32_t begin = 0;  // bytes of the text
  int32_t end = 0;
  int32_t characters = 0;  // pre-tokens: ideographs, marks, runs of letters or digits
  friend bool operator==(const WordSpan&, const WordSpan&) = default;
};

// Immutable: one object serves any number of threads. Copies share the tables.
class ChineseWords {
 public:
  // A file that save() wrote. Errors name the file: it cannot be read, is something else, of a newer program,
  // cut short, damaged.
  static Result<ChineseWords> load(const std::filesystem::path& path);
  // The same from the bytes of such a file; `source` stands for the file in errors.
  static Result<ChineseWords> fromBytes(std::span<const std::byte> bytes,
                                        std::string_view source = "the model");

  // Atomic: the file is complete or unchanged.
  Status save(const std::filesystem::path& path) const;

  // Words in order, without overlap. They cover all but white space (and what WordPiece drops where white
  // space surrounds it), never hold white space, and each is made of whole pre-tokens, so that no word of
  // splitWords() crosses one. Any bytes are taken; texts up to 2 GiB.
  std::vector<WordSpan> segment(std::string_view utf8) const;
  // The same appended to `out`; allocates nothing once `out` and this thread's buffers have room.
  void segment(std::string_view utf8, std::vector<WordSpan>& out) const;

  // Whether the dictionary has the text as one word; digits stand for any digits, as in segment().
  bool contains(std::string_view word) const;
  int64_t dictionarySize() const;
  // False for a model learnt from dictionaries alone: what these lack comes out as single characters.
  bool hasTagger() const;

 private:
  struct Model;
  explicit ChineseWords(std::shared_ptr<const Model> model) : model_(std::move(model)) {}

  std::shared_ptr<const Model> model_;
};

}  // namespace heddle
