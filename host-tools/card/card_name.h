// Names that a file on a FAT card can have, as all systems read it (libpi/fs/file_name.h).
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace host {

// Throws Failure, with a name that is possible, unless `name` is; `source` is the file that would
// get it.
void require_card_name(const std::string& name, const std::filesystem::path& source);

// mtools, which makes our images, keeps long names in 16 bits a character and short ones in a code
// page: emoji and accents come out as others. So a name beyond ASCII is given in two steps: first
// this one, of as many UTF-16 units, then set_long_name().
std::string stand_in_for(const std::string& name);

// Gives the file in the image's root folder that is called stand_in_for(name) its name. The volume
// begins at byte `offset`.
void set_long_name(const std::filesystem::path& image, uint64_t offset, const std::string& name);

}  // namespace host
