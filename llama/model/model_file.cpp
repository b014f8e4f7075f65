#include "llama/model/model_file.h"

#include "base/bytes.h"
#include "base/check.h"
#include "base/crc32c.h"
#include "llama/model/config_values.h"
#include "llama/model/directory_reader.h"
#include "llama/model/refusal.h"

namespace llama {
namespace {

using base::ErrorCode;
using base::Status;

Status check_version(uint32_t version) {
  if (version == kFileVersion) return base::ok_status();
  return Status::error(ErrorCode::kUnsupported,
                       version < kFileVersion
                           ? "the model file has version {}, and this program reads version {}: "
                             "convert the model again with this program's `barellama convert`"
                           : "the model file has version {}, and this program reads version {}: "
                             "use a newer barellama",
                       version, kFileVersion);
}

}  // namespace

base::Result<ModelFile> ModelFile::open(WeightSource& source, base::Arena& arena, Accept accept) {
  ModelFile file;
  if (source.size_bytes() < kHeaderBytes) {
    return corrupt(
        "the model file has {} bytes, less than its header of {}: it is empty or "
        "truncated; copy it again",
        source.size_bytes(), kHeaderBytes);
  }
  const base::Arena::Mark before = arena.mark();
  TRY_ASSIGN(auto header, arena.allocate<std::byte>(kHeaderBytes, "model directory"));
  TRY(source.read(0, header));
  TRY(file.parse_header(header));
  if (source.size_bytes() < file.file_bytes_) {
    return corrupt("the model file has {} bytes but should have {}: it is truncated; copy it again",
                   source.size_bytes(), file.file_bytes_);
  }
  arena.rewind(before);

  TRY(file.take_tables(arena));
  const base::Arena::Mark tables = arena.mark();
  TRY_ASSIGN(auto directory, arena.allocate<std::byte>(file.directory_bytes_, "model directory"));
  TRY(source.read(kHeaderBytes, directory));
  if (base::crc32c(directory) != file.directory_crc_) {
    return corrupt(
        "the model's directory (bytes {} to {}) does not match its CRC: the file is "
        "damaged; copy it again",
        kHeaderBytes, kHeaderBytes + file.directory_bytes_);
  }
  TRY(DirectoryReader(file, directory).read());
  if (accept == Accept::kComputed) TRY(file.check_computed());
  arena.rewind(tables);
  return file;
}

Status ModelFile::take_tables(base::Arena& arena) {
  constexpr const char* kTag = "model directory";
  slots_ = slots_of(config_);
  TRY_ASSIGN(segments_, arena.allocate<Segment>(counts_.segments, kTag));
  TRY_ASSIGN(tensors_, arena.allocate<Tensor>(counts_.tensors, kTag));
  TRY_ASSIGN(tile_starts_, arena.allocate<uint32_t>(counts_.tile_starts, kTag));
  TRY_ASSIGN(tile_crcs_, arena.allocate<uint32_t>(counts_.tiles, kTag));
  TRY_ASSIGN(index_, arena.allocate<uint32_t>(uint64_t{config_.n_layers} * slots_, kTag));
  TRY_ASSIGN(pass_matrices_, arena.allocate<uint32_t>(uint64_t{counts_.tensors} + 1, kTag));
  return base::ok_status();
}

Status ModelFile::measure(base::Arena& arena) const {
  CHECK(arena.is_measuring());
  const base::Arena::Mark before = arena.mark();
  TRY(arena.allocate<std::byte>(kHeaderBytes, "model directory").status());
  arena.rewind(before);
  ModelFile measured = *this;
  TRY(measured.take_tables(arena));
  const base::Arena::Mark tables = arena.mark();
  TRY(arena.allocate<std::byte>(directory_bytes_, "model directory").status());
  arena.rewind(tables);
  return base::ok_status();
}

Status ModelFile::parse_header(std::span<const std::byte> header) {
  if (base::load_le32(header, kAtMagic) != kFileMagic) {
    return corrupt(
        "this is not a .blm model file (it begins with {:08x}); make one with "
        "`barellama convert`",
        base::load_le32(header, kAtMagic));
  }
  TRY(check_version(base::load_le32(header, kAtVersion)));
  if (base::load_le32(header, kAtHeaderCrc) != header_crc(header)) {
    return corrupt("the model's header does not match its CRC: the file is damaged; copy it again");
  }
  const uint32_t value_bytes = base::load_le32(header, kAtValueBytes);
  if (value_bytes > kMostValueBytes) {
    return corrupt(
        "the model's header claims {} bytes of configuration, but has room for {}; convert it "
        "again",
        value_bytes, kMostValueBytes);
  }
  TRY_ASSIGN(config_, read_config(header.subspan(kAtValues, value_bytes)));
  TRY(validate(config_));
  const uint32_t checksum = base::load_le32(header, kAtChecksumKind);
  if (checksum != static_cast<uint32_t>(ChecksumKind::kCrc32c)) {
    return Status::error(ErrorCode::kUnsupported,
                         "the model's tiles have checksums of kind {}, which this program does not "
                         "know; use a newer barellama",
                         checksum);
  }
  TRY_ASSIGN(parts_, ModelParts::read(header));
  file_bytes_ = base::load_le64(header, kAtModelBytes);
  directory_bytes_ = base::load_le64(header, kAtDirectoryBytes);
  directory_crc_ = base::load_le32(header, kAtDirectoryCrc);
  counts_ = {.segments = base::load_le32(header, kAtSegmentCount),
             .tensors = base::load_le32(header, kAtTensorCount),
             .tiles = base::load_le32(header, kAtTileCount),
             .tile_starts = base::load_le32(header, kAtTileStartCount)};
  if (directory_bytes_ !=
          directory_bytes(counts_.segments, counts_.tensors, counts_.tile_starts, counts_.tiles) ||
      file_bytes_ % kSegmentAlignment != 0 || file_bytes_ < kHeaderBytes ||
      directory_bytes_ > file_bytes_ - kHeaderBytes) {
    return corrupt(
        "the model's header contradicts itself: {} segments, {} tensors, {} tiles; convert it "
        "again",
        counts_.segments, counts_.tensors, counts_.tiles);
  }
  for (size_t i = 0; i + 1 < kModelNameBytes; ++i) {
    name_[i] = static_cast<char>(header[kAtName + i]);
  }
  return base::ok_status();
}

Status ModelFile::check_computed() const {
  for (const Tensor& tensor : tensors_) {
    const TensorRow& row = row_of(tensor.role);
    if (row.use == TensorUse::kComputed) continue;
    return Status::error(ErrorCode::kUnsupported,
                         "layer {} of the model has the tensor {}, which this program does not "
                         "compute with; use a newer barellama",
                         tensor.layer, row.name);
  }
  if (config_.n_experts == 0) return base::ok_status();
  return Status::error(ErrorCode::kUnsupported,
                       "the model is a mixture of {} experts, which this program does not compute; "
                       "use a newer barellama",
                       config_.n_experts);
}

std::string_view ModelFile::name() const {
  return std::string_view(name_.data(), std::string_view(name_.data(), name_.size()).find('\0'));
}

}  // namespace llama
