// JSON of others: parsed with limits, and values taken out with messages that name them.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace host {

using Json = nlohmann::json;

// Throws Failure: no JSON, nested deeper than 64, or a key twice in an object. `name` is the
// file's.
Json parse_json(std::string_view text, const std::string& name);

// Members of an object; nullopt when the key is absent or null. Throw Failure when the value has
// another type.
std::optional<uint32_t> whole_of(const Json& object, const char* key, const std::string& name);
std::optional<double> number_of(const Json& object, const char* key, const std::string& name);
std::optional<bool> flag_of(const Json& object, const char* key, const std::string& name);
std::optional<std::string> text_of(const Json& object, const char* key, const std::string& name);
// Null when it is absent or null; any type.
const Json* member_of(const Json& object, const char* key);

}  // namespace host
