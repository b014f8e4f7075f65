// The options of all commands that write a model file (WriteOptions,
// host-tools/model/model_writer.h).
#pragma once

#include "host-tools/commands/renamed_option.h"

namespace host {

inline void add_model_file_options(Command& command, uint32_t& tile_kib, uint32_t& part_mib) {
  add_renamed_option(command, "--tile-kib", "--tile-kb", tile_kib,
                     "Rows are read and checked in tiles of about this size (default 64)",
                     range(1u, 1024u));
  add_renamed_option(
      command, "--part-mib", "--part-mb", part_mib,
      "Cut the model into files of this many MiB (default: 4000 if it has more than 4095)",
      range(1u, 4095u));
}

}  // namespace host
