// A packed corpus: a folder of parts and a report.
//   00000.shard, 00001.shard, ...  parts of some 64 MB of text each, in reading order (format: shard.h)
//   corpus.json                    the report, written last: a folder without it is unfinished
// Sentences, documents, tokens and units are numbered through all parts.

#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/json.h"
#include "engine/base/result.h"
#include "engine/data/shard.h"

namespace heddle {

// A phrase or word and how many units of a corpus it is.
struct CoarseUse {
  std::string text;
  int64_t count = 0;
  friend bool operator==(const CoarseUse&, const CoarseUse&) = default;
};

// The coarse grain as a corpus uses it: the lists of AMBERT, table 10.
struct CoarseUses {
  int64_t different = 0;  // phrases (words) that occur
  std::vector<CoarseUse> most_frequent;
  std::vector<CoarseUse> longest;  // most words first, then most characters
  friend bool operator==(const CoarseUses&, const CoarseUses&) = default;
};

// What corpus.json says. Version 2.
struct CorpusReport {
  int64_t parts = 0;
  ShardVocabulary vocabulary;
  int64_t documents = 0;
  int64_t sentences = 0;
  int64_t tokens = 0;         // fine, without [CLS] and [SEP]
  int64_t units = 0;          // words, or phrases (words) and what falls back
  int64_t coarse_units = 0;   // units with a coarse id
  int64_t coarse_tokens = 0;  // tokens of the coarse grain; equal to tokens with one grain
  int64_t text_bytes = 0;
  Json filters;              // what they left out, as document_filter.h has it; null without filters
  double seconds = 0;        // the packing took; of the last process that worked at it
  int64_t sampled_copy = 0;  // 0 = the text as it is, N = the Nth copy of random segmentations
  std::optional<CoarseUses> coarse_uses;  // nothing with one grain, or from a program that did not count them
  // What it was prepared with, as `--set` takes it: the keys of [text] and of its own [[corpus]] that have
  // another value than the default. Nothing from a program that did not keep them.
  std::optional<std::vector<std::string>> settings;

  // Share of coarse units among all units: the phrase rate (Chinese: word rate) of AMBERT, table 10.
  double coarseRate() const {
    return units > 0 ? static_cast<double>(coarse_units) / static_cast<double>(units) : 0;
  }
  Json toJson() const;
  // Error: no JSON, another version, members missing or negative; `path` names it.
  static Result<CorpusReport> fromJson(std::string_view json, const std::filesystem::path& path);
  static Result<CorpusReport> read(const std::filesystem::path& folder);
  // Into the folder of a corpus, in place of the one that is there.
  Status write(const std::filesystem::path& folder) const;
};

// Documents never trained on, as a pure function of the document's number: the documents fall into equal
// stretches, as many as are held out, and each stretch gives one, drawn by its number. With a share above 0
// and two documents or more there is at least one on either side. All in constant time and memory.
class HeldoutDocuments {
 public:
  HeldoutDocuments() = default;
  HeldoutDocuments(int64_t documents, double share);

  int64_t documents() const { return documents_; }  // of both sides
  int64_t count() const { return heldout_; }
  bool contains(int64_t document) const { return count() > 0 && heldoutAt(stretchOf(document)) == document; }

  // Document number `rank` of a side, ascending from 0.
  int64_t heldoutAt(int64_t rank) const;
  int64_t trainingAt(int64_t rank) const;
  // Held-out documents before this one.
  int64_t heldoutBefore(int64_t document) const;

 private:
  int64_t stretchBegin(int64_t stretch) const;
  int64_t stretchOf(int64_t document) const;

  int64_t documents_ = 0;
  int64_t heldout_ = 0;
};

// Writes a corpus part by part; parts that are complete stay when the process ends before finish(). Not
// thread-safe.
class CorpusWriter {
 public:
  static constexpr int64_t kPartBytes = 64 << 20;  // of text

