// The DMA channel.
#include <algorithm>
#include <cstring>

#include "base/bytes.h"
#include "libpi/bcm2835/emmc_registers.h"
#include "libpi/core/cache.h"
#include "tests/fakes/fake_sd_host.h"

namespace pi {

namespace {

constexpr uint32_t kChannel = 0x400;
constexpr uint32_t kDmaEnable = 0xff0;
constexpr uint32_t kCsActive = 1, kCsEnd = 2, kCsUndrained = 1 << 6, kCsError = 1 << 8;
constexpr uint32_t kCsReset = 1u << 31;
// PERMAP 11, SRC_DREQ, DEST_WIDTH, DEST_INC, WAIT_RESP.
constexpr uint32_t kWantedTi = 11 << 16 | 1 << 10 | 1 << 5 | 1 << 4 | 1 << 3;

}  // namespace

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
