#include "libpi/sd_card.h"

#include <algorithm>

#include "base/check.h"

namespace pi {

SdCard::SdCard(Emmc& emmc, SdBaseClock& base_clock, Dma* dma, base::Clock& clock)
    : emmc_(emmc), base_clock_(base_clock), dma_(dma), clock_(clock) {}

base::Status SdCard::do_start_read(uint64_t first_block, std::span<std::byte> target) {
  if (target.empty()) return base::ok_status();
  const uint64_t begin = clock_.now_us();
  read_ = Read{.block = first_block, .target = target};
  if (must_identify_) {
    ++counters_.reidentifications;
    read_.reidentified = true;
    TRY(identify_same_card());
  }
  begin_command();
  while (read_.by_dma && phase_ == Phase::kAwaitBlock && clock_.now_us() - begin < kReadyWaitUs) {
    step();
  }
  counters_.waiting_us += clock_.now_us() - begin;
  return base::ok_status();
}

bool SdCard::do_poll() {
  if (phase_ != Phase::kIdle && phase_ != Phase::kFailed) step();
  return phase_ == Phase::kIdle || phase_ == Phase::kFailed;
}

base::Status SdCard::do_finish_read() {
  const uint64_t begin = clock_.now_us();
  base::Status status;
  while (phase_ != Phase::kIdle && status.ok()) {
    if (phase_ == Phase::kFailed) {
      const uint64_t recovery_begin = clock_.now_us();
      status = recover();
      counters_.recovery_us += clock_.now_us() - recovery_begin;
    } else {
      step();
    }
  }
  counters_.waiting_us += clock_.now_us() - begin;
  return status;
}

bool SdCard::dma_is_usable() const {
  return dma_ != nullptr && !dma_lost_ && dma_strikes_ < kMaxDmaStrikes;
}

void SdCard::begin_command() {
  read_.blocks = static_cast<uint32_t>(
      std::min<uint64_t>(read_.target.size() / kBlockSize, kMaxBlocksPerCommand));
  read_.blocks_taken = 0;
  read_.by_dma = dma_is_usable() && !read_.avoid_dma && read_.blocks >= kMinBlocksForDma;
  // SD 4.3.14: SDSC cards are addressed by byte, all later ones by block. Neither overflows: SDSC
  // ends at 2 GiB, a CSD of version 2 at 2^32 blocks.
  const uint32_t address =
      static_cast<uint32_t>(high_capacity_ ? read_.block : read_.block * kBlockSize);
  const SdCommand command =
      read_.blocks > 1 ? sd::read_multiple_block(address) : sd::read_single_block(address);

  ++counters_.read_commands;
  phase_ = Phase::kAwaitBlock;
  const SdFault fault = emmc_.begin_read(command, kBlockSize, read_.blocks);
  if (fault != SdFault::kNone) return fail(fault);
  if ((emmc_.response() & sd::kR1ReadErrors) != 0) return fail(SdFault::kCard);
  if (read_.by_dma) {
    // The cache maintenance falls into the card's access time.
    dma_->prepare(emmc_.data_port_bus_address(), Dma::Dreq::kEmmc,
                  read_.target.first(read_.blocks * kBlockSize));
  }
  read_.deadline_us = clock_.now_us() + kBlockTimeoutUs;
}

void SdCard::step() {
  // Time is taken before the look at the controller: what has come by then counts.
  const bool late = clock_.now_us() > read_.deadline_us;
  const Emmc::DataEvent event = emmc_.data_event();
  if (event.fault != SdFault::kNone) return fail(event.fault);
  const Phase before = phase_;
  switch (phase_) {
    case Phase::kAwaitBlock:
      if (!event.block_ready) break;
      if (!read_.by_dma) return take_block();
      // Not before the card's first block is here. On the board DREQ would hold the channel back;
      // QEMU knows no DREQ and would copy from an empty port.
      read_.deadline_us =
          clock_.now_us() + kBlockTimeoutUs + read_.blocks * kBlockSize * kDmaTimeoutUsPerByte;
      phase_ = Phase::kAwaitDma;
      return dma_->start();
    case Phase::kAwaitDma:
      step_dma(event);
      break;
    case Phase::kAwaitEnd:
      if (event.complete) return end_command();
      break;
    case Phase::kIdle:
    case Phase::kFailed:
      CHECK(false);
  }
  if (late && phase_ == before) {
    fail(phase_ == Phase::kAwaitDma ? SdFault::kDma : SdFault::kStuck);
  }
}

void SdCard::step_dma(const Emmc::DataEvent& event) {
  switch (dma_->poll()) {
    case Dma::State::kFailed:
      return fail(SdFault::kDma);
    case Dma::State::kDone:
      // The last word was taken; the end of the command follows when the card was stopped.
      dma_->finish();
      phase_ = Phase::kAwaitEnd;
      read_.deadline_us = clock_.now_us() + kBlockTimeoutUs;
      if (event.complete) end_command();
      return;
    case Dma::State::kActive:
    case Dma::State::kIdle:
      return;
  }
}

void SdCard::take_block() {
  emmc_.take_block(read_.target.subspan(read_.blocks_taken * kBlockSize, kBlockSize));
  ++read_.blocks_taken;
  if (read_.blocks_taken == read_.blocks) phase_ = Phase::kAwaitEnd;
  read_.deadline_us = clock_.now_us() + kBlockTimeoutUs;
}

void SdCard::end_command() {
  emmc_.end_read();
  // SD 4.10.1: an error within a long read shows in the answer to CMD12. That the card looked
  // beyond its end is not an error (4.3.3: to be ignored for the last block). The state must be
  // "data", or the word is not such an answer.
  const uint32_t stop = read_.blocks > 1 ? emmc_.auto_stop_response() : 0;
  if (sd::card_state(stop) == sd::CardState::kData && (stop & sd::kR1MediaErrors) != 0) {
    return fail(SdFault::kCard);
  }
  ++(read_.by_dma ? counters_.dma_commands : counters_.pio_commands);
  // DMA is to blame for a failure only if the command succeeds without it.
  if (read_.avoid_dma && !read_.by_dma) ++dma_strikes_;

  const size_t size = read_.blocks * kBlockSize;
  counters_.bytes_read += size;
  read_ = Read{.block = read_.block + read_.blocks, .target = read_.target.subspan(size)};
  phase_ = Phase::kIdle;
  if (!read_.target.empty()) begin_command();
}

void SdCard::fail(SdFault fault) {
  // At once, so that nothing writes to the target while others try.
  if (phase_ == Phase::kAwaitDma && !dma_->abort().ok()) dma_lost_ = true;
  count(fault);
  if (fault == SdFault::kDma) {
    read_.avoid_dma = true;
    dma_errors_ = dma_->error_bits();
  }
  fault_ = fault;
  phase_ = Phase::kFailed;
}

SdReport SdCard::report() const {
  // CSD: SDSC reaches 2 GiB, SDHC 32 GiB (SD 3.1).
  constexpr uint64_t kLargestHighCapacity = (uint64_t{32} << 30) / kBlockSize;
  return {.identity = SdCid(cid_),
          .block_count = block_count_,
          .kind = !high_capacity_                        ? "SDSC"
                  : block_count_ <= kLargestHighCapacity ? "SDHC"
                                                         : "SDXC",
          .data_lines = four_bit_bus_ ? 4u : 1u,
          .clock_hz = emmc_.clock_hz(),
          .full_clock_hz = kHighSpeedHz,
          .top_clock_hz = clock_limit_hz_,
          .has_dma = dma_ != nullptr,
          .reads_by_dma = dma_is_usable(),
          .dma_errors = dma_errors_,
          .counters = counters_};
}

}  // namespace pi
