// QEMU's own console, where cards are taken out and put in.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "host-tools/support/files.h"

namespace host {

class QemuMonitor {
 public:
  // For QEMU's command line: the monitor listens at `socket`.
  static std::vector<std::string> arguments(const std::filesystem::path& socket);

  // Throws Failure when QEMU does not listen within 30 s.
  explicit QemuMonitor(const std::filesystem::path& socket);

  // Gives a command and returns the monitor's answer once it is ready for the next.
  std::string command(std::string_view line);

 private:
  std::string read_up_to_prompt();

  Descriptor connection_;
};

}  // namespace host
