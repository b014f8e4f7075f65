#include "kernel/bootloader/card_kernel.h"

#include "libpi/fs/file_reader.h"
#include "libpi/push/image_header.h"

namespace kernel {

using base::ErrorCode;
using base::Status;

base::Result<uint32_t> read_card_kernel(pi::FatVolume& volume, std::string_view path,
                                        const MemoryPlan& plan, std::span<std::byte> room) {
  TRY_ASSIGN(const pi::FileInfo file, volume.find(path));
  if (file.is_folder) return Status::error(ErrorCode::kInvalidArgument, "this is a folder");
  if (file.size > room.size()) {
    return Status::error(ErrorCode::kOutOfRange, "{} bytes are too many for a kernel: at most {}",
                         file.size, room.size());
  }
  TRY_ASSIGN(auto reader, pi::FileReader::open(volume, file));
  const std::span<std::byte> image = room.first(file.size);
  TRY(reader.read(0, image));
  TRY_ASSIGN(const auto header, pi::push::read_image_header(image));
  const auto& disk = plan.firmware_ram_disk;
  TRY(plan.check_image(header, disk ? disk->address : plan.memory_end));
  return file.size;
}

}  // namespace kernel