  // Goes on behind the complete parts that are in the folder; unfinished, foreign and damaged ones, those of
  // another vocabulary, and all behind them are removed.
  static Result<CorpusWriter> open(const std::filesystem::path& folder, const ShardVocabulary& vocabulary,
                                   int64_t part_bytes = kPartBytes);

  // Documents of the source that the complete parts hold, with those that came out empty: to be skipped.
  int64_t sourceDocuments() const { return source_documents_; }
  // Tokens of all complete parts and of the one in work.
  int64_t tokens() const { return counted_.tokens + part_.tokens(); }

  // As ShardWriter.
  void addSentence(std::span<const int32_t> ids, std::span<const Unit> units) {
    part_.addSentence(ids, units);
  }
  // `text_bytes`: the document's text; writes the part when it is full.
  Status endDocument(int64_t text_bytes);
  // Writes the last part and the report, whose counts are filled in.
  Status finish(CorpusReport report);

 private:
  CorpusWriter(std::filesystem::path folder, const ShardVocabulary& vocabulary, int64_t part_bytes)
      : folder_(std::move(folder)), vocabulary_(vocabulary), part_bytes_(part_bytes), part_(vocabulary) {}
  Status endPart();
  Status count(const std::filesystem::path& part);

  std::filesystem::path folder_;
  ShardVocabulary vocabulary_;
  int64_t part_bytes_ = 0;
  int64_t source_documents_ = 0;
  int64_t bytes_in_part_ = 0;
  CorpusReport counted_;
  ShardWriter part_;
};

// An open corpus. Move-only. Any number of threads may read. Opening takes a time that depends on the number
// of parts alone.
class Corpus {
 public:
  // `heldout_share`: of the documents, never trained on. Errors: an unfinished corpus, those of
  // Shard::open(), parts that do not belong together or to the report.
  static Result<Corpus> open(const std::filesystem::path& folder, double heldout_share);

  // Reads all bounds once, as Shard::check(); before that, what a damaged file says is confined to it.
  Status check() const;

  const CorpusReport& report() const { return report_; }
  const ShardVocabulary& vocabulary() const { return report_.vocabulary; }
  bool hasCoarse() const { return vocabulary().coarse_size > vocabulary().fine_size; }
  int64_t fineVocabSize() const { return vocabulary().fine_size; }
  int64_t coarseVocabSize() const { return vocabulary().coarse_size; }

  int64_t tokens() const { return begins_.back().token; }
  int64_t sentences() const { return begins_.back().sentence; }
  int64_t documents() const { return begins_.back().document; }
  int64_t units() const { return begins_.back().unit; }
  const HeldoutDocuments& heldout() const { return heldout_; }

  // The first sentence of a document, the first token and the first unit of a sentence; documents(),
  // sentences() give the end of the last one.
  int64_t documentBegin(int64_t document) const;
  int64_t sentenceBegin(int64_t sentence) const;
  int64_t unitBegin(int64_t sentence) const;
  // The document that a sentence belongs to.
  int64_t documentOf(int64_t sentence) const;
  int32_t unitTokens(int64_t unit) const;  // fine tokens of the unit, 1 or more
  int32_t unitCoarse(int64_t unit) const;  // coarse id, or kFallsBack
  // How often each coarse id occurs, that of fineVocabSize() first; empty with one grain.
  std::vector<int64_t> coarseCounts() const;
  // Appends tokens begin .. end.
  void appendTokens(int64_t begin, int64_t end, std::vector<int32_t>& out) const;

 private:
  // Numbers before a part; behind the last part there is one more with the totals.
  struct Begin {
    int64_t token = 0, sentence = 0, document = 0, unit = 0;
  };
  // The part that holds an item; the last one for the end.
  size_t partOf(int64_t Begin::*number, int64_t item) const;

  CorpusReport report_;
  HeldoutDocuments heldout_;
  std::vector<Shard> parts_;
  std::vector<Begin> begins_;
};

}  // namespace heddle
