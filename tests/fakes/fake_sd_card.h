// An SD card as the controller meets it: a state machine that takes commands and holds blocks whose
// bytes follow from their number. After the SD Physical Layer Simplified Specification 3.01,
// chapter 4; commands that are illegal in the card's state are not answered.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "libpi/sd_protocol.h"

namespace pi {

class FakeSdCard {
 public:
  struct Kind {
    bool version_2 = true;  // knows CMD8
    bool high_capacity = true;
    bool knows_switch = true;             // CMD6
    bool high_speed = true;               // its function 1
    uint64_t block_count = 1024 * 16384;  // a multiple of 1024
    int polls_until_ready = 3;            // ACMD41s
    uint32_t serial = 0x12345678;
  };

  static constexpr uint16_t kRca = 0x4567;

  explicit FakeSdCard(const Kind& kind) : kind_(kind) {}

  struct Answer {
    SdLongRegister bits;    // word 0 for short responses
    size_t block_size = 0;  // of the data that follow
  };
  // Nothing for a command that is not answered; CMD0 "answers" without bits.
  std::optional<Answer> command(uint32_t index, uint32_t argument);

  // The next block of the data that the last command asked for.
  std::vector<std::byte> next_block();
  // A single block was taken.
  void end_single_block();

  static void fill(uint64_t block, std::span<std::byte> target);

  bool identified() const { return state_ >= sd::CardState::kStby; }
  bool four_bit_bus() const { return four_bit_bus_; }
  bool high_speed() const { return high_speed_; }
  sd::CardState state() const { return state_; }
  // As a reset of the board leaves it, that does not switch the card's power off.
  void leave_in_transfer_state();
  // Shown in the answer to the next CMD12.
  void set_media_error() { media_error_ = true; }

 private:
  std::optional<Answer> application_command(uint32_t index, uint32_t argument);
  std::optional<Answer> illegal();
  Answer r1();
  Answer data(std::vector<std::byte> bytes);

  Kind kind_;
  sd::CardState state_ = sd::CardState::kIdle;
  bool application_ = false;
  bool illegal_ = false;
  bool media_error_ = false;
  bool four_bit_bus_ = false;
  bool high_speed_ = false;
  int polls_ = 0;
  bool reading_blocks_ = false;
  uint64_t next_block_ = 0;
  std::vector<std::byte> register_data_;
};

}  // namespace pi
