#include "engine/text/chinese/segmentation_score.h"

#include <functional>

#include "engine/text/chinese/training_text.h"

namespace heddle {
namespace {

// Hands the words of each line over.
Status forEachSentence(const std::filesystem::path& path,
                       const std::function<void(const std::vector<std::string_view>&)>& take) {
  const std::string doing = "Reading the segmented text ";
  bool any = false;
  const Status read = chinese::forEachLine(path, doing, [&](std::string_view line, int64_t) -> Status {
    if (const auto words = chinese::wordsOfLine(line); !words.empty()) {
      any = true;
      take(words);
    }
    return {};
  });
  if (read.ok() && !any) {
    return Error{doing + path.string() + ": it has no words",
                 "give one sentence per line, a space between words"};
  }
  return read;
}

}  // namespace

Result<WordSet> readWordSet(const std::filesystem::path& segmented) {
  WordSet known;
  const Status read = forEachSentence(segmented, [&known](const std::vector<std::string_view>& words) {
    for (const std::string_view word : words) {
      known.emplace(word);
    }
  });
  if (!read.ok()) {
    return read.error();
  }
  return known;
}

Result<SegmentationScore> scoreSegmentation(const ChineseWords& words, const std::filesystem::path& gold,
                                            const WordSet& known) {
  SegmentationScore score;
  std::string text;
  std::vector<WordSpan> found;
  const Status read = forEachSentence(gold, [&](const std::vector<std::string_view>& gold_words) {
    text.clear();
    for (const std::string_view word : gold_words) {
      text += word;
    }
    found.clear();
    words.segment(text, found);
    score.gold += static_cast<int64_t>(gold_words.size());
    score.found += static_cast<int64_t>(found.size());
    for (const WordSpan& span : found) {
      score.units_of_several += span.characters > 1 ? 1 : 0;
    }
    auto span = found.begin();
    int32_t begin = 0;
    for (const std::string_view word : gold_words) {
      const int32_t end = begin + static_cast<int32_t>(word.size());
      while (span != found.end() && span->begin < begin) {
        ++span;
      }
      const bool right = span != found.end() && span->begin == begin && span->end == end;
      score.right += right ? 1 : 0;
      if (!known.empty() && known.find(std::string(word)) == known.end()) {
        score.unseen += 1;
        score.unseen_right += right ? 1 : 0;
      }
      begin = end;
    }
  });
  if (!read.ok()) {
    return read.error();
  }
  return score;
}

}  // namespace heddle
