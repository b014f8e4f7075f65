// The core's interrupt mask, and its sleep.
#pragma once

namespace pi::core {

void enable_interrupts();
void disable_interrupts();

// Sleeps until an interrupt is pending, whether it is masked or not.
void wait_for_interrupt();

}  // namespace pi::core

#include "core_backend.h"
