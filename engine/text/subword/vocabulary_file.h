// Vocabularies as text files: read with the faults that editors leave named, written one piece per line.

#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/text/subword/tokenizer.h"

namespace heddle {

// The file's text. Errors name the file: not there, empty, binary (NUL bytes), not UTF-8 (with the line), a
// byte order mark before the first piece, which would become part of it.
Result<std::string> readVocabularyText(const std::filesystem::path& path);

// The pieces of a vocab.txt, checked as WordPiece::load() does, and against a byte order mark.
Result<WordPiece> loadVocabulary(const std::filesystem::path& path, bool lowercase);

// One piece per line, its line number (from 0) its id. Pieces of words, characters and WordPiece hold no line
// ends. Atomic.
Status saveVocabulary(const Tokenizer& tokenizer, const std::filesystem::path& path);

}  // namespace heddle
