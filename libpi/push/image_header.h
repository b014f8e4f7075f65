// How a kernel image of ours is recognised: 28 bytes at its beginning, made by
// libpi/arm1176/start.S.
//
//    0  u32      a branch over the header
//    4  char[8]  "barellam"
//   12  u32      the address where it is loaded and entered
//   16  u32      bytes of the image
//   20  u32      the first address beyond its memory (zeroed data and stacks included)
//   24  u32      the address of its version, a text that a zero ends (base/version.h)
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/status.h"

namespace pi::push {

inline constexpr size_t kImageHeaderBytes = 28;
// Of the version, its zero among them.
inline constexpr size_t kMostVersionBytes = 64;

struct ImageHeader {
  uint32_t address;
  uint32_t size;
  uint32_t memory_end;
};

// Of an image that is there as a whole. kUnsupported when it does not begin with such a header,
// kCorrupt when it is shorter than its header says or the header contradicts itself.
base::Result<ImageHeader> read_image_header(std::span<const std::byte> image);

// The version that an image with a header of ours tells, such as "0.1.0 (46121c6d1234,
// 2026-11-30)"; a part of `image`. Empty when it tells none.
std::string_view image_version(std::span<const std::byte> image);

}  // namespace pi::push
