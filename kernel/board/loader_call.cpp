#include "kernel/board/loader_call.h"

#include "base/version.h"
#include "libpi/push/magic.h"

namespace kernel {
namespace {

struct Ends {
  pi::Serial* serial;
  pi::PowerManager* power;
};
constinit Ends ends = {};

// In the receive interrupt, or in a panic: sending needs neither.
void leave(void*) {
  base::print(*ends.serial, "\n{}{}{}\n", pi::push::kFarewellBegin, base::version(),
              pi::push::kFarewellEnd);
  static_cast<void>(ends.serial->flush());
  ends.power->request_reboot();
}

}  // namespace

void obey_loader_calls(pi::Serial& serial, pi::PowerManager& power) {
  ends = {&serial, &power};
  serial.on_loader_magic(leave, nullptr);
}

}  // namespace kernel
