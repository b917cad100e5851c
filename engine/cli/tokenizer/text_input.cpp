#include "engine/cli/tokenizer/text_input.h"

#include <algorithm>

#include "engine/base/paths.h"
#include "engine/recipes/parse.h"
#include "engine/text/unicode.h"

namespace heddle {

Result<TextInput> TextInput::open(const std::vector<std::string>& files, const std::string& format,
                                  const std::string& json_key) {
  Recipe recipe;
  if (!files.empty()) {
    CorpusRecipe& corpus = recipe.corpora.emplace_back();
    corpus.files.assign(files.begin(), files.end());
    corpus.format = format;
    corpus.json_key = json_key;
  }
  return of(std::move(recipe));
}

Result<TextInput> TextInput::ofRecipe(const std::filesystem::path& path) {
  ParsedRecipe parsed = readRecipe(path);
  if (!parsed.ok()) {
    return Error{"the recipe's text is not known:\n" + problemsText(parsed.problems, path.string())};
  }
  return of(std::move(parsed.recipe));
}

Result<TextInput> TextInput::of(Recipe recipe) {
  TextInput input;
  input.recipe_ = std::make_unique<Recipe>(std::move(recipe));
  for (const CorpusRecipe& corpus : input.recipe_->corpora) {
    input.sources_.emplace_back(input.recipe_->text, &corpus);
  }
  if (input.sources_.empty()) {
    input.sources_.emplace_back(input.recipe_->text, nullptr);
  }
  if (const Status opened = input.rewind(); !opened.ok()) {
    return opened.error();
  }
  return input;
}

Status TextInput::rewind() {
  current_ = 0;
  for (CorpusSource& source : sources_) {
    if (const Status opened = source.rewind(); !opened.ok()) {
      return opened;
    }
  }
  return {};
}

Result<bool> TextInput::next(std::vector<std::string>& paragraphs) {
  for (; current_ < sources_.size(); ++current_) {
    const Result<bool> more = sources_[current_].next(paragraphs);
    if (!more.ok() || *more) {
      return more;
    }
  }
  return false;
}

double TextInput::fraction() const {
  const double whole = static_cast<double>(current_);
  const double part = current_ < sources_.size() ? sources_[current_].fraction() : 0;
  return (whole + part) / static_cast<double>(sources_.size());
}

DocumentSource TextInput::documents() {
  return {[this](std::vector<std::string>& paragraphs) { return next(paragraphs); },
          [this] { return rewind(); }, [this] { return fraction(); }};
}

Status TextInput::forEachParagraph(const std::function<void(std::string_view)>& take,
                                   const std::function<void(double)>& progress) {
  if (const Status opened = rewind(); !opened.ok()) {
    return opened;
  }
  std::vector<std::string> paragraphs;
  for (int64_t count = 0;; ++count) {
    if (count % 64 == 0) {
      progress(fraction());
    }
    const Result<bool> more = next(paragraphs);
    if (!more.ok()) {
      return more.error();
    }
    if (!*more) {
      return {};
    }
    for (std::string_view paragraph : paragraphs) {
      while (!paragraph.empty()) {
        take(takeStretch(paragraph, kStretchBytes));
      }
    }
  }
}

Result<bool> readLine(std::istream& in, std::string& line, int64_t number) {
  line.clear();
  std::streambuf& buffer = *in.rdbuf();
  using Traits = std::streambuf::traits_type;
  for (auto c = buffer.sbumpc();; c = buffer.sbumpc()) {
    if (c == Traits::eof() || c == '\n') {
      const bool is_line = c == '\n' || !line.empty();
      if (line.ends_with('\r')) {
        line.pop_back();
      }
      return is_line;
    }
    if (line.size() == kMaxLineBytes) {
      return Error{"cannot encode line " + std::to_string(number) + ": it is longer than 1 MB",
                   "put a line end behind each paragraph"};
    }
    line.push_back(Traits::to_char_type(c));
  }
}

std::filesystem::path tokenizerPath(const std::string& name, const std::string& workspace) {
  std::error_code code;
  const Workspace space{workspace.empty() ? defaultWorkspace() : std::filesystem::path(workspace)};
  const std::filesystem::path kept = space.tokenizers() / name;
  return !std::filesystem::exists(name, code) && std::filesystem::exists(kept, code)
             ? kept
             : std::filesystem::path(name);
}

}  // namespace heddle
