// One record (a JSON object of docs/protocol.md; kernel/reports/record_names.h has its names) into
// the structures of a recording. Fields that are missing keep their defaults, unknown ones are
// ignored, and those of the wrong kind throw BadRecord, which names them.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "host-tools/report/recording.h"

namespace host {

using Json = nlohmann::json;

class BadRecord : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

std::string text_of(const Json& record, std::string_view name);
std::optional<uint64_t> optional_number_of(const Json& record, std::string_view name);

// When the console received the record ("t", seconds since 1970 or text), as text in UTC.
std::string time_of(const Json& record);

Machine read_machine(const Json& record);
ModelFacts read_model(const Json& record);
MemoryFacts read_memory(const Json& record);
Pass read_pass(const Json& record);
// Of which pass, and its spans.
std::pair<uint64_t, std::vector<Span>> read_trace(const Json& record);
Profile read_profile(const Json& record);
CardFacts read_card(const Json& record);
AnswerEnd read_end(const Json& record);

}  // namespace host
