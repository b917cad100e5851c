#include "engine/text/phrases/ngram_reader.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <thread>

namespace heddle::ngram {
namespace {

constexpr size_t kBatchBytes = 1 << 20;

using Batch = std::vector<std::string>;  // paragraphs

// Batches on their way to the threads, and the first failure on its way back.
class Queue {
 public:
  explicit Queue(size_t capacity) : capacity_(capacity) {}

  // Waits for room. False: a thread has failed.
  bool put(Batch batch) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return batches_.size() < capacity_ || !failure_.ok(); });
    batches_.push_back(std::move(batch));
    changed_.notify_all();
    return failure_.ok();
  }
  // Waits for a batch. False: there is none left, or no use in going on.
  bool take(Batch& batch) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !batches_.empty() || closed_ || !failure_.ok(); });
    if (batches_.empty() || !failure_.ok()) {
      return false;
    }
    batch = std::move(batches_.front());
    batches_.pop_front();
    changed_.notify_all();
    return true;
  }
  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    changed_.notify_all();
  }
  void fail(Error error) {
    const std::lock_guard lock(mutex_);
    if (failure_.ok()) {
      failure_ = std::move(error);
    }
    changed_.notify_all();
  }
  // Once all threads have ended.
  const Status& failure() const { return failure_; }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Batch> batches_;
  size_t capacity_;
  bool closed_ = false;
  Status failure_;
};

// What one thread does with its batches.
class Reader {
 public:
  Reader(const PhraseCountOptions& options, CorpusRuns& out, size_t capacity)
      : options_(options), out_(out), cache_(out.ids), writer_(*out.runs, capacity, /*helpers=*/0) {}

  Status read(const Batch& batch) {
    for (const std::string& paragraph : batch) {
      splitWords(paragraph, options_.lowercase, words_);
      for (const WordList::Word& word : words_.words) {
        if (!isPhraseWord(words_, word)) {
          endRun();
          continue;
        }
        const uint32_t id = cache_.of(words_.text(word));
        if (id == kNothing) {
          return Error{"cannot count phrases: the text has more than " +
                           std::to_string(kWordLimit - kFirstWord) + " different words",
                       "count a part of the corpus"};
        }
        run_.push_back(id);
      }
      endRun();
    }
    if (out_.ids.memoryBytes() > options_.memory_bytes / 4) {
      return Error{"cannot count phrases: " + std::to_string(out_.ids.end() - kFirstWord) +
                       " different words take more than a quarter of the " +
                       std::to_string(options_.memory_bytes >> 20) + " MiB allowed",
                   "allow more memory, or count a part of the corpus"};
    }
    return writer_.status();
  }
  Status finish() { return writer_.finish(); }

 private:
  void endRun() {
    if (run_.empty()) {
      return;
    }
    run_.insert(run_.begin(), kEdge);
    run_.push_back(kEdge);
    const auto longest = static_cast<size_t>(options_.longest);
    for (size_t first = 0; first + 1 < run_.size(); ++first) {
      Key key = 0;
      const size_t end = std::min(run_.size(), first + longest);
      for (size_t item = first; item < end; ++item) {
        key |= at(run_[item], static_cast<int>(item - first));
      }
      writer_.add(key);
    }
    run_.clear();
  }

  const PhraseCountOptions& options_;
  CorpusRuns& out_;
  WordIdCache cache_;
  RunWriter writer_;
  WordList words_;
  std::vector<uint32_t> run_;
};

// Documents to batches, until the source ends, fails or is cancelled.
Status feed(const TextSource& source, const std::function<bool(double)>& progress, Queue& queue) {
  Batch batch;
  size_t bytes = 0;
  std::vector<std::string> document;
  for (;;) {
    Result<bool> more = source.next(document);
    if (!more.ok()) {
      return more.error();
    }
    if (*more) {
      for (std::string& paragraph : document) {
        bytes += paragraph.size();
        batch.push_back(std::move(paragraph));
      }
    }
    if (bytes >= kBatchBytes || (!*more && !batch.empty())) {
      if (!queue.put(std::move(batch))) {
        return {};
      }
      batch = {};
      bytes = 0;
      if (progress && !progress(source.fraction ? source.fraction() : 0.0)) {
        return Error{"counting phrases was cancelled"};
      }
    }
    if (!*more) {
      return {};
    }
  }
}

}  // namespace

Status readNGrams(const TextSource& source, const PhraseCountOptions& options, int threads,
                  const std::function<bool(double)>& progress, CorpusRuns& out) {
  const auto capacity =
      static_cast<size_t>(options.memory_bytes / 2 / threads / static_cast<int64_t>(sizeof(Key)));
  Queue queue(static_cast<size_t>(threads) + 1);
  std::vector<std::thread> workers;
  workers.reserve(static_cast<size_t>(threads));
  for (int index = 0; index < threads; ++index) {
    workers.emplace_back([&options, &out, &queue, capacity] {
      Reader reader(options, out, capacity);
      Status status;
      for (Batch batch; status.ok() && queue.take(batch);) {
        status = reader.read(batch);
      }
      if (status.ok()) {
        status = reader.finish();
      }
      if (!status.ok()) {
        queue.fail(status.error());
      }
    });
  }
  if (const Status fed = feed(source, progress, queue); !fed.ok()) {
    queue.fail(fed.error());
  }
  queue.close();
  for (std::thread& worker : workers) {
    worker.join();
  }
  return queue.failure();
}

}  // namespace heddle::ngram
