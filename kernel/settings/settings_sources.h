// Where settings come from: barellama.ini on the card, and over it the command line.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "base/format.h"
#include "base/status.h"
#include "kernel/settings/settings.h"
#include "libpi/fs/fat_volume.h"

namespace kernel {

// Longer ones are refused.
inline constexpr size_t kMaxIniBytes = 16 * 1024;

// Applies the card's barellama.ini, if there is one. Lines that are wrong are reported on
// `complaints` (none: nullptr) and skipped; so are files with names such as barellama.ini.txt.
// kUnsupported: it is longer than `room`, into which it is read; and the errors of the card.
base::Status apply_card_ini(Settings& settings, pi::FatVolume& volume, std::span<char> room,
                            base::TextSink* complaints);

// Applies the "barellama.KEY=VALUE" words of a command line (command_line.h).
void apply_command_line(Settings& settings, std::string_view line, base::TextSink* complaints);

}  // namespace kernel
