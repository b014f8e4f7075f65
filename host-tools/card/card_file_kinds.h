// Files that may go onto a card.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "host-tools/card/card_files.h"

namespace host {

// The kernel lies below the memory that it manages; a file beyond this is something else.
constexpr uint64_t kMaxKernelBytes = 16 << 20;

// Whether the file's first bytes are the four of `magic`. Throws Failure if it cannot be read.
bool begins_with(const std::filesystem::path& path, const char* magic);

// Throws Failure when it cannot be read, or cannot be on a FAT card by this name.
CardFile make_card_file(const std::string& name, const std::filesystem::path& source,
                        bool is_model);

}  // namespace host
