#include "engine/data/corpus.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "engine/base/random.h"

namespace heddle {
namespace {

constexpr int64_t kVersion = 2;
constexpr const char* kReportName = "corpus.json";

std::filesystem::path partPath(const std::filesystem::path& folder, int64_t part) {
  const std::string number = std::to_string(part);
  return folder / (std::string(number.size() < 5 ? 5 - number.size() : 0, '0') + number + ".shard");
}

Error corpusError(const std::filesystem::path& path, const std::string& found) {
  return {"cannot use " + path.string() + " as a packed corpus: " + found,
          "delete its folder: it is made anew from the text at the next start"};
}

std::optional<ContentHash> hashFromHex(const std::string& hex) {
  if (hex.size() != 32 || hex.find_first_not_of("0123456789abcdef") != std::string::npos) {
    return std::nullopt;
  }
  return ContentHash{std::stoull(hex.substr(16), nullptr, 16), std::stoull(hex.substr(0, 16), nullptr, 16)};
}

Json usesToJson(const std::vector<CoarseUse>& uses) {
  Json list = Json::array();
  for (const CoarseUse& use : uses) {
    list.push_back({{"text", use.text}, {"count", use.count}});
  }
  return list;
}

// The elements of an array; of anything else none.
Json listOf(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_array() ? *found : Json::array();
}

std::vector<CoarseUse> usesFromJson(const Json& coarse, const char* key) {
  std::vector<CoarseUse> uses;
  for (const Json& use : listOf(coarse, key)) {
    if (use.is_object()) {
      uses.push_back(
          {.text = jsonValue(use, "text", std::string()), .count = jsonValue<int64_t>(use, "count", 0)});
    }
  }
  return uses;
}

}  // namespace

Json CorpusReport::toJson() const {
  Json json = {{"version", kVersion},
               {"parts", parts},
               {"fine_vocab_size", vocabulary.fine_size},
               {"coarse_vocab_size", vocabulary.coarse_size},
               {"tokenizer", vocabulary.hash.hex()},
               {"documents", documents},
               {"sentences", sentences},
               {"tokens", tokens},
               {"units", units},
               {"coarse_units", coarse_units},
               {"coarse_tokens", coarse_tokens},
               {"coarse_rate", coarseRate()},
               {"text_bytes", text_bytes},
               {"filters", filters},
               {"seconds", seconds},
               {"sampled_copy", sampled_copy}};
  if (settings) {
    json["settings"] = *settings;
  }
  if (coarse_uses) {
    json["coarse"] = {{"different", coarse_uses->different},
                      {"most_frequent", usesToJson(coarse_uses->most_frequent)},
                      {"longest", usesToJson(coarse_uses->longest)}};
  }
  return json;
}

Result<CorpusReport> CorpusReport::fromJson(std::string_view text, const std::filesystem::path& path) {
  const Result<Json> json = parseJson(text, path.string());
  if (!json.ok()) {
    return json.error();
  }
  const auto version = json->is_object() ? jsonValue<int64_t>(*json, "version", 0) : 0;
  if (version != kVersion) {
    return corpusError(path, "its format has version " + std::to_string(version) +
                                 ", this program reads version " + std::to_string(kVersion));
  }
  CorpusReport report;
  bool sound = true;
  const auto number = [&](const char* key) {
    const auto found = json->find(key);
    const bool is_count = found != json->end() && found->is_number_unsigned();
    sound = sound && is_count;
    return is_count ? found->get<int64_t>() : 0;
  };
  report.parts = number("parts");
  report.vocabulary.fine_size = number("fine_vocab_size");
  report.vocabulary.coarse_size = number("coarse_vocab_size");
  report.documents = number("documents");
  report.sentences = number("sentences");
  report.tokens = number("tokens");
  report.units = number("units");
  report.coarse_units = number("coarse_units");
  report.coarse_tokens = number("coarse_tokens");
  report.text_bytes = number("text_bytes");
  report.seconds = jsonValue<double>(*json, "seconds", 0);
  const auto hash = hashFromHex(jsonValue<std::string>(*json, "tokenizer", ""));
  if (!sound || !hash) {
    return corpusError(path, "counts or the tokeniser are missing");
  }
  report.vocabulary.hash = *hash;
  if (const auto filters = json->find("filters"); filters != json->end()) {
    report.filters = *filters;
  }
  report.sampled_copy = jsonValue<int64_t>(*json, "sampled_copy", 0);
  if (json->contains("settings")) {
    report.settings.emplace();
    for (const Json& setting : listOf(*json, "settings")) {
      if (setting.is_string()) {
        report.settings->push_back(setting.get<std::string>());
      }
    }
  }
  if (const auto coarse = json->find("coarse"); coarse != json->end() && coarse->is_object()) {
    report.coarse_uses = {.different = jsonValue<int64_t>(*coarse, "different", 0),
                          .most_frequent = usesFromJson(*coarse, "most_frequent"),
                          .longest = usesFromJson(*coarse, "longest")};
  }
  return report;
}

Status CorpusReport::write(const std::filesystem::path& folder) const {
  // Paths among the settings may be of any bytes.
  const std::string text = toJson().dump(2, ' ', false, Json::error_handler_t::replace);
  return writeFileAtomic(folder / kReportName, text + "\n");
}

Result<CorpusReport> CorpusReport::read(const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / kReportName;
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) {
    return Error{"cannot use " + folder.string() +
                     " as a packed corpus: it is not packed to its end: there is no corpus.json",
                 "prepare the same text again: it goes on where it stopped"};
  }
  const Result<std::string> text = readFile(path);
  return text.ok() ? fromJson(*text, path) : Result<CorpusReport>(text.error());
}

