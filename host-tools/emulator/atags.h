// What the Pi's firmware tells a kernel at address 0x100: its memory, and a command line. The
// emulated board's firmware does not do that for kernels that are loaded as ours is, so we do it.
//
// Source: the kernel's boot protocol of 32-bit ARM, "ATAG" lists: {size in words, tag, content}.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace host {

// Settings as the card's barellama.ini has them: key and value.
using Settings = std::vector<std::pair<std::string, std::string>>;

constexpr uint32_t kAtagAddress = 0x100;
// The list ends where the kernel begins.
constexpr size_t kMaxAtagBytes = 0x8000 - kAtagAddress;

// "barellama.KEY=VALUE barellama.KEY=VALUE"; of values, all bytes but letters, digits and "-._~/:,"
// are written as %XX, so that they hold no space.
std::string command_line(const Settings& settings);

// ATAG_CORE, ATAG_MEM (`memory_bytes` from 0 on), ATAG_CMDLINE and the end, as bytes. Throws
// Failure when it gets longer than kMaxAtagBytes.
std::string make_atags(uint32_t memory_bytes, std::string_view command_line);

}  // namespace host
