#include "engine/text/grains/tokenizer_folder.h"

#include <algorithm>
#include <array>

#include "engine/base/file.h"
#include "engine/base/json.h"
#include "engine/text/subword/byte_bpe.h"
#include "engine/text/subword/hf_wordpiece.h"
#include "engine/text/subword/sentencepiece.h"
#include "engine/text/subword/word_tokenizer.h"
#include "engine/text/vocabulary_file.h"

namespace heddle {
namespace {

namespace fs = std::filesystem;

using SharedTokenizer = std::shared_ptr<const Tokenizer>;

constexpr int kFormat = 2;
constexpr const char* kAbout = "tokenizer.json";
constexpr const char* kPhrases = "phrases.txt";
constexpr const char* kModel = "words.model";
constexpr const char* kWords = "words.txt";

constexpr std::array<std::string_view, 4> kVocabularyKinds = {"wordpiece", "wordpiece-hf", "words",
                                                              "characters"};

bool isThere(const fs::path& path) {
  std::error_code code;
  return fs::exists(path, code);
}
bool isFolder(const fs::path& path) {
  std::error_code code;
  return fs::is_directory(path, code);
}

template <typename T>
Result<SharedTokenizer> shared(Result<std::unique_ptr<T>> loaded) {
  return loaded.ok() ? Result<SharedTokenizer>(SharedTokenizer(std::move(*loaded)))
                     : Result<SharedTokenizer>(loaded.error());
}

Result<SharedTokenizer> loadVocabularyKind(const fs::path& path, std::string_view kind, bool lowercase) {
  if (kind == "wordpiece-hf") {
    return shared(HfWordPiece::load(path, lowercase));
  }
  if (kind == "words" || kind == "characters") {
    return shared(WordTokenizer::load(
        path, {.unit = kind == "words" ? WordUnit::kWord : WordUnit::kCharacter, .lowercase = lowercase}));
  }
  Result<WordPiece> pieces = WordPiece::load(path, lowercase);
  return pieces.ok() ? Result<SharedTokenizer>(SharedTokenizer(makeTokenizer(std::move(*pieces))))
                     : Result<SharedTokenizer>(pieces.error());
}

bool isVocabularyKind(std::string_view kind) {
  return std::find(kVocabularyKinds.begin(), kVocabularyKinds.end(), kind) != kVocabularyKinds.end();
}

// Lines of words.txt.
Result<std::vector<std::string>> readWords(const fs::path& path) {
  const Result<std::string> text = readVocabularyFile(path);
  if (!text.ok()) {
    return text.error();
  }
  std::vector<std::string> words;
  for (std::string_view rest = *text; !rest.empty();) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    if (line.ends_with('\r')) {
      line.remove_suffix(1);
    }
    words.emplace_back(line);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return words;
}

// Adds the file to an error that speaks of its contents.
Error inFile(const fs::path& path, const Error& error) {
  return {error.text + " (" + path.string() + ")", error.hint};
}

// A setting that the publisher wrote beside the vocabulary, under either name.
std::optional<bool> publishedLowercase(const fs::path& folder) {
  for (const auto& [file, key] :
       {std::pair{"tokenizer_config.json", "do_lower_case"}, {kAbout, "lowercase"}}) {
    const Result<std::string> text = readFile(folder / file);
    const Result<Json> json = text.ok() ? parseJson(*text, file) : Result<Json>(text.error());
    if (json.ok() && json->is_object() && json->contains(key) && (*json)[key].is_boolean()) {
      return (*json)[key].get<bool>();
    }
  }
  return std::nullopt;
}

// True where hardly any piece has a capital: specials, and what ideographs stand beside, are few.
bool looksLowercase(std::string_view vocabulary) {
  size_t lines = 0;
  size_t capitals = 0;
  while (!vocabulary.empty()) {
    const size_t end = std::min(vocabulary.find('\n'), vocabulary.size());
    const std::string_view line = vocabulary.substr(0, end);
    const bool is_special = line.starts_with('[');
    capitals +=
        !is_special && std::any_of(line.begin(), line.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
    ++lines;
    vocabulary.remove_prefix(std::min(end + 1, vocabulary.size()));
  }
  return capitals * 100 <= lines;
}

bool isJson(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && text[first] == '{';
}

// The other file of a byte-level BPE: the same name with the one word for the other, or the usual name.
fs::path partner(const fs::path& path, std::string_view word, std::string_view other, const char* usual) {
  std::string name = path.stem().string();
  if (const size_t at = name.rfind(word); at != std::string::npos) {
    name.replace(at, word.size(), other);
    for (const char* extension : {".txt", ".json"}) {
      if (const fs::path named = path.parent_path() / (name + extension); isThere(named)) {
        return named;
      }
    }
  }
  return path.parent_path() / usual;
}

// One published file, and what lies beside it.
class Opener {
 public:
  Opener(fs::path path, const OpenOptions& options) : path_(std::move(path)), options_(options) {}

  Result<SharedTokenizer> open() const {
    const Result<std::string> bytes = readVocabularyFile(path_);
    if (!bytes.ok()) {
      return bytes.error();
    }
    const std::string_view text = *bytes;
    const bool is_binary = text.find('\0') != std::string_view::npos;
    if (path_.extension() == ".model" || is_binary) {
      return sentencePiece(text);
    }
    if (isJson(text)) {
      return json(text);
    }
    if (text.starts_with("#version") || path_.filename() == "merges.txt") {
      return byteBpe(partner(path_, "merges", "vocab", "vocab.json"), path_);
    }
    return vocabulary(text);
  }

 private:
  Error refuse(const std::string& found, const char* hint) const {
    return {"cannot use " + path_.string() + " as a tokeniser: " + found, hint};
  }
  Status checkKind(std::string_view found) const {
    if (options_.kind.empty() || options_.kind == found ||
        (isVocabularyKind(options_.kind) && isVocabularyKind(found))) {
      return {};
    }
    return refuse("its kind is " + std::string(found) + ", not " + options_.kind,
                  "name another file, or leave the kind to the file");
  }

  Result<SharedTokenizer> sentencePiece(std::string_view bytes) const {
    Result<SharedTokenizer> loaded = shared(SentencePiece::fromBytes(bytes, path_.string()));
    if (loaded.ok()) {
      if (const Status kind = checkKind((*loaded)->kind()); !kind.ok()) {
        return kind.error();
      }
    }
    return loaded;
  }

  Result<SharedTokenizer> json(std::string_view text) const {
    const Result<Json> parsed = parseJson(text, path_.string());
    if (!parsed.ok()) {
      return parsed.error();
    }
    if (parsed->contains("model") && (*parsed)["model"].is_object()) {
      return refuse("it is a tokenizer.json of Hugging Face",
                    "name the vocab.txt, the .model, or the vocab.json and merges.txt published beside it");
    }
    return byteBpe(path_, partner(path_, "vocab", "merges", "merges.txt"));
  }

  Result<SharedTokenizer> byteBpe(const fs::path& vocabulary, const fs::path& merges) const {
    if (const Status kind = checkKind("byte-bpe"); !kind.ok()) {
      return kind.error();
    }
    for (const fs::path& needed : {vocabulary, merges}) {
      if (!isThere(needed)) {
        return refuse(needed.string() + " is not there, and a byte-level BPE is two files",
                      "put vocab.json and merges.txt into one folder");
      }
    }
    return shared(ByteBpe::load(vocabulary, merges));
  }

  Result<SharedTokenizer> vocabulary(std::string_view text) const {
    const std::string_view first = text.substr(0, text.find('\n'));
    if (first.find('\t') != std::string_view::npos) {
      return refuse("it is a list of pieces and scores, which SentencePiece writes beside a model",
                    "name the .model file");
    }
    const std::string kind = options_.kind.empty() ? "wordpiece" : options_.kind;
    if (const Status checked = checkKind("wordpiece"); !checked.ok()) {
      return checked.error();
    }
    std::optional<bool> lowercase = options_.lowercase;
    if (!lowercase.has_value()) {
      lowercase = publishedLowercase(path_.parent_path());
    }
    return loadVocabularyKind(path_, kind, lowercase.value_or(looksLowercase(text)));
  }

  fs::path path_;
  const OpenOptions& options_;
};

// The file of a folder to open: by the usual names, else its only .model.
Result<fs::path> publishedFile(const fs::path& folder) {
  if (isThere(folder / "vocab.json") && isThere(folder / "merges.txt")) {
    return folder / "vocab.json";
  }
  for (const char* name : {"spiece.model", "sentencepiece.bpe.model", "tokenizer.model", "vocab.txt"}) {
    if (isThere(folder / name)) {
      return folder / name;
    }
  }
  std::vector<fs::path> models;
  std::error_code code;
  for (const auto& entry : fs::directory_iterator(folder, code)) {
    if (entry.path().extension() == ".model") {
      models.push_back(entry.path());
    }
  }
  if (models.size() == 1) {
    return models.front();
  }
  return Error{"cannot find a tokeniser in " + folder.string() + ": " +
                   (models.empty() ? "there is no vocab.txt, no .model, no vocab.json with merges.txt"
                                   : "there are " + std::to_string(models.size()) + " .model files"),
               "name the file itself"};
}

Result<Grains> withPhraseFile(SharedTokenizer fine, const fs::path& path) {
  Result<PhraseDictionary> phrases = loadPhrases(path);
  if (!phrases.ok()) {
    return phrases.error();
  }
  Result<Grains> grains = Grains::withPhrases(std::move(fine), std::move(*phrases));
  return grains.ok() ? std::move(grains) : inFile(path, grains.error());
}

Result<Grains> withWordFiles(SharedTokenizer fine, const fs::path& folder, bool lowercase) {
  Result<ChineseWords> words = ChineseWords::load(folder / kModel);
  Result<std::vector<std::string>> vocabulary = readWords(folder / kWords);
  if (!words.ok() || !vocabulary.ok()) {
    return words.ok() ? vocabulary.error() : words.error();
  }
  Result<Grains> grains =
      Grains::withWords(std::move(fine), std::move(*words), std::move(*vocabulary), lowercase);
  return grains.ok() ? std::move(grains) : inFile(folder / kWords, grains.error());
}

// Our own tokenizer.json; nullopt where there is none, or somebody else's.
Result<std::optional<Json>> readAbout(const fs::path& folder) {
  const fs::path path = folder / kAbout;
  if (!isThere(path)) {
    return std::optional<Json>();
  }
  const Result<std::string> text = readFile(path);
  if (!text.ok()) {
    return text.error();
  }
  Result<Json> json = parseJson(*text, path.string());
  if (!json.ok()) {
    return json.error();
  }
  const bool is_ours = json->is_object() && json->contains("format") && (*json)["format"].is_number_integer();
  return is_ours ? std::optional<Json>(std::move(*json)) : std::nullopt;
}

Result<Grains> loadOwn(const fs::path& folder, const Json& about) {
  const auto refuse = [&folder](const std::string& found, const char* hint) {
    return Error{"cannot use " + (folder / kAbout).string() + ": " + found, hint};
  };
  if (about["format"].get<int64_t>() != kFormat) {
    return refuse(
        "its format is " + about["format"].dump() + ", this program reads " + std::to_string(kFormat),
        "use the version of Heddle that wrote it, or train the tokeniser again");
  }
  const auto kind = jsonValue<std::string>(about, "kind", "");
  const auto coarse = jsonValue<std::string>(about, "coarse", "");
  const bool lowercase = jsonValue(about, "lowercase", false);
  Result<SharedTokenizer> fine =
      isVocabularyKind(kind)               ? loadVocabularyKind(folder / "vocab.txt", kind, lowercase)
      : kind == "unigram" || kind == "bpe" ? shared(SentencePiece::load(folder / "spiece.model"))
      : kind == "byte-bpe"
          ? shared(ByteBpe::load(folder / "vocab.json", folder / "merges.txt"))
          : Result<SharedTokenizer>(refuse("it knows no kind \"" + kind + "\"", "train the tokeniser again"));
  if (!fine.ok()) {
    return fine.error();
  }
  Result<Grains> grains = coarse == "none"      ? Result<Grains>(Grains(*fine, lowercase))
                          : coarse == "phrases" ? withPhraseFile(*fine, folder / kPhrases)
                          : coarse == "words"
                              ? withWordFiles(*fine, folder, lowercase)
                              : Result<Grains>(refuse("it knows no coarse grain \"" + coarse + "\"",
                                                      "train the tokeniser again"));
  if (!grains.ok()) {
    return grains;
  }
  if (!about.contains("lowercase") || !about["lowercase"].is_boolean()) {
    return refuse("it does not say whether text is lower-cased", "train the tokeniser again");
  }
  if (kind != (*fine)->kind() || jsonValue<int64_t>(about, "size", -1) != grains->fineSize() ||
      jsonValue<int64_t>(about, "coarse_size", -1) != grains->coarseSize()) {
    return refuse("it stands for a " + kind + " of " + std::to_string(jsonValue<int64_t>(about, "size", -1)) +
                      " pieces, " + std::to_string(jsonValue<int64_t>(about, "coarse_size", -1)) +
                      " with the coarse ones, but the files beside it hold a " +
                      std::string((*fine)->kind()) + " of " + std::to_string(grains->fineSize()) + " and " +
                      std::to_string(grains->coarseSize()),
                  "the files were exchanged; copy the whole folder again, or train the tokeniser again");
  }
  return grains;
}

}  // namespace

Status saveGrains(const Grains& grains, const fs::path& folder) {
  Status status = makeFolder(folder);
  const auto write = [&](const std::string& name, std::string_view bytes) {
    status = status.ok() ? writeFileAtomic(folder / name, bytes) : status;
  };
  // Before the fine grain, which could be taken for a published one that is all there is.
  if (status.ok() && grains.coarseKind() == CoarseKind::kPhrases) {
    status = savePhrases(*grains.phrases(), folder / kPhrases);
  }
  if (status.ok() && grains.coarseKind() == CoarseKind::kWords) {
    status = grains.words()->save(folder / kModel);
    std::string words;
    for (const std::string& word : grains.wordVocabulary()) {
      words += word;
      words += '\n';
    }
    write(kWords, words);
  }
  for (const TokenizerFile& file : grains.fine().files()) {
    write(file.name, file.bytes);
  }
  const Json about = {{"format", kFormat},
                      {"kind", grains.fine().kind()},
                      {"lowercase", grains.lowercase()},
                      {"coarse", coarseKindName(grains.coarseKind())},
                      {"size", grains.fineSize()},
                      {"coarse_size", grains.coarseSize()}};
  write(kAbout, dumpJson(about) + "\n");
  return status;
}

Result<Grains> loadGrains(const fs::path& folder) {
  const Result<std::optional<Json>> about = readAbout(folder);
  if (!about.ok()) {
    return about.error();
  }
  if (!about->has_value()) {
    return Error{
        "cannot use " + folder.string() + " as a tokeniser: it has no " + kAbout + " that Heddle wrote",
        "name a folder of WORKSPACE/tokenizers, or train a tokeniser"};
  }
  return loadOwn(folder, **about);
}

Result<Grains> openTokenizer(const fs::path& path, const OpenOptions& options) {
  if (!isThere(path)) {
    return Error{"cannot open the tokeniser " + path.string() + ": there is no such file or folder",
                 "name a vocab.txt, a .model, a vocab.json, or a tokeniser's folder"};
  }
  fs::path file = path;
  if (isFolder(path) || path.filename() == kAbout) {
    const fs::path folder = isFolder(path) ? path : path.parent_path();
    const Result<std::optional<Json>> about = readAbout(folder);
    if (!about.ok()) {
      return about.error();
    }
    if (about->has_value()) {
      Result<Grains> grains = loadOwn(folder, **about);
      return grains.ok() && !options.phrases.empty() ? withPhraseFile(grains->sharedFine(), options.phrases)
                                                     : std::move(grains);
    }
    if (isFolder(path)) {
      const Result<fs::path> found = publishedFile(folder);
      if (!found.ok()) {
        return found.error();
      }
      file = *found;
    }
  }
  Result<SharedTokenizer> fine = Opener(file, options).open();
  if (!fine.ok()) {
    return fine.error();
  }
  return options.phrases.empty() ? Result<Grains>(Grains(std::move(*fine), options.lowercase.value_or(false)))
                                 : withPhraseFile(std::move(*fine), options.phrases);
}

}  // namespace heddle
