#include "kernel/board/board_machine.h"

namespace kernel {

namespace {

constexpr uint64_t kTickUs = 20'000;

}  // namespace

void BoardMachine::write_bytes(std::string_view bytes) {
  board_.serial().write_bytes(std::as_bytes(std::span(bytes.data(), bytes.size())));
}

void BoardMachine::idle() {
  board_.heartbeat();
  board_.idle(kTickUs);
}

base::Result<pi::BlockDevice*> BoardMachine::open_card() {
  if (!board_.ram_disk().empty()) {
    if (!ram_disk_) ram_disk_.emplace(board_.ram_disk());
    base::print(out(), "card: not used; a RAM disk of {} bytes takes its place\n",
                board_.ram_disk().size());
    return &*ram_disk_;
  }
  slot_ = &board_.card_slot();
  instruments_.set_card(*slot_);
  TRY(slot_->initialize());
  out().write("card: ");
  pi::describe(slot_->report(), out());
  out().write("\n");
  return &slot_->device();
}

std::optional<pi::SdReport> BoardMachine::card_report() {
  if (slot_ == nullptr) return std::nullopt;
  return slot_->report();
}

}  // namespace kernel
