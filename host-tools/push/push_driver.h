// A push over a port: the magic, the protocol's sender (libpi/push/sender.h), and what a person
// sees of it.
#pragma once

#include <chrono>
#include <cstdint>

#include "host-tools/push/push_images.h"
#include "host-tools/serial/port.h"
#include "host-tools/support/interrupts.h"

namespace host {

struct PushOptions {
  uint32_t baud = 921'600;  // the fastest to try
  // Of the console of a kernel that may be running: it is called at this speed, too.
  uint32_t kernel_baud = Port::kDefaultBaud;
  std::chrono::milliseconds wait{30'000};  // for a loader to be heard
};

struct PushReport {
  uint64_t bytes = 0;
  double seconds = 0;  // from the loader's beacon on
  uint32_t baud = 0;   // that was agreed on
};

// Sends `images` to the boot loader on `port`, or to a kernel that reboots into it. Afterwards the
// kernel runs, and the port is at Port::kDefaultBaud. Throws Failure: why not, and what to do;
// also when a signal came, after it told the loader.
PushReport push(Port& port, const PushImages& images, const PushOptions& options,
                Interrupts& interrupts);

}  // namespace host
