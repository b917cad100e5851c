// Corpora in memory for the tests of phrases.

#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "engine/text/phrases/phrase_counts.h"
#include "engine/text/sample_text.h"

namespace heddle {

using Paragraphs = std::vector<std::string>;

// Each paragraph a document of its own.
inline TextSource sourceOf(Paragraphs paragraphs) {
  return {[paragraphs = std::move(paragraphs), at = size_t{0}](Paragraphs& out) mutable -> Result<bool> {
    out.clear();
    if (at == paragraphs.size()) {
      return false;
    }
    out.push_back(paragraphs[at++]);
    return true;
  }};
}

inline PhraseCounts countText(Paragraphs paragraphs, const PhraseCountOptions& options) {
  Result<PhraseCounts> counts = countPhrases(sourceOf(std::move(paragraphs)), options);
  EXPECT_TRUE(counts.ok()) << (counts.ok() ? "" : counts.error().message());
  return counts.ok() ? *counts : PhraseCounts{};
}

inline Paragraphs sampleParagraphs(int64_t documents, uint64_t seed = 1) {
  Paragraphs paragraphs;
  for (int64_t index = 0; index < documents; ++index) {
    for (const std::vector<SampleSentence>& sentences : generateDocument(seed, index).paragraphs) {
      paragraphs.push_back(paragraphText(sentences));
    }
  }
  return paragraphs;
}

// The candidate with this text, or one of count 0.
inline PhraseCandidate find(const PhraseCounts& counts, const std::string& text) {
  for (const PhraseCandidate& candidate : counts.candidates) {
    if (phraseText(counts, candidate) == text) {
      return candidate;
    }
  }
  return {};
}

}  // namespace heddle
