// What goes onto a card, gathered and checked before a byte is written.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "host-tools/support/interrupts.h"

namespace host {

struct CardFile {
  std::string name;  // in the card's root folder
  std::filesystem::path source;
  uint64_t size;
  bool is_model;  // lies in one piece on the card
};

struct CardRequest {
  std::vector<std::filesystem::path> models;  // at least one
  std::filesystem::path kernel;               // a raw image
  // With one, it is the card's kernel.img, and starts the kernel, which is barellama.img then.
  std::optional<std::filesystem::path> bootloader;
  std::optional<std::filesystem::path> firmware;  // a folder
  std::optional<std::filesystem::path> config;    // default: default_config()
  std::optional<std::filesystem::path> settings;  // default: default_settings()
  std::vector<std::filesystem::path> others;      // go along under their own names
};

// In the order of writing: models first, so that each is contiguous.
// `folder` takes the files that come from nowhere else, and outlives the result. Throws Failure
// when one is missing, is not what it should be, or can't lie on a FAT volume.
std::vector<CardFile> gather_card_files(const CardRequest& request,
                                        const std::filesystem::path& folder);

// config.txt, for the Pi's firmware.
std::string default_config();
// barellama.ini, for the kernel: every key of kernel/settings/setting_table.h, explained, and but
// for the model commented out.
std::string default_settings(const std::string& model_name);

// CRC-32C of a file of the host's.
uint32_t file_checksum(const std::filesystem::path& path, Interrupts& interrupts);

}  // namespace host
