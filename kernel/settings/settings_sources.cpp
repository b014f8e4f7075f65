#include "kernel/settings/settings_sources.h"

#include <array>

#include "kernel/settings/command_line.h"
#include "kernel/settings/words.h"
#include "libpi/fs/file_reader.h"
#include "llama/text/utf8.h"

namespace kernel {

using base::ErrorCode;
using base::Status;

namespace {

constexpr std::string_view kIniName = "barellama.ini";

// Files of settings that were meant to be read and are not.
Status tell_misnamed(pi::FatVolume& volume, base::TextSink& complaints) {
  TRY_ASSIGN(auto folder, volume.open_folder(volume.root()));
  pi::FileInfo info;
  for (;;) {
    TRY_ASSIGN(const bool there, folder.next(info));
    if (!there) return base::ok_status();
    const std::string_view meant = meant_file(info.name());
    if (meant.empty() || info.is_folder) continue;
    base::print(complaints, "{} is not read: its name must be {}\n", info.name(), meant);
  }
}

}  // namespace

Status apply_card_ini(Settings& settings, pi::FatVolume& volume, std::span<char> room,
                      base::TextSink* complaints) {
  if (complaints != nullptr) TRY(tell_misnamed(volume, *complaints));
  const auto found = volume.find(kIniName);
  if (!found.ok()) {
    return found.status().code() == ErrorCode::kNotFound ? base::ok_status() : found.status();
  }
  if (found->size > room.size()) {
    return Status::error(ErrorCode::kUnsupported,
                         "barellama.ini has {} bytes, more than {}: it is ignored; shorten it",
                         found->size, room.size());
  }
  TRY_ASSIGN(auto reader, pi::FileReader::open(volume, *found));
  const auto text = room.first(found->size);
  TRY(reader.read(0, std::as_writable_bytes(text)));
  base::NullSink nowhere;
  apply_ini(settings, kIniName, {text.data(), text.size()},
            complaints != nullptr ? *complaints : nowhere);
  return base::ok_status();
}

void apply_command_line(Settings& settings, std::string_view line, base::TextSink* complaints) {
  if (complaints != nullptr && (line.find("\xff\xfe") != std::string_view::npos ||
                                line.find("\xfe\xff") != std::string_view::npos)) {
    complaints->write(
        "cmdline.txt is UTF-16: nothing in it is read; save it as plain text in UTF-8\n");
  }
  std::array<char, llama::kMaxPromptBytes> decoded;
  while (const auto setting = next_setting(line)) {
    const auto value = decode_percent(setting->encoded, decoded);
    if (value.ok() && !llama::is_valid_utf8(*value)) {
      if (complaints != nullptr) {
        base::print(*complaints,
                    "command line: {} is not UTF-8, but in an 8-bit encoding such as Latin-1; save "
                    "cmdline.txt as UTF-8\n",
                    setting->key);
      }
      continue;
    }
    const Status status =
        value.ok() ? apply_setting(settings, setting->key, *value) : value.status();
    if (!status.ok() && complaints != nullptr) {
      complain(*complaints, "command line", setting->key, value.ok() ? *value : setting->encoded,
               status);
    }
  }
}

}  // namespace kernel
