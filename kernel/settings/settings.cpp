#include "kernel/settings/settings.h"

#include <array>

#include "base/check.h"
#include "kernel/settings/setting_table.h"
#include "kernel/settings/words.h"

namespace kernel {

using base::ErrorCode;
using base::Status;

namespace {

// More than there are.
constexpr size_t kMostSettings = 64;

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
  // Editors of some systems begin a UTF-8 file with a byte order mark.
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  for (uint32_t number = 1; !text.empty(); ++number) {
    const size_t end = text.find('\n');
    const std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.empty() || line.front() == '#' || line.front() == ';' || line.front() == '[') continue;
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
