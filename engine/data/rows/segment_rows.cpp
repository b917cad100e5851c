#include "engine/data/rows/segment_rows.h"

#include <algorithm>

#include "engine/recipes/objective.h"

namespace heddle {
namespace {

TokenRange windowRange(const RowContext& context, const Instance& window) {
  const Corpus& corpus = context.corpus;
  const int64_t document = corpus.documentOf(window.sentence);
  const int64_t begin = corpus.sentenceBegin(window.sentence) + window.skip;
  const int64_t end = corpus.sentenceBegin(corpus.documentBegin(document + 1));
  return {begin, std::min(end, begin + window.target), window.sentence};
}

// Collects sentences of one document after the other into rows.
class RunMaker {
 public:
  RunMaker(const Corpus& corpus, std::vector<Instance>& runs) : corpus_(corpus), runs_(runs) {}

  // `nextTarget` is asked once for each row.
  template <typename NextTarget>
  void add(uint32_t document, const NextTarget& nextTarget) {
    const int64_t end = corpus_.documentBegin(document + 1);
    for (int64_t sentence = corpus_.documentBegin(document); sentence < end; ++sentence) {
      const int64_t tokens = corpus_.sentenceBegin(sentence + 1) - corpus_.sentenceBegin(sentence);
      const int64_t separator = run_.sentences > 0 && new_document_ ? 1 : 0;
      if (run_.sentences > 0 && tokens_ + separator + tokens > run_.target) {
        finish();
      }
      if (run_.sentences == 0) {
        run_ = {static_cast<uint32_t>(sentence), 0, nextTarget(), 0};
        tokens_ = 0;
      }
      tokens_ += tokens + (run_.sentences > 0 && new_document_ ? 1 : 0);
      new_document_ = false;
      ++run_.sentences;
    }
    new_document_ = true;
  }

  void finish() {
    if (run_.sentences == 0) {
      return;
    }
    for (int64_t skip = 0; skip < tokens_; skip += run_.target) {
      run_.skip = static_cast<uint32_t>(skip);
      runs_.push_back(run_);
    }
    run_ = {};
  }

 private:
  const Corpus& corpus_;
  std::vector<Instance>& runs_;
  Instance run_;
  int64_t tokens_ = 0;  // of the run, separators included
  bool new_document_ = false;
};

}  // namespace

std::vector<Instance> makeSentenceRuns(const Corpus& corpus, const Documents& documents,
                                       const ObjectiveRecipe& objective, int64_t length, uint64_t key) {
  const bool across = rowKind(objective) == RowKind::kFullSentences;
  const auto most = static_cast<uint32_t>(length - 2);
  std::vector<Instance> runs;
  RunMaker maker(corpus, runs);
  for (const uint32_t document : documents) {
    RandomStream draws(key, document, 0);
    maker.add(document,
              [&] { return draws.uniform() < objective.short_seq_prob ? 2 + draws.below(most - 1) : most; });
    if (!across) {
      maker.finish();
    }
  }
  maker.finish();
  return runs;
}

std::vector<Instance> makeWindows(const Corpus& corpus, const Documents& documents,
                                  const ObjectiveRecipe& objective, int64_t text_length, uint64_t key) {
  const auto most = static_cast<uint32_t>(text_length);
  std::vector<Instance> windows;
  for (const uint32_t document : documents) {
    RandomStream draws(key, document, 0);
    int64_t sentence = corpus.documentBegin(document);
    int64_t token = corpus.sentenceBegin(sentence);
    const int64_t end = corpus.sentenceBegin(corpus.documentBegin(document + 1));
    while (token < end) {
      while (corpus.sentenceBegin(sentence + 1) <= token) {
        ++sentence;
      }
      const uint32_t target = draws.uniform() < objective.short_seq_prob ? 2 + draws.below(most - 1) : most;
      windows.push_back({static_cast<uint32_t>(sentence), 1, target,
                         static_cast<uint32_t>(token - corpus.sentenceBegin(sentence))});
      token += target;
    }
  }
  return windows;
}

void buildSentenceRun(const RowContext& context, const Instance& run, Row& row) {
  const Corpus& corpus = context.corpus;
  row.addSpecial(context.special.cls, 0);
  int64_t document = corpus.documentOf(run.sentence);
  auto place =
      std::lower_bound(context.documents.begin(), context.documents.end(), static_cast<uint32_t>(document));
  int64_t sentence = run.sentence;
  for (int64_t left = run.sentences; left > 0;) {
    const int64_t end = std::min(sentence + left, corpus.documentBegin(document + 1));
    TokenRange range = sentenceRange(corpus, sentence, end);
    // Only the windows of a single sentence are longer than the target.
    range.begin += run.skip;
    range.end = std::min(range.end, range.begin + run.target);
    appendText(corpus, range, 0, row);
    left -= end - sentence;
    if (left > 0) {
      row.addSpecial(context.special.sep, 0);
      document = *++place;
      sentence = corpus.documentBegin(document);
    }
  }
  row.addSpecial(context.special.sep, 0);
}

void buildWindow(const RowContext& context, const Instance& window, Row& row) {
  row.addSpecial(context.special.cls, 0);
  appendText(context.corpus, windowRange(context, window), 0, row);
  row.addSpecial(context.special.sep, 0);
}

void buildT5Window(const RowContext& context, const Instance& window, Row& row) {
  appendText(context.corpus, windowRange(context, window), 0, row);
  row.addSpecial(context.special.sep, 0);
}

}  // namespace heddle
