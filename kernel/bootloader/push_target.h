// The boot loader's memory and line, for what comes over the line (libpi/push/receiver.h).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/status.h"
#include "kernel/board/boot_tags.h"
#include "kernel/bootloader/memory_plan.h"
#include "libpi/push/receiver.h"
#include "libpi/serial.h"

namespace kernel {

class PushTarget final : public pi::push::ReceiverTarget {
 public:
  // `memory` is where the Pi's address 0 is: 0, but for tests. Of the memory only what the plan
  // allows is touched. `command_line` has room for MemoryPlan::kMaxCommandLine bytes. All outlive
  // it.
  PushTarget(const MemoryPlan& plan, uintptr_t memory, std::span<std::byte> command_line,
             pi::Serial& serial)
      : plan_(plan), memory_(memory), command_line_(command_line), serial_(serial) {}

  base::Status begin(const pi::push::Offer& offer) override;
  std::span<std::byte> memory(pi::push::Part part) override;
  base::Status accept_images(const pi::push::Offer& offer) override;
  // What the line lost since begin(), if anything: why a push is slow.
  std::string_view remark() override;
  base::Status set_baud(uint32_t baud) override { return serial_.set_baud(baud); }

  // Of the accepted offer; a push without one leaves the firmware's. The text lives in the memory
  // given above.
  BootTags tags(std::string_view firmware_command_line) const;

 private:
  uint32_t size_of(pi::push::Part part) const { return offer_.part(part).size; }
  std::span<std::byte> at(uint32_t address, uint32_t size) {
    return {reinterpret_cast<std::byte*>(memory_ + address), size};
  }
  std::optional<RamDiskRange> ram_disk() const;

  const MemoryPlan& plan_;
  uintptr_t memory_;
  std::span<std::byte> command_line_;
  pi::Serial& serial_;
  pi::push::Offer offer_;
  pi::SerialLosses losses_at_begin_;
  std::array<char, pi::push::Receiver::kMaxTextBytes> remark_;
};

}  // namespace kernel
