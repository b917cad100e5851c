#include "engine/text/phrases/ngram_tables.h"

#include <algorithm>

namespace heddle::ngram {
namespace {

constexpr int64_t kProgressRecords = 1 << 18;

void countCount(CountsOfCounts& counts, uint64_t count) {
  if (count <= counts.size()) {
    ++counts[count - 1];
  }
}

const Error kCancelled{"counting phrases was cancelled"};

// Closes every n-gram of every length once all records that begin with it have passed.
class CountPass {
 public:
  CountPass(const PhraseCountOptions& options, Tables& tables, RunWriter& neighbours)
      : options_(options),
        min_count_(static_cast<uint64_t>(options.min_count)),
        most_entries_(options.memory_bytes / 4 / static_cast<int64_t>(sizeof(Entry))),
        tables_(tables),
        neighbours_(neighbours) {}

  Status add(const KeyCount& record) {
    const int length = lengthOf(record.key);
    int common = 0;
    while (common < depth_ && common < length && wordAt(record.key, common) == wordAt(key_, common)) {
      ++common;
    }
    while (depth_ > common) {
      close();
    }
    key_ = record.key;
    while (depth_ < length) {
      nodes_[static_cast<size_t>(depth_++)] = {};
    }
    nodes_[static_cast<size_t>(depth_ - 1)].count += record.count;
    if (kept_ > most_entries_) {
      return Error{"cannot count phrases: the n-grams seen " + std::to_string(options_.min_count) +
                       " times or more take over a quarter of the " +
                       std::to_string(options_.memory_bytes >> 20) + " MiB allowed",
                   "allow more memory, or raise the smallest count"};
    }
    return neighbours_.status();
  }
  void finish() {
    while (depth_ > 0) {
      close();
    }
  }

 private:
  struct Node {
    uint64_t count = 0;
    Followers followers;
  };

  void close() {
    const int length = depth_--;
    const Node& node = nodes_[static_cast<size_t>(depth_)];
    const uint32_t first = wordAt(key_, 0);
    const auto n = static_cast<size_t>(length);
    if (length > 1) {
      Node& context = nodes_[static_cast<size_t>(depth_ - 1)];
      context.count += node.count;
      context.followers.add(node.count);
      neighbours_.add(tagged(suffix(prefix(key_, length)) | at(first, length - 1), length - 1));
    }
    if (first == kEdge) {
      return;
    }
    countCount(tables_.counts_of_counts[n], node.count);
    if (wordAt(key_, depth_) == kEdge) {
      return;
    }
    ++tables_.different[n];
    tables_.corpus_words += length == 1 ? static_cast<int64_t>(node.count) : 0;
    if (node.count >= min_count_) {
      tables_.entries[n].push_back({prefix(key_, length), node.count, 0, node.followers, {}});
      ++kept_;
    }
  }

  const PhraseCountOptions& options_;
  uint64_t min_count_;
  int64_t most_entries_;
  Tables& tables_;
  RunWriter& neighbours_;
  std::array<Node, kMaxLength> nodes_;
  Key key_ = 0;
  int depth_ = 0;
  int64_t kept_ = 0;
};

// Takes (n-gram, left neighbour) in order, each pair once, and fills what entries say about left neighbours.
class NeighbourPass {
 public:
  explicit NeighbourPass(Tables& tables) : tables_(tables) {}

  void add(Key key) {
    const int length = tagOf(key);
    const Key ngram = prefix(key, length);
    if (length != length_ || ngram != ngram_) {
      closeNGram();
      if (length != length_ || prefix(ngram, length - 1) != prefix(ngram_, length - 1)) {
        closeContext();
      }
      if (length != length_) {
        next_ = next_context_ = 0;
      }
      length_ = length;
      ngram_ = ngram;
    }
    ++left_;
  }
  void finish() {
    closeNGram();
    closeContext();
  }

 private:
  // The entry of a key, if it was kept; keys are asked for in order.
  static Entry* find(std::vector<Entry>& entries, Key key, size_t& next) {
    while (next < entries.size() && entries[next].key < key) {
      ++next;
    }
    return next < entries.size() && entries[next].key == key ? &entries[next] : nullptr;
  }

