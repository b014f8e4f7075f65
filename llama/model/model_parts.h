// Models of several files. A file on a FAT card has 4 GiB - 1 bytes at most; a larger model is cut
// into *parts* at multiples of 4096 bytes: NAME.blm is its beginning, NAME.b02, NAME.b03 ... go
// on, each after a header of its own (docs/format.md). All offsets are those of the whole.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/status.h"

namespace llama {

struct ModelParts {
  static constexpr uint32_t kMost = 99;
  // Of the first file as well as of the others.
  static constexpr uint32_t kHeaderBytes = 4096;
  // The part of a file's name that numbers it: "blm", or "b02" to "b99".
  static constexpr size_t kNumberBytes = 3;

  uint32_t count = 1;
  uint64_t part_bytes = 0;  // of the whole, in each part but the last; 0 if there is one only
  uint64_t model_bytes = 0;
  uint32_t directory_crc = 0;  // tells one model from another

  // What the first 4096 bytes of a model's first file say; one part for what is not a whole header,
  // which is then for ModelFile::open() to say. kCorrupt if they contradict each other.
  static base::Result<ModelParts> read(std::span<const std::byte> header);
  // Adds count and part_bytes to the header of the first file, which has all else.
  void add_to(std::span<std::byte> header) const;

  // Parts count from 1, as people do.
  uint64_t first_byte(uint32_t part) const { return (part - 1) * part_bytes; }
  uint64_t bytes_of(uint32_t part) const {
    return part < count ? part_bytes : model_bytes - first_byte(part);
  }
  // Where byte `offset` of the whole is: in which part, and where in that part's file.
  uint32_t part_of(uint64_t offset) const {
    return count == 1 ? 1 : static_cast<uint32_t>(offset / part_bytes) + 1;
  }
  uint64_t byte_in_file(uint64_t offset) const {
    const uint32_t part = part_of(offset);
    return (part == 1 ? 0 : kHeaderBytes) + offset - first_byte(part);
  }
  // Of all files together.
  uint64_t file_bytes() const { return model_bytes + (count - 1) * uint64_t{kHeaderBytes}; }
  uint64_t file_bytes_of(uint32_t part) const {
    return (part == 1 ? 0 : kHeaderBytes) + bytes_of(part);
  }

  // Whether these first bytes of a file are those of the second part, or a later one, of any model.
  static bool begins_later_part(std::span<const std::byte> bytes);

  // Whether a file of this size, with this header, can be that part of this model.
  // kCorrupt says what it is instead. The first part's header is the one that was read.
  base::Status check_size(uint32_t part, uint64_t file_bytes) const;
  base::Status check_header(uint32_t part, std::span<const std::byte> header) const;
  // The header of the second part or a later one.
  void write_header(uint32_t part, std::span<std::byte> header) const;

  // Puts the file name of a part in the place of that of the first one: `name` ends with
  // kNumberBytes for the number.
  static void name_part(uint32_t part, std::span<char> name);
};

// CRC of a header's 4096 bytes, with its own field (bytes 8 to 11) as zero.
uint32_t header_crc(std::span<const std::byte> header);

}  // namespace llama
