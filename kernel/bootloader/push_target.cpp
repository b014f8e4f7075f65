#include "kernel/bootloader/push_target.h"

#include "base/format.h"
#include "libpi/push/image_header.h"

namespace kernel {

using base::Status;
using pi::push::Offer;
using pi::push::Part;

Status PushTarget::begin(const Offer& offer) {
  TRY(plan_.check_offer(offer));
  offer_ = offer;
  losses_at_begin_ = serial_.losses();
  return base::ok_status();
}

std::span<std::byte> PushTarget::memory(Part part) {
  switch (part) {
    case Part::kCommandLine:
      return command_line_.first(size_of(part));
    case Part::kKernel:
      return at(MemoryPlan::kKernelAddress, size_of(part));
    case Part::kRamDisk:
      break;
  }
  return at(plan_.ram_disk_address(size_of(part)), size_of(part));
}

Status PushTarget::accept_images(const Offer&) {
  TRY_ASSIGN(const auto header, pi::push::read_image_header(memory(Part::kKernel)));
  const auto disk = ram_disk();
  return plan_.check_image(header, disk ? disk->address : plan_.memory_end);
}

std::string_view PushTarget::remark() {
  const pi::SerialLosses now = serial_.losses();
  const pi::SerialLosses& before = losses_at_begin_;
  const uint32_t overruns = now.hardware_overruns - before.hardware_overruns +
                            (now.buffer_overruns - before.buffer_overruns);
  const uint32_t damaged = now.line_errors - before.line_errors;
  if (overruns == 0 && damaged == 0) return {};
  base::TextBuffer text(remark_);
  base::print(text, "{} bytes came damaged and {} too fast for the board; they were sent again",
              damaged, overruns);
  return text.view();
}

std::optional<RamDiskRange> PushTarget::ram_disk() const {
  const uint32_t size = size_of(Part::kRamDisk);
  if (size == 0) return plan_.firmware_ram_disk;
  return RamDiskRange{plan_.ram_disk_address(size), size};
}

BootTags PushTarget::tags(std::string_view firmware_command_line) const {
  BootTags tags;
  tags.memory_bytes = plan_.memory_end;
  tags.ram_disk = ram_disk();
  const auto* text = reinterpret_cast<const char*>(command_line_.data());
  const uint32_t size = size_of(Part::kCommandLine);
  tags.command_line = size == 0 ? firmware_command_line : std::string_view(text, size);
  return tags;
}

}  // namespace kernel
