#include "host-tools/report/record_fields.h"

#include <cmath>
#include <ctime>
#include <initializer_list>
#include <type_traits>

#include "kernel/reports/record_names.h"

namespace host {

namespace field = kernel::field;

namespace {

// Integers up to here are exact in JSON's readers; in nanoseconds they are 104 days. Sums of a
// recording's stay below 2^64.
constexpr uint64_t kLargest = uint64_t{1} << 53;
constexpr int kMostLayers = 4096;

// What is wrong with the field `name`.
BadRecord bad(std::string_view name, const std::string& what) {
  return BadRecord("\"" + std::string(name) + "\" " + what);
}

uint64_t checked_number(const Json& value, std::string_view name) {
  if (!value.is_number_unsigned()) throw bad(name, "is not a whole number of 0 or more");
  const uint64_t number = value.get<uint64_t>();
  if (number > kLargest) throw bad(name, "is larger than any real value");
  return number;
}

uint64_t number_of(const Json& record, std::string_view name, uint64_t missing = 0) {
  const auto found = record.find(name);
  return found == record.end() ? missing : checked_number(*found, name);
}

// Reads numbers into their members; one that is missing leaves its member's default.
template <typename Facts>
using Numbers = std::initializer_list<std::pair<std::string_view, uint64_t Facts::*>>;

template <typename Facts>
void read_numbers(const Json& record, Facts& facts, std::type_identity_t<Numbers<Facts>> numbers) {
  for (const auto& [name, member] : numbers) facts.*member = number_of(record, name, facts.*member);
}

std::string checked_text(const Json& value, std::string_view name) {
  if (!value.is_string()) throw bad(name, "is not text");
  return value.get<std::string>();
}

int checked_layer(const Json& value) {
  if (!value.is_number_integer() || value < -1 || value >= kMostLayers) {
    throw bad(field::kLayer, "is not a layer");
  }
  return value.get<int>();
}

// The array or object of this name; null when there is none.
const Json* child(const Json& record, std::string_view name, Json::value_t type) {
  const auto found = record.find(name);
  if (found == record.end()) return nullptr;
  if (found->type() != type) {
    throw bad(name, type == Json::value_t::array ? "is not an array" : "is not an object");
  }
  return &*found;
}

const Json& objects_in(const Json& list, std::string_view name) {
  for (const Json& entry : list) {
    if (!entry.is_object()) {
      throw bad(name, "holds something that is not an object");
    }
  }
  return list;
}

std::map<std::string, uint64_t> read_counters(const Json& record) {
  std::map<std::string, uint64_t> counters;
  if (const Json* object = child(record, field::kCounters, Json::value_t::object)) {
    for (const auto& [name, value] : object->items()) counters[name] = checked_number(value, name);
  }
  return counters;
}

}  // namespace

std::string text_of(const Json& record, std::string_view name) {
  const auto found = record.find(name);
  return found == record.end() ? std::string() : checked_text(*found, name);
}

std::optional<uint64_t> optional_number_of(const Json& record, std::string_view name) {
  if (!record.contains(name)) return {};
  return number_of(record, name);
}

std::string time_of(const Json& record) {
  const auto found = record.find("t");
  if (found == record.end()) return {};
  if (found->is_string()) return found->get<std::string>();
  if (!found->is_number()) return {};
  const double seconds = found->get<double>();
  // Until the year 9999, so that the text has a fixed length.
  if (!(seconds >= 0 && seconds < 253402300800.0)) return {};
  const auto whole = static_cast<std::time_t>(std::floor(seconds));
  std::tm parts{};
  gmtime_r(&whole, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%d %H:%M UTC", &parts);
  return text;
}

Machine read_machine(const Json& record) {
  Machine machine;
  machine.board = text_of(record, field::kBoard);
  machine.version = text_of(record, field::kVersion);
  machine.clock = text_of(record, field::kClock);
  read_numbers(record, machine,
               {{field::kClockHz, &Machine::clock_hz},
                {field::kArmHz, &Machine::arm_hz},
                {field::kCoreHz, &Machine::core_hz},
                {field::kRam, &Machine::ram}});
  return machine;
}

ModelFacts read_model(const Json& record) {
  ModelFacts model;
  model.name = text_of(record, field::kName);
  read_numbers(record, model,
               {{field::kDim, &ModelFacts::dim},
                {field::kHiddenDim, &ModelFacts::hidden_dim},
                {field::kLayers, &ModelFacts::layers},
                {field::kHeads, &ModelFacts::heads},
                {field::kKvHeads, &ModelFacts::kv_heads},
                {field::kVocab, &ModelFacts::vocab},
                {field::kContext, &ModelFacts::context},
                {field::kPinnedBytes, &ModelFacts::pinned_bytes},
                {field::kStreamedBytes, &ModelFacts::streamed_bytes}});
  return model;
}

MemoryFacts read_memory(const Json& record) {
  MemoryFacts memory;
  memory.ram = number_of(record, field::kRam);
  if (const Json* parts = child(record, field::kParts, Json::value_t::array)) {
    for (const Json& part : objects_in(*parts, field::kParts)) {
      memory.parts.push_back({text_of(part, field::kName), text_of(part, field::kKind),
                              number_of(part, field::kBytes)});
    }
  }
  if (const Json* marks = child(record, field::kHigh, Json::value_t::array)) {
    for (const Json& mark : objects_in(*marks, field::kHigh)) {
      memory.high.push_back({text_of(mark, field::kName), number_of(mark, field::kBytes),
                             number_of(mark, field::kUsed)});
    }
  }
  return memory;
}

Pass read_pass(const Json& record) {
  Pass pass;
  read_numbers(record, pass,
               {{field::kPass, &Pass::index},
                {field::kPosition, &Pass::position},
                {field::kColumns, &Pass::columns},
                {field::kStartNs, &Pass::start_ns},
                {field::kNs, &Pass::ns},
                {field::kRestNs, &Pass::rest_ns},
                {field::kRecordsNs, &Pass::records_ns}});
  if (const Json* operations = child(record, field::kOps, Json::value_t::object)) {
    for (const auto& [name, value] : operations->items()) {
      if (!value.is_array() || value.size() != 2) {
        throw bad(name, "in \"ops\" is not [ns, count]");
      }
      pass.operations.push_back(
          {name, kNoLayer, checked_number(value[0], name), checked_number(value[1], name), {}});
    }
  }
  if (const Json* layers = child(record, field::kLayers, Json::value_t::array)) {
    if (layers->size() > kMostLayers) {
      throw bad(field::kLayers, "has more layers than any model");
    }
    for (const Json& layer : *layers)
      pass.layer_ns.push_back(checked_number(layer, field::kLayers));
  }
  if (const Json* card = child(record, field::kCard, Json::value_t::object)) {
    pass.card_bytes = number_of(*card, field::kBytes);
    pass.card_wait_ns = number_of(*card, field::kWaitNs);
  }
  return pass;
}

std::pair<uint64_t, std::vector<Span>> read_trace(const Json& record) {
  std::vector<Span> spans;
  if (const Json* list = child(record, field::kSpans, Json::value_t::array)) {
    for (const Json& span : *list) {
      if (!span.is_array() || span.size() != 4) {
        throw bad(field::kSpans, "holds something that is not [operation, layer, start_ns, ns]");
      }
      spans.push_back({checked_text(span[0], field::kSpans), checked_layer(span[1]),
                       checked_number(span[2], field::kSpans),
                       checked_number(span[3], field::kSpans)});
    }
  }
  return {number_of(record, field::kPass), std::move(spans)};
}

Profile read_profile(const Json& record) {
  Profile profile;
  read_numbers(record, profile,
               {{field::kNs, &Profile::ns},
                {field::kRestNs, &Profile::rest_ns},
                {field::kParts, &Profile::parts}});
  profile.lines = 1;
  if (const Json* operations = child(record, field::kOps, Json::value_t::array)) {
    for (const Json& entry : objects_in(*operations, field::kOps)) {
      const int layer = entry.contains(field::kLayer)
                            ? checked_layer(entry.at(std::string(field::kLayer)))
                            : kNoLayer;
      profile.operations.push_back({text_of(entry, field::kOp), layer, number_of(entry, field::kNs),
                                    number_of(entry, field::kCount), read_counters(entry)});
    }
  }
  return profile;
}

CardFacts read_card(const Json& record) {
  CardFacts card;
  read_numbers(record, card,
               {{field::kBytes, &CardFacts::bytes},
                {field::kReads, &CardFacts::reads},
                {field::kRetries, &CardFacts::retries},
                {field::kCrcRetries, &CardFacts::crc_retries},
                {field::kTransferNs, &CardFacts::transfer_ns},
                {field::kWaitNs, &CardFacts::wait_ns}});
  return card;
}

AnswerEnd read_end(const Json& record) {
  AnswerEnd end;
  end.reason = text_of(record, field::kReason);
  read_numbers(record, end,
               {{field::kTokens, &AnswerEnd::tokens},
                {field::kPromptTokens, &AnswerEnd::prompt_tokens},
                {field::kFirstUs, &AnswerEnd::first_us},
                {field::kTotalUs, &AnswerEnd::total_us},
                {field::kRecordsUs, &AnswerEnd::records_us}});
  // Any 64 bits; it is only shown.
  const auto seed = record.find(field::kSeed);
  if (seed != record.end() && seed->is_number_unsigned()) end.seed = seed->get<uint64_t>();
  return end;
}

}  // namespace host
