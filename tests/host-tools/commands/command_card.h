// What tests of `barellama card` share: a model and a kernel in a folder, and the program as a user
// types it.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "host-tools/support/files.h"
#include "tests/host-tools/support/folder_names.h"
#include "tests/host-tools/support/program.h"

namespace host {

// Bytes that differ from place to place, so that a block out of place shows.
inline std::string content(size_t size, uint32_t seed) {
  std::string bytes(size, '\0');
  for (char& byte : bytes) {
    seed = seed * 1664525 + 1013904223;
    byte = static_cast<char>(seed >> 24);
  }
  return bytes;
}

// What libpi/push/image_header.h asks of an image; the loader is linked elsewhere than kernels.
inline std::string image_at(uint32_t address) {
  const uint32_t numbers[] = {address, 50'001, address + 100'000, address + 28};
  std::string image = content(4, 3) + "barellam";
  for (const uint32_t number : numbers) {
    for (int shift = 0; shift < 32; shift += 8) image += static_cast<char>(number >> shift & 0xff);
  }
  image += "0.1.0 (0123456789ab, 2026-11-30)";
  image += '\0';
  return image + content(50'001 - image.size(), 4);
}

class CommandCard : public testing::Test {
 protected:
  CommandCard() {
    write_file(path("story.blm"), model_);
    write_file(path("kernel.img"), kernel_);
  }

  std::string path(const std::string& name) const { return folder_.path() / name; }

  // With a kernel and a model, unless the arguments name their own, and without firmware, unless
  // they name it: what this machine has makes no difference.
  Outcome card(std::vector<std::string> arguments, const std::string& model = "story.blm") {
    if (std::ranges::find(arguments, "--firmware") == arguments.end()) {
      arguments.push_back("--no-firmware");
    }
    arguments.insert(arguments.begin(), {"card", "--kernel", path("kernel.img")});
    arguments.push_back(path(model));
    return barellama(arguments);
  }
  Outcome image(std::vector<std::string> arguments = {}, const std::string& model = "story.blm") {
    arguments.insert(arguments.begin(), {"-o", path("card.img")});
    return card(arguments, model);
  }

  // As those that Raspberry Pi makes say what they are.
  static std::string start_elf(const std::string& variant) {
    std::string elf = "\177ELF";
    for (const std::string line : {"VC_BUILD_ID_TIME: 14:04:54", "VC_BUILD_ID_TIME: Aug 26 2022",
                                   "VC_BUILD_ID_VERSION: 102f1e848393c211 (clean)"}) {
      elf += '\0' + line;
    }
    return elf + '\0' + "VC_BUILD_ID_VARIANT: " + variant + '\0';
  }

  void make_firmware(const std::string& folder = "boot") {
    std::filesystem::create_directories(path(folder));
    for (const char* name : {"bootcode.bin", "LICENCE.broadcom", "fixup_cd.dat", "fixup.dat"}) {
      write_file(path(folder + "/") + name, name);
    }
    for (const std::string variant : {"start_cd", "start"}) {
      write_file(path(folder + "/") + variant + ".elf", start_elf(variant));
    }
  }

  std::vector<std::string> files() const { return names_in(folder_.path()); }

  // The command fails as it should, and leaves nothing behind.
  void expect_failure(const Outcome& outcome, int exit_code, const std::string& message) {
    EXPECT_EQ(outcome.exit_code, exit_code) << outcome.errors;
    EXPECT_THAT(outcome.errors, testing::HasSubstr(message));
    for (const std::string& name : files())
      EXPECT_THAT(name, testing::Not(testing::HasSubstr("card.img")));
  }

  TemporaryFolder folder_;
  std::string model_ = "BLM1" + content(3'000'000, 1);
  std::string kernel_ = content(50'001, 2);
};

}  // namespace host
