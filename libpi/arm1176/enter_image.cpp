#include "libpi/core/boot.h"

// Of enter_image.S.
extern "C" [[noreturn]] void enter_image_with_tags(uint32_t address, const uint32_t* tags_begin,
                                                   const uint32_t* tags_end, uint32_t machine_type);

namespace pi::core {

void enter_image(uint32_t address, std::span<const uint32_t> tags, uint32_t machine_type) {
  enter_image_with_tags(address, tags.data(), tags.data() + tags.size(), machine_type);
}

}  // namespace pi::core
