#include <algorithm>

#include "engine/cli/runs/text_table.h"
#include "engine/cli/tokenizer/actions.h"
#include "engine/cli/tokenizer/text_input.h"
#include "engine/text/grains/comparison.h"

namespace heddle::tokenizer_actions {
namespace {

Json encodedJson(const Grains& grains, const std::string& text, const GrainedText& grained) {
  Json json = {{"text", text}, {"fine", Json::array()}, {"units", Json::array()}};
  for (size_t number = 0; number < grained.units.size(); ++number) {
    const Unit& unit = grained.units[number];
    const auto first = static_cast<size_t>(unit.first);
    const size_t last = first + static_cast<size_t>(unit.count) - 1;
    for (size_t token = first; token <= last; ++token) {
      const Piece& piece = grained.fine[token];
      json["fine"].push_back({{"id", piece.id},
                              {"text", grains.coarseText(piece.id)},
                              {"begin", piece.begin},
                              {"end", piece.end},
                              {"unit", number}});
    }
    const auto begin = static_cast<size_t>(grained.fine[first].begin);
    const auto end = static_cast<size_t>(grained.fine[last].end);
    json["units"].push_back({{"first", unit.first},
                             {"count", unit.count},
                             {"coarse", unit.coarse == kFallsBack ? Json() : Json(unit.coarse)},
                             {"text", unit.coarse == kFallsBack ? text.substr(begin, end - begin)
                                                                : grains.coarseText(unit.coarse)}});
  }
  std::vector<int32_t> coarse;
  appendCoarse(grained, coarse);
  json["coarse"] = std::move(coarse);
  return json;
}

void printEncoded(const Grains& grains, const GrainedText& grained, std::ostream& out) {
  TextTable table;
  table.addColumn("piece");
  table.addColumn("id", TextTable::Align::kRight);
  table.addColumn("begin", TextTable::Align::kRight);
  table.addColumn("end", TextTable::Align::kRight);
  table.addColumn("unit", TextTable::Align::kRight);
  const bool has_coarse = grains.coarseKind() != CoarseKind::kNone;
  if (has_coarse) {
    table.addColumn("coarse id", TextTable::Align::kRight);
    table.addColumn("coarse");
  }
  for (size_t number = 0; number < grained.units.size(); ++number) {
    const Unit& unit = grained.units[number];
    for (int32_t token = unit.first; token < unit.first + unit.count; ++token) {
      const Piece& piece = grained.fine[static_cast<size_t>(token)];
      std::vector<std::string> row = {grains.coarseText(piece.id), std::to_string(piece.id),
                                      std::to_string(piece.begin), std::to_string(piece.end),
                                      std::to_string(number)};
      if (has_coarse) {
        const bool is_first_of_known = unit.coarse != kFallsBack && token == unit.first;
        row.push_back(is_first_of_known ? std::to_string(unit.coarse) : "");
        row.push_back(is_first_of_known ? grains.coarseText(unit.coarse) : "");
      }
      table.addRow(std::move(row));
    }
  }
  table.print(out);
}

}  // namespace

int encode(const TokenizerOptions& options, std::istream& in, Reporter& reporter) {
  const Result<Grains> grains = openNamed(options, options.tokenizers.front());
  if (!grains.ok()) {
    return reporter.fail(grains.error());
  }
  if (options.sampling.has_value() && !grains->fine().canSample()) {
    return reporter.fail({"a tokeniser of the kind " + std::string(grains->fine().kind()) + " cannot sample",
                          "leave --alpha out, or name a SentencePiece or a byte-level BPE"},
                         kTokenizerBadRequest);
  }
  GrainedText grained;
  const auto show = [&](const std::string& text, uint64_t number) {
    if (options.sampling.has_value()) {
      grains->sample(text, *options.sampling, options.seed + number, grained);
    } else {
      grains->encode(text, grained);
    }
    if (reporter.json()) {
      reporter.result(encodedJson(*grains, text, grained));
    } else {
      printEncoded(*grains, grained, reporter.out());
    }
  };
  for (size_t number = 0; number < options.texts.size(); ++number) {
    show(options.texts[number], number);
  }
  std::string line;
  for (uint64_t number = 0; options.texts.empty(); ++number) {
    const Result<bool> more = readLine(in, line, static_cast<int64_t>(number) + 1);
    if (!more.ok()) {
      return reporter.fail(more.error());
    }
    if (!*more) {
      break;
    }
    show(line, number);
  }
  return kTokenizerDone;
}

namespace {

// The file's or folder's own name, or all that was given where another has the same.
std::string shownName(const std::vector<std::string>& names, const std::string& name) {
  const auto own = [](const std::string& of) { return std::filesystem::path(of).filename().string(); };
  const auto same = std::count_if(names.begin(), names.end(),
                                  [&](const std::string& other) { return own(other) == own(name); });
  return own(name).empty() || same > 1 ? name : own(name);
}

}  // namespace

int compare(const TokenizerOptions& options, Reporter& reporter) {
  std::vector<ComparedTokenizer> compared;
  for (const std::string& name : options.tokenizers) {
    const Result<Grains> grains = openNamed(options, name);
    if (!grains.ok()) {
      return reporter.fail(grains.error());
    }
    const std::string shown = shownName(options.tokenizers, name);
    compared.push_back({shown, *grains});
    if (options.coarse && grains->coarseKind() != CoarseKind::kNone) {
      compared.push_back(
          {shown + " (" + std::string(coarseKindName(grains->coarseKind())) + ")", *grains, true});
    }
  }
  Result<TextInput> input = options.recipe.empty()
                                ? TextInput::open(options.files, options.format, options.json_key)
                                : TextInput::ofRecipe(options.recipe);
  if (!input.ok()) {
    return reporter.fail(input.error(), kTokenizerBadRequest);
  }
  TokenizerComparer comparer(std::move(compared));
  const Status read =
      input->forEachParagraph([&comparer](std::string_view paragraph) { comparer.add(paragraph); },
                              [&reporter](double share) { reporter.progress(share, "counting tokens"); });
  if (!read.ok()) {
    return reporter.fail(read.error());
  }
  const TokenizerComparison comparison =
      comparer.finish(static_cast<size_t>(std::max<int64_t>(0, options.listed)));
  if (reporter.json()) {
    reporter.result(comparison.toJson(options.with_counts));
    return kTokenizerDone;
  }
  std::ostream& out = reporter.out();
  out << comparison.words << " words, " << comparison.word_types << " different\n";
  TextTable table;
  table.addColumn("tokenizer");
  table.addColumn("kind");
  for (const char* title : {"size", "used", "tokens", "per word", "per word type", "unknown"}) {
    table.addColumn(title, TextTable::Align::kRight);
  }
  for (size_t at = 0; at < comparison.tokenizers.size(); ++at) {
    const TokenizerFigures& figures = comparison.tokenizers[at];
    table.addRow({figures.name, figures.kind, std::to_string(figures.size), std::to_string(figures.used),
                  std::to_string(figures.tokens), decimal(comparison.tokensPerWord(at), 3),
                  decimal(comparison.tokensPerWordType(at), 3),
                  decimal(100 * comparison.unknownRate(at), 3) + " %"});
  }
  table.print(out);
  if (comparison.differences.empty()) {
    return kTokenizerDone;
  }
  out << "\nTokens that differ most, as shares of each tokeniser's tokens\n";
  TextTable differences;
  differences.addColumn("token");
  for (const TokenizerFigures& figures : comparison.tokenizers) {
    differences.addColumn(figures.name, TextTable::Align::kRight);
  }
  for (const TokenDifference& difference : comparison.differences) {
    std::vector<std::string> row = {difference.token};
    for (size_t at = 0; at < difference.counts.size(); ++at) {
      row.push_back(decimal(100.0 * static_cast<double>(difference.counts[at]) /
                                static_cast<double>(std::max<int64_t>(1, comparison.tokenizers[at].tokens)),
                            3) +
                    " %");
    }
    differences.addRow(std::move(row));
  }
  differences.print(out);
  return kTokenizerDone;
}

}  // namespace heddle::tokenizer_actions
