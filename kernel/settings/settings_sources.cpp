#include "kernel/settings/settings_sources.h"

#include <array>

#include "kernel/settings/command_line.h"
#include "libpi/fs/file_reader.h"

namespace kernel {

using base::ErrorCode;
using base::Status;

namespace {

constexpr std::string_view kIniName = "barellama.ini";

}  // namespace

Status apply_card_ini(Settings& settings, pi::FatVolume& volume, std::span<char> room,
                      base::TextSink* complaints) {
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
  std::array<char, llama::kMaxPromptBytes> decoded;
  while (const auto setting = next_setting(line)) {
    const auto value = decode_percent(setting->encoded, decoded);
    const Status status =
        value.ok() ? apply_setting(settings, setting->key, *value) : value.status();
    if (!status.ok() && complaints != nullptr) {
      complain(*complaints, "command line", setting->key, value.ok() ? *value : setting->encoded,
               status);
    }
  }
}

}  // namespace kernel
