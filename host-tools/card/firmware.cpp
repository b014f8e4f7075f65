#include "host-tools/card/firmware.h"

#include <array>
#include <string_view>

#include "host-tools/card/card_file_kinds.h"
#include "host-tools/support/failure.h"
#include "host-tools/support/files.h"

namespace host {

namespace fs = std::filesystem;

const char* const kFirmwareAdvice =
    "it lacks Raspberry Pi's firmware: bootcode.bin, start_cd.elf, fixup_cd.dat. `./dev card`\n"
    "fetches it; elsewhere it is the folder `boot` of https://github.com/raspberrypi/firmware, or\n"
    "/usr/lib/raspi-firmware of Debian's package raspi-firmware: give --firmware FOLDER.\n"
    "An emulated Pi needs none: --no-firmware says that this is meant";

namespace {

constexpr const char* kLicence = "LICENCE.broadcom";

// The pair that gpu_mem=16 asks for, and that of other sizes.
struct Pair {
  const char* start;
  const char* fixup;
};
constexpr Pair kPairs[] = {{"start_cd.elf", "fixup_cd.dat"}, {"start.elf", "fixup.dat"}};

std::string value_of(std::string_view elf, std::string_view key) {
  std::string found;
  for (size_t at = elf.find(key); at != std::string_view::npos; at = elf.find(key, at)) {
    at += key.size();
    const std::string_view value = elf.substr(at, elf.find('\0', at) - at);
    // TIME stands for the time of day and for the date: the date is the longer one.
    if (value.size() > found.size()) found = value;
  }
  return found;
}

// start*.elf works only with the fixup*.dat of the same make.
void add_pair(const fs::path& folder, const Pair& pair, std::vector<CardFile>& files) {
  const bool has_start = fs::exists(folder / pair.start);
  if (has_start != fs::exists(folder / pair.fixup)) {
    fail("{}: {} and {} belong together, and {} is missing", folder.string(), pair.start,
         pair.fixup, has_start ? pair.fixup : pair.start);
  }
  if (!has_start) return;
  files.push_back(make_card_file(pair.start, folder / pair.start, false));
  files.push_back(make_card_file(pair.fixup, folder / pair.fixup, false));
  const std::string problem = firmware_problem(read_file(folder / pair.start), pair.start);
  if (!problem.empty()) fail("{}: {}", folder.string(), problem);
}

fs::path licence_of(const fs::path& folder) {
  const fs::path debian = folder / "../../share/doc/raspi-firmware/copyright";
  for (const fs::path& candidate : {folder / kLicence, debian}) {
    if (fs::exists(candidate)) return candidate;
  }
  fail("{}: {} is missing; firmware is not passed on without its licence", folder.string(),
       kLicence);
}

}  // namespace

std::optional<fs::path> find_firmware() {
  const fs::path debian = "usr/lib/raspi-firmware";
  for (const fs::path& folder :
       {program_folder() / "firmware", program_folder() / "../firmware" / debian, "/" / debian}) {
    if (fs::exists(folder / "bootcode.bin")) return fs::weakly_canonical(folder);
  }
  return std::nullopt;
}

void add_firmware(const fs::path& folder, std::vector<CardFile>& files) {
  if (!fs::is_directory(folder)) fail("{}: is not a folder", folder.string());
  if (!fs::exists(folder / "bootcode.bin")) {
    fail("{}: bootcode.bin is missing, from which a Pi boots", folder.string());
  }
  files.push_back(make_card_file("bootcode.bin", folder / "bootcode.bin", false));
  files.push_back(make_card_file(kLicence, licence_of(folder), false));
  const size_t before = files.size();
  for (const Pair& pair : kPairs) add_pair(folder, pair, files);
  if (files.size() == before) {
    fail("{}: has neither start_cd.elf, which gpu_mem=16 asks for, nor start.elf", folder.string());
  }
}

std::string firmware_problem(const std::string& start_elf, const std::string& name) {
  if (!start_elf.starts_with("\177ELF")) return name + " is not a firmware file";
  const std::string variant = value_of(start_elf, "VC_BUILD_ID_VARIANT: ");
  if (variant.empty() || variant + ".elf" == name) return {};
  return name + " is " + variant + ".elf under another name, and does not work with its fixup";
}

std::string firmware_version(const std::string& start_elf) {
  const std::string commit = value_of(start_elf, "VC_BUILD_ID_VERSION: ");
  if (commit.empty()) return {};
  return text("{} of {}, {}", value_of(start_elf, "VC_BUILD_ID_VARIANT: "),
              value_of(start_elf, "VC_BUILD_ID_TIME: "), commit.substr(0, 8));
}

}  // namespace host
