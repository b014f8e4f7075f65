// Ends a forward pass when a signal asks the program to end.
#pragma once

#include <csignal>
#include <cstdint>

#include "host-tools/support/failure.h"
#include "host-tools/support/interrupts.h"
#include "llama/transformer.h"

namespace host {

// Interrupts, as a transformer asks for them: throws its Failure out of the pass.
class StopOnSignal final : public llama::Interrupt {
 public:
  // Whether Ctrl-C ends the program, as other signals do, or the computation alone.
  enum class CtrlC : uint8_t { kEnds, kStops };
  explicit StopOnSignal(CtrlC ctrl_c = CtrlC::kEnds) : ctrl_c_(ctrl_c) {}

  bool should_stop(uint32_t, uint32_t) override {
    try {
      interrupts_.check();
    } catch (const Failure& failure) {
      if (ctrl_c_ == CtrlC::kEnds || failure.exit_code() != 128 + SIGINT) throw;
      return true;
    }
    return false;
  }

  Interrupts& interrupts() { return interrupts_; }

 private:
  CtrlC ctrl_c_;
  Interrupts interrupts_;
};

}  // namespace host
