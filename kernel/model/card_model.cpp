#include "kernel/model/card_model.h"

#include <array>

#include "libpi/fs/file_name.h"
#include "libpi/fs/file_reader.h"
#include "llama/model/model_parts.h"

namespace kernel {
namespace {

using base::ErrorCode;
using base::Status;
using llama::ModelParts;

constexpr size_t kMostPathBytes = 255;  // as the setting `model` has it

class Finder {
 public:
  Finder(pi::FatVolume& volume, const pi::FileInfo& first, std::string_view path,
         base::Arena& arena)
      : volume_(volume), first_(first), path_(path), arena_(arena) {}

  base::Result<CardModel> find() {
    TRY_ASSIGN(parts_, read_parts());
    uint64_t count = 0;
    for (uint32_t part = 1; part <= parts_.count; ++part) {
      TRY_ASSIGN(const pi::FileInfo file, file_of(part));
      TRY_ASSIGN(const uint32_t extents, volume_.count_extents(file));
      count += extents;
    }
    TRY_ASSIGN(room_, arena_.allocate<pi::Extent>(count, "file extents"));
    for (uint32_t part = 1; part <= parts_.count; ++part) TRY(add(part));
    const uint64_t bytes = parts_.count == 1 ? first_.size : parts_.model_bytes;
    return CardModel{room_.first(used_), bytes};
  }

 private:
  // What the first file says. Its header needs room only until it is read.
  base::Result<ModelParts> read_parts() {
    if (first_.size < ModelParts::kHeaderBytes) return ModelParts();
    const base::Arena::Mark mark = arena_.mark();
    TRY_ASSIGN(const auto header, read_header(first_));
    const auto parts = ModelParts::read(header);
    arena_.rewind(mark);
    return parts;
  }

  base::Result<std::span<std::byte>> read_header(const pi::FileInfo& file) {
    TRY_ASSIGN(const auto header,
               arena_.allocate<std::byte>(ModelParts::kHeaderBytes, "file extents"));
    TRY_ASSIGN(auto reader, pi::FileReader::open(volume_, file));
    TRY(reader.read(0, header));
    return header;
  }

  base::Result<pi::FileInfo> file_of(uint32_t part) {
    if (part == 1) return first_;
    std::array<char, kMostPathBytes> name;
    if (path_.size() > name.size() || path_.size() < ModelParts::kNumberBytes) {
      return Status::error(ErrorCode::kInvalidArgument, "a model of {} parts cannot have this name",
                           parts_.count);
    }
    path_.copy(name.data(), path_.size());
    ModelParts::name_part(part, std::span(name).first(path_.size()));
    const auto found = volume_.find({name.data(), path_.size()});
    if (!found.ok() && found.status().code() == ErrorCode::kNotFound) {
      return Status::error(ErrorCode::kNotFound,
                           "part {} of {} is missing from the card: copy the file whose name ends "
                           "with .b{:02}, too",
                           part, parts_.count, part);
    }
    return found;
  }

  Status add(uint32_t part) {
    TRY_ASSIGN(const pi::FileInfo file, file_of(part));
    TRY(check(part, file));
    TRY_ASSIGN(const auto extents, volume_.extents(file, room_.subspan(used_)));
    uint64_t skipped = part == 1 ? 0 : ModelParts::kHeaderBytes / pi::BlockDevice::kBlockSize;
    for (const pi::Extent& extent : extents) {
      const uint64_t skip = skipped < extent.block_count ? skipped : extent.block_count;
      skipped -= skip;
      if (skip == extent.block_count) continue;
      room_[used_++] = {extent.first_block + skip, extent.block_count - skip};
    }
    return base::ok_status();
  }

  Status check(uint32_t part, const pi::FileInfo& file) {
    if (parts_.count == 1) return base::ok_status();
    TRY(parts_.check_size(part, file.size));
    if (part == 1) return base::ok_status();
    const base::Arena::Mark mark = arena_.mark();
    TRY_ASSIGN(const auto header, read_header(file));
    const Status status = parts_.check_header(part, header);
    arena_.rewind(mark);
    return status;
  }

  pi::FatVolume& volume_;
  const pi::FileInfo& first_;
  std::string_view path_;
  base::Arena& arena_;
  ModelParts parts_;
  std::span<pi::Extent> room_;
  size_t used_ = 0;
};

}  // namespace

base::Result<CardModel> find_card_model(pi::FatVolume& volume, const pi::FileInfo& first,
                                        std::string_view path, base::Arena& arena) {
  return Finder(volume, first, path, arena).find();
}

bool is_model_name(std::string_view name) {
  constexpr std::string_view kEnding = ".blm";
  return name.size() > kEnding.size() && !name.starts_with("._") &&
         pi::is_same_name(name.substr(name.size() - kEnding.size()), kEnding);
}

}  // namespace kernel
