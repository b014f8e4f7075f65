// Ends a forward pass when a signal asks the program to end.
#pragma once

#include "host-tools/interrupts.h"
#include "llama/transformer.h"

namespace host {

// Interrupts, as a transformer asks for them: throws its Failure out of the pass.
class StopOnSignal final : public llama::Interrupt {
 public:
  bool should_stop(uint32_t, uint32_t) override {
    interrupts_.check();
    return false;
  }

 private:
  Interrupts interrupts_;
};

}  // namespace host
