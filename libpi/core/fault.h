// Exceptions that no program recovers from, in words, and who called whom.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/format.h"

namespace pi::core {

// The interrupted program's registers and what interrupted it; the core's own (arm1176/fault.h).
struct Fault;

// "data abort: write to 0x00000020: translation fault, no page is mapped (DFSR 0x00000807)"
void print_cause(base::TextSink& out, const Fault& fault);
// All registers, several per line.
void print_registers(base::TextSink& out, const Fault& fault);

// Write the faulting address and then return addresses, the innermost first, as many as fit; return
// how many. The second one is of the call whose frame __builtin_frame_address(0) named.
size_t backtrace(const Fault& fault, std::span<uint32_t> out);
size_t backtrace(const void* frame, std::span<uint32_t> out);

}  // namespace pi::core

// Supplied by each program (kernel/board/panic.cpp). Runs on the fault stack, interrupts off.
extern "C" [[noreturn]] void fault_taken(const pi::core::Fault& fault);
