#include "kernel/board/board.h"
#include "kernel/board/drivers.h"

namespace kernel {
namespace {

constexpr uint32_t kMiB = 1 << 20;

// Each bit of Mailbox::throttled() that is or was set.
void print_throttling(base::TextSink& out, std::optional<uint32_t> throttled) {
  if (!throttled || *throttled == 0) return;
  constexpr std::string_view kNames[] = {"under-voltage", "frequency capped", "throttled",
                                         "soft temperature limit"};
  out.write(";");
  for (unsigned bit = 0; bit < 4; ++bit) {
    const bool now = (*throttled >> bit & 1) != 0;
    const bool ever = (*throttled >> (16 + bit) & 1) != 0;
    if (now || ever) base::print(out, " {} ({})", kNames[bit], now ? "now" : "earlier");
  }
}

void print_model(base::TextSink& out, const std::optional<pi::BoardRevision>& revision) {
  out.write("board     ");
  if (!revision) {
    out.write("not reported\n");
    return;
  }
  base::print(out, "Raspberry Pi {} 1.{}, {} MiB (revision {:06x})\n", revision->model,
              revision->revision, revision->memory_mib, revision->code);
  if (!revision->is_supported) {
    out.write("          made for Zero and Zero W; this one is neither\n");
  }
}

}  // namespace

void Board::print_banner(base::TextSink& out) {
  print_model(out, revision_);

  base::print(out, "memory    {} MiB for the ARM", arm_memory_bytes_ / kMiB);
  if (const auto gpu = drivers_.mailbox.videocore_memory(); gpu.ok()) {
    base::print(out, ", {} MiB for the GPU", gpu->size / kMiB);
  }
  base::print(out, "; {} KiB free from {:08x}\n", free_memory_.size() / 1024,
              reinterpret_cast<uintptr_t>(free_memory_.data()));
  if (!ram_disk_.empty()) {
    base::print(out, "RAM disk  {} bytes at {:08x}\n", ram_disk_.size(),
                reinterpret_cast<uintptr_t>(ram_disk_.data()));
  }

  const struct {
    std::string_view name;
    const ClockReading& reading;
  } clocks[] = {{"clocks    ARM ", clocks_.arm},
                {", core ", clocks_.core},
                {", SDRAM ", clocks_.sdram},
                {"\n          EMMC ", clocks_.emmc},
                {", UART ", clocks_.uart}};
  for (const auto& clock : clocks) {
    out.write(clock.name);
    print(out, clock.reading);
  }
  base::print(out, "; {} baud\n", serial_->baud());

  out.write("health    ");
  if (const auto temperature = temperature_millicelsius()) {
    base::print(out, "{:.1} C", static_cast<double>(*temperature) / 1000);
  } else {
    out.write("temperature not reported");
  }
  print_throttling(out, throttled());
  base::print(out, "\nreset by  {}\n", pi::to_text(drivers_.power.reset_reason()));
  if (const auto firmware = drivers_.mailbox.firmware_revision(); firmware.ok()) {
    base::print(out, "firmware  {:08x}\n", *firmware);
  }
}

}  // namespace kernel
