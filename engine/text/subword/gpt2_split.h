// GPT-2's pre-tokenisation, the expression
//   's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
// as a scanner. Radford et al. 2019; https://github.com/openai/gpt-2/blob/master/src/encoder.py

#pragma once

#include <cstddef>
#include <string_view>

namespace heddle {

// Bytes of the first pre-token of `text`, at least 1; `text` must not be empty. A byte that is not UTF-8
// counts as a character that is neither letter nor number nor space.
size_t nextGpt2Word(std::string_view text);

}  // namespace heddle
