#include "host-tools/card/card_files.h"

#include <algorithm>
#include <set>

#include "base/crc32c.h"
#include "host-tools/card/card_file_kinds.h"
#include "host-tools/card/firmware.h"
#include "host-tools/model/model_files.h"
#include "host-tools/support/failure.h"
#include "host-tools/support/file_kind.h"
#include "host-tools/support/files.h"
#include "kernel/settings/settings_sources.h"
#include "kernel/settings/words.h"
#include "libpi/push/image_header.h"
#include "llama/text/utf8.h"

namespace host {

namespace fs = std::filesystem;

namespace {

// Where kernels are linked to be; the boot loader is linked elsewhere (linker/).
constexpr uint32_t kKernelAddress = 0x8000;

CardFile make_model(const fs::path& path) {
  refuse_other_kinds(path, {FileKind::kModel});
  CardFile file = make_card_file(path.filename().string(), path, true);
  if (!begins_with(path, "BLM1")) {
    fail("{}: is not a model (its first bytes are not BLM1); `barellama convert` makes models",
         path.string());
  }
  return file;
}

CardFile make_image(const std::string& name, const fs::path& path) {
  refuse_other_kinds(path, {FileKind::kKernel, FileKind::kBootLoader});
  CardFile file = make_card_file(name, path, false);
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

// What would be on the card in vain is said before it is there.
void require_readable(const fs::path& path) {
  const std::string content = read_file(path);
  const char* const encoding = kernel::foreign_encoding(content);
  if (encoding != nullptr) {
    fail("{}: is {}; save it as plain text in UTF-8", path.string(), encoding);
  }
  const size_t bad = llama::find_invalid_utf8(content);
  if (bad < content.size()) {
    fail("{}, line {}: is not UTF-8, but in an 8-bit encoding such as Latin-1; save it as UTF-8",
         path.string(), std::ranges::count(content.begin(), content.begin() + bad, '\n') + 1);
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
      files.push_back(make_card_file(parts[i].filename().string(), parts[i], true));
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
  for (const auto& own : {request.config, request.settings}) {
    if (own) require_readable(*own);
  }
  if (request.settings && fs::file_size(*request.settings) > kernel::kMaxIniBytes) {
    fail("{}: has more than {} bytes, and the kernel would ignore it", request.settings->string(),
         kernel::kMaxIniBytes);
  }
  files.push_back(make_card_file("config.txt", request.config.value_or(config), false));
  files.push_back(make_card_file("barellama.ini", request.settings.value_or(settings), false));
  if (request.firmware) add_firmware(*request.firmware, files);
  for (const fs::path& other : request.others) {
    files.push_back(make_card_file(other.filename().string(), other, false));
  }
  require_different_names(files);
  return files;
}

uint32_t file_checksum(const fs::path& path, Interrupts& interrupts) {
  const Descriptor file = open_to_read(path);
  const uint64_t size = fs::file_size(path);
  std::vector<std::byte> buffer(1 << 20);
  uint32_t crc = 0;
  for (uint64_t at = 0; at < size; at += buffer.size()) {
    interrupts.check();
    const auto part = std::span(buffer).first(std::min<uint64_t>(buffer.size(), size - at));
    read_at(file, at, part, path);
    crc = base::crc32c(part, crc);
  }
  return crc;
}

}  // namespace host
