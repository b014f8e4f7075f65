// The ladder of retries: each failed read command climbs it until the read succeeds or the top is
// reached. Every rung has a deadline, so that the whole has one.
#include "libpi/sd_card.h"

namespace pi {

namespace {

using base::ErrorCode;
using base::Status;

Status read_error(SdFault fault, uint64_t first, uint64_t last) {
  switch (fault) {
    case SdFault::kCommandTimeout:
      return Status::error(ErrorCode::kTimeout,
                           "card blocks {} to {}: the card does not answer; reseat it", first,
                           last);
    case SdFault::kCommandCrc:
      return Status::error(
          ErrorCode::kIo,
          "card blocks {} to {}: damaged answers (CRC7); reseat or replace the card", first, last);
    case SdFault::kDataTimeout:
      return Status::error(ErrorCode::kTimeout,
                           "card blocks {} to {}: no data came (timeout); replace the card", first,
                           last);
    case SdFault::kDataCrc:
      return Status::error(ErrorCode::kIo,
                           "card blocks {} to {}: damaged data (CRC16); reseat or replace the card",
                           first, last);
    case SdFault::kAutoStop:
      return Status::error(ErrorCode::kIo,
                           "card blocks {} to {}: the read could not be stopped; replace the card",
                           first, last);
    case SdFault::kDma:
      return Status::error(ErrorCode::kIo, "card blocks {} to {}: DMA failed; reset the board",
                           first, last);
    case SdFault::kCard:
      return Status::error(ErrorCode::kIo,
                           "card blocks {} to {}: the card reports an error; replace it", first,
                           last);
    case SdFault::kStuck:
    case SdFault::kNone:
      break;
  }
  return Status::error(ErrorCode::kTimeout,
                       "card blocks {} to {}: the card or its controller hangs; reseat the card",
                       first, last);
}

}  // namespace

Status SdCard::recover() {
  ++read_.failures;
  const Status why = read_error(fault_, read_.block, read_.block + read_.blocks - 1);
  if (dma_lost_) {
    return give_up(Status::error(ErrorCode::kIo,
                                 "card blocks {} to {}: DMA does not stop; reset the board",
                                 read_.block, read_.block + read_.blocks - 1));
  }
  bool ready = false;
  if (read_.failures <= kRetries) {
    ready = settle();
  } else if (!read_.clock_lowered && emmc_.clock_hz() > kDefaultSpeedHz) {
    read_.clock_lowered = true;
    ++counters_.clock_drops;
    clock_limit_hz_ = kDefaultSpeedHz;
    ready = settle() && emmc_.set_clock(kDefaultSpeedHz) == SdFault::kNone;
  }
  if (!ready) {
    if (read_.reidentified) return give_up(why);
    read_.reidentified = true;
    ++counters_.reidentifications;
    if (const Status status = identify_same_card(); !status.ok()) return give_up(status);
  }
  ++counters_.retries;
  begin_command();
  return base::ok_status();
}

// Resets the controller's half, stops the card's, and waits until the card is ready for the next
// command ("tran"). False if it does not come to that.
bool SdCard::settle() {
  if (emmc_.reset_lines() != SdFault::kNone) return false;
  // A card that sends nothing takes CMD12 for illegal and does not answer: no news.
  if (emmc_.send(sd::stop_transmission()) != SdFault::kNone &&
      emmc_.reset_lines() != SdFault::kNone) {
    return false;
  }
  const uint64_t begin = clock_.now_us();
  uint32_t faults = 0;
  while (clock_.now_us() - begin <= kReturnToTransferTimeoutUs) {
    const SdFault fault = emmc_.send(sd::send_status(rca_));
    if (fault == SdFault::kNone) {
      if (sd::card_state(emmc_.response()) == sd::CardState::kTran) return true;
    } else if (++faults > kRetries || fault == SdFault::kStuck ||
               emmc_.reset_lines() != SdFault::kNone) {
      return false;
    }
  }
  return false;
}

Status SdCard::give_up(Status why) {
  // A lower clock that did not help was not the cure.
  if (read_.clock_lowered) clock_limit_hz_ = kHighSpeedHz;
  ++counters_.failed_reads;
  must_identify_ = true;
  phase_ = Phase::kIdle;
  return why;
}

void SdCard::count(SdFault fault) {
  switch (fault) {
    case SdFault::kCommandTimeout:
      ++counters_.command_timeouts;
      return;
    case SdFault::kCommandCrc:
      ++counters_.command_crc_errors;
      return;
    case SdFault::kDataTimeout:
      ++counters_.data_timeouts;
      return;
    case SdFault::kDataCrc:
      ++counters_.data_crc_errors;
      return;
    case SdFault::kAutoStop:
      ++counters_.auto_stop_errors;
      return;
    case SdFault::kStuck:
      ++counters_.stuck;
      return;
    case SdFault::kDma:
      ++counters_.dma_errors;
      return;
    case SdFault::kCard:
      ++counters_.card_errors;
      return;
    case SdFault::kNone:
      return;
  }
}

}  // namespace pi
