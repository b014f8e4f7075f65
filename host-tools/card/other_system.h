// Telling a card that boots something else from one that is free for us.
#pragma once

#include <filesystem>
#include <string>

namespace host {

// What shows that the folder, where a card is mounted, has a system of others on it, such as
// "Raspberry Pi OS: issue.txt, overlays"; empty if nothing does. Kernels of ours are no such sign.
std::string signs_of_other_system(const std::filesystem::path& folder);

// Whether the file, of whatever name, is a kernel or boot loader of ours.
bool is_own_image(const std::filesystem::path& path);

}  // namespace host
