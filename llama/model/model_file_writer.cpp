#include "llama/model/model_file_writer.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/check.h"
#include "base/crc32c.h"
#include "llama/model/config_values.h"
#include "llama/model/model_parts.h"

namespace llama {
namespace {

// Fills a directory from its beginning.
class DirectoryWriter {
 public:
  explicit DirectoryWriter(std::span<std::byte> directory) : directory_(directory) {}

  void put(const Segment& segment) {
    const auto entry = take(kSegmentEntryBytes);
    base::store_le16(entry, kSegmentKind, static_cast<uint16_t>(segment.kind));
    base::store_le16(entry, kSegmentFlags, segment.flags);
    base::store_le32(entry, kSegmentLayer, segment.layer);
    base::store_le64(entry, kSegmentOffset, segment.offset);
    base::store_le64(entry, kSegmentBytes, segment.bytes);
    base::store_le32(entry, kSegmentCrc, segment.crc);
  }

  void put(const Tensor& tensor) {
    const auto entry = take(kTensorEntryBytes);
    base::store_le16(entry, kTensorRole, static_cast<uint16_t>(tensor.role));
    base::store_le16(entry, kTensorLayer, tensor.layer);
    base::store_le16(entry, kTensorExpert, tensor.expert);
    base::store_le16(entry, kTensorType, static_cast<uint16_t>(tensor.type));
    base::store_le32(entry, kTensorFlags, tensor.flags);
    base::store_le32(entry, kTensorRows, tensor.rows);
    base::store_le32(entry, kTensorColumns, tensor.columns);
    base::store_le32(entry, kTensorRowsPerTile, tensor.rows_per_tile);
    base::store_le32(entry, kTensorTileBytes, tensor.tile_bytes);
    base::store_le32(entry, kTensorFirstTile, tensor.first_tile);
    base::store_le32(entry, kTensorTileCount, tensor.tile_count);
    base::store_le64(entry, kTensorOffset, tensor.offset);
    base::store_le64(entry, kTensorBytes, tensor.bytes);
    if (tensor.tile_starts == nullptr) return;
    base::store_le32(entry, kTensorFirstStart, next_start_);
    next_start_ += tensor.tile_count + 1;
  }

  void put(uint32_t number) { base::store_le32(take(sizeof(uint32_t)), 0, number); }

 private:
  std::span<std::byte> take(size_t bytes) {
    const auto taken = directory_.first(bytes);
    directory_ = directory_.subspan(bytes);
    return taken;
  }

  std::span<std::byte> directory_;
  uint32_t next_start_ = 0;
};

}  // namespace

uint32_t DirectoryTables::tile_start_count() const {
  uint32_t count = 0;
  for (const Tensor& tensor : tensors) {
    if (tensor.tile_starts != nullptr) count += tensor.tile_count + 1;
  }
  return count;
}

uint64_t DirectoryTables::bytes() const {
  return directory_bytes(static_cast<uint32_t>(segments.size()),
                         static_cast<uint32_t>(tensors.size()), tile_start_count(),
                         static_cast<uint32_t>(tile_crcs.size()));
}

void write_directory(const DirectoryTables& tables, std::span<std::byte> directory) {
  CHECK(directory.size() == tables.bytes());
  std::ranges::fill(directory, std::byte{0});
  DirectoryWriter writer(directory);
  for (const Segment& segment : tables.segments) writer.put(segment);
  for (const Tensor& tensor : tables.tensors) writer.put(tensor);
  for (const Tensor& tensor : tables.tensors) {
    if (tensor.tile_starts == nullptr) continue;
    for (uint32_t i = 0; i <= tensor.tile_count; ++i) writer.put(tensor.tile_starts[i]);
  }
  for (const uint32_t crc : tables.tile_crcs) writer.put(crc);
}

void write_header(const ModelConfig& config, std::string_view name, uint64_t file_bytes,
                  const DirectoryTables& tables, std::span<const std::byte> directory,
                  std::span<std::byte> header) {
  CHECK(header.size() == kHeaderBytes);
  std::ranges::fill(header, std::byte{0});
  const auto u32 = [&](size_t at, size_t value) {
    base::store_le32(header, at, static_cast<uint32_t>(value));
  };
  u32(kAtMagic, kFileMagic);
  u32(kAtVersion, kFileVersion);
  u32(kAtDirectoryCrc, base::crc32c(directory));
  base::store_le64(header, kAtModelBytes, file_bytes);
  base::store_le64(header, kAtDirectoryBytes, directory.size());
  u32(kAtSegmentCount, tables.segments.size());
  u32(kAtTensorCount, tables.tensors.size());
  u32(kAtTileCount, tables.tile_crcs.size());
  u32(kAtTileStartCount, tables.tile_start_count());
  u32(kAtChecksumKind, static_cast<uint32_t>(ChecksumKind::kCrc32c));
  u32(kAtValueBytes, write_config(config, header.subspan(kAtValues)));
  for (size_t i = 0; i < name.size() && i + 1 < kModelNameBytes; ++i) {
    header[kAtName + i] = static_cast<std::byte>(name[i]);
  }
  u32(kAtHeaderCrc, header_crc(header));
}

}  // namespace llama
