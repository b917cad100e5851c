#include "engine/events/inspection.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "engine/base/json.h"

namespace heddle {
namespace {

// In the order of TokenState.
constexpr std::array<std::string_view, 5> kStateNames = {"plain", "masked", "random", "kept", "target"};

// A token travels as [text, segment, begin, end]: five hundred objects with named members would be half
// names.
Json encodeToken(const AttentionToken& token) {
  return Json::array({token.text, token.segment, token.begin, token.end});
}

Error malformed(const char* what, const std::string& found) {
  return {std::string("cannot read ") + what + ": " + found,
          "window and engine must be of the same version of Heddle"};
}

}  // namespace

std::string encodeRequest(const AttentionRequest& request) {
  return dumpJson({{"kind", "attention"},
                   {"id", request.id},
                   {"checkpoint", request.checkpoint},
                   {"text_a", request.text_a},
                   {"text_b", request.text_b},
                   {"array_path", request.array_path}});
}

Result<AttentionRequest> decodeRequest(std::string_view line) {
  const auto json = parseJson(line, "a question");
  if (!json) {
    return malformed("a question", json.error().text);
  }
  const std::string kind = json->is_object() ? jsonValue(*json, "kind", std::string{}) : std::string{};
  if (kind != "attention") {
    return malformed("a question", kind.empty() ? "it has no \"kind\"" : "its kind " + kind + " is unknown");
  }
  AttentionRequest request;
  request.id = jsonValue(*json, "id", int64_t{0});
  request.checkpoint = jsonValue(*json, "checkpoint", std::string{});
  request.text_a = jsonValue(*json, "text_a", std::string{});
  request.text_b = jsonValue(*json, "text_b", std::string{});
  request.array_path = jsonValue(*json, "array_path", std::string{});
  if (request.checkpoint.empty() || request.array_path.empty()) {
    return malformed("a question", "it names no \"checkpoint\" or no \"array_path\"");
  }
  return request;
}

std::string encodeAnswer(const AttentionAnswer& answer) {
  Json tokens = Json::array();
  for (const AttentionToken& token : answer.tokens) {
    tokens.push_back(encodeToken(token));
  }
  return dumpJson({{"kind", "attention"},
                   {"id", answer.id},
                   {"array_path", answer.array_path},
                   {"layers", answer.layers},
                   {"heads", answer.heads},
                   {"tokens", std::move(tokens)},
                   {"truncated", answer.truncated},
                   {"elapsed_ms", answer.elapsed_ms}});
}

std::string encodeFailure(const InspectionFailure& failure) {
  return dumpJson({{"kind", "failure"}, {"id", failure.id}, {"text", failure.text}, {"hint", failure.hint}});
}

Result<InspectionReply> decodeReply(std::string_view line) {
  const auto json = parseJson(line, "an answer");
  if (!json) {
    return malformed("an answer", json.error().text);
  }
  const std::string kind = json->is_object() ? jsonValue(*json, "kind", std::string{}) : std::string{};
  InspectionReply reply;
  if (kind == "failure") {
    reply.failed = true;
    reply.failure = {jsonValue(*json, "id", int64_t{0}), jsonValue(*json, "text", std::string{}),
                     jsonValue(*json, "hint", std::string{})};
    return reply;
  }
  const auto tokens = json->is_object() ? json->find("tokens") : json->end();
  if (kind != "attention" || tokens == json->end() || !tokens->is_array()) {
    return malformed("an answer", kind.empty()          ? "it has no \"kind\""
                                  : kind == "attention" ? "it has no \"tokens\""
                                                        : "its kind " + kind + " is unknown");
  }
  AttentionAnswer& answer = reply.answer;
  answer.id = jsonValue(*json, "id", int64_t{0});
  answer.array_path = jsonValue(*json, "array_path", std::string{});
  answer.layers = jsonValue(*json, "layers", int64_t{0});
  answer.heads = jsonValue(*json, "heads", int64_t{0});
  answer.truncated = jsonValue(*json, "truncated", false);
  answer.elapsed_ms = jsonValue(*json, "elapsed_ms", 0.0);
  answer.tokens.reserve(tokens->size());
  for (const Json& item : *tokens) {
    if (!item.is_array() || item.size() < 4 || !item[0].is_string() || !item[1].is_number_integer() ||
        !item[2].is_number_integer() || !item[3].is_number_integer()) {
      return malformed("an answer", "a token is not [text, segment, begin, end]");
    }
    answer.tokens.push_back(
        {item[0].get<std::string>(), item[1].get<int32_t>(), item[2].get<int32_t>(), item[3].get<int32_t>()});
  }
  return reply;
}

std::string encodeTrainingRow(const TrainingRow& row) {
  Json tokens = Json::array();
  for (const TrainingToken& token : row.tokens) {
    Json made = {{"text", token.text},
                 {"segment", token.segment},
                 {"unit", token.unit},
                 {"grain", token.grain},
                 {"state", kStateNames[static_cast<size_t>(token.state)]}};
    if (!token.label.empty()) {
      made["label"] = token.label;
    }
    if (token.order >= 0) {
      made["order"] = token.order;
    }
    if (token.span >= 0) {
      made["span"] = token.span;
    }
    tokens.push_back(std::move(made));
  }
  Json line = {{"kind", "row"},
               {"row", row.row},
               {"label", row.label < 0 ? Json(nullptr) : Json(row.label)},
               {"label_text", row.label_text},
               {"tokens", std::move(tokens)}};
  if (!row.target.empty()) {
    line["target"] = row.target;
  }
  return dumpJson(line);
}

Result<TrainingRow> decodeTrainingRow(std::string_view line) {
  constexpr const char* kWhat = "a training row";
  const auto json = parseJson(line, kWhat);
  if (!json) {
    return malformed(kWhat, json.error().text);
  }
  if (!json->is_object() || jsonValue(*json, "kind", std::string{}) != "row") {
    return malformed(kWhat, "its \"kind\" is not row");
  }
  const auto tokens = json->find("tokens");
  if (tokens == json->end() || !tokens->is_array()) {
    return malformed(kWhat, "it has no \"tokens\"");
  }
  TrainingRow row;
  row.row = jsonValue(*json, "row", int64_t{0});
  row.label = jsonValue(*json, "label", int32_t{-1});
  row.label_text = jsonValue(*json, "label_text", std::string{});
  row.tokens.reserve(tokens->size());
  for (const Json& item : *tokens) {
    const std::string state = item.is_object() ? jsonValue(item, "state", std::string{}) : std::string{};
    const auto known = std::find(kStateNames.begin(), kStateNames.end(), state);
    if (known == kStateNames.end()) {
      return malformed(kWhat, "the state of a token is \"" + state + "\"");
    }
    row.tokens.push_back({.text = jsonValue(item, "text", std::string{}),
                          .segment = jsonValue(item, "segment", int32_t{0}),
                          .unit = jsonValue(item, "unit", int32_t{-1}),
                          .grain = jsonValue(item, "grain", int32_t{0}),
                          .state = static_cast<TokenState>(known - kStateNames.begin()),
                          .label = jsonValue(item, "label", std::string{}),
                          .order = jsonValue(item, "order", int32_t{-1}),
                          .span = jsonValue(item, "span", int32_t{-1})});
  }
  if (const auto target = json->find("target"); target != json->end()) {
    if (!target->is_array() ||
        !std::all_of(target->begin(), target->end(), [](const Json& piece) { return piece.is_string(); })) {
      return malformed(kWhat, "its \"target\" is no list of texts");
    }
    row.target = target->get<std::vector<std::string>>();
  }
  return row;
}

}  // namespace heddle
