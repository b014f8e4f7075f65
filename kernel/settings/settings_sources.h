// Where settings come from: barellama.ini on the card, and over it the command line.
#pragma once

#include <span>
#include <string_view>

#include "base/format.h"
#include "base/status.h"
#include "kernel/settings/settings.h"
#include "libpi/fs/fat_volume.h"

namespace kernel {

// Applies the card's barellama.ini, if there is one. Of its lines, what cannot be is named on
// `complaints` (none: nullptr) and skipped. kUnsupported: it is longer than `room`, which holds it
// meanwhile; and what the card says.
base::Status apply_card_ini(Settings& settings, pi::FatVolume& volume, std::span<char> room,
                            base::TextSink* complaints);

// Applies the "barellama.KEY=VALUE" words of a command line (command_line.h).
void apply_command_line(Settings& settings, std::string_view line, base::TextSink* complaints);

}  // namespace kernel
