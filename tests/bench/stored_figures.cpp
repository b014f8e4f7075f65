#include "tests/bench/stored_figures.h"

#include <algorithm>
#include <array>
#include <utility>

#include "host-tools/support/failure.h"
#include "host-tools/support/files.h"

namespace bench {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

constexpr size_t kKeptFunctions = 12;  // of hundreds

struct Part {
  const char* name;
  const char* file;
  std::array<const char*, 4> keys;  // of an entry; nullptr: no further
};
constexpr Part kParts[] = {
    {"guest", "baseline.json", {"model"}},
    {"start", "baseline.json", {"model"}},
    {"pace", "figures/pace.json", {"shape", "type", "kv", "tokens_of"}},
    {"planned", "figures/pace.json", {"model", "type", "kv", "tokens_of"}},
    {"plain", "baseline.json", {"shape"}},
    {"functions", "figures/functions.json", {"model"}},
    {"scopes", "figures/scopes.json", {"model"}},
    {"core", "figures/core.json", {"what"}},
    {"loops", "figures/loops.json", {"loop"}},
    {"rows", "figures/rows.json", {"type", "columns"}},
    {"pruning", "figures/rows.json", {"type", "pruned"}},
    {"tokenizer", "figures/tokenizer.json", {"vocabulary", "text"}},
    {"host", "figures/host.json", {"model"}},
    {"perplexity", "figures/perplexity.json", {"model", "weights", "kv"}},
    {"seven_b", "figures/seven_b.json", {"type"}},
};

const Part& part_of(const std::string& name) {
  const auto* const part = std::ranges::find(kParts, name, &Part::name);
  if (part == std::end(kParts)) host::fail("bench has no part \"{}\"", name);
  return *part;
}

bool is_same_entry(const Part& part, const ordered_json& one, const ordered_json& other) {
  return std::ranges::all_of(
      part.keys, [&](const char* key) { return key == nullptr || one.at(key) == other.at(key); });
}

// What tables show of operations and functions, of which all details would be thousands of lines.
void shorten(ordered_json& entry) {
  for (const char* list : {"functions", "scopes"}) {
    if (!entry.contains(list)) continue;
    ordered_json kept = ordered_json::array();
    for (const ordered_json& one : entry[list]) {
      if (list == std::string("functions") && kept.size() == kKeptFunctions) break;
      ordered_json fields;
      for (const char* field : {"name", "operation", "cycles_per_token", "instructions_per_token",
                                "count_per_token", "cpi"}) {
        if (one.contains(field)) fields[field] = one[field];
      }
      kept.push_back(std::move(fields));
    }
    entry[list] = std::move(kept);
  }
}

}  // namespace

StoredFigures::StoredFigures(fs::path folder) : folder_(std::move(folder)) {
  for (const Part& part : kParts) {
    parts_[part.name] = ordered_json::array();
    const fs::path file = folder_ / part.file;
    if (!fs::exists(file)) continue;
    const auto json = ordered_json::parse(host::read_file(file), nullptr, false);
    if (json.is_discarded()) host::fail("{}: this is not JSON", file.string());
    if (json.contains(part.name)) parts_[part.name] = json[part.name];
  }
}

void StoredFigures::take(const ordered_json& measured, const std::string& from) {
  for (const auto& [name, entries] : measured.items()) {
    const Part& part = part_of(name);
    ordered_json& kept = parts_[name];
    for (ordered_json entry : entries) {
      shorten(entry);
      entry["from"] = from;
      const auto place = std::ranges::find_if(
          kept, [&](const ordered_json& one) { return is_same_entry(part, one, entry); });
      if (place == kept.end()) {
        kept.push_back(std::move(entry));
      } else {
        *place = std::move(entry);
      }
    }
  }
}

void StoredFigures::replace(const std::string& part, ordered_json entries) {
  parts_[part_of(part).name] = std::move(entries);
}

const ordered_json& StoredFigures::of(const std::string& part) const {
  return parts_.at(part_of(part).name);
}

void StoredFigures::save() const {
  std::map<std::string, ordered_json> files;
  for (const Part& part : kParts) {
    const ordered_json& entries = parts_.at(part.name);
    if (!entries.empty()) files[part.file][part.name] = entries;
  }
  for (const auto& [name, json] : files) {
    const fs::path path = folder_ / name;
    const std::string text = json.dump(2) + "\n";
    if (fs::exists(path) && host::read_file(path) == text) continue;
    fs::create_directories(path.parent_path());
    host::PendingFile file(path);
    host::write_file(file.path(), text);
    file.commit();
  }
}

}  // namespace bench
