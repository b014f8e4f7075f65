#include "llama/model/model_parts.h"

#include "base/bytes.h"
#include "base/check.h"
#include "base/crc32c.h"
#include "llama/model/file_layout.h"

namespace llama {
namespace {

using base::ErrorCode;
using base::Status;

bool is_whole(std::span<const std::byte> header, uint32_t magic) {
  return base::load_le32(header, kAtMagic) == magic &&
         base::load_le32(header, kAtVersion) == kFileVersion &&
         base::load_le32(header, kAtHeaderCrc) == header_crc(header);
}

}  // namespace

uint32_t header_crc(std::span<const std::byte> header) {
  constexpr std::byte kZero[4] = {};
  const uint32_t before = base::crc32c(header.first(kAtHeaderCrc));
  return base::crc32c(header.subspan(kAtHeaderCrc + 4), base::crc32c(kZero, before));
}

base::Result<ModelParts> ModelParts::read(std::span<const std::byte> header) {
  CHECK(header.size() == kHeaderBytes);
  ModelParts parts;
  if (!is_whole(header, kFileMagic)) return parts;
  parts.model_bytes = base::load_le64(header, kAtModelBytes);
  parts.directory_crc = base::load_le32(header, kAtDirectoryCrc);
  const uint32_t count = base::load_le32(header, kAtParts);
  if (count <= 1) return parts;
  parts.count = count;
  parts.part_bytes = base::load_le64(header, kAtPartBytes);
  // Divided, so that no product overflows.
  if (count > kMost || parts.part_bytes == 0 || parts.part_bytes % kSegmentAlignment != 0 ||
      parts.model_bytes == 0 || (parts.model_bytes - 1) / parts.part_bytes + 1 != count) {
    return Status::error(
        ErrorCode::kCorrupt,
        "the model's header contradicts itself: {} parts of {} bytes for {}; convert it again",
        count, parts.part_bytes, parts.model_bytes);
  }
  return parts;
}

void ModelParts::add_to(std::span<std::byte> header) const {
  CHECK(header.size() == kHeaderBytes);
  base::store_le32(header, kAtParts, count);
  base::store_le64(header, kAtPartBytes, part_bytes);
  base::store_le32(header, kAtHeaderCrc, header_crc(header));
}

bool ModelParts::begins_later_part(std::span<const std::byte> bytes) {
  return bytes.size() >= 4 && base::load_le32(bytes, kAtMagic) == kPartMagic;
}

Status ModelParts::check_size(uint32_t part, uint64_t file_bytes) const {
  CHECK(part >= 1 && part <= count);
  if (file_bytes == file_bytes_of(part)) return base::ok_status();
  return Status::error(ErrorCode::kCorrupt,
                       "part {} of the model has {} bytes but should have {}: copy it again", part,
                       file_bytes, file_bytes_of(part));
}

Status ModelParts::check_header(uint32_t part, std::span<const std::byte> header) const {
  CHECK(header.size() == kHeaderBytes && part >= 1 && part <= count);
  if (part == 1) return base::ok_status();
  if (!is_whole(header, kPartMagic)) {
    return Status::error(
        ErrorCode::kCorrupt,
        "what should be part {} of {} of the model is none, or is damaged: copy it "
        "again",
        part, count);
  }
  if (base::load_le32(header, kAtDirectoryCrc) != directory_crc ||
      base::load_le64(header, kAtModelBytes) != model_bytes ||
      base::load_le32(header, kAtParts) != count ||
      base::load_le64(header, kAtPartBytes) != part_bytes) {
    return Status::error(ErrorCode::kCorrupt,
                         "what should be part {} of {} belongs to another model: copy all parts "
                         "together",
                         part, count);
  }
  if (base::load_le32(header, kAtPart) != part) {
    return Status::error(ErrorCode::kCorrupt,
                         "what should be part {} of {} of the model is part {}: copy them again",
                         part, count, base::load_le32(header, kAtPart));
  }
  return base::ok_status();
}

void ModelParts::write_header(uint32_t part, std::span<std::byte> header) const {
  CHECK(header.size() == kHeaderBytes && part >= 2 && part <= count);
  for (std::byte& byte : header) byte = std::byte{0};
  base::store_le32(header, kAtMagic, kPartMagic);
  base::store_le32(header, kAtVersion, kFileVersion);
  base::store_le32(header, kAtDirectoryCrc, directory_crc);
  base::store_le64(header, kAtModelBytes, model_bytes);
  base::store_le32(header, kAtPart, part);
  add_to(header);
}

void ModelParts::name_part(uint32_t part, std::span<char> name) {
  CHECK(part >= 2 && part <= kMost && name.size() >= kNumberBytes);
  const auto number = name.last(kNumberBytes);
  number[0] = 'b';
  number[1] = static_cast<char>('0' + part / 10);
  number[2] = static_cast<char>('0' + part % 10);
}

}  // namespace llama
