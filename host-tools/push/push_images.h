// What a push carries, read and checked before a byte is sent.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "host-tools/emulator/atags.h"
#include "host-tools/support/interrupts.h"

namespace host {

struct PushImages {
  std::string kernel;
  uint32_t kernel_address = 0;
  std::string kernel_version;  // empty: it tells none
  std::string ram_disk;        // empty: none
  std::string command_line;    // empty: none
};

// `ram_disk` may be empty; a model (.blm) is put onto a small FAT volume, anything else is taken
// for the image of a card. Throws Failure when a file is missing, empty, larger than any Pi Zero's
// memory, or not what it should be.
PushImages read_push_images(const std::filesystem::path& kernel,
                            const std::filesystem::path& ram_disk, const Settings& settings,
                            Interrupts& interrupts);

}  // namespace host