HeldoutDocuments::HeldoutDocuments(int64_t documents, double share) : documents_(documents) {
  if (documents >= 2 && share > 0) {
    heldout_ = std::clamp<int64_t>(std::llround(share * static_cast<double>(documents)), 1, documents - 1);
  }
}

// stretch * documents / heldout without overflow.
int64_t HeldoutDocuments::stretchBegin(int64_t stretch) const {
  return stretch * (documents_ / heldout_) + stretch * (documents_ % heldout_) / heldout_;
}

int64_t HeldoutDocuments::stretchOf(int64_t document) const {
  // The estimate is off by one at most.
  auto stretch = static_cast<int64_t>(static_cast<double>(document) * static_cast<double>(heldout_) /
                                      static_cast<double>(documents_));
  stretch = std::clamp<int64_t>(stretch, 0, heldout_ - 1);
  while (stretch > 0 && stretchBegin(stretch) > document) {
    --stretch;
  }
  while (stretch + 1 < heldout_ && stretchBegin(stretch + 1) <= document) {
    ++stretch;
  }
  return stretch;
}

int64_t HeldoutDocuments::heldoutAt(int64_t rank) const {
  const int64_t begin = stretchBegin(rank);
  const uint64_t draw = mixKey(nameKey("held-out documents"), static_cast<uint64_t>(rank));
  return begin + static_cast<int64_t>(draw % static_cast<uint64_t>(stretchBegin(rank + 1) - begin));
}

int64_t HeldoutDocuments::trainingAt(int64_t rank) const {
  if (heldout_ == 0) {
    return rank;
  }
  const auto before = [this](int64_t stretch) { return stretchBegin(stretch) - stretch; };
  // Stretches hold equal numbers of training documents too, but for one: near enough to go on from.
  auto stretch = static_cast<int64_t>(static_cast<double>(rank) * static_cast<double>(heldout_) /
                                      static_cast<double>(documents_ - heldout_));
  stretch = std::clamp<int64_t>(stretch, 0, heldout_ - 1);
  while (stretch > 0 && before(stretch) > rank) {
    --stretch;
  }
  while (stretch + 1 < heldout_ && before(stretch + 1) <= rank) {
    ++stretch;
  }
  const int64_t document = stretchBegin(stretch) + rank - before(stretch);
  return document + (document >= heldoutAt(stretch) ? 1 : 0);
}

int64_t HeldoutDocuments::heldoutBefore(int64_t document) const {
  if (heldout_ == 0 || document >= documents_) {
    return heldout_;
  }
  const int64_t stretch = stretchOf(document);
  return stretch + (heldoutAt(stretch) < document ? 1 : 0);
}

Result<CorpusWriter> CorpusWriter::open(const std::filesystem::path& folder,
                                        const ShardVocabulary& vocabulary, int64_t part_bytes) {
  if (const Status status = makeFolder(folder); !status.ok()) {
    return status.error();
  }
  std::error_code ignored;
  std::filesystem::remove(folder / kReportName, ignored);
  CorpusWriter writer(folder, vocabulary, part_bytes);
  writer.counted_.vocabulary = vocabulary;
  while (writer.count(partPath(folder, writer.counted_.parts)).ok()) {
  }
  for (int64_t part = writer.counted_.parts; std::filesystem::remove(partPath(folder, part), ignored);
       ++part) {
  }
  return writer;
}

// Takes a complete part into the counts.
Status CorpusWriter::count(const std::filesystem::path& path) {
  const Result<Shard> part = Shard::open(path);
  if (!part.ok()) {
    return part.error();
  }
  if (part->vocabulary() != vocabulary_) {
    return corpusError(path, "it was packed with another tokeniser");
  }
  if (const Status status = part->check(); !status.ok()) {
    return status;
  }
  ++counted_.parts;
  counted_.documents += part->documents();
  counted_.sentences += part->sentences();
  counted_.tokens += part->tokens();
  counted_.units += part->units();
  counted_.coarse_units += part->coarseUnits();
  counted_.coarse_tokens += part->coarseTokens();
  source_documents_ += part->sourceDocuments();
  return {};
}