  void closeNGram() {
    if (left_ == 0) {
      return;
    }
    const auto n = static_cast<size_t>(length_);
    countCount(tables_.lower_counts[n], left_);
    followers_.add(left_);
    if (Entry* const entry = find(tables_.entries[n], ngram_, next_); entry != nullptr) {
      entry->left = left_;
    }
    left_ = 0;
  }
  void closeContext() {
    if (length_ == 1) {
      tables_.lower_words = followers_;
    } else if (length_ > 1) {
      Entry* const entry =
          find(tables_.entries[static_cast<size_t>(length_ - 1)], prefix(ngram_, length_ - 1), next_context_);
      if (entry != nullptr) {
        entry->lower_followers = followers_;
      }
    }
    followers_ = {};
  }

  Tables& tables_;
  int length_ = 0;
  Key ngram_ = 0;
  uint64_t left_ = 0;
  Followers followers_;
  size_t next_ = 0;
  size_t next_context_ = 0;
};

size_t placeOf(const std::vector<Entry>& entries, Key key) {
  const auto found = std::lower_bound(entries.begin(), entries.end(), key,
                                      [](const Entry& entry, Key wanted) { return entry.key < wanted; });
  return static_cast<size_t>(found - entries.begin());
}

}  // namespace

Result<Tables> makeTables(const RunFile& runs, const PhraseCountOptions& options, int threads,
                          const std::function<bool(double)>& progress) {
  Tables tables;
  Result<std::unique_ptr<RunFile>> neighbours = RunFile::create(options.temporary);
  if (!neighbours.ok()) {
    return neighbours.error();
  }
  const int64_t all = std::max<int64_t>(runs.records(), 1);
  int64_t done = 0;
  KeyCount record;
  {
    const int64_t keys = options.memory_bytes / 4 / static_cast<int64_t>(sizeof(Key));
    RunWriter writer(**neighbours, static_cast<size_t>(keys / (threads + 1)), threads);
    RunMerger merger(runs, options.memory_bytes / 8);
    CountPass pass(options, tables, writer);
    while (merger.next(record)) {
      if (const Status status = pass.add(record); !status.ok()) {
        return status.error();
      }
      if (++done % kProgressRecords == 0 && progress &&
          !progress(0.6 * static_cast<double>(done) / static_cast<double>(all))) {
        return kCancelled;
      }
    }
    if (!merger.status().ok()) {
      return merger.status().error();
    }
    pass.finish();
    if (const Status finished = writer.finish(); !finished.ok()) {
      return finished.error();
    }
  }
  const int64_t pairs = std::max<int64_t>((*neighbours)->records(), 1);
  done = 0;
  RunMerger merger(**neighbours, options.memory_bytes / 8);
  NeighbourPass pass(tables);
  while (merger.next(record)) {
    pass.add(record.key);
    if (++done % kProgressRecords == 0 && progress &&
        !progress(0.6 + 0.4 * static_cast<double>(done) / static_cast<double>(pairs))) {
      return kCancelled;
    }
  }
  if (!merger.status().ok()) {
    return merger.status().error();
  }
  pass.finish();
  return tables;
}

Estimates estimate(const Tables& tables, const std::array<Discounts, kMaxLength + 1>& discounts,
                   const std::array<Discounts, kMaxLength + 1>& lower, int longest, int64_t types) {
  Estimates estimates;
  std::vector<double> shorter;  // q of the entries one word shorter
  for (const Entry& entry : tables.entries[1]) {
    shorter.push_back(
        interpolate(entry.left, tables.lower_words, lower[1], 1.0 / (static_cast<double>(types) + 1)));
  }
  for (int length = 2; length <= longest; ++length) {
    const auto n = static_cast<size_t>(length);
    // Every part of a kept n-gram is at least as frequent and so is kept too.
    const std::vector<Entry>& parts = tables.entries[n - 1];
    std::vector<double> same;
    size_t context = 0;
    for (const Entry& entry : tables.entries[n]) {
      const Key before = prefix(entry.key, length - 1);
      while (parts[context].key != before) {
        ++context;
      }
      const double q = shorter[placeOf(parts, suffix(entry.key))];
      estimates[n].push_back(interpolate(entry.count, parts[context].followers, discounts[n], q));
      if (length < longest) {
        same.push_back(interpolate(entry.left, parts[context].lower_followers, lower[n], q));
      }
    }
    shorter = std::move(same);
  }
  return estimates;
}

}  // namespace heddle::ngram
