// Whether a card would boot a Pi Zero and tell a story: what the firmware, the boot loader and the
// kernel look for on it, in their order.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "host-tools/support/interrupts.h"

namespace host {

struct CardRemark {
  enum class Kind : uint8_t {
    kFine,
    kNote,   // worth to know, or to change; it boots all the same
    kWrong,  // so it does not boot, or tells nothing
  };
  Kind kind;
  std::string text;
};

// Reads every byte of the model. Tells each remark as soon as it is known; returns whether none was
// kWrong. Throws Failure when the card itself cannot be read.
bool check_card(const std::filesystem::path& card, Interrupts& interrupts,
                const std::function<void(const CardRemark&)>& tell);

}  // namespace host
