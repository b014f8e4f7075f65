// What makes a running kernel reboot into the boot loader. 0xf8 and 0xf9 occur in no UTF-8, so
// that nothing that is typed or pasted is mistaken for it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace pi::push {

inline constexpr std::string_view kLoaderMagic =
    "\xf8"
    "barellama:loader"
    "\xf9";

// What the kernel says before it does, as a line of its own, with its version (base/version.h)
// between the two.
inline constexpr std::string_view kFarewellBegin = "[barellama ";
inline constexpr std::string_view kFarewellEnd = " restarts for a push]";

// Watches a line for it, byte by byte; cheap enough for an interrupt handler.
class MagicMatcher {
 public:
  // True with the last byte of the sequence.
  constexpr bool take(char byte) {
    // The first byte does not occur again in the sequence, so that a wrong byte can only be the
    // beginning of a new one.
    if (byte != kLoaderMagic[matched_]) matched_ = 0;
    if (byte == kLoaderMagic[matched_]) ++matched_;
    if (matched_ < kLoaderMagic.size()) return false;
    matched_ = 0;
    return true;
  }

 private:
  uint8_t matched_ = 0;
};

}  // namespace pi::push
