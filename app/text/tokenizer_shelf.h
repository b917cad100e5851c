// The tokenisers that the window has opened, each read once, and what they are called. Thread-safe.

#pragma once

#include <QString>
#include <map>
#include <memory>
#include <mutex>
#include <string_view>

#include "engine/base/result.h"
#include "engine/text/grains/grains.h"

namespace heddle::ui {

class TokenizerShelf {
 public:
  // A folder of ours, or published files: see openTokenizer(). An error is not remembered.
  Result<std::shared_ptr<const Grains>> open(const QString& path);
  // To be read again by the next open().
  void forget(const QString& path);

 private:
  std::mutex mutex_;
  std::map<QString, std::shared_ptr<const Grains>> open_;
};

// What people call it: a folder's name, that of the folder around a file with a published name, else the
// file's; for folders named by a hash its first letters, with kind and size once `grains` are known.
QString tokenizerName(const QString& path, const Grains* grains = nullptr);
QString tokenizerName(const QString& path, std::string_view kind, int64_t size);

// "wordpiece, lower-cased, 30,522 entries and 77,645 phrases"
QString tokenizerDetail(const Grains& grains);

}  // namespace heddle::ui
