#include "app/text/text_source.h"

#include <algorithm>
#include <fstream>
#include <sstream>

#include "engine/base/json.h"
#include "engine/recipes/parse.h"
#include "engine/text/sample_text.h"

namespace heddle::ui {
namespace {

namespace fs = std::filesystem;

constexpr size_t kWindow = size_t{256} << 10;  // read around a random place; documents beyond it are cut

bool isJsonLines(const fs::path& path) {
  return path.extension() == ".jsonl" || path.extension() == ".json" || path.extension() == ".ndjson";
}

// The files of the source in a fixed order, folders walked through.
Result<std::vector<fs::path>> filesOf(const TextSource& source) {
  std::vector<fs::path> files;
  for (const fs::path& path : source.files) {
    std::error_code problem;
    if (fs::is_directory(path, problem)) {
      for (fs::recursive_directory_iterator it(path, problem), end; !problem && it != end;
           it.increment(problem)) {
        if (it->is_regular_file(problem) && it->path().filename().string().front() != '.') {
          files.push_back(it->path());
        }
      }
    } else if (fs::is_regular_file(path, problem)) {
      files.push_back(path);
    } else {
      return Error{"Text was to be read from " + path.string() + ", which is not there",
                   "choose another source of text"};
    }
  }
  if (files.empty()) {
    return Error{"Text was to be read from " + source.name.toStdString() + ", which holds no file",
                 "choose another source of text"};
  }
  for (const fs::path& path : files) {
    if (path.extension() == ".gz" || path.extension() == ".zst") {
      return Error{path.string() + " is packed, and the Text view reads text as it is", "unpack it first"};
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

Error unreadable(const fs::path& path) {
  return Error{"Text was to be read from " + path.string() + ", which cannot be opened",
               "check that it may be read, or choose another source of text"};
}

Error notText(const fs::path& path) {
  return Error{path.string() + " holds no text that could be read",
               "choose plain text, or JSON Lines whose objects have a member \"text\""};
}

bool insideCharacter(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

std::string jsonText(std::string_view line) {
  const Result<Json> json = parseJson(line, "a line");
  return json && json->is_object() ? jsonValue(*json, "text", std::string()) : std::string();
}

std::string stripped(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const size_t from = text.find_first_not_of(kSpace);
  return from == std::string_view::npos
             ? std::string()
             : std::string(text.substr(from, text.find_last_not_of(kSpace) - from + 1));
}

// Of what was read around a place: what lies between the separators next to it.
std::string documentAround(const std::string& window, size_t at, std::string_view separator) {
  const size_t before = window.rfind(separator, at);
  const size_t from = before == std::string::npos ? 0 : before + separator.size();
  const size_t after = window.find(separator, std::max(at, from));
  return stripped(std::string_view(window).substr(from, after == std::string::npos ? after : after - from));
}

// Of each file, the sum of the sizes up to its end.
std::vector<uint64_t> endsOf(const std::vector<fs::path>& files) {
  std::vector<uint64_t> ends;
  uint64_t total = 0;
  for (const fs::path& path : files) {
    std::error_code missing;
    const auto size = fs::file_size(path, missing);
    total += missing ? 0 : size;
    ends.push_back(total);
  }
  return ends;
}

}  // namespace

Result<TextSource> resolved(const TextSource& source) {
  if (source.recipe.empty()) {
    return source;
  }
  const ParsedRecipe parsed = readRecipe(source.recipe);
  if (!parsed.ok()) {
    return Error{"The run's text is not known: its recipe " + source.recipe.string() +
                     " cannot be read: " + parsed.problems.front().text,
                 "choose another source of text"};
  }
  TextSource found{.name = source.name, .recipe = {}};
  for (const CorpusRecipe& corpus : parsed.recipe.corpora) {
    found.files.insert(found.files.end(), corpus.files.begin(), corpus.files.end());
  }
  found.sample_seed = static_cast<uint64_t>(parsed.recipe.text.sample_seed);
  found.sample_documents = parsed.recipe.text.sample_documents;
  found.sample_language = parsed.recipe.text.sample_language;
  return found;
}

Result<TextSource> asFiles(const TextSource& source, const fs::path& file) {
  if (!source.files.empty()) {
    return source;
  }
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  const SampleOptions options{
      .documents = source.sample_documents, .seed = source.sample_seed, .language = source.sample_language};
  const Status written = writeSampleText(options, out);
  out.close();
  if (!written || out.fail()) {
    return Error{"The sample text could not be written to " + file.string(),
                 "check that there is space in the folder for temporary files"};
  }
  TextSource found = source;
  found.files = {file};
  return found;
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
  if (source.files.empty()) {
    const auto documents = static_cast<uint64_t>(std::max<int64_t>(source.sample_documents, 1));
    return cutTo(stripped(documentText(generateDocument(
                     source.sample_seed, static_cast<int64_t>(draw % documents), source.sample_language))),
                 most_bytes);
  }
  const Result<std::vector<fs::path>> files = filesOf(source);
  if (!files) {
    return files.error();
  }
  // By size, so that every document has about the same chance.
  const std::vector<uint64_t> ends = endsOf(*files);
  if (ends.back() == 0) {
    return notText(files->front());
  }
  const uint64_t place = draw % ends.back();
  const auto chosen = static_cast<size_t>(std::upper_bound(ends.begin(), ends.end(), place) - ends.begin());
  const fs::path& path = (*files)[chosen];
  const uint64_t at = place - (chosen == 0 ? 0 : ends[chosen - 1]);
  const uint64_t begin = at > kWindow ? at - kWindow : 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return unreadable(path);
  }
  file.seekg(static_cast<std::streamoff>(begin));
  std::string window(2 * kWindow, '\0');
  file.read(window.data(), static_cast<std::streamsize>(window.size()));
  window.resize(static_cast<size_t>(file.gcount()));
  if (window.find('\0') != std::string::npos) {
    return notText(path);
  }
  const auto inside = static_cast<size_t>(at - begin);
  std::string text;
  if (isJsonLines(path)) {
    text = jsonText(documentAround(window, inside, "\n"));
  } else {
    text = documentAround(window, inside, "\n\n");
    // The window may begin inside a character.
    text.erase(text.begin(), std::find_if_not(text.begin(), text.end(), insideCharacter));
  }
  if (text.empty()) {
    return notText(path);
  }
  return cutTo(std::move(text), most_bytes);
}

Status readParagraphs(const TextSource& source,
                      const std::function<bool(std::string_view paragraph, double done)>& take) {
  if (source.files.empty()) {
    for (int64_t index = 0; index < source.sample_documents; ++index) {
      const double done = static_cast<double>(index) / static_cast<double>(source.sample_documents);
      const SampleDocument document = generateDocument(source.sample_seed, index, source.sample_language);
      std::istringstream lines(documentText(document));
      for (std::string line; std::getline(lines, line);) {
        if (!line.empty() && !take(line, done)) {
          return {};
        }
      }
    }
    return {};
  }
  const Result<std::vector<fs::path>> files = filesOf(source);
  if (!files) {
    return files.error();
  }
  const auto total = static_cast<double>(endsOf(*files).back());
  double read = 0;
  for (const fs::path& path : *files) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
      return unreadable(path);
    }
    const bool json = isJsonLines(path);
    std::string line;
    while (std::getline(file, line)) {
      read += static_cast<double>(line.size()) + 1;
      if (line.find('\0') != std::string::npos) {
        return notText(path);
      }
      if (json) {
        line = jsonText(line);
      }
      if (!line.empty() && !take(line, total > 0 ? std::min(read / total, 1.0) : 1.0)) {
        return {};
      }
    }
  }
  return {};
}

}  // namespace heddle::ui
