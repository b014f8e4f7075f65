#include "host-tools/card/card_files.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <set>

#include "base/crc32c.h"
#include "host-tools/model/model_files.h"
#include "host-tools/support/failure.h"
#include "host-tools/support/files.h"
#include "libpi/push/image_header.h"

namespace host {

namespace fs = std::filesystem;

namespace {

// A FAT folder entry has 32 bits for the size.
constexpr uint64_t kMaxFatFileBytes = (uint64_t{1} << 32) - 1;
// The kernel lies below the memory that it manages; a file beyond this is something else.
constexpr uint64_t kMaxKernelBytes = 16 << 20;
// Where kernels are linked to be; the boot loader is linked elsewhere (linker/).
constexpr uint32_t kKernelAddress = 0x8000;

std::array<char, 4> first_bytes(const fs::path& path) {
  std::array<char, 4> bytes{};
  const Descriptor file = open_to_read(path);
  const size_t count = static_cast<size_t>(std::min<uint64_t>(fs::file_size(path), bytes.size()));
  read_at(file, 0, std::as_writable_bytes(std::span(bytes)).first(count), path);
  return bytes;
}

bool begins_with(const fs::path& path, const char* magic) {
  const std::array<char, 4> bytes = first_bytes(path);
  return std::memcmp(bytes.data(), magic, bytes.size()) == 0;
}

CardFile make_file(const std::string& name, const fs::path& source, bool is_model) {
  open_to_read(source);
  const uint64_t size = fs::file_size(source);
  if (size > kMaxFatFileBytes) {
    fail("{}: has {} bytes, but a file on a FAT card has at most {}; convert it with --part-mib",
         source.string(), size, kMaxFatFileBytes);
  }
  if (name.size() > 255 || name.find_first_of("\"*:<>?\\|") != std::string::npos) {
    fail("{}: a file on a FAT card can't have this name; rename it", source.string());
  }
  return {name, source, size, is_model};
}

CardFile make_model(const fs::path& path) {
  CardFile file = make_file(path.filename().string(), path, true);
  if (!begins_with(path, "BLM1")) {
    fail("{}: is not a model (its first bytes are not BLM1); `barellama convert` makes models",
         path.string());
  }
  return file;
}

CardFile make_image(const std::string& name, const fs::path& path) {
  CardFile file = make_file(name, path, false);
  if (begins_with(path, "\177ELF")) {
    fail("{}: is an ELF file; the Pi wants the raw image, kernel.img beside it", path.string());
  }
  if (file.size == 0 || file.size > kMaxKernelBytes) {
    fail("{}: has {} bytes; that is not a kernel", path.string(), file.size);
  }
  return file;
}

// The boot loader, and the kernel that it starts: it refuses others, and we do so before it does.
void add_bootloader(const CardRequest& request, std::vector<CardFile>& files) {
  const auto address_of = [](const fs::path& path) {
    const std::string image = read_file(path);
    const auto bytes = std::as_bytes(std::span(image));
    return require_value(pi::push::read_image_header(bytes), path.string()).address;
  };
  files.push_back(make_image("kernel.img", *request.bootloader));
  files.push_back(make_image("barellama.img", request.kernel));
  if (address_of(*request.bootloader) == kKernelAddress) {
    fail("{}: is a kernel, not the boot loader", request.bootloader->string());
  }
  if (address_of(request.kernel) != kKernelAddress) {
    fail("{}: is a boot loader, not a kernel", request.kernel.string());
  }
}

// start*.elf works only with the fixup*.dat of the same make.
void add_firmware_pair(const fs::path& folder, const std::string& start, const std::string& fixup,
                       std::vector<CardFile>& files) {
  const bool has_start = fs::exists(folder / start);
  if (has_start != fs::exists(folder / fixup)) {
    fail("{}: {} and {} belong together, and {} is missing", folder.string(), start, fixup,
         has_start ? fixup : start);
  }
  if (!has_start) return;
  files.push_back(make_file(start, folder / start, false));
  files.push_back(make_file(fixup, folder / fixup, false));
  if (!begins_with(folder / start, "\177ELF")) {
    fail("{}: is not a firmware file", (folder / start).string());
  }
}

void add_firmware(const fs::path& folder, std::vector<CardFile>& files) {
  if (!fs::is_directory(folder)) fail("{}: is not a folder", folder.string());
  for (const std::string name : {"bootcode.bin", "LICENCE.broadcom"}) {
    if (!fs::exists(folder / name)) {
      fail("{}: {} is missing; firmware is not passed on without it", folder.string(), name);
    }
    files.push_back(make_file(name, folder / name, false));
  }
  const size_t before = files.size();
  add_firmware_pair(folder, "start_cd.elf", "fixup_cd.dat", files);
  add_firmware_pair(folder, "start.elf", "fixup.dat", files);
  if (files.size() == before) {
    fail("{}: has neither start_cd.elf, which gpu_mem=16 asks for, nor start.elf", folder.string());
  }
}

void require_different_names(const std::vector<CardFile>& files) {
  std::set<std::string> names;
  for (const CardFile& file : files) {
    std::string name = file.name;
    for (char& letter : name) {
      if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
    }
    if (!names.insert(name).second) {
      fail("two files would have the name {} on the card; rename one", file.name);
    }
  }
}

}  // namespace

std::vector<CardFile> gather_card_files(const CardRequest& request, const fs::path& folder) {
  std::vector<CardFile> files;
  for (const fs::path& model : request.models) {
    files.push_back(make_model(model));
    const std::vector<fs::path> parts = find_model_files(model).paths;
    for (size_t i = 1; i < parts.size(); ++i) {
      files.push_back(make_file(parts[i].filename().string(), parts[i], true));
    }
  }
  if (request.bootloader) {
    add_bootloader(request, files);
  } else {
    files.push_back(make_image("kernel.img", request.kernel));
  }

  const fs::path config = folder / "config.txt";
  const fs::path settings = folder / "barellama.ini";
  write_file(config, default_config());
  write_file(settings, default_settings(files.front().name));
  files.push_back(make_file("config.txt", request.config.value_or(config), false));
  files.push_back(make_file("barellama.ini", request.settings.value_or(settings), false));
  if (request.firmware) add_firmware(*request.firmware, files);
  require_different_names(files);
  return files;
}

uint32_t file_checksum(const fs::path& path) {
  const Descriptor file = open_to_read(path);
  const uint64_t size = fs::file_size(path);
  std::vector<std::byte> buffer(1 << 20);
  uint32_t crc = 0;
  for (uint64_t at = 0; at < size; at += buffer.size()) {
    const auto part = std::span(buffer).first(std::min<uint64_t>(buffer.size(), size - at));
    read_at(file, at, part, path);
    crc = base::crc32c(part, crc);
  }
  return crc;
}

}  // namespace host
