// Writes cards: as an image file, or into the folder where a card is mounted.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "host-tools/card/card_files.h"
#include "host-tools/support/interrupts.h"

namespace host {

// The partition begins where card makers begin theirs: at an erase block's boundary.
constexpr uint64_t kPartitionOffset = 4 << 20;
constexpr uint64_t kMinCardBytes = 64 << 20;
// Small images cost nothing (they are sparse), and from here on clusters have 32 KiB.
constexpr uint64_t kMinDefaultCardBytes = 256 << 20;
constexpr uint64_t kMaxCardBytes = uint64_t{1} << 40;

struct CardLayout {
  uint64_t image_bytes;  // of a card a power of two, as emulated cards must have
  uint32_t cluster_bytes;
  int fat_bits;  // 12, 16 or 32
  // Of the only partition. 0: there is no partition, the volume is the whole image.
  uint64_t partition_offset = kPartitionOffset;
};

// The layout of a card of `size` bytes, or of the smallest that holds the files. Throws Failure
// when `size` is not a power of two, out of range, or too small for them.
CardLayout plan_card(const std::vector<CardFile>& files, std::optional<uint64_t> size);

// A volume without a partition, and hardly larger than the files: for a RAM disk, of which every
// byte goes over a serial line.
CardLayout plan_ram_disk(const std::vector<CardFile>& files);

// Makes the image beside `target`, checks with the kernel's own FAT code that every byte is there
// and that models lie in one piece, and renames it. Whatever fails: `target` is as it was before.
void write_card_image(const std::filesystem::path& target, const std::vector<CardFile>& files,
                      const CardLayout& layout, const std::string& label, Interrupts& interrupts);

// Refuses a target of write_card_image() that is something else than a card image of ours: one of
// the files that go onto the card, a device, a folder, or (unless `replaces`) any other file.
void require_image_target(const std::filesystem::path& target, const std::vector<CardFile>& files,
                          bool replaces);

struct FolderRules {
  bool replaces_settings = false;      // otherwise the barellama.ini that is there stays
  bool replaces_other_system = false;  // otherwise its card is refused
};

// Copies the files into the folder where a card is mounted, with their manifest (card_manifest.h).
// Files of the same name that are not ours are kept as NAME.before-barellama; `tell` gets a line
// for each one before anything is written. First all bytes, then all names: whatever fails, what
// was there is whole. Returns the files that are there then, without those that stayed.
std::vector<CardFile> fill_card_folder(const std::filesystem::path& folder,
                                       const std::vector<CardFile>& files, const FolderRules& rules,
                                       const std::function<void(const std::string&)>& tell,
                                       Interrupts& interrupts);

}  // namespace host
