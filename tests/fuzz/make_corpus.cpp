// Writes the first inputs of the fuzz targets below a folder: small files of every kind, made of nothing but
// what stands here.
//   make_fuzz_corpus tests/fuzz/corpus

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "engine/base/file.h"
#include "engine/base/json.h"
#include "engine/data/shard.h"
#include "engine/events/event.h"
#include "engine/recipes/parse.h"
#include "engine/text/chinese/chinese_trainer.h"
#include "engine/text/phrases/phrase_dictionary.h"
#include "engine/text/subword/sentencepiece_trainer.h"

namespace {

using namespace heddle;

std::filesystem::path root;

bool write(const char* target, const char* name, const std::string& bytes) {
  return makeFolder(root / target).ok() && writeFileAtomic(root / target / name, bytes).ok();
}

// The printable characters that stand for bytes in byte-level vocabularies.
std::string byteVocabulary() {
  std::string json = "{";
  int id = 0;
  const auto add = [&json, &id](const std::string& piece) {
    json += (id > 0 ? "," : "") + dumpJson(piece) + ":" + std::to_string(id);
    ++id;
  };
  int next = 256;
  for (int byte = 0; byte < 256; ++byte) {
    const bool printable = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
    const int code = printable ? byte : next++;
    add(code < 128
            ? std::string(1, static_cast<char>(code))
            : std::string{static_cast<char>(0xC0 | (code >> 6)), static_cast<char>(0x80 | (code & 63))});
  }
  add("th");
  add("the");
  return json + "}";
}

std::string trainedModel(SentencePieceTrainerOptions::Model model) {
  int line = 0;
  SentencePieceTrainerOptions options;
  options.model = model;
  options.vocab_size = 60;
  options.normalization = SentencePieceTrainerOptions::Normalization::kIdentity;
  const auto trained = trainSentencePiece(
      [&line](std::string& out) -> Result<bool> {
        out = "the weaver ties the thread " + std::to_string(line % 7);
        return ++line < 300;
      },
      options);
  return trained.ok() ? *trained : "";
}

bool writeShards() {
  for (const int32_t coarse : {0, 5}) {
    ShardWriter writer({.fine_size = 30, .coarse_size = 30 + coarse});
    for (int32_t document = 0; document < 3; ++document) {
      for (int32_t sentence = 0; sentence < 3; ++sentence) {
        const std::vector<int32_t> ids = {1, 2, 3, document, sentence, 7};
        const std::vector<Unit> units = {
            {0, 2, coarse > 0 ? 31 : kFallsBack}, {2, 1, kFallsBack}, {3, 3, kFallsBack}};
        writer.addSentence(ids, units);
      }
      writer.endDocument();
    }
    if (!makeFolder(root / "shard").ok() ||
        !writer.finish(root / "shard" / (coarse > 0 ? "coarse" : "fine")).ok()) {
      return false;
    }
  }
  return true;
}

bool writePhrases() {
  PhraseDictionary dictionary;
  dictionary.thresholds.min_count = 2;
  dictionary.corpus_words = 100;
  dictionary.corpus_types = 20;
  dictionary.phrases = {{"the loom", 5, .9}, {"a spinning wheel", 3, .75}};
  return makeFolder(root / "phrases").ok() && savePhrases(dictionary, root / "phrases" / "small").ok();
}

bool writeChineseModel() {
  const std::filesystem::path text = root / "words.txt";
  const std::filesystem::path dictionary = root / "dictionary.txt";
  std::ofstream(text) << "\xE7\xBB\x87 \xE5\xB8\x83\n";
  std::ofstream(dictionary) << "\xE7\xBB\x87\xE5\xB8\x83 3\n\xE7\xBB\x87\xE5\xB8\x83\xE6\x9C\xBA 2\nABC 1\n";
  ChineseTraining tagged;
  tagged.segmented = {text};
  tagged.epochs = 1;
  ChineseTraining listed;
  listed.dictionaries = {dictionary};
  const auto with_tagger = trainChineseWords(tagged);
  const auto without = trainChineseWords(listed);
  std::filesystem::remove(text);
  std::filesystem::remove(dictionary);
  return makeFolder(root / "chinese").ok() && with_tagger.ok() && without.ok() &&
         with_tagger->save(root / "chinese" / "tagger").ok() &&
         without->save(root / "chinese" / "dictionary").ok();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("make_fuzz_corpus FOLDER\n", stderr);
    return 2;
  }
  root = argv[1];
  const std::string specials = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n";
  const bool done =
      makeFolder(root).ok() &&
      write("vocabulary", "small", specials + "the\n##s\nloom\n\xE7\xBB\x87\nt\n##h\n##e\n") &&
      write("vocabulary", "crlf", "[PAD]\r\n[UNK]\r\n[CLS]\r\n[SEP]\r\n[MASK]\r\nloom\r\n") &&
      write("vocabulary", "no_unk", "[PAD]\nloom\n") &&
      write("merges", "small", byteVocabulary() + std::string(1, '\0') + "#version: 0.2\nt h\nth e\n") &&
      write("merges", "broken", "{\"a\":0}" + std::string(1, '\0') + "a b\n") &&
      write("sentencepiece", "unigram", trainedModel(SentencePieceTrainerOptions::Model::kUnigram)) &&
      write("sentencepiece", "bpe", trainedModel(SentencePieceTrainerOptions::Model::kBpe)) &&
      writeChineseModel() && writePhrases() && writeShards() &&
      write("jsonlines", "small",
            "{\"text\":\"One.\\nTwo "
            "\\u7ec7.\",\"id\":1}\n\n{\"id\":[1,{\"x\":null}],\"text\":\"\\ud83d\\ude00\"}\n") &&
      write("jsonlines", "broken", "{\"text\":\"cut") && write("jsonlines", "array", "[{\"text\":1}]\n") &&
      write("recipe", "default", writeRecipe(Recipe{})) &&
      write("recipe", "short", "name = \"x\"\n[model]\npreset = \"tiny\"\n[[phase]]\nsteps = 3\n") &&
      write("recipe", "broken", "[model\nhidden_size = -1\nhidden_size = 2\n") &&
      write("event", "metrics", encodeEvent({1.5, Metrics{}})) &&
      write("event", "log", encodeEvent({1.5, LogLine{LogLevel::kWarning, "slow"}})) &&
      write("event", "stopped", encodeEvent({2, RunStopped{StopReason::kFinished, 7}})) &&
      write("event", "note", encodeUserNote({1, "name", "first"})) &&
      write("event", "command", encodeCommand(Command::kStop, 1));
  std::puts(done ? "done" : "could not write everything");
  return done ? 0 : 1;
}
