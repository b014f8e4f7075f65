#include "host-tools/support/text_input.h"

#include <iostream>
#include <iterator>
#include <sstream>

#include "host-tools/support/failure.h"
#include "host-tools/support/file_kind.h"
#include "host-tools/support/files.h"

namespace host {

namespace {

constexpr std::string_view kMark = "\xef\xbb\xbf";
constexpr const char* kStandardInput = "standard input";

void refuse_utf16(std::string_view bytes, std::string_view name) {
  if (kind_of(bytes) != FileKind::kUtf16Text) return;
  fail("{}: is UTF-16 or UTF-32; save it as UTF-8 (`iconv -f UTF-16 -t UTF-8`)", name);
}

}  // namespace

std::string clean_text(std::string_view bytes, std::string_view name) {
  refuse_utf16(bytes, name);
  std::string text;
  text.reserve(bytes.size());
  for (size_t i = 0; i < bytes.size(); ++i) {
    // Files that were put together have a mark within.
    const bool begins_line = text.empty() || text.back() == '\n';
    if (begins_line && bytes.substr(i).starts_with(kMark)) {
      i += kMark.size() - 1;
    } else if (bytes[i] != '\r') {
      text += bytes[i];
    } else if (!bytes.substr(i + 1).starts_with('\n')) {
      text += '\n';
    }
  }
  return text;
}

std::string clean_line(std::string_view line, std::string_view name) {
  while (line.ends_with('\r') || line.ends_with('\n')) line.remove_suffix(1);
  return clean_text(line, name);
}

std::string read_text(const std::filesystem::path& path) {
  if (path == "-") {
    return clean_text(std::string(std::istreambuf_iterator<char>(std::cin), {}), kStandardInput);
  }
  refuse_all_but_text(path);
  return clean_text(read_file(path), path.string());
}

std::vector<std::string> read_lines(std::istream& input, std::string_view name) {
  std::istringstream text(clean_text(std::string(std::istreambuf_iterator<char>(input), {}), name));
  std::vector<std::string> lines;
  for (std::string line; std::getline(text, line);) {
    if (!line.empty()) lines.push_back(line);
  }
  return lines;
}

std::string read_prompt(const std::filesystem::path& path) {
  std::string prompt = read_text(path);
  if (prompt.ends_with('\n')) prompt.pop_back();
  return prompt;
}

}  // namespace host
