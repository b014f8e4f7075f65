// What the linker script (linker/image.ld) knows of the image and its place in memory.
#pragma once

#include <cstdint>

// Only the addresses of these mean anything.
extern "C" {
extern const uint32_t __text_begin[];
extern const uint32_t __text_end[];
extern const uint32_t __rodata_end[];
extern const uint32_t __image_end[];
extern const uint32_t __bss_begin[];
extern const uint32_t __bss_end[];
extern uint32_t __fault_guard[];
extern uint32_t __fault_stack_begin[];
extern uint32_t __fault_stack_end[];
extern uint32_t __irq_guard[];
extern uint32_t __irq_stack_begin[];
extern uint32_t __irq_stack_end[];
extern uint32_t __main_guard[];
extern uint32_t __main_stack_begin[];
extern uint32_t __main_stack_end[];
extern const uint32_t __end[];  // the first byte after the image and its stacks
}

namespace pi::core {

inline uint32_t address_of(const uint32_t* symbol) {
  return static_cast<uint32_t>(reinterpret_cast<uintptr_t>(symbol));
}

}  // namespace pi::core
