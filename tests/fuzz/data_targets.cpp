#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "engine/data/content_hash.h"
#include "engine/data/corpus_reader.h"
#include "engine/data/shard.h"
#include "engine/events/event.h"
#include "engine/recipes/parse.h"
#include "tests/fuzz/fuzz.h"

namespace heddle::fuzz {

void shard(std::string_view bytes) {
  // Where the header keeps the file's length and its own hash (shard.h).
  constexpr size_t kFileBytes = 120;
  constexpr size_t kHash = 184;
  std::string image(bytes);
  if (image.size() >= kHash + 8) {
    const uint64_t length = image.size();
    std::memcpy(image.data() + kFileBytes, &length, 8);
    const uint64_t hash = contentHash(std::string_view(image).substr(0, kHash)).low;
    std::memcpy(image.data() + kHash, &hash, 8);
  }
  const Result<Shard> read = Shard::open(fileOf(image));
  if (!read.ok()) {
    return;
  }
  const bool sound = read->check().ok();
  std::vector<int32_t> ids;
  const int64_t sentences = std::min<int64_t>(read->sentences(), 1000);
  for (int64_t sentence = 0; sentence < sentences; ++sentence) {
    const int64_t begin = read->sentenceBegin(sentence);
    const int64_t end = read->sentenceBegin(sentence + 1);
    ids.clear();
    read->appendTokens(begin, end, ids);
    require(!sound || end >= begin);
    for (const int32_t id : ids) {
      require(id >= 0 && id < read->vocabulary().fine_size);
    }
    int64_t tokens = 0;
    for (int64_t unit = read->unitBegin(sentence); unit < read->unitBegin(sentence + 1); ++unit) {
      tokens += read->unitTokens(unit);
      require(read->unitCoarse(unit) < std::max<int64_t>(1, read->vocabulary().coarse_size));
    }
    require(!sound || tokens == end - begin);
    const int64_t document = read->documentOf(sentence);
    require(document >= 0 && document < std::max<int64_t>(1, read->documents()));
  }
}

void jsonLines(std::string_view bytes) {
  Result<CorpusReader> reader =
      CorpusReader::open({.files = {fileOf(bytes)}, .format = CorpusFormat::kJsonLines});
  require(reader.ok());
  std::vector<std::string> paragraphs;
  for (;;) {
    const Result<bool> more = reader->next(paragraphs);
    if (!more.ok() || !*more) {
      return;
    }
    require(!paragraphs.empty());
    for (const std::string& paragraph : paragraphs) {
      require(!paragraph.empty() && paragraph.find('\n') == std::string::npos);
    }
  }
}

void recipe(std::string_view bytes) {
  const ParsedRecipe read = parseRecipe(bytes, "recipe.toml");
  (void)problemsText(read.problems, "recipe.toml");
  if (read.ok()) {
    const ParsedRecipe again = parseRecipe(writeRecipe(read.recipe), "");
    require(again.ok() && again.recipe == read.recipe);
  }
}

void event(std::string_view bytes) {
  if (const auto read = decodeEvent(bytes); read.ok() && read->has_value()) {
    // What was read is a line that is read the same way.
    const std::string line = encodeEvent(**read);
    const auto again = decodeEvent(line);
    require(again.ok() && again->has_value() && encodeEvent(**again) == line);
  }
  (void)decodeUserNote(bytes);
  (void)decodeCommand(bytes);
}

}  // namespace heddle::fuzz
