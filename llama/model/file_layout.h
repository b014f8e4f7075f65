// Where everything is in a .blm file: the numbers of docs/format.md, each once.
#pragma once

#include <cstddef>
#include <cstdint>

#include "llama/model/weight_source.h"

namespace llama {

constexpr uint32_t kFileMagic = 0x314d4c42;  // "BLM1" in file order
constexpr uint32_t kPartMagic = 0x504d4c42;  // "BLMP" in file order
constexpr uint32_t kFileVersion = 2;
constexpr uint32_t kHeaderBytes = 4096;
constexpr uint32_t kSegmentAlignment = 4096;
constexpr uint32_t kTileAlignment = WeightSource::kReadUnit;
constexpr size_t kModelNameBytes = 64;

// Offsets within the header. Those marked P are in the headers of later parts, too.
enum HeaderAt : size_t {
  kAtMagic = 0,          // P
  kAtVersion = 4,        // P
  kAtHeaderCrc = 8,      // P
  kAtDirectoryCrc = 12,  // P
  kAtModelBytes = 16,    // P
  kAtDirectoryBytes = 24,
  kAtSegmentCount = 32,
  kAtTensorCount = 36,
  kAtTileCount = 40,
  kAtParts = 44,      // P
  kAtPartBytes = 48,  // P
  kAtPart = 56,       // P
  kAtChecksumKind = 60,
  kAtTileStartCount = 64,
  kAtValueBytes = 68,
  kAtName = 128,
  kAtValues = 192,
};
constexpr uint32_t kMostValueBytes = kHeaderBytes - kAtValues;

// Of a configuration value: tag, type, flags, count, then the values.
enum ValueAt : size_t { kValueTag = 0, kValueType = 2, kValueFlags = 3, kValueCount = 4 };
constexpr uint32_t kValueHeaderBytes = 8;

// Of a segment in the directory.
enum SegmentAt : size_t {
  kSegmentKind = 0,
  kSegmentFlags = 2,
  kSegmentLayer = 4,
  kSegmentOffset = 8,
  kSegmentBytes = 16,
  kSegmentCrc = 24,
};
constexpr uint32_t kSegmentEntryBytes = 32;

// Of a tensor in the directory.
enum TensorAt : size_t {
  kTensorRole = 0,
  kTensorLayer = 2,
  kTensorExpert = 4,
  kTensorType = 6,
  kTensorFlags = 8,
  kTensorRows = 16,
  kTensorColumns = 20,
  kTensorRowsPerTile = 24,
  kTensorTileBytes = 28,
  kTensorFirstTile = 32,
  kTensorTileCount = 36,
  kTensorOffset = 40,
  kTensorBytes = 48,
  kTensorFirstStart = 56,
};
constexpr uint32_t kTensorEntryBytes = 64;

// Flags of values and segments: without it, a reader that does not know the kind goes on.
constexpr uint32_t kFlagMustBeKnown = 1;

// Flags of tensors. A reader refuses those of the low half that it does not know, and ignores those
// of the high half.
constexpr uint32_t kTensorHasTileStarts = 1;
constexpr uint32_t kTensorFlagsToKnow = 0xffff;
// A reader that does not know the role leaves the tensor out.
constexpr uint32_t kTensorMayBeLeftOut = 1u << 16;

// How tiles are summed. Header, directory and segments always have CRC-32C.
enum class ChecksumKind : uint32_t { kCrc32c = 1 };

}  // namespace llama
