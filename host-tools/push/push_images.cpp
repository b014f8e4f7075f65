#include "host-tools/push/push_images.h"

#include <memory>
#include <span>

#include "host-tools/card/card_image.h"
#include "host-tools/card/card_writer.h"
#include "host-tools/support/failure.h"
#include "host-tools/support/file_kind.h"
#include "host-tools/support/files.h"
#include "libpi/push/image_header.h"

namespace host {

namespace fs = std::filesystem;

namespace {

constexpr uint64_t kMemoryBytes = 512 << 20;

std::string read_for_memory(const fs::path& path) {
  const uint64_t size = fs::file_size(path);
  if (size == 0) fail("{}: is empty", path.string());
  if (size > kMemoryBytes) {
    fail("{}: has {} bytes, more than the {} of a Pi Zero's whole memory", path.string(), size,
         kMemoryBytes);
  }
  return read_file(path);
}

// A volume that holds the model alone.
std::string make_ram_disk(const fs::path& model, Interrupts& interrupts) {
  const TemporaryFolder folder;
  const fs::path image = folder.path() / "ram-disk.img";
  const std::vector<CardFile> files = {
      {model.filename().string(), model, fs::file_size(model), true}};
  write_card_image(image, files, plan_ram_disk(files), "BARELLAMA", interrupts);
  return read_for_memory(image);
}

std::string read_ram_disk(const fs::path& path, Interrupts& interrupts) {
  refuse_other_kinds(path, {FileKind::kCard, FileKind::kModel});
  if (kind_of_file(path) == FileKind::kModel) return make_ram_disk(path, interrupts);
  std::string bytes = read_for_memory(path);
  // Throws when the kernel would find no FAT volume there.
  static_cast<void>(std::make_unique<CardImage>(path));
  return bytes;
}

}  // namespace

PushImages read_push_images(const fs::path& kernel, const fs::path& ram_disk,
                            const Settings& settings, Interrupts& interrupts) {
  PushImages images;
  refuse_other_kinds(kernel, {FileKind::kKernel, FileKind::kBootLoader});
  images.kernel = read_for_memory(kernel);
  images.kernel_address =
      require_value(pi::push::read_image_header(std::as_bytes(std::span(images.kernel))),
                    kernel.string())
          .address;
  images.kernel_version = pi::push::image_version(std::as_bytes(std::span(images.kernel)));
  if (!ram_disk.empty()) images.ram_disk = read_ram_disk(ram_disk, interrupts);
  images.command_line = command_line(settings);
  return images;
}

}  // namespace host
