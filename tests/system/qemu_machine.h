// A booted Pi for system tests: types, and reads what comes back.
//
// Images are those of the preset `pi0`; the environment's BARELLAMA_PI0_DIR names another folder. A
// step that does not come in time fails the test with the whole console. Steps are short and the
// machine is slow when the host is busy, so limits are generous: they are only met by what hangs.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "host-tools/emulator/emulator.h"
#include "host-tools/support/failure.h"

namespace host {

class QemuMachine : public testing::Test {
 protected:
  static constexpr std::chrono::seconds kPatience{30};

  // Of the build for the Pi. Fails the test when it has not been built.
  static std::filesystem::path image(const std::string& name) {
    const char* folder = std::getenv("BARELLAMA_PI0_DIR");
    const auto path = std::filesystem::path(folder ? folder : BARELLAMA_PI0_DIR) / name;
    if (!std::filesystem::exists(path)) {
      throw Failure(path.string() + " is not there; `./dev build` makes it");
    }
    return path;
  }

  void boot(const EmulatorOptions& options) { machine_.emplace(options); }
  void boot(const std::string& name, const Settings& settings = {}) {
    EmulatorOptions options;
    options.kernel = image(name);
    options.settings = settings;
    boot(options);
  }

  // What the console sends up to and including `text`, from where the last call ended.
  std::string expect(std::string_view text, std::chrono::milliseconds patience = kPatience) {
    return machine_->expect(text, patience);
  }
  void type(std::string_view bytes) { machine_->write(bytes); }
  Emulator& machine() { return *machine_; }

 private:
  std::optional<Emulator> machine_;
};

}  // namespace host
