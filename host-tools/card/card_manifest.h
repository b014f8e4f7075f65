// barellama.lst on a card: which files `barellama card` put there, and what was in them. A file
// that still is as listed is ours; all others are the user's.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "host-tools/card/card_files.h"
#include "host-tools/support/interrupts.h"

namespace host {

class CardManifest {
 public:
  static constexpr const char* kName = "barellama.lst";

  struct Entry {
    std::string name;
    uint64_t size;
    uint32_t crc;  // CRC-32C
  };

  CardManifest() = default;
  // Of the text of a manifest. Empty for any other text.
  explicit CardManifest(std::string_view text);

  // Null for a file that is not listed. Names compare as FAT's do.
  const Entry* find(std::string_view name) const;
  // Replaces the entry of the same name.
  void put(Entry entry);
  std::string text() const;
  // Into `folder`, as a file for a card.
  CardFile write(const std::filesystem::path& folder) const;

  // Whether `text` is one, of any content.
  static bool is_manifest(std::string_view text);

 private:
  std::vector<Entry> entries_;  // sorted by name
};

// Adds the manifest of these files to them; its source lies in `folder`. Reads every byte.
void add_manifest(std::vector<CardFile>& files, const std::filesystem::path& folder,
                  Interrupts& interrupts);

}  // namespace host
