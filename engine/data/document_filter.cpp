#include "engine/data/document_filter.h"

#include <algorithm>
#include <string_view>

namespace heddle {
namespace {

constexpr int kExamples = 3;
constexpr size_t kBeginningBytes = 80;

constexpr std::array<std::pair<const char*, const char*>, kDocumentFates> kNames = {{
    {"kept", "kept"},
    {"too short", "too_short"},
    {"too long", "too_long"},
    {"duplicate", "duplicate"},
    {"near duplicate", "near_duplicate"},
}};

bool continuesCharacter(char c) {
  return (static_cast<uint8_t>(c) & 0xC0) == 0x80;
}

std::string beginningOf(const std::vector<std::string>& paragraphs) {
  const std::string_view text = paragraphs.empty() ? std::string_view() : paragraphs.front();
  size_t end = std::min(text.size(), kBeginningBytes);
  while (end < text.size() && end > 0 && continuesCharacter(text[end])) {
    --end;
  }
  return std::string(text.substr(0, end)) + (end < text.size() ? "..." : "");
}

}  // namespace

const char* fateName(DocumentFate fate) {
  return kNames[static_cast<size_t>(fate)].first;
}

Json toJson(const FilterReport& report) {
  Json json = {{"compared", report.compared}, {"memory_reached", report.memory_reached}};
  for (size_t fate = 0; fate < kDocumentFates; ++fate) {
    json[kNames[fate].second] = report.documents[fate];
  }
  Json examples = Json::array();
  for (const FilterReport::Example& example : report.examples) {
    Json item = {
        {"fate", fateName(example.fate)}, {"document", example.document}, {"beginning", example.beginning}};
    if (example.earlier >= 0) {
      item["earlier"] = example.earlier;
      item["similarity"] = example.similarity;
    }
    examples.push_back(std::move(item));
  }
  json["examples"] = std::move(examples);
  return json;
}

std::string describe(const FilterReport& report) {
  int64_t read = 0;
  for (const int64_t documents : report.documents) {
    read += documents;
  }
  std::string text = std::to_string(report.of(DocumentFate::kKept)) + " of " + std::to_string(read) +
                     " documents were kept.\n";
  for (size_t fate = 1; fate < kDocumentFates; ++fate) {
    if (report.documents[fate] > 0) {
      text += std::to_string(report.documents[fate]) + " dropped: " + kNames[fate].first + ".\n";
    }
  }
  if (report.memory_reached) {
    text += "The memory for finding duplicates held " + std::to_string(report.compared) +
            " documents; those after them were compared with these only, so some repetitions may remain.\n";
  }
  return text;
}

DocumentFilter::DocumentFilter(const DocumentFilterOptions& options)
    : options_(options), duplicates_(options.similarity, options.memory_bytes) {}

DocumentFilter::Traits DocumentFilter::examine(const std::vector<std::string>& paragraphs) const {
  Traits traits;
  for (const std::string& paragraph : paragraphs) {
    traits.characters += static_cast<int64_t>(paragraph.size()) -
                         std::count_if(paragraph.begin(), paragraph.end(), continuesCharacter);
  }
  if (options_.deduplicate) {
    traits.signature = signatureOf(paragraphs);
  }
  return traits;
}

DocumentFate DocumentFilter::take(const std::vector<std::string>& paragraphs, const Traits& traits) {
  FilterReport::Example example;
  example.document = next_document_++;
  if (traits.characters < options_.min_characters) {
    example.fate = DocumentFate::kTooShort;
  } else if (options_.max_characters > 0 && traits.characters > options_.max_characters) {
    example.fate = DocumentFate::kTooLong;
  } else if (options_.deduplicate) {
    if (const auto match = duplicates_.add(traits.signature, example.document)) {
      example.fate = match->exact ? DocumentFate::kDuplicate : DocumentFate::kNearDuplicate;
      example.earlier = match->document;
      example.similarity = match->similarity;
    }
  }
  const int64_t count = ++report_.documents[static_cast<size_t>(example.fate)];
  const DocumentFate fate = example.fate;
  if (fate != DocumentFate::kKept && count <= kExamples) {
    example.beginning = beginningOf(paragraphs);
    report_.examples.push_back(std::move(example));
  }
  return fate;
}

FilterReport DocumentFilter::report() const {
  FilterReport report = report_;
  report.compared = duplicates_.remembered();
  report.memory_reached = duplicates_.full();
  return report;
}

}  // namespace heddle
