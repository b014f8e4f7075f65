#include "host-tools/report/record_fields.h"

#include <cmath>
#include <ctime>

#include "host-tools/support/failure.h"

namespace host {
namespace {

// Integers up to here are exact in JSON's readers; in nanoseconds they are 104 days. Sums of a
// recording's stay below 2^64.
constexpr uint64_t kLargest = uint64_t{1} << 53;
constexpr int kMostLayers = 4096;

uint64_t checked_number(const Json& value, const std::string& name) {
  if (!value.is_number_unsigned()) {
    throw BadRecord("\"" + name + "\" is no whole number of 0 or more");
  }
  const uint64_t number = value.get<uint64_t>();
  if (number > kLargest) throw BadRecord("\"" + name + "\" is larger than anything that is");
  return number;
}

uint64_t number_of(const Json& record, const char* name, uint64_t missing = 0) {
  const auto found = record.find(name);
  return found == record.end() ? missing : checked_number(*found, name);
}

std::string checked_text(const Json& value, const std::string& name) {
  if (!value.is_string()) throw BadRecord("\"" + name + "\" is no text");
  return value.get<std::string>();
}

int checked_layer(const Json& value) {
  if (!value.is_number_integer() || value < -1 || value >= kMostLayers) {
    throw BadRecord("\"layer\" is no layer");
  }
  return value.get<int>();
}

// The array or object of this name; null when there is none.
const Json* child(const Json& record, const char* name, Json::value_t type) {
  const auto found = record.find(name);
  if (found == record.end()) return nullptr;
  if (found->type() != type) {
    throw BadRecord(std::string("\"") + name + "\" is no " +
                    (type == Json::value_t::array ? "array" : "object"));
  }
  return &*found;
}

const Json& objects_in(const Json& list, const char* name) {
  for (const Json& entry : list) {
    if (!entry.is_object()) {
      throw BadRecord(std::string("\"") + name + "\" holds what is no object");
    }
  }
  return list;
}

std::map<std::string, uint64_t> read_counters(const Json& record) {
  std::map<std::string, uint64_t> counters;
  if (const Json* object = child(record, "counters", Json::value_t::object)) {
    for (const auto& [name, value] : object->items()) counters[name] = checked_number(value, name);
  }
  return counters;
}

}  // namespace

std::string text_of(const Json& record, const char* name) {
  const auto found = record.find(name);
  return found == record.end() ? std::string() : checked_text(*found, name);
}

std::optional<uint64_t> optional_number_of(const Json& record, const char* name) {
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
  machine.board = text_of(record, "board");
  machine.clock = text_of(record, "clock");
  machine.clock_hz = number_of(record, "clock_hz");
  machine.arm_hz = number_of(record, "arm_hz");
  machine.core_hz = number_of(record, "core_hz");
  machine.ram = number_of(record, "ram");
  return machine;
}

ModelFacts read_model(const Json& record) {
  ModelFacts model;
  model.name = text_of(record, "name");
  model.dim = number_of(record, "dim");
  model.hidden_dim = number_of(record, "hidden_dim");
  model.layers = number_of(record, "layers");
  model.heads = number_of(record, "heads");
  model.kv_heads = number_of(record, "kv_heads");
  model.vocab = number_of(record, "vocab");
  model.context = number_of(record, "context");
  model.pinned_bytes = number_of(record, "pinned_bytes");
  model.streamed_bytes = number_of(record, "streamed_bytes");
  return model;
}

MemoryFacts read_memory(const Json& record) {
  MemoryFacts memory;
  memory.ram = number_of(record, "ram");
  if (const Json* parts = child(record, "parts", Json::value_t::array)) {
    for (const Json& part : objects_in(*parts, "parts")) {
      memory.parts.push_back(
          {text_of(part, "name"), text_of(part, "kind"), number_of(part, "bytes")});
    }
  }
  if (const Json* marks = child(record, "high", Json::value_t::array)) {
    for (const Json& mark : objects_in(*marks, "high")) {
      memory.high.push_back(
          {text_of(mark, "name"), number_of(mark, "bytes"), number_of(mark, "used")});
    }
  }
  return memory;
}

Pass read_pass(const Json& record) {
  Pass pass;
  pass.index = number_of(record, "pass");
  pass.position = number_of(record, "position");
  pass.columns = number_of(record, "columns", 1);
  pass.start_ns = number_of(record, "start_ns");
  pass.ns = number_of(record, "ns");
  pass.rest_ns = number_of(record, "rest_ns");
  if (const Json* operations = child(record, "ops", Json::value_t::object)) {
    for (const auto& [name, value] : operations->items()) {
      if (!value.is_array() || value.size() != 2) {
        throw BadRecord("\"" + name + "\" in \"ops\" is no [ns, count]");
      }
      pass.operations.push_back(
          {name, kNoLayer, checked_number(value[0], name), checked_number(value[1], name), {}});
    }
  }
  if (const Json* layers = child(record, "layers", Json::value_t::array)) {
    if (layers->size() > kMostLayers) throw BadRecord("\"layers\" has more layers than any model");
    for (const Json& layer : *layers) pass.layer_ns.push_back(checked_number(layer, "layers"));
  }
  if (const Json* card = child(record, "card", Json::value_t::object)) {
    pass.card_bytes = number_of(*card, "bytes");
    pass.card_wait_ns = number_of(*card, "wait_ns");
  }
  return pass;
}

std::pair<uint64_t, std::vector<Span>> read_trace(const Json& record) {
  std::vector<Span> spans;
  if (const Json* list = child(record, "spans", Json::value_t::array)) {
    for (const Json& span : *list) {
      if (!span.is_array() || span.size() != 4) {
        throw BadRecord("\"spans\" holds what is no [operation, layer, start_ns, ns]");
      }
      spans.push_back({checked_text(span[0], "spans"), checked_layer(span[1]),
                       checked_number(span[2], "spans"), checked_number(span[3], "spans")});
    }
  }
  return {number_of(record, "pass"), std::move(spans)};
}

Profile read_profile(const Json& record) {
  Profile profile;
  profile.ns = number_of(record, "ns");
  profile.rest_ns = number_of(record, "rest_ns");
  profile.lines = 1;
  profile.parts = number_of(record, "parts", 1);
  if (const Json* operations = child(record, "ops", Json::value_t::array)) {
    for (const Json& entry : objects_in(*operations, "ops")) {
      const int layer = entry.contains("layer") ? checked_layer(entry["layer"]) : kNoLayer;
      profile.operations.push_back({text_of(entry, "op"), layer, number_of(entry, "ns"),
                                    number_of(entry, "count"), read_counters(entry)});
    }
  }
  return profile;
}

CardFacts read_card(const Json& record) {
  CardFacts card;
  card.bytes = number_of(record, "bytes");
  card.reads = number_of(record, "reads");
  card.retries = number_of(record, "retries");
  card.crc_retries = number_of(record, "crc_retries");
  card.transfer_ns = number_of(record, "transfer_ns");
  card.wait_ns = number_of(record, "wait_ns");
  return card;
}

AnswerEnd read_end(const Json& record) {
  AnswerEnd end;
  end.reason = text_of(record, "reason");
  end.tokens = number_of(record, "tokens");
  end.prompt_tokens = number_of(record, "prompt_tokens");
  end.first_us = number_of(record, "first_us");
  end.total_us = number_of(record, "total_us");
  // Any 64 bits; it is only shown.
  const auto seed = record.find("seed");
  if (seed != record.end() && seed->is_number_unsigned()) end.seed = seed->get<uint64_t>();
  return end;
}

}  // namespace host
