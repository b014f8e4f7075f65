#include "kernel/board/board_machine.h"

namespace kernel {

namespace {

constexpr uint64_t kTickUs = 20'000;

}  // namespace

void BoardMachine::write_bytes(std::string_view bytes) {
  board_.serial().write_bytes(std::as_bytes(std::span(bytes.data(), bytes.size())));
}

uint32_t BoardMachine::lost_characters() {
  const pi::SerialLosses losses = board_.serial().losses();
  return losses.hardware_overruns + losses.buffer_overruns;
}

void BoardMachine::idle() {
  board_.led().heartbeat(board_.timer().now_us());
  board_.idle(kTickUs);
}

base::Result<pi::BlockDevice*> BoardMachine::open_card() {
  if (!board_.ram_disk().empty()) {
    if (!ram_disk_) ram_disk_.emplace(board_.ram_disk());
    base::print(out(), "card: none asked for; a disk of {} bytes is in memory\n",
                board_.ram_disk().size());
    return &*ram_disk_;
  }
  if (!slot_) {
    slot_.emplace(board_.gpio(), board_.mailbox(), board_.timer(), board_.clocks().emmc.hz);
    instruments_.set_card(slot_->card());
  }
  TRY(slot_->card().initialize());
  out().write("card: ");
  slot_->card().describe(out());
  out().write("\n");
  return &slot_->card();
}

void BoardMachine::reboot() {
  static_cast<void>(board_.serial().flush());
  board_.power().request_reboot();
}

void BoardMachine::power_off() {
  static_cast<void>(board_.serial().flush());
  board_.power().request_halt();
}

}  // namespace kernel
