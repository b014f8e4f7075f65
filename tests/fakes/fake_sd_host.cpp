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
  // The timer's driver has a barrier at its beginning and its end.
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
  return n == 0 ? base_clock_hz_ : base_clock_hz_ / (2 * n);
}

base::Result<uint32_t> FakeSdHost::start() {
  ++base_clock_starts_;
  if (base_clock_hz_ == 0) base_clock_hz_ = kBaseClockHz;
  return base_clock_hz_;
}

uint64_t FakeSdHost::clocks_ns(uint64_t clocks) const {
  return clocks * 1'000'000'000 / std::max(clock_hz(), 1u);
}

}  // namespace pi
