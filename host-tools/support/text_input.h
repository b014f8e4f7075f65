// Text that people wrote, with any editor on any system: UTF-8, with LF at the end of its lines.
#pragma once

#include <filesystem>
#include <istream>
#include <string>
#include <string_view>
#include <vector>

namespace host {

// Without what some editors add: a byte order mark, and the CR of CR LF, or of CR alone, which
// become LF. Throws Failure, which names the text, when it is UTF-16 or UTF-32. Whether it is valid
// UTF-8 is left to what reads it.
std::string clean_text(std::string_view bytes, std::string_view name);

// The same of a line, without its end.
std::string clean_line(std::string_view line, std::string_view name);

// A whole file, or with "-" standard input. Throws Failure when it is something else than text.
std::string read_text(const std::filesystem::path& path);

// All lines that are not empty.
std::vector<std::string> read_lines(std::istream& input, std::string_view name);

// For a prompt, which the end of the file's last line is no part of.
std::string read_prompt(const std::filesystem::path& path);

}  // namespace host
