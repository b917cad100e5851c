// Raw text as documents, whatever form it lies in: plain text, one document per file, JSON Lines,
// WikiExtractor output, each also compressed with gzip or zstd. Streams; a document is the most it holds.

#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace heddle {

enum class CorpusFormat {
  kAuto,       // per file, by its name and its beginning: plain, JSON Lines or WikiExtractor output
  kPlain,      // one paragraph per line, a blank line between documents
  kDocuments,  // each file is one document, one paragraph per line; never guessed
  kJsonLines,  // one object per line, whose member `json_key` is the text: one document, a paragraph per line
  kWikiExtractor,  // <doc id=... title=...>, the title, paragraphs, </doc>; the title is left out
};

// By the name in recipes: auto, plain, documents, jsonl, wikiextractor.
Result<CorpusFormat> corpusFormat(std::string_view name);

struct CorpusReaderOptions {
  // Of a folder all regular files below it in the order of their paths, without hidden ones.
  std::vector<std::filesystem::path> files;
  CorpusFormat format = CorpusFormat::kAuto;
  std::string json_key = "text";
};

class CorpusReader {
 public:
  // Errors: a path that is not there, a folder without files.
  static Result<CorpusReader> open(CorpusReaderOptions options);
  CorpusReader(CorpusReader&&) noexcept;
  CorpusReader& operator=(CorpusReader&&) noexcept;
  ~CorpusReader();

  // Replaces `paragraphs` by the next document's, without blank lines and without white space at the ends;
  // documents without text are passed over; false at the end. Errors name the file and the line: a binary
  // file (NUL bytes), text that is not UTF-8 (stray bytes are let through and skipped later; in JSON they are
  // errors), a line or a document over 64 MB, a file that cannot be read, compressed data that is damaged or
  // ends early, a file that is not of the format asked for, JSON without the member.
  Result<bool> next(std::vector<std::string>& paragraphs);

  const std::vector<std::filesystem::path>& files() const;
  // Share of all bytes, as they lie on the disk, read so far, 0 .. 1.
  double fraction() const;

 private:
  struct Impl;
  explicit CorpusReader(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace heddle
