#include "host-tools/card/card_name.h"

#include <algorithm>
#include <string_view>

#include "host-tools/support/failure.h"
#include "libpi/fs/file_name.h"
#include "llama/text/utf8.h"

namespace host {

namespace {

constexpr std::string_view kReserved = "\"*:<>?\\|/";
// As the kernel's setting `model` has room for; a FAT name may have as many UTF-16 units.
constexpr size_t kMostBytes = 255;

bool is_reserved(char c) {
  return kReserved.find(c) != std::string_view::npos || static_cast<unsigned char>(c) < 0x20 ||
         c == 0x7f;
}

// Windows takes these for devices, with any ending.
bool is_device(std::string_view name) {
  std::string_view stem = name.substr(0, name.find('.'));
  while (stem.ends_with(' ')) stem.remove_suffix(1);
  constexpr std::string_view kDevices[] = {"con", "prn", "aux", "nul", "conin$", "conout$"};
  constexpr std::string_view kNumbered[] = {"com", "lpt"};
  const auto is_stem = [&](std::string_view device) { return pi::is_same_name(stem, device); };
  if (std::ranges::any_of(kDevices, is_stem)) return true;
  if (stem.size() != 4 || stem.back() < '0' || stem.back() > '9') return false;
  stem.remove_suffix(1);
  return std::ranges::any_of(kNumbered, is_stem);
}

std::string problem_of(const std::string& name) {
  if (!llama::is_valid_utf8(name)) return "it is not UTF-8";
  if (std::ranges::any_of(name, is_reserved)) {
    return "it has control characters, or one of \" * : < > ? \\ | /";
  }
  if (name.ends_with('.') || name.ends_with(' ')) return "it ends with a dot or a blank";
  if (name.starts_with(' ')) return "it begins with a blank";
  if (is_device(name)) return "Windows takes it for a device";
  if (name.size() > kMostBytes) {
    return text("it has {} bytes, more than {}", name.size(), kMostBytes);
  }
  return {};
}

std::string without_blanks(std::string name) {
  while (name.ends_with('.') || name.ends_with(' ')) name.pop_back();
  name.erase(0, std::min(name.find_first_not_of(' '), name.size()));
  return name;
}

std::string proposal_for(std::string name) {
  for (size_t bad = 0; (bad = llama::find_invalid_utf8(name)) < name.size();) name[bad] = '_';
  std::ranges::replace_if(name, is_reserved, '_');
  name = without_blanks(name);
  if (name.size() > kMostBytes) {
    const size_t dot = name.rfind('.');
    const std::string ending =
        dot == std::string::npos || name.size() - dot > 8 ? "" : name.substr(dot);
    name.resize(kMostBytes - ending.size());
    name.resize(llama::find_invalid_utf8(name));
    name = without_blanks(name) + ending;
  }
  if (is_device(name)) name.insert(0, "_");
  return name.empty() || name == ".blm" ? "model.blm" : name;
}

}  // namespace

void require_card_name(const std::string& name, const std::filesystem::path& source) {
  const std::string problem = problem_of(name);
  if (problem.empty()) return;
  fail("{}: a file on a FAT card can't have this name: {}; rename it, perhaps to {}",
       source.string(), problem, proposal_for(name));
}

}  // namespace host
