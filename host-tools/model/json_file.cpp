#include "host-tools/model/json_file.h"

#include <limits>
#include <set>
#include <vector>

#include "host-tools/support/failure.h"

namespace host {
namespace {

constexpr int kMostDepth = 64;

[[noreturn]] void fail_member(const std::string& name, const char* key, const char* wanted) {
  fail("{}: \"{}\" is not {}", name, key, wanted);
}

}  // namespace

Json parse_json(std::string_view text, const std::string& name) {
  std::vector<std::set<std::string>> keys;  // of the objects that are open
  const auto check = [&](int depth, Json::parse_event_t event, Json& parsed) {
    if (depth > kMostDepth) fail("{}: is nested deeper than {}", name, kMostDepth);
    switch (event) {
      case Json::parse_event_t::object_start:
        keys.emplace_back();
        break;
      case Json::parse_event_t::object_end:
        keys.pop_back();
        break;
      case Json::parse_event_t::key: {
        const auto& key = parsed.get_ref<const std::string&>();
        if (!keys.back().insert(key).second) fail("{}: has the key \"{}\" twice", name, key);
        break;
      }
      default:
        break;
    }
    return true;
  };
  try {
    return Json::parse(text.begin(), text.end(), check);
  } catch (const Json::exception& error) {
    fail("{}: is not JSON: {}", name, error.what());
  }
}

const Json* member_of(const Json& object, const char* key) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(key);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

std::optional<uint32_t> whole_of(const Json& object, const char* key, const std::string& name) {
  const Json* const value = member_of(object, key);
  if (value == nullptr) return std::nullopt;
  if (!value->is_number_unsigned() ||
      value->get<uint64_t>() > std::numeric_limits<uint32_t>::max()) {
    fail_member(name, key, "a whole number from 0 to 4294967295");
  }
  return value->get<uint32_t>();
}

std::optional<double> number_of(const Json& object, const char* key, const std::string& name) {
  const Json* const value = member_of(object, key);
  if (value == nullptr) return std::nullopt;
  if (!value->is_number()) fail_member(name, key, "a number");
  return value->get<double>();
}

std::optional<bool> flag_of(const Json& object, const char* key, const std::string& name) {
  const Json* const value = member_of(object, key);
  if (value == nullptr) return std::nullopt;
  if (!value->is_boolean()) fail_member(name, key, "true or false");
  return value->get<bool>();
}

std::optional<std::string> text_of(const Json& object, const char* key, const std::string& name) {
  const Json* const value = member_of(object, key);
  if (value == nullptr) return std::nullopt;
  if (!value->is_string()) fail_member(name, key, "text");
  return value->get<std::string>();
}

}  // namespace host
