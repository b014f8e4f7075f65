#include "host-tools/card/card_manifest.h"

#include <algorithm>
#include <sstream>

#include "host-tools/card/card_file_kinds.h"
#include "host-tools/support/failure.h"
#include "host-tools/support/files.h"
#include "libpi/fs/file_name.h"

namespace host {

namespace {

constexpr std::string_view kFirstLine =
    "# What `barellama card` put here: bytes, CRC-32C, name. A file that is as listed may be";
constexpr std::string_view kSecondLine =
    "# replaced by a later `barellama card --into`; others are kept as NAME.before-barellama.";

}  // namespace

bool CardManifest::is_manifest(std::string_view text) { return text.starts_with(kFirstLine); }

CardManifest::CardManifest(std::string_view text) {
  if (!is_manifest(text)) return;
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    if (line.ends_with('\r')) line.pop_back();
    std::istringstream words(line);
    Entry entry{};
    words >> entry.size >> std::hex >> entry.crc;
    words.get();
    if (std::getline(words, entry.name)) put(std::move(entry));
  }
}

const CardManifest::Entry* CardManifest::find(std::string_view name) const {
  const auto found = std::ranges::find_if(
      entries_, [&](const Entry& entry) { return pi::is_same_name(entry.name, name); });
  return found == entries_.end() ? nullptr : &*found;
}

void CardManifest::put(Entry entry) {
  std::erase_if(entries_,
                [&](const Entry& other) { return pi::is_same_name(other.name, entry.name); });
  const auto place = std::ranges::upper_bound(entries_, entry.name, {}, &Entry::name);
  entries_.insert(place, std::move(entry));
}

std::string CardManifest::text() const {
  std::string text = host::text("{}\n{}\n", kFirstLine, kSecondLine);
  for (const Entry& entry : entries_) {
    text += host::text("{:12} {:08x} {}\n", entry.size, entry.crc, entry.name);
  }
  return text;
}

CardFile CardManifest::write(const std::filesystem::path& folder) const {
  write_file(folder / kName, text());
  return make_card_file(kName, folder / kName, false);
}

void add_manifest(std::vector<CardFile>& files, const std::filesystem::path& folder,
                  Interrupts& interrupts) {
  CardManifest manifest;
  for (const CardFile& file : files) {
    manifest.put({file.name, file.size, file_checksum(file.source, interrupts)});
  }
  files.push_back(manifest.write(folder));
}

}  // namespace host
