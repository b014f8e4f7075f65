#include "libpi/push/image_header.h"

#include <algorithm>
#include <string_view>

#include "base/bytes.h"

namespace pi::push {

base::Result<ImageHeader> read_image_header(std::span<const std::byte> image) {
  constexpr std::string_view kMagic = "barellam";
  if (image.size() < kImageHeaderBytes ||
      !std::equal(kMagic.begin(), kMagic.end(), image.begin() + 4, [](char letter, std::byte byte) {
        return static_cast<std::byte>(letter) == byte;
      })) {
    return base::Status::error(base::ErrorCode::kUnsupported,
                               "not a kernel image of barellama: it has no header of one");
  }
  const ImageHeader header = {base::load_le32(image, 12), base::load_le32(image, 16),
                              base::load_le32(image, 20)};
  if (header.size > image.size()) {
    return base::Status::error(base::ErrorCode::kCorrupt,
                               "the kernel image is cut off: {} of {} bytes are present",
                               image.size(), header.size);
  }
  if (header.size < kImageHeaderBytes || header.memory_end < header.address ||
      header.memory_end - header.address < header.size) {
    return base::Status::error(base::ErrorCode::kCorrupt,
                               "the kernel image has an impossible header: {} bytes at {:x}",
                               header.size, header.address);
  }
  return header;
}

std::string_view image_version(std::span<const std::byte> image) {
  const auto header = read_image_header(image);
  if (!header.ok()) return {};
  const uint32_t at = base::load_le32(image, 24) - header->address;
  if (at >= header->size) return {};
  const std::span<const std::byte> rest =
      image.subspan(at, std::min<size_t>(kMostVersionBytes, header->size - at));
  const std::string_view text(reinterpret_cast<const char*>(rest.data()), rest.size());
  const size_t end = text.find('\0');
  const auto is_printable = [](char c) { return c >= ' ' && c <= '~'; };
  if (end == text.npos || !std::all_of(text.begin(), text.begin() + end, is_printable)) return {};
  return text.substr(0, end);
}

}  // namespace pi::push
