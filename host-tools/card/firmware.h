// The boot firmware of Raspberry Pi: what a Zero's GPU reads from the card before the kernel runs
// (docs/bring-up.md). It may be handed on with its licence, for use with Raspberry Pis.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "host-tools/card/card_files.h"

namespace host {

// What to print of a card without it: what is missing, and where to get it.
extern const char* const kFirmwareAdvice;

// Where there is one without being named: in `firmware` beside the program, as in a release; in
// build/firmware, where `./dev card` puts it; or as Debian's package raspi-firmware installs it.
std::optional<std::filesystem::path> find_firmware();

// Adds the files that a Zero needs of a folder, and the licence: LICENCE.broadcom in the folder
// itself, or the copyright file of Debian's package, of which the folder is
// /usr/lib/raspi-firmware. Throws Failure: what is missing, or what a file is instead.
void add_firmware(const std::filesystem::path& folder, std::vector<CardFile>& files);

// Why these bytes are not start_cd.elf or start.elf, if that is the name; empty if they are, or do
// not say.
std::string firmware_problem(const std::string& start_elf, const std::string& name);

// start*.elf says of itself what it is: "start_cd of Aug 26 2022, 102f1e84". Empty: it does not.
std::string firmware_version(const std::string& start_elf);

}  // namespace host
