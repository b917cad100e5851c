#include "engine/text/phrases/phrase_tokenizer.h"

#include <algorithm>
#include <string>

#include "engine/text/phrases/phrase_words.h"

namespace heddle {
namespace {

constexpr int32_t kNone = -1;

// Twice the entries or more, and a power of two, so that a search ends soon.
size_t slotsFor(size_t entries) {
  size_t slots = 16;
  while (slots < 2 * entries) {
    slots *= 2;
  }
  return slots;
}

// The words of all phrases, numbered.
class WordTable {
 public:
  int32_t find(std::string_view text) const {
    const uint64_t hash = hashWord(text);
    for (size_t at = hash & mask_; slots_[at].word != kNone; at = (at + 1) & mask_) {
      const Slot& slot = slots_[at];
      if (slot.mark == static_cast<uint32_t>(hash >> 32) && slot.length == text.size() &&
          std::string_view(bytes_.data() + slot.offset, slot.length) == text) {
        return slot.word;
      }
    }
    return kNone;
  }
  int32_t findOrAdd(std::string_view text) {
    if (const int32_t word = find(text); word != kNone) {
      return word;
    }
    if (slots_.size() < slotsFor(static_cast<size_t>(size_) + 1)) {
      grow();
    }
    place({static_cast<uint32_t>(hashWord(text) >> 32), size_, bytes_.size(), text.size()}, hashWord(text));
    bytes_ += text;
    return size_++;
  }
  int32_t size() const { return size_; }

 private:
  struct Slot {
    uint32_t mark = 0;  // upper half of the hash
    int32_t word = kNone;
    size_t offset = 0;  // into bytes_
    size_t length = 0;
  };

  void place(const Slot& slot, uint64_t hash) {
    size_t at = hash & mask_;
    while (slots_[at].word != kNone) {
      at = (at + 1) & mask_;
    }
    slots_[at] = slot;
  }
  void grow() {
    const std::vector<Slot> old = std::exchange(slots_, std::vector<Slot>(slots_.size() * 2));
    mask_ = slots_.size() - 1;
    for (const Slot& slot : old) {
      if (slot.word != kNone) {
        place(slot, hashWord({bytes_.data() + slot.offset, slot.length}));
      }
    }
  }

  std::vector<Slot> slots_ = std::vector<Slot>(16);
  size_t mask_ = 15;
  std::string bytes_;
  int32_t size_ = 0;
};

// Steps of the trie below its first level: (node, word) to node.
class StepTable {
 public:
  int32_t find(int32_t node, int32_t word) const {
    const uint64_t key = keyOf(node, word);
    for (size_t at = placeOf(key); slots_[at].next != kNone; at = (at + 1) & mask_) {
      if (slots_[at].key == key) {
        return slots_[at].next;
      }
    }
    return kNone;
  }
  // The step must not be there.
  void add(int32_t node, int32_t word, int32_t next) {
    if (slots_.size() < slotsFor(++used_)) {
      const std::vector<Slot> old = std::exchange(slots_, std::vector<Slot>(slots_.size() * 2));
      mask_ = slots_.size() - 1;
      for (const Slot& slot : old) {
        if (slot.next != kNone) {
          put(slot);
        }
      }
    }
    put({keyOf(node, word), next});
  }

 private:
  struct Slot {
    uint64_t key = 0;
    int32_t next = kNone;
  };
  static uint64_t keyOf(int32_t node, int32_t word) {
    return static_cast<uint64_t>(static_cast<uint32_t>(node)) << 32 | static_cast<uint32_t>(word);
  }
  size_t placeOf(uint64_t key) const {
    return static_cast<size_t>((key * 0x9E3779B97F4A7C15ull) >> 32) & mask_;
  }
  void put(const Slot& slot) {
    size_t at = placeOf(slot.key);
    while (slots_[at].next != kNone) {
      at = (at + 1) & mask_;
    }
    slots_[at] = slot;
  }

  std::vector<Slot> slots_ = std::vector<Slot>(16);
  size_t mask_ = 15;
  size_t used_ = 0;
};

}  // namespace

struct PhraseTokenizer::Tables {
  bool lowercase = true;
  int32_t size = 0;
  WordTable words;
  std::vector<int32_t> first;    // by word: the node that it leads to from the root, or kNone
  std::vector<int32_t> phrases;  // by node: the phrase that ends there, or kNoPhrase
  StepTable steps;
};

PhraseTokenizer::PhraseTokenizer(const PhraseDictionary& dictionary) {
  auto tables = std::make_shared<Tables>();
  tables->lowercase = dictionary.lowercase;
  tables->size = static_cast<int32_t>(dictionary.phrases.size());
  for (size_t index = 0; index < dictionary.phrases.size(); ++index) {
    std::string_view rest = dictionary.phrases[index].text;
    int32_t node = kNone;
    while (!rest.empty()) {
      const size_t end = std::min(rest.find(' '), rest.size());
      const int32_t word = tables->words.findOrAdd(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
      tables->first.resize(static_cast<size_t>(tables->words.size()), kNone);
      int32_t next =
          node == kNone ? tables->first[static_cast<size_t>(word)] : tables->steps.find(node, word);
      if (next == kNone) {
        next = static_cast<int32_t>(tables->phrases.size());
        tables->phrases.push_back(PhraseUnit::kNoPhrase);
        if (node == kNone) {
          tables->first[static_cast<size_t>(word)] = next;
        } else {
          tables->steps.add(node, word, next);
        }
      }
      node = next;
    }
    tables->phrases[static_cast<size_t>(node)] = static_cast<int32_t>(index);
  }
  tables_ = std::move(tables);
}

void PhraseTokenizer::split(std::string_view utf8, std::vector<PhraseUnit>& out) const {
  thread_local WordList words;
  splitWords(utf8, tables_->lowercase, words);
  split(words, out);
}

void PhraseTokenizer::split(const WordList& words, std::vector<PhraseUnit>& out) const {
  thread_local std::vector<int32_t> ids;
  const Tables& tables = *tables_;
  const size_t count = words.words.size();
  ids.resize(count);
  for (size_t index = 0; index < count; ++index) {
    ids[index] = tables.words.find(words.text(words.words[index]));
  }
  out.clear();
  for (size_t first = 0; first < count;) {
    PhraseUnit unit;
    size_t last = first;
    if (ids[first] != kNone) {
      int32_t node = tables.first[static_cast<size_t>(ids[first])];
      for (size_t next = first + 1; node != kNone && next < count && ids[next] != kNone; ++next) {
        node = tables.steps.find(node, ids[next]);
        if (node != kNone && tables.phrases[static_cast<size_t>(node)] != PhraseUnit::kNoPhrase) {
          unit.phrase = tables.phrases[static_cast<size_t>(node)];
          last = next;
        }
      }
    }
    unit.first_word = static_cast<int32_t>(first);
    unit.words = static_cast<int32_t>(last - first + 1);
    unit.begin = words.sourceBegin(words.words[first], 0);
    unit.end = words.sourceEnd(words.words[last], words.words[last].length);
    out.push_back(unit);
    first = last + 1;
  }
}

bool PhraseTokenizer::lowercase() const {
  return tables_->lowercase;
}
int32_t PhraseTokenizer::size() const {
  return tables_->size;
}

}  // namespace heddle
