// The options of all commands that write a model file (WriteOptions,
// host-tools/model/model_writer.h).
#pragma once

#include "host-tools/commands/command_line.h"

namespace host {

inline void add_model_file_options(Command& command, uint32_t& tile_kb, uint32_t& part_mb) {
  command
      .add_option("--tile-kb", tile_kb,
                  "Rows are read and checked in tiles of about this size (default 64)")
      ->check(range(1u, 1024u));
  command
      .add_option(
          "--part-mb", part_mb,
          "Cut the model into files of so many MiB (default: 4000 if it has more than 4095)")
      ->check(range(1u, 4095u));
}

}  // namespace host
