#include "host-tools/card/other_system.h"

#include <fnmatch.h>

#include <algorithm>
#include <array>
#include <sstream>
#include <string_view>
#include <vector>

#include "host-tools/card/card_file_kinds.h"
#include "host-tools/support/files.h"
#include "kernel/settings/words.h"
#include "libpi/fs/file_name.h"
#include "libpi/push/image_header.h"

namespace host {

namespace fs = std::filesystem;

namespace {

struct Sign {
  const char* system;
  std::vector<const char*> patterns;  // of names; a '/' at the end: of a folder
};

// What these systems have in the root folder of the partition that the firmware or the PC reads.
// Their kernels for other boards count, since the card may be meant for those.
const std::vector<Sign>& signs() {
  static const std::vector<Sign> all = {
      {"Raspberry Pi OS",
       {"issue.txt", "overlays/", "firstrun.sh", "userconf", "userconf.txt", "custom.toml"}},
      {"NOOBS or PINN",
       {"recovery*.img", "recovery*.rfs", "recovery.cmdline", "recovery.elf",
        "RECOVERY_FILES_DO_NOT_EDIT", "BUILD-DATA", "os_list*.json", "os/"}},
      {"Linux",
       {"initramfs*", "initrd*", "vmlinu[xz]*", "zImage*", "bzImage*", "uImage*", "Image",
        "Image.gz", "System.map*", "user-data", "meta-data", "network-config", "casper/", "live/",
        "preseed.cfg"}},
      {"LibreELEC", {"KERNEL", "SYSTEM"}},
      {"U-Boot", {"u-boot*.bin", "boot.scr*", "uboot.env", "extlinux/"}},
      {"a PC's boot loader",
       {"EFI/", "grub/", "syslinux*", "isolinux/", "ldlinux.sys", "loader/", "bootmgr*"}},
      {"Windows or DOS", {"Windows/", "ntldr", "IO.SYS", "MSDOS.SYS", "COMMAND.COM", "KERNEL.SYS"}},
      {"BSD", {"loader.efi", "ubldr*", "netbsd*"}},
      {"Plan 9", {"9pi*", "plan9.ini"}},
      {"RISC OS", {"RISCOS.IMG", "!Boot/"}},
      {"UEFI for the Pi", {"RPI_EFI.fd"}},
      {"a system in other partitions", {"autoboot.txt", "tryboot.txt", "boot.img", "boot.sig"}},
      {"Unix", {"etc/", "usr/"}},
  };
  return all;
}

bool matches(const std::string& pattern, const fs::directory_entry& entry) {
  const bool wants_folder = pattern.ends_with('/');
  std::error_code error;
  if (entry.is_directory(error) != wants_folder) return false;
  const std::string bare = wants_folder ? pattern.substr(0, pattern.size() - 1) : pattern;
  return ::fnmatch(bare.c_str(), entry.path().filename().c_str(), FNM_CASEFOLD) == 0;
}

// An image for the ARM's Linux says so (Documentation/arch/arm/booting.rst): even one that is
// called kernel.img.
bool is_linux(const fs::path& path) {
  constexpr std::array<char, 4> kMagic = {0x18, 0x28, 0x6f, 0x01};
  constexpr size_t kPlace = 0x24;
  std::error_code error;
  std::array<char, 4> bytes{};
  if (fs::file_size(path, error) < kPlace + bytes.size() || error) return false;
  read_at(open_to_read(path), kPlace, std::as_writable_bytes(std::span(bytes)), path);
  return bytes == kMagic;
}

bool is_foreign_kernel(const fs::directory_entry& entry) {
  if (!matches("kernel*.img", entry) || is_own_image(entry.path())) return false;
  // A kernel.img that names no system is kept aside like any other file.
  return !pi::is_same_name(entry.path().filename().string(), "kernel.img") ||
         is_linux(entry.path());
}

// A command line that says where its system is.
bool is_foreign_command_line(const fs::directory_entry& entry) {
  if (!matches("cmdline.txt", entry)) return false;
  std::istringstream words(read_file(entry.path()));
  constexpr std::string_view kKeys[] = {"root=", "rootfstype=", "nfsroot=", "init=", "boot="};
  for (std::string word; words >> word;) {
    if (std::ranges::any_of(kKeys, [&](std::string_view key) { return word.starts_with(key); })) {
      return true;
    }
  }
  return false;
}

// Keys that only other systems' configurations have.
bool is_foreign_config(const fs::directory_entry& entry) {
  if (!matches("config.txt", entry)) return false;
  std::istringstream lines(read_file(entry.path()));
  constexpr std::string_view kKeys[] = {"initramfs", "auto_initramfs", "ramfsfile", "os_prefix",
                                        "armstub"};
  for (std::string line; std::getline(lines, line);) {
    const std::string_view text = kernel::trimmed(line);
    const std::string_view key = kernel::trimmed(text.substr(0, text.find_first_of(" =")));
    if (std::ranges::find(kKeys, key) != std::end(kKeys)) return true;
  }
  return false;
}

void add(std::string& all, const std::string& separator, const std::string& one) {
  if (!all.empty()) all += separator;
  all += one;
}

}  // namespace

bool is_own_image(const fs::path& path) {
  std::error_code error;
  if (!fs::is_regular_file(path, error) || fs::file_size(path, error) > kMaxKernelBytes) {
    return false;
  }
  const std::string image = read_file(path);
  return pi::push::read_image_header(std::as_bytes(std::span(image))).ok();
}

std::string signs_of_other_system(const fs::path& folder) {
  std::vector<fs::directory_entry> entries{fs::directory_iterator(folder),
                                           fs::directory_iterator()};
  std::ranges::sort(entries);
  std::string found;
  for (const Sign& sign : signs()) {
    std::string names;
    for (const char* const pattern : sign.patterns) {
      for (const fs::directory_entry& entry : entries) {
        if (matches(pattern, entry)) add(names, ", ", entry.path().filename().string());
      }
    }
    if (!names.empty()) add(found, "; ", sign.system + (": " + names));
  }
  std::string names;
  for (const fs::directory_entry& entry : entries) {
    if (is_foreign_kernel(entry) || is_foreign_command_line(entry) || is_foreign_config(entry)) {
      add(names, ", ", entry.path().filename().string());
    }
  }
  if (!names.empty()) add(found, "; ", "files that start another kernel: " + names);
  return found;
}

}  // namespace host
