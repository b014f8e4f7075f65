// The time stamps of what we make: not the clock's, so that the same files make the same card.
#pragma once

#include <cstdint>

namespace host {

// Seconds since 1970, within what FAT can say: the environment's SOURCE_DATE_EPOCH, or else the
// version's (base/version.h). Throws Failure when SOURCE_DATE_EPOCH is not a number of seconds.
uint64_t card_time();

}  // namespace host
