// Files of vocabularies and models, read with their size bounded and with the faults that editors leave
// named.

#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "engine/base/result.h"

namespace heddle {

// Ten times the largest that are published. A corpus that is named by mistake is not read into memory.
inline constexpr size_t kMaxVocabularyBytes = size_t{64} << 20;

// The file's bytes. Errors name the file: not there, empty, over kMaxVocabularyBytes.
Result<std::string> readVocabularyFile(const std::filesystem::path& path);

// The same of a text file. Errors also: binary (NUL bytes), not UTF-8 (with the line), a byte order mark
// before the first piece, which would become part of it.
Result<std::string> readVocabularyText(const std::filesystem::path& path);

}  // namespace heddle
