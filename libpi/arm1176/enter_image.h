// The way into another image, as the firmware would have gone it.
#pragma once

#include <cstdint>
#include <span>

namespace pi::arm1176 {

// Enters the image at `address` with `tags` (kernel/board/boot_tags.h) copied to kTagsAddress.
// Whatever could still write to memory has come to rest before: DMA, the firmware. Interrupts are
// masked here; the image masks their sources itself.
//
// No memory but the tags' is touched, so that the image, the tags and the RAM disk may lie
// anywhere but over this program.
[[noreturn]] void enter_image(uint32_t address, std::span<const uint32_t> tags);

}  // namespace pi::arm1176

// Of enter_image.S.
extern "C" [[noreturn]] void enter_image_with_tags(uint32_t address, const uint32_t* tags_begin,
                                                   const uint32_t* tags_end);

namespace pi::arm1176 {

inline void enter_image(uint32_t address, std::span<const uint32_t> tags) {
  enter_image_with_tags(address, tags.data(), tags.data() + tags.size());
}

}  // namespace pi::arm1176