Status CorpusWriter::endDocument(int64_t text_bytes) {
  part_.endDocument();
  bytes_in_part_ += text_bytes;
  return bytes_in_part_ >= part_bytes_ ? endPart() : Status{};
}

Status CorpusWriter::endPart() {
  bytes_in_part_ = 0;
  const std::filesystem::path path = partPath(folder_, counted_.parts);
  const Status status = part_.finish(path);
  return status.ok() ? count(path) : status;
}

Status CorpusWriter::finish(CorpusReport report) {
  if (part_.sourceDocuments() > 0) {
    if (const Status status = endPart(); !status.ok()) {
      return status;
    }
  }
  CorpusReport full = counted_;
  full.text_bytes = report.text_bytes;
  full.filters = std::move(report.filters);
  full.seconds = report.seconds;
  full.sampled_copy = report.sampled_copy;
  return full.write(folder_);
}

Result<Corpus> Corpus::open(const std::filesystem::path& folder, double heldout_share) {
  Result<CorpusReport> report = CorpusReport::read(folder);
  if (!report.ok()) {
    return report.error();
  }
  Corpus corpus;
  corpus.report_ = std::move(*report);
  corpus.begins_.emplace_back();
  for (int64_t index = 0; index < corpus.report_.parts; ++index) {
    Result<Shard> part = Shard::open(partPath(folder, index));
    if (!part.ok()) {
      return part.error();
    }
    if (part->vocabulary() != corpus.report_.vocabulary) {
      return corpusError(partPath(folder, index), "it was packed with another tokeniser than the rest");
    }
    const Begin& before = corpus.begins_.back();
    corpus.begins_.push_back({before.token + part->tokens(), before.sentence + part->sentences(),
                              before.document + part->documents(), before.unit + part->units()});
    corpus.parts_.push_back(std::move(*part));
  }
  const CorpusReport& said = corpus.report_;
  if (corpus.tokens() != said.tokens || corpus.documents() != said.documents ||
      corpus.sentences() != said.sentences || corpus.units() != said.units) {
    return corpusError(folder, "its parts do not hold what corpus.json says");
  }
  if (corpus.documents() == 0) {
    return corpusError(folder, "it holds no documents");
  }
  corpus.heldout_ = HeldoutDocuments(corpus.documents(), heldout_share);
  return corpus;
}

Status Corpus::check() const {
  Status status;
  for (size_t part = 0; status.ok() && part < parts_.size(); ++part) {
    status = parts_[part].check();
  }
  return status;
}

size_t Corpus::partOf(int64_t Begin::*number, int64_t item) const {
  // The part before the first one that begins behind the item; empty parts hold nothing.
  const auto after =
      std::upper_bound(begins_.begin() + 1, begins_.end() - 1, item,
                       [number](int64_t value, const Begin& begin) { return value < begin.*number; });
  return static_cast<size_t>(after - begins_.begin()) - 1;
}

int64_t Corpus::documentBegin(int64_t document) const {
  const size_t part = partOf(&Begin::document, document);
  return begins_[part].sentence + parts_[part].documentBegin(document - begins_[part].document);
}

int64_t Corpus::sentenceBegin(int64_t sentence) const {
  const size_t part = partOf(&Begin::sentence, sentence);
  return begins_[part].token + parts_[part].sentenceBegin(sentence - begins_[part].sentence);
}

int64_t Corpus::unitBegin(int64_t sentence) const {
  const size_t part = partOf(&Begin::sentence, sentence);
  return begins_[part].unit + parts_[part].unitBegin(sentence - begins_[part].sentence);
}

int64_t Corpus::documentOf(int64_t sentence) const {
  const size_t part = partOf(&Begin::sentence, sentence);
  return begins_[part].document + parts_[part].documentOf(sentence - begins_[part].sentence);
}

int32_t Corpus::unitTokens(int64_t unit) const {
  const size_t part = partOf(&Begin::unit, unit);
  return parts_[part].unitTokens(unit - begins_[part].unit);
}

int32_t Corpus::unitCoarse(int64_t unit) const {
  const size_t part = partOf(&Begin::unit, unit);
  return parts_[part].unitCoarse(unit - begins_[part].unit);
}

std::vector<int64_t> Corpus::coarseCounts() const {
  std::vector<int64_t> counts(static_cast<size_t>(coarseVocabSize() - fineVocabSize()), 0);
  for (const Shard& part : parts_) {
    part.countCoarse(counts);
  }
  return counts;
}

void Corpus::appendTokens(int64_t begin, int64_t end, std::vector<int32_t>& out) const {
  while (begin < end) {
    const size_t part = partOf(&Begin::token, begin);
    const int64_t before = begins_[part].token;
    const int64_t stop = std::min(end, begins_[part + 1].token);
    parts_[part].appendTokens(begin - before, stop - before, out);
    begin = stop;
  }
}

}  // namespace heddle
