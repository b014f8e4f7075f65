#include <fcntl.h>
#include <iconv.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "host-tools/card/card_name.h"
#include "host-tools/support/failure.h"
#include "host-tools/support/files.h"
#include "libpi/fs/fat_geometry.h"

namespace host {

namespace fs = std::filesystem;

namespace {

// Unit number i of a stand-in that is not ASCII is this plus i: of the area for private use, which
// mtools can only store in a long name.
constexpr uint16_t kStandIn = 0xe000;

// Microsoft's specification, "FAT Long Directory Entries": 13 units an entry.
constexpr size_t kEntryBytes = 32;
constexpr size_t kUnitPlaces[] = {1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30};
constexpr size_t kUnitsAnEntry = std::size(kUnitPlaces);
constexpr uint8_t kLongNameAttributes = 0x0f;
constexpr uint8_t kFirstEntry = 0x40;
constexpr uint8_t kOrderMask = 0x3f;

using Units = std::vector<uint16_t>;

std::string convert(const char* to, const char* from, std::string bytes) {
  const iconv_t conversion = ::iconv_open(to, from);
  if (conversion == reinterpret_cast<iconv_t>(-1)) fail("iconv: {}", system_error());
  std::string result(4 * bytes.size() + 4, '\0');
  char* in = bytes.data();
  char* out = result.data();
  size_t in_left = bytes.size();
  size_t out_left = result.size();
  const size_t converted = ::iconv(conversion, &in, &in_left, &out, &out_left);
  ::iconv_close(conversion);
  if (converted == static_cast<size_t>(-1)) fail("{}: is not {}", bytes, from);
  result.resize(result.size() - out_left);
  return result;
}

Units units_of(const std::string& name) {
  const std::string bytes = convert("UTF-16LE", "UTF-8", name);
  Units units(bytes.size() / 2);
  for (size_t i = 0; i < units.size(); ++i) {
    units[i] = base::load_le16(std::as_bytes(std::span(bytes)), 2 * i);
  }
  return units;
}

Units with_stand_ins(Units units) {
  for (size_t i = 0; i < units.size(); ++i) {
    if (units[i] >= 0x80) units[i] = static_cast<uint16_t>(kStandIn + i);
  }
  return units;
}

// The root folder's entries; on FAT32 its first cluster, which has room for a thousand of them.
struct Root {
  uint64_t offset;
  std::vector<std::byte> entries;
};

Root read_root(const Descriptor& file, const fs::path& image, uint64_t offset) {
  constexpr uint64_t kBlock = pi::BlockDevice::kBlockSize;
  std::array<std::byte, kBlock> boot;
  read_at(file, offset, boot, image);
  const pi::FatGeometry geometry = require_value(
      pi::read_fat_geometry(boot, offset / kBlock, fs::file_size(image) / kBlock), image.string());
  const bool is_fat32 = geometry.kind == pi::FatKind::kFat32;
  Root root{kBlock * (is_fat32 ? geometry.block_of(geometry.root_cluster) : geometry.root_block),
            std::vector<std::byte>(is_fat32 ? geometry.cluster_bytes()
                                            : geometry.root_entries * kEntryBytes)};
  read_at(file, root.offset, root.entries, image);
  return root;
}

// Of the name whose entries begin at `first`, the last piece in front; `visit` gets each unit.
template <typename Visit>
void for_units(std::span<std::byte> entries, size_t count, const Visit& visit) {
  for (size_t piece = 0; piece < count; ++piece) {
    const auto entry = entries.subspan((count - 1 - piece) * kEntryBytes, kEntryBytes);
    for (size_t i = 0; i < kUnitsAnEntry; ++i) {
      visit(piece * kUnitsAnEntry + i, entry.subspan(kUnitPlaces[i], 2));
    }
  }
}

bool is_name(std::span<std::byte> entries, size_t count, const Units& name) {
  bool is_same = true;
  for_units(entries, count, [&](size_t at, std::span<std::byte> unit) {
    const uint16_t value = base::load_le16(unit, 0);
    if (at < name.size() ? value != name[at] : at == name.size() && value != 0) is_same = false;
  });
  return is_same;
}

// Whether a long name of so many entries begins here.
bool begins_name(std::span<const std::byte> entry, size_t count) {
  return std::to_integer<uint8_t>(entry[11]) == kLongNameAttributes &&
         (std::to_integer<uint8_t>(entry[0]) & kFirstEntry) != 0 &&
         (std::to_integer<uint8_t>(entry[0]) & kOrderMask) == count;
}

}  // namespace

std::string stand_in_for(const std::string& name) {
  const Units units = with_stand_ins(units_of(name));
  std::string bytes(2 * units.size(), '\0');
  for (size_t i = 0; i < units.size(); ++i) {
    base::store_le16(std::as_writable_bytes(std::span(bytes)), 2 * i, units[i]);
  }
  return convert("UTF-8", "UTF-16LE", bytes);
}

void set_long_name(const fs::path& image, uint64_t offset, const std::string& name) {
  const Units units = units_of(name);
  const Units stand_in = with_stand_ins(units);
  if (units == stand_in) return;
  const Descriptor file(::open(image.c_str(), O_RDWR | O_CLOEXEC));
  if (!file.is_open()) fail("{}: can't be written: {}", image.string(), system_error());
  Root root = read_root(file, image, offset);
  const size_t count = (units.size() + kUnitsAnEntry - 1) / kUnitsAnEntry;
  for (size_t at = 0; at + count * kEntryBytes <= root.entries.size(); at += kEntryBytes) {
    const auto entries = std::span(root.entries).subspan(at, count * kEntryBytes);
    if (!begins_name(entries, count) || !is_name(entries, count, stand_in)) continue;
    for_units(entries, count, [&](size_t index, std::span<std::byte> unit) {
      if (index < units.size()) base::store_le16(unit, 0, units[index]);
    });
    if (::pwrite(file.get(), entries.data(), entries.size(),
                 static_cast<off_t>(root.offset + at)) != static_cast<ssize_t>(entries.size())) {
      fail("{}: can't be written: {}", image.string(), system_error());
    }
    return;
  }
  fail("{}: mtools did not store the name {}", image.string(), name);
}

}  // namespace host
