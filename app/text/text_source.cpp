#include "app/text/text_source.h"

#include <algorithm>
#include <numeric>
#include <random>

#include "engine/base/file.h"
#include "engine/data/corpus_source.h"
#include "engine/recipes/mixture.h"
#include "engine/recipes/parse.h"
#include "engine/text/sample_text.h"

namespace heddle::ui {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMostRead = size_t{128} << 20;  // bytes of a file's text that a document is drawn from

// A file of a corpus.
struct SourceFile {
  const CorpusRecipe* corpus = nullptr;
  fs::path path;
  double chance = 0;  // not normalised
};

bool insideCharacter(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

Result<CorpusReader> openCorpus(const CorpusRecipe& corpus, std::vector<fs::path> files) {
  const Result<CorpusFormat> format = corpusFormat(corpus.format);
  if (!format.ok()) {
    return format.error();
  }
  return CorpusReader::open({.files = std::move(files), .format = *format, .json_key = corpus.json_key});
}

Result<std::vector<SourceFile>> filesOf(const TextSource& source) {
  const Result<std::vector<double>> weights = mixtureWeights(source.corpora, {});
  if (!weights.ok()) {
    return weights.error();
  }
  std::vector<SourceFile> files;
  for (size_t index = 0; index < source.corpora.size(); ++index) {
    const CorpusRecipe& corpus = source.corpora[index];
    const Result<CorpusReader> reader = openCorpus(corpus, corpus.files);
    if (!reader.ok()) {
      return reader.error();
    }
    const size_t first = files.size();
    double bytes = 0;
    for (const fs::path& path : reader->files()) {
      std::error_code missing;
      const auto size = fs::file_size(path, missing);
      files.push_back({&corpus, path, missing ? 0.0 : static_cast<double>(size)});
      bytes += files.back().chance;
    }
    for (size_t at = first; at < files.size() && !weights->empty() && bytes > 0; ++at) {
      files[at].chance *= (*weights)[index] / bytes;
    }
  }
  return files;
}

int64_t charactersOf(const Paragraphs& document) {
  int64_t characters = 0;
  for (const std::string& paragraph : document) {
    characters +=
        std::count_if(paragraph.begin(), paragraph.end(), [](char c) { return !insideCharacter(c); });
  }
  return characters;
}

std::string joined(const Paragraphs& document) {
  std::string text;
  for (const std::string& paragraph : document) {
    text += (text.empty() ? "" : "\n") + paragraph;
  }
  return text;
}

// One of the file's documents that are neither too short nor too long; "" where there is none.
Result<std::string> drawDocument(const SourceFile& file, std::mt19937_64& random) {
  Result<CorpusReader> reader = openCorpus(*file.corpus, {file.path});
  if (!reader.ok()) {
    return reader.error();
  }
  Paragraphs document;
  std::string drawn;
  uint64_t seen = 0;
  for (size_t read = 0; read < kMostRead;) {
    const Result<bool> more = reader->next(document);
    if (!more.ok()) {
      return more.error();
    }
    if (!*more) {
      break;
    }
    for (const std::string& paragraph : document) {
      read += paragraph.size() + 1;
    }
    const int64_t characters = charactersOf(document);
    if (characters < file.corpus->min_characters ||
        (file.corpus->max_characters > 0 && characters > file.corpus->max_characters)) {
      continue;
    }
    // Algorithm R with room for one: the n-th document stays with the chance 1/n.
    if (random() % ++seen == 0) {
      drawn = joined(document);
    }
  }
  return drawn;
}

}  // namespace

TextSource fileSource(const QString& path) {
  TextSource source{.name = path.section(u'/', -1)};
  source.corpora.emplace_back().files = {path.toStdString()};
  return source;
}

TextSource sampleSource(const QString& name, const std::string& language) {
  TextSource source{.name = name};
  source.text.sample_language = language;
  return source;
}

Result<TextSource> resolved(const TextSource& source) {
  if (source.recipe.empty()) {
    return source;
  }
  ParsedRecipe parsed = readRecipe(source.recipe);
  if (!parsed.ok()) {
    return Error{"The run's text is not known: its recipe " + source.recipe.string() +
                     " cannot be read: " + parsed.problems.front().text,
                 "choose another source of text"};
  }
  return TextSource{.name = source.name,
                    .recipe = {},
                    .corpora = std::move(parsed.recipe.corpora),
                    .text = std::move(parsed.recipe.text)};
}

Status writeAsRecipe(const TextSource& source, const fs::path& file) {
  Recipe recipe;
  recipe.text = source.text;
  recipe.corpora = source.corpora;
  return writeFileAtomic(file, writeRecipe(recipe));
}

std::string cutTo(std::string text, size_t most) {
  if (text.size() > most) {
    while (most > 0 && insideCharacter(text[most])) {
      --most;
    }
    text.resize(most);
  }
  return text;
}

Result<std::string> takeDocument(const TextSource& source, uint64_t draw, size_t most_bytes) {
  if (source.corpora.empty()) {
    const auto documents = static_cast<uint64_t>(std::max<int64_t>(source.text.sample_documents, 1));
    const SampleDocument document =
        generateDocument(static_cast<uint64_t>(source.text.sample_seed),
                         static_cast<int64_t>(draw % documents), source.text.sample_language);
    std::string text = documentText(document);
    text.erase(text.find_last_not_of('\n') + 1);
    return cutTo(std::move(text), most_bytes);
  }
  const Result<std::vector<SourceFile>> files = filesOf(source);
  if (!files.ok()) {
    return files.error();
  }
  std::mt19937_64 random(draw);
  std::vector<double> chances;
  for (const SourceFile& file : *files) {
    chances.push_back(file.chance);
  }
  const bool sized = std::accumulate(chances.begin(), chances.end(), 0.0) > 0;
  const size_t first = sized ? std::discrete_distribution<size_t>(chances.begin(), chances.end())(random) : 0;
  // Where the filters keep nothing of one file, the next one is asked.
  for (size_t at = 0; at < files->size(); ++at) {
    Result<std::string> drawn = drawDocument((*files)[(first + at) % files->size()], random);
    if (!drawn.ok()) {
      return drawn.error();
    }
    if (!drawn->empty()) {
      return cutTo(std::move(*drawn), most_bytes);
    }
  }
  return Error{"A document was to be drawn from " + source.name.toStdString() +
                   ", which has none that its filters keep",
               "choose another source of text, or other limits of length"};
}

Status readParagraphs(const TextSource& source,
                      const std::function<bool(std::string_view paragraph, double done)>& take) {
  const size_t corpora = std::max<size_t>(source.corpora.size(), 1);
  Paragraphs document;
  for (size_t index = 0; index < corpora; ++index) {
    CorpusSource corpus(source.text, source.corpora.empty() ? nullptr : &source.corpora[index]);
    if (const Status opened = corpus.rewind(); !opened.ok()) {
      return opened;
    }
    while (true) {
      const Result<bool> more = corpus.next(document);
      if (!more.ok()) {
        return more.error();
      }
      if (!*more) {
        break;
      }
      const double done = (static_cast<double>(index) + corpus.fraction()) / static_cast<double>(corpora);
      for (const std::string& paragraph : document) {
        if (!take(paragraph, done)) {
          return {};
        }
      }
    }
  }
  return {};
}

}  // namespace heddle::ui
