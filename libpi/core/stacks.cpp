#include "libpi/core/stacks.h"

#include "libpi/core/image.h"

namespace pi::core {
namespace {

Stack stack(std::string_view name, const uint32_t* begin, const uint32_t* end) {
  return {name, {begin, (address_of(end) - address_of(begin)) / sizeof(uint32_t)}};
}

}  // namespace

uint32_t Stack::high_water_bytes() const {
  size_t unused = 0;
  while (unused < words.size() && words[unused] == kStackPaint) {
    ++unused;
  }
  return static_cast<uint32_t>((words.size() - unused) * sizeof(uint32_t));
}

Stack main_stack() { return stack("main", __main_stack_begin, __main_stack_end); }
Stack interrupt_stack() { return stack("interrupt", __irq_stack_begin, __irq_stack_end); }
Stack fault_stack() { return stack("fault", __fault_stack_begin, __fault_stack_end); }

}  // namespace pi::core
