// Which barellama this is, in the same words wherever it is told: programs, images, records.
#pragma once

#include <cstdint>
#include <string_view>

namespace base {

// "0.1.0 (46121c6d1234, 2026-11-30)": the number (CMakeLists.txt), the commit, and the day in UTC
// of SOURCE_DATE_EPOCH, or without it of the commit. After the commit, "-dirty" says that files
// were changed since. Without git and without a mark of `git archive` it is "0.1.0 (unknown)", or
// with SOURCE_DATE_EPOCH "0.1.0 (unknown, 2026-11-30)". The clock never has a part in it.
std::string_view version();

// The same day as seconds since 1970, for the time stamps of what is made; 1980-01-01, the first
// day of FAT, where it is unknown.
uint64_t version_epoch();

}  // namespace base
