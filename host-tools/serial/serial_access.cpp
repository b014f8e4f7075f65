// Who may use a serial port, and who does.
#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "host-tools/serial/serial_port.h"
#include "host-tools/support/failure.h"

namespace host {

namespace fs = std::filesystem;

namespace {

constexpr mode_t kGroupMayUse = S_IRGRP | S_IWGRP;

bool is_number(const std::string& word) {
  return !word.empty() && word.find_first_not_of("0123456789") == std::string::npos;
}

// Empty: it has none. From the file itself: a device's group is this machine's own, and getgrgid()
// could load other machines' services into a program that has its C library inside.
std::string group_name(gid_t number) {
  std::string name;
  std::FILE* const file = std::fopen("/etc/group", "re");
  if (file == nullptr) return name;
  while (const group* one = ::fgetgrent(file)) {
    if (one->gr_gid == number) name = one->gr_name;
    if (!name.empty()) break;
  }
  static_cast<void>(std::fclose(file));
  return name;
}

bool has_open(const fs::path& process, const std::string& path) {
  std::error_code error;
  for (fs::directory_iterator file(process / "fd", error), end; !error && file != end;
       file.increment(error)) {
    std::error_code unreadable;
    if (fs::read_symlink(file->path(), unreadable) == path) return true;
  }
  return false;
}

std::string program_name(const fs::path& process) {
  std::string name;
  try {
    name = read_file(process / "comm");
  } catch (const Failure&) {
    return "a program";  // it has just ended
  }
  while (name.ends_with('\n')) name.pop_back();
  return name;
}

}  // namespace

std::string why_not_opened(const std::string& name, int error) {
  if (error == ENOENT) {
    return text("{}: does not exist; is the adapter plugged in? `ls /dev/serial/by-id` lists them",
                name);
  }
  struct stat info {};
  if (error != EACCES || ::stat(name.c_str(), &info) != 0) {
    return text("{}: can't be opened: {}", name, std::strerror(error));
  }
  const std::string owner = group_name(info.st_gid);
  if (owner.empty() || (info.st_mode & kGroupMayUse) != kGroupMayUse) {
    return text(
        "{}: permission denied, and no group may use it either; ask this machine's "
        "administrator",
        name);
  }
  return text(
      "{}: permission denied; join the group {} (sudo usermod -aG {} $USER), then log out "
      "and in again",
      name, owner, owner);
}

std::string wiring_hint(const Port& port) {
  return text(
      "{}: no byte has come for {} s. Is the board switched on, its card in? Is the adapter's GND "
      "on pin 6, its RX on pin 8 (the board's TX), its TX on pin 10 (RX)? Are its signals of 3.3 "
      "V?",
      port.name(), kSilenceBeforeHint.count());
}

std::string users_of_device(const std::string& path) {
  std::string users;
  std::error_code error;
  for (fs::directory_iterator process("/proc", error), end; !error && process != end;
       process.increment(error)) {
    const std::string id = process->path().filename();
    if (!is_number(id) || id == std::to_string(::getpid())) continue;
    if (!has_open(process->path(), path)) continue;
    users += text("{}{} ({})", users.empty() ? "" : ", ", program_name(process->path()), id);
  }
  return users;
}

}  // namespace host
