#include "engine/events/inspection.h"

#include "engine/base/json.h"

namespace heddle {
namespace {

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

}  // namespace heddle
