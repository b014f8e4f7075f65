#include "tests/fakes/fake_sd_host.h"

#include <algorithm>
#include <cstring>

#include "base/bytes.h"
#include "libpi/bcm2835/emmc_registers.h"
#include "libpi/boards/pi_zero.h"

namespace pi {

using emmc::Interrupt;

namespace {

constexpr uint32_t kEmmc = kPiZero.card.registers.address;
constexpr uint32_t kDma = kPiZero.dma.registers.address;
constexpr uint32_t kChannel = 0x400;
constexpr uint32_t kDmaEnable = 0xff0;
constexpr uint32_t kCsActive = 1, kCsEnd = 2, kCsUndrained = 1 << 6, kCsError = 1 << 8;
constexpr uint32_t kCsReset = 1u << 31;
// PERMAP 11, SRC_DREQ, DEST_WIDTH, DEST_INC, WAIT_RESP.
constexpr uint32_t kWantedTi = 11 << 16 | 1 << 10 | 1 << 5 | 1 << 4 | 1 << 3;
constexpr size_t kPortBlocks = 2;
constexpr uint64_t kDataTimeoutNs = 100'000'000;

bool is_aligned(const void* pointer) { return reinterpret_cast<uintptr_t>(pointer) % 32 == 0; }

}  // namespace

FakeSdHost::FakeSdHost(const FakeSdCard::Kind& kind) : card_(kind) {
  mmio::bus() = this;
  core::observer() = this;
}

FakeSdHost::~FakeSdHost() {
  mmio::bus() = nullptr;
  core::observer() = nullptr;
}

void FakeSdHost::inject(SdInjection fault, uint32_t first, uint32_t count, uint32_t block) {
  injections_.push_back({fault, first, count, block});
}

void FakeSdHost::insert(const FakeSdCard::Kind& kind) {
  injections_.clear();
  card_ = FakeSdCard(kind);
  card_present_ = true;
}

std::vector<uint32_t> FakeSdHost::indices() const {
  std::vector<uint32_t> indices;
  for (const Sent& sent : sent_) indices.push_back(sent.index);
  return indices;
}

const FakeSdHost::Injected* FakeSdHost::injected(SdInjection fault) const {
  const uint32_t number = data_active_ ? data_command_ : static_cast<uint32_t>(sent_.size()) - 1;
  for (const Injected& injected : injections_) {
    if (injected.fault == fault && number >= injected.first &&
        number - injected.first < injected.count) {
      return &injected;
    }
  }
  return nullptr;
}

// Time, barriers, cache.

uint64_t FakeSdHost::now_us() {
  // The timer's driver has a barrier at its begin and its end.
  last_peripheral_ = Peripheral::kTimer;
  barrier_strength_ = 1;
  // A driver that only waits need not be simulated at every access.
  ++idle_accesses_;
  const uint64_t leap = idle_accesses_ < 300    ? 0
                        : idle_accesses_ < 1000 ? 5'000
                        : idle_accesses_ < 3000 ? 50'000
                                                : 1'000'000;
  pass_time(kAccessNs + leap);
  return time_ns_ / 1000;
}

void FakeSdHost::pass_time(uint64_t ns) {
  time_ns_ += ns;
  update();
}

void FakeSdHost::access(Peripheral peripheral, bool write) {
  if (last_peripheral_ != peripheral && barrier_strength_ < (write ? 2 : 1)) {
    ++violations_.barriers;
  }
  last_peripheral_ = peripheral;
  barrier_strength_ = 0;
  if (write) idle_accesses_ = 0;
  pass_time(kAccessNs);
}

void FakeSdHost::barrier(bool synchronization) {
  barrier_strength_ = std::max(barrier_strength_, synchronization ? 2 : 1);
  if (synchronization) synchronized_ = true;
}

void FakeSdHost::cache(core::CacheOperation operation, std::span<const std::byte> range) {
  if (!is_aligned(range.data()) || range.size() % 32 != 0) ++violations_.coherency;
  synchronized_ = false;
  const bool covers_target = dma_target_ != nullptr && range.data() <= dma_target_ &&
                             range.data() + range.size() >= dma_target_ + dma_memory_.size();
  switch (operation) {
    case core::CacheOperation::kClean:
      cleaned_[range.data()].assign(range.begin(), range.end());
      return;
    case core::CacheOperation::kCleanInvalidate:
      if (dma_active_) ++violations_.coherency;
      prepared_ = range;
      return;
    case core::CacheOperation::kInvalidate:
      if (dma_active_ || !covers_target) {
        ++violations_.coherency;
        return;
      }
      std::memcpy(dma_target_, dma_memory_.data(), dma_memory_.size());
      prepared_ = {};
      dma_target_ = nullptr;
      return;
  }
}

uint32_t FakeSdHost::read32(uint32_t address) {
  if (address >= kEmmc && address < kEmmc + 0x100) {
    access(Peripheral::kEmmc, false);
    return read_emmc(address - kEmmc);
  }
  access(Peripheral::kDma, false);
  return read_dma(address - kDma);
}

void FakeSdHost::write32(uint32_t address, uint32_t value) {
  if (address >= kEmmc && address < kEmmc + 0x100) {
    access(Peripheral::kEmmc, true);
    write_emmc(address - kEmmc, value);
  } else {
    access(Peripheral::kDma, true);
    write_dma(address - kDma, value);
  }
  update();
}

// Events, one after the other, up to now.

void FakeSdHost::update() {
  while (update_once()) idle_accesses_ = 0;
}

bool FakeSdHost::update_once() {
  if (command_pending_ && !command_stuck_ && time_ns_ >= command_end_ns_) {
    end_command();
    return true;
  }
  if (busy_end_ns_ != 0 && time_ns_ >= busy_end_ns_) {
    busy_end_ns_ = 0;
    raise(Interrupt::DataDone::kMask);
    return true;
  }
  if (!data_active_) return false;
  if (data_timeout_ns_ != 0 && time_ns_ >= data_timeout_ns_) {
    data_timeout_ns_ = 0;
    raise(Interrupt::DtoErr::kMask);
    return true;
  }
  const uint32_t total = emmc_[0x04] >> 16;
  const bool room = blocks_produced_ - blocks_taken_ < kPortBlocks;
  if (blocks_produced_ < total && room && next_block_ns_ != 0 && time_ns_ >= next_block_ns_) {
    produce_block();
    return true;
  }
  if (dma_active_ && !port_.empty() && injected(SdInjection::kDmaHangs) == nullptr &&
      injected(SdInjection::kDmaDoesNotStop) == nullptr) {
    move_by_dma(false);
    return true;
  }
  if (data_end_ns_ != 0 && time_ns_ >= data_end_ns_) {
    end_data();
    return true;
  }
  return false;
}

// QEMU and SDHCI alike: what is masked is not even raised.
void FakeSdHost::raise(uint32_t flags) { flags_ |= flags & emmc_[0x34]; }

uint32_t FakeSdHost::clock_hz() const {
  const auto found = emmc_.find(0x2c);
  const uint32_t control1 = found == emmc_.end() ? 0 : found->second;
  if ((control1 & 5) != 5) return 0;
  const uint32_t n = (control1 >> 8 & 0xff) | (control1 >> 6 & 3) << 8;
  return n == 0 ? kBaseClockHz : kBaseClockHz / (2 * n);
}

uint64_t FakeSdHost::clocks_ns(uint64_t clocks) const {
  return clocks * 1'000'000'000 / std::max(clock_hz(), 1u);
}

// The controller.

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
  const uint32_t resets = controller_hangs_ ? value & 0x07000000 : 0;
  emmc_[0x2c] = (value & ~uint32_t{0x07000000}) | resets;
  if (controller_hangs_) return;
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
  if (clock_hz() > 50'000'000 || (clock_hz() > 25'000'000 && !card_.high_speed()) ||
      (clock_hz() > 400'000 && !card_.identified() && card_present_)) {
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

// The DMA channel.

uint32_t FakeSdHost::read_dma(uint32_t offset) {
  switch (offset) {
    case kDmaEnable:
      return dma_enable_;
    case kChannel:
      return (dma_active_ ? kCsActive : 0) | (dma_end_ ? kCsEnd : 0) |
             (dma_debug_ != 0 ? kCsError : 0) | (dma_undrained_ ? kCsUndrained : 0);
    case kChannel + 0x20:
      return dma_debug_;
    default:
      ++violations_.registers;
      return 0;
  }
}

void FakeSdHost::write_dma(uint32_t offset, uint32_t value) {
  switch (offset) {
    case kDmaEnable:
      dma_enable_ = value;
      return;
    case kChannel + 0x04:
      dma_block_address_ = value;
      return;
    case kChannel + 0x20:
      dma_debug_ &= ~value;
      return;
    case kChannel:
      if ((value & kCsEnd) != 0) dma_end_ = false;
      if ((value & kCsReset) != 0) {
        dma_active_ = dma_end_ = false;
      } else if ((value & kCsActive) != 0) {
        start_dma();
      } else if (dma_active_) {
        dma_active_ = false;
        dma_undrained_ = injected(SdInjection::kDmaDoesNotStop) != nullptr;
      }
      return;
    default:
      ++violations_.registers;
  }
}

void FakeSdHost::start_dma() {
  if ((dma_enable_ & 1 << 4) == 0 || dma_active_) ++violations_.registers;
  if (!synchronized_) ++violations_.coherency;
  const auto cleaned = cleaned_.find(core::memory_at(dma_block_address_));
  if (cleaned == cleaned_.end() || dma_block_address_ % 32 != 0) {
    ++violations_.coherency;
    return;
  }
  const std::vector<std::byte>& block = cleaned->second;
  const uint32_t size = base::load_le32(block, 12);
  if (base::load_le32(block, 0) != kWantedTi || base::load_le32(block, 4) != 0x7e300020 ||
      base::load_le32(block, 20) != 0) {
    ++violations_.registers;
  }
  dma_target_ = core::memory_at(base::load_le32(block, 8));
  if (prepared_.data() != dma_target_ || prepared_.size() != size) ++violations_.coherency;
  dma_memory_.assign(size, std::byte{0});
  dma_moved_ = 0;
  dma_active_ = true;
  dma_end_ = false;
  ++dma_transfers_;
  while (ignore_dreq_ && dma_active_) {
    move_by_dma(true);
    update();
  }
}

void FakeSdHost::move_by_dma(bool even_if_empty) {
  if (injected(SdInjection::kDmaError) != nullptr) {
    dma_debug_ = 4;
    dma_active_ = false;
    return;
  }
  while ((!port_.empty() || even_if_empty) && dma_moved_ < dma_memory_.size()) {
    base::store_le32(dma_memory_, dma_moved_, pop_word());
    dma_moved_ += 4;
    if (even_if_empty) break;
  }
  if (dma_moved_ == dma_memory_.size()) {
    dma_active_ = false;
    dma_end_ = true;
  }
}

}  // namespace pi
