// The controller: registers, commands and the data port.
#include <algorithm>
#include <cstring>

#include "base/bytes.h"
#include "libpi/bcm2835/emmc.h"
#include "libpi/bcm2835/emmc_registers.h"
#include "libpi/core/cache.h"
#include "tests/fakes/fake_sd_host.h"

namespace pi {

using emmc::Interrupt;

namespace {

constexpr uint64_t kDataTimeoutNs = 100'000'000;

}  // namespace

uint32_t FakeSdHost::read_emmc(uint32_t offset) {
  switch (offset) {
    case 0x20:
      return pop_word();
    case 0x24:
      return (command_pending_ ? 1u : 0) | (data_active_ || busy_end_ns_ != 0 ? 2u : 0);
    case 0x2c:
      return emmc_[offset] | ((emmc_[offset] & 1) != 0 ? 2u : 0);
    case 0x30:
      return flags_ | ((flags_ >> 16) != 0 ? 0x8000u : 0);
    case 0x10:
    case 0x14:
    case 0x18:
    case 0x1c:
      return emmc_[offset];
    default:
      ++violations_.registers;
      return 0;
  }
}

void FakeSdHost::write_emmc(uint32_t offset, uint32_t value) {
  const uint32_t set_hz = clock_hz();
  const uint32_t hz = set_hz == 0 ? 400'000 : set_hz;
  if (offset != 0x20 && last_write_ns_ != 0 && time_ns_ - last_write_ns_ < 2'000'000'000 / hz) {
    ++violations_.write_spacing;
  }
  last_write_ns_ = time_ns_;
  switch (offset) {
    case 0x04:
      if ((value & 0xfc00) != 0) ++violations_.registers;
      emmc_[offset] = value;
      return;
    case 0x0c:
      return begin_command(value);
    case 0x28:
      // HCTL_HS_EN and 8 bits are not for this block.
      if ((value & ~uint32_t{0xf02}) != 0) ++violations_.registers;
      emmc_[offset] = value;
      return;
    case 0x2c:
      return write_control1(value);
    case 0x30:
      flags_ &= ~value;
      return;
    case 0x08:
    case 0x34:
    case 0x38:
      emmc_[offset] = value;
      return;
    default:
      ++violations_.registers;
  }
}

void FakeSdHost::write_control1(uint32_t value) {
  // Without its clock nothing in it moves (raspberrypi/firmware #574).
  const bool hangs = controller_hangs_ || base_clock_hz_ == 0;
  const uint32_t resets = hangs ? value & 0x07000000 : 0;
  emmc_[0x2c] = (value & ~uint32_t{0x07000000}) | resets;
  if (hangs) return;
  const bool everything = (value & 1 << 24) != 0;
  if (everything) {
    emmc_.clear();
    flags_ = 0;
    quiet_ = false;
  }
  if (everything || (value & 1 << 25) != 0) command_pending_ = command_stuck_ = false;
  if (everything || (value & 1 << 26) != 0) {
    data_active_ = false;
    busy_end_ns_ = data_end_ns_ = data_timeout_ns_ = 0;
    port_.clear();
  }
}

void FakeSdHost::begin_command(uint32_t value) {
  const uint32_t index = value >> 24 & 0x3f;
  if (command_pending_) ++violations_.registers;
  sent_.push_back({index, emmc_[0x08], clock_hz(), (emmc_[0x28] & 2) != 0, emmc_[0x04] >> 16});
  emmc_[0x0c] = value;
  command_pending_ = true;
  command_end_ns_ = time_ns_ + clocks_ns(48 + 8 + 48);
  const auto is_above = [this](uint32_t hz) { return clock_hz() > hz + hz / Emmc::kForgiven; };
  if (is_above(50'000'000) || (is_above(25'000'000) && !card_.high_speed()) ||
      (is_above(400'000) && !card_.identified() && card_present_)) {
    ++violations_.clock;
  }
  if (injected(SdInjection::kCardPulled) != nullptr) card_present_ = false;
  if (injected(SdInjection::kCardPulledQuietly) != nullptr) {
    card_present_ = false;
    quiet_ = true;
  }
  if (injected(SdInjection::kControllerHangs) != nullptr) controller_hangs_ = true;
  command_stuck_ =
      clock_hz() == 0 || injected(SdInjection::kSilence) != nullptr || quiet_ || controller_hangs_;
}

void FakeSdHost::end_command() {
  command_pending_ = false;
  const uint32_t mode = emmc_[0x0c];
  const uint32_t index = mode >> 24 & 0x3f;
  if (!card_present_ || injected(SdInjection::kCommandTimeout) != nullptr) {
    return raise(index == 0 ? Interrupt::CmdDone::kMask : Interrupt::CtoErr::kMask);
  }
  const auto answer = card_.command(index, emmc_[0x08]);
  if (index == 0) return raise(Interrupt::CmdDone::kMask);
  if (!answer || injected(SdInjection::kAnswerLost) != nullptr) {
    return raise(Interrupt::CtoErr::kMask);
  }
  if (injected(SdInjection::kAnswerDamaged) != nullptr) return raise(Interrupt::CcrcErr::kMask);

  const auto& words = answer->bits.words;
  if ((mode >> 16 & 3) == 1) {
    emmc_[0x10] = words[0] >> 8 | words[1] << 24;
    emmc_[0x14] = words[1] >> 8 | words[2] << 24;
    emmc_[0x18] = words[2] >> 8 | words[3] << 24;
    emmc_[0x1c] = words[3] >> 8;
  } else {
    emmc_[0x10] = words[0];
  }
  raise(Interrupt::CmdDone::kMask);
  if ((mode >> 16 & 3) == 3) busy_end_ns_ = time_ns_ + 20'000;
  if (answer->block_size != 0 && (mode & 1 << 21) != 0) begin_data(answer->block_size);
}

void FakeSdHost::begin_data(size_t block_size) {
  if (block_size != (emmc_[0x04] & 0x3ff)) ++violations_.registers;
  data_active_ = true;
  data_command_ = static_cast<uint32_t>(sent_.size()) - 1;
  block_size_ = block_size;
  blocks_produced_ = blocks_taken_ = 0;
  next_block_ns_ = time_ns_ + access_ns_;
  if (injected(SdInjection::kMediaError) != nullptr) card_.set_media_error();
}

void FakeSdHost::produce_block() {
  const Injected* silence = injected(SdInjection::kDataSilence);
  const Injected* timeout = injected(SdInjection::kDataTimeout);
  if ((silence != nullptr && silence->block == blocks_produced_) ||
      (timeout != nullptr && timeout->block == blocks_produced_)) {
    next_block_ns_ = 0;
    if (timeout != nullptr) data_timeout_ns_ = time_ns_ + kDataTimeoutNs;
    return;
  }
  std::vector<std::byte> block = card_.next_block();
  const Injected* damaged = injected(SdInjection::kDataDamaged);
  const Injected* end_bit = injected(SdInjection::kDataEndBit);
  const bool four_bits = (emmc_[0x28] & 2) != 0;
  const bool is_damaged = damaged != nullptr && damaged->block == blocks_produced_;
  const bool is_unended = end_bit != nullptr && end_bit->block == blocks_produced_;
  if (is_damaged || is_unended || four_bits != card_.four_bit_bus()) {
    block[7] ^= std::byte{0x10};
    raise(is_unended ? Interrupt::DendErr::kMask : Interrupt::DcrcErr::kMask);
  }
  for (size_t at = 0; at < block.size(); at += 4) port_.push_back(base::load_le32(block, at));
  ++blocks_produced_;
  // Start bit, CRC16 and end bit, and the gap to the next block. QEMU's blocks take no time.
  if (!ignore_dreq_) next_block_ns_ += clocks_ns(block_size_ * 8 / (four_bits ? 4 : 1) + 18 + 8);
  raise(Interrupt::ReadRdy::kMask);
}

uint32_t FakeSdHost::pop_word() {
  if (port_.empty()) return 0;
  const uint32_t word = port_.front();
  port_.pop_front();
  const size_t in_block = port_.size() * 4 % block_size_;
  if (in_block == 0) {
    ++blocks_taken_;
    next_block_ns_ = next_block_ns_ == 0 ? 0 : std::max(next_block_ns_, time_ns_);
    if (blocks_taken_ == emmc_[0x04] >> 16) data_end_ns_ = time_ns_ + clocks_ns(150);
  }
  return word;
}

void FakeSdHost::end_data() {
  data_end_ns_ = 0;
  const bool stops = (emmc_[0x0c] >> 2 & 3) == 1;
  if (stops) {
    const auto answer = card_.command(12, 0);
    if (answer) emmc_[0x1c] = answer->bits.words[0];
    if (injected(SdInjection::kAutoStopFails) != nullptr) {
      raise(Interrupt::AcmdErr::kMask);
      return;
    }
  } else {
    card_.end_single_block();
  }
  data_active_ = false;
  raise(Interrupt::DataDone::kMask);
}

}  // namespace pi
