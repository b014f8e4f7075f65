#include "kernel/settings/settings.h"

#include <array>

#include "base/check.h"
#include "kernel/settings/setting_table.h"
#include "kernel/settings/words.h"
#include "llama/text/utf8.h"

namespace kernel {

using base::ErrorCode;
using base::Status;

namespace {

// More than there are.
constexpr size_t kMostSettings = 64;

// Takes a line off the text. Lines end with LF, CR LF, or CR.
std::string_view next_line(std::string_view& text) {
  const size_t end = text.find_first_of("\r\n");
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(line.size());
  text.remove_prefix(text.starts_with("\r\n") ? 2 : text.empty() ? 0 : 1);
  return line;
}

}  // namespace

Status apply_setting(Settings& settings, std::string_view key, std::string_view value) {
  const SettingRow* row = find_setting(key);
  if (row == nullptr) return Status::error(ErrorCode::kNotFound, "there is no such setting");
  return row->parse(settings, value);
}

Status change_setting(Settings& settings, std::string_view key, std::string_view value) {
  const SettingRow* row = find_setting(key);
  if (row != nullptr && row->effect == SettingEffect::kStart) {
    Settings changed = settings;
    TRY(row->parse(changed, value));
    if (row->equal(changed, settings)) return base::ok_status();
    return Status::error(ErrorCode::kUnsupported,
                         "it is needed before the card is read; write barellama.{}=... into "
                         "cmdline.txt",
                         row->name);
  }
  return apply_setting(settings, key, value);
}

void print_settings(const Settings& settings, base::TextSink& out) {
  for (const SettingRow& row : setting_rows()) {
    print_padded(out, row.name, longest_setting_name());
    out.write(" = ");
    row.print(settings, out);
    out.write("\n");
  }
}

void complain(base::TextSink& out, std::string_view where, std::string_view key,
              std::string_view value, const Status& status) {
  if (status.code() == ErrorCode::kNotFound) {
    base::print(out, "{}: there is no setting \"{}\"", where, key);
    const auto rows = setting_rows();
    CHECK(rows.size() <= kMostSettings);
    std::array<std::string_view, kMostSettings> names;
    for (size_t i = 0; i < rows.size(); ++i) names[i] = rows[i].name;
    if (const auto meant = nearest(key, std::span(names).first(rows.size()))) {
      base::print(out, "; did you mean \"{}\"?", *meant);
    }
  } else {
    base::print(out, "{}: {} cannot be \"{}\": ", where, key, value);
    base::print(out, status);
  }
  out.write("\n");
}

void apply_ini(Settings& settings, std::string_view file_name, std::string_view text,
               base::TextSink& complaints) {
  if (const char* const encoding = foreign_encoding(text)) {
    base::print(complaints, "{} is {}: nothing in it is read; save it as plain text in UTF-8\n",
                file_name, encoding);
    return;
  }
  // Editors of some systems begin a UTF-8 file with a byte order mark.
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  for (uint32_t number = 1; !text.empty(); ++number) {
    const std::string_view line = trimmed(next_line(text));
    if (line.empty() || line.front() == '#' || line.front() == ';' || line.front() == '[') continue;
    if (!llama::is_valid_utf8(line)) {
      base::print(complaints,
                  "{}, line {} is not read: it is not UTF-8, but in an 8-bit encoding such as "
                  "Latin-1; save the file as UTF-8\n",
                  file_name, number);
      continue;
    }
    const size_t equals = line.find('=');
    if (equals == std::string_view::npos) {
      base::print(complaints, "{}, line {}: \"{}\" is not KEY = VALUE\n", file_name, number, line);
      continue;
    }
    const std::string_view key = trimmed(line.substr(0, equals));
    std::string_view value = trimmed(line.substr(equals + 1));
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
      value = value.substr(1, value.size() - 2);
    }
    const Status status = change_setting(settings, key, value);
    if (!status.ok()) {
      char memory[96];
      base::TextBuffer where(memory);
      base::print(where, "{}, line {}", file_name, number);
      complain(complaints, where.view(), key, value, status);
    }
  }
}

}  // namespace kernel
