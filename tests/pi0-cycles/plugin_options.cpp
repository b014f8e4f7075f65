#include "tests/pi0-cycles/plugin_options.h"

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <string_view>

namespace pi0 {
namespace {

template <typename Number>
Number to_number(std::string_view name, std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) {
    throw std::runtime_error(std::string(name) + "=" + std::string(text) + ": no number");
  }
  return number;
}

bool to_switch(std::string_view name, std::string_view text) {
  if (text == "on") return true;
  if (text == "off") return false;
  throw std::runtime_error(std::string(name) + "=" + std::string(text) + ": neither on nor off");
}

// "function" or "function:3"; the function may have colons of its own.
Mark to_mark(std::string_view name, std::string_view text) {
  const size_t colon = text.rfind(':');
  const bool has_count = colon != std::string_view::npos && colon > 0 && text[colon - 1] != ':';
  Mark mark{.function = std::string(text.substr(0, has_count ? colon : text.size())), .count = 1};
  if (has_count) mark.count = to_number<uint64_t>(name, text.substr(colon + 1));
  if (mark.count == 0) throw std::runtime_error(std::string(name) + ": counts from 1 on");
  return mark;
}

// "300:350:400"
std::vector<uint32_t> to_bandwidths(std::string_view text) {
  std::vector<uint32_t> all;
  while (true) {
    const size_t colon = text.find(':');
    all.push_back(to_number<uint32_t>("bandwidth", text.substr(0, colon)));
    if (all.back() == 0) throw std::runtime_error("bandwidth=0: at least 1 MB/s");
    if (colon == std::string_view::npos) return all;
    text.remove_prefix(colon + 1);
  }
}

// "ADDRESS:CELL_BYTES:COUNT_AT:SCOPES:ROWS", all decimal
ScopeTable to_scopes(std::string_view name, std::string_view text) {
  ScopeTable table;
  const auto fields = {&table.address, &table.cell_bytes, &table.count_at, &table.scopes,
                       &table.rows};
  size_t left = fields.size();
  for (uint32_t* field : fields) {
    const size_t colon = --left == 0 ? text.size() : std::min(text.find(':'), text.size());
    *field = to_number<uint32_t>(name, text.substr(0, colon));
    text.remove_prefix(std::min(colon + 1, text.size()));
  }
  if (table.cell_bytes == 0 || table.scopes == 0 || table.rows == 0) {
    throw std::runtime_error(std::string(name) + ": an empty table");
  }
  return table;
}

}  // namespace

PluginOptions parse_options(const std::vector<std::string>& arguments) {
  PluginOptions options;
  Settings settings;
  std::vector<uint32_t> bandwidths = {settings.bandwidth_mb_s};
  for (const std::string& argument : arguments) {
    const size_t equals = argument.find('=');
    const std::string_view name = std::string_view(argument).substr(0, equals);
    const std::string value = equals == std::string::npos ? "" : argument.substr(equals + 1);
    if (name == "out") {
      options.out = value;
    } else if (name == "table") {
      options.table = value;
    } else if (name == "elf") {
      options.elf = value;
    } else if (name == "functions") {
      options.functions = to_number<size_t>(name, value);
    } else if (name == "from") {
      options.from = to_mark(name, value);
    } else if (name == "to") {
      options.to = to_mark(name, value);
    } else if (name == "warm") {
      options.warm_up = to_number<uint64_t>(name, value);
    } else if (name == "scopes") {
      options.scopes = to_scopes(name, value);
    } else if (name == "bandwidth") {
      bandwidths = to_bandwidths(value);
    } else if (name == "latency") {
      settings.latency_cycles = to_number<uint32_t>(name, value);
    } else if (name == "fills") {
      settings.outstanding_fills = to_number<uint32_t>(name, value);
    } else if (name == "locked") {
      settings.locked_ways = to_number<uint32_t>(name, value);
    } else if (name == "pld_drop") {
      settings.drops_preloads = to_switch(name, value);
    } else if (name == "fold") {
      settings.folds_branches = to_switch(name, value);
    } else if (name == "round_robin") {
      settings.replaces_round_robin = to_switch(name, value);
    } else {
      throw std::runtime_error(argument + ": no such argument");
    }
  }
  if (options.out.empty() && options.table.empty()) {
    throw std::runtime_error("out=FILE (JSON) or table=FILE (text) is needed");
  }
  if ((options.from.count != 0 || options.to.count != 0) && options.elf.empty()) {
    throw std::runtime_error("from= and to= need elf=FILE");
  }
  for (const uint32_t bandwidth : bandwidths) {
    settings.bandwidth_mb_s = bandwidth;
    options.machines.push_back(settings);
  }
  return options;
}

}  // namespace pi0
