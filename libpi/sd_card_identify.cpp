// Finding and setting up a card, in the steps of the SD Physical Layer Simplified Specification
// 3.01, 4.2 and Figure 4-2.
#include "libpi/sd_card.h"

#include <array>

#include "libpi/deadline.h"

namespace pi {

namespace {

using base::ErrorCode;
using base::Status;

// Some cards miss the first commands after power-on.
constexpr int kPowerUpAttempts = 3;
// 74 clocks before the first command (SD 6.4.1), and 8 after CMD0: 185 us and 20 us at 400 kHz.
constexpr uint64_t kClocksBeforeFirstCommandUs = 1'000;
constexpr uint64_t kPauseBetweenOperatingConditionsUs = 1'000;
// The clock may change 8 clocks after the answer to CMD6 (SD 4.3.10): 0.3 us at 25 MHz.
constexpr uint64_t kPauseAfterSwitchUs = 10;
// The whole start, and ACMD51, ACMD6 and CMD6 on their own. ACMD51 fails now and then on good
// cards (Linux: quirk SPURIOUS_CRC_ACMD51 of this controller).
constexpr int kIdentifyAttempts = 2;
constexpr int kSetUpAttempts = 3;

Status step_failed(SdFault fault, uint32_t command) {
  const ErrorCode code = fault == SdFault::kCommandTimeout || fault == SdFault::kStuck
                             ? ErrorCode::kTimeout
                             : ErrorCode::kIo;
  return Status::error(
      code, "the SD card fails at CMD{} of its start (fault {}); reseat it or try another", command,
      static_cast<uint64_t>(fault));
}

Status controller_stuck() {
  return Status::error(ErrorCode::kTimeout,
                       "the EMMC controller does not reset; power the board off");
}

Status no_card() {
  return Status::error(ErrorCode::kNotFound,
                       "no SD card answers; insert one, or reseat the one that is in");
}

}  // namespace

Status SdCard::initialize() {
  block_count_ = 0;
  clock_limit_hz_ = kHighSpeedHz;
  phase_ = Phase::kIdle;
  return identify();
}

// Within a read: the file system's knowledge is of the card that was there before.
Status SdCard::identify_same_card() {
  const SdLongRegister cid = cid_;
  const uint64_t block_count = block_count_;
  const Status status = identify();
  if (status.ok() && cid_ == cid && block_count_ == block_count) return status;
  must_identify_ = true;
  const bool other_card = status.ok();
  // The next try compares with the same card again.
  cid_ = cid;
  block_count_ = block_count;
  const uint64_t last = read_.block + read_.target.size() / kBlockSize - 1;
  if (status.code() == ErrorCode::kNotFound) {
    return Status::error(ErrorCode::kIo, "card blocks {} to {}: the card is gone; insert it again",
                         read_.block, last);
  }
  if (!other_card) return status;
  return Status::error(
      ErrorCode::kIo,
      "card blocks {} to {}: another SD card was inserted; put the first one back, "
      "or restart",
      read_.block, last);
}

Status SdCard::identify() {
  must_identify_ = true;
  Status status;
  for (int attempt = 0; attempt < kIdentifyAttempts; ++attempt) {
    status = identify_once();
    // One damaged answer is not a verdict; a missing or foreign card is.
    if (status.code() != ErrorCode::kIo && status.code() != ErrorCode::kTimeout) break;
  }
  return status;
}

Status SdCard::identify_once() {
  TRY_ASSIGN(const uint32_t ocr, power_up());
  high_capacity_ = (ocr & sd::kOcrHighCapacity) != 0;
  TRY_ASSIGN(const SdCsd csd, ask_identity());
  TRY(set_up_bus(csd.has_switch_command));
  block_count_ = csd.block_count;
  must_identify_ = false;
  return base::ok_status();
}

// CMD0, CMD8, ACMD41. A card that a reset of the board left in "tran" at 50 MHz hears CMD0 at
// 400 kHz as well, and is back to one data line.
base::Result<uint32_t> SdCard::power_up() {
  Status status = no_card();
  for (int attempt = 0; attempt < kPowerUpAttempts; ++attempt) {
    // Each time, since it may have changed after the board started.
    TRY_ASSIGN(const uint32_t base_hz, base_clock_.start());
    if (emmc_.reset(base_hz) != SdFault::kNone) return controller_stuck();
    if (emmc_.set_clock(Emmc::kIdentificationClockHz) != SdFault::kNone) return controller_stuck();
    delay_us(clock_, kClocksBeforeFirstCommandUs);
    if (emmc_.send(sd::go_idle_state()) != SdFault::kNone) continue;
    delay_us(clock_, kClocksBeforeFirstCommandUs);

    const SdFault fault = emmc_.send(sd::send_interface_condition(sd::kInterfaceCondition));
    // Cards of version 1 do not know CMD8 and stay silent.
    const bool version_2 = fault == SdFault::kNone;
    if (!version_2 && fault != SdFault::kCommandTimeout) {
      if (fault != SdFault::kStuck) status = step_failed(fault, 8);
      continue;
    }
    if (version_2 && (emmc_.response() & 0xfff) != sd::kInterfaceCondition) {
      return Status::error(ErrorCode::kUnsupported,
                           "the SD card does not take 3.3 V (CMD8 answered {:x}); try another",
                           emmc_.response());
    }
    if (!version_2 && emmc_.reset_lines() != SdFault::kNone) return controller_stuck();
    const base::Result<uint32_t> ocr = ask_operating_condition(version_2);
    if (ocr.ok()) return ocr;
    status = ocr.status();
    // A card that answers, but never gets ready, had its time.
    if (status.code() == ErrorCode::kTimeout) break;
  }
  return status;
}

base::Result<uint32_t> SdCard::ask_operating_condition(bool version_2) {
  const uint32_t argument = sd::kOcrVoltages | (version_2 ? sd::kOcrHighCapacity : 0);
  const uint64_t begin = clock_.now_us();
  while (clock_.now_us() - begin <= kPowerUpTimeoutUs) {
    const SdFault fault = send_application(sd::send_operating_condition(argument), 0);
    if (fault == SdFault::kCommandTimeout || fault == SdFault::kStuck) return no_card();
    if (fault != SdFault::kNone) return step_failed(fault, 41);
    if ((emmc_.response() & sd::kOcrPoweredUp) != 0) return emmc_.response();
    delay_us(clock_, kPauseBetweenOperatingConditionsUs);
  }
  return Status::error(ErrorCode::kTimeout,
                       "the SD card does not get ready within {} ms (ACMD41); try another",
                       kPowerUpTimeoutUs / 1000);
}

// CMD2, CMD3, CMD9: from "ready" over "ident" to "stby".
base::Result<SdCsd> SdCard::ask_identity() {
  if (const SdFault fault = emmc_.send(sd::all_send_cid()); fault != SdFault::kNone) {
    return step_failed(fault, 2);
  }
  cid_ = emmc_.long_response();
  if (const SdFault fault = emmc_.send(sd::send_relative_address()); fault != SdFault::kNone) {
    return step_failed(fault, 3);
  }
  rca_ = static_cast<uint16_t>(emmc_.response() >> 16);
  if (const SdFault fault = emmc_.send(sd::send_csd(rca_)); fault != SdFault::kNone) {
    return step_failed(fault, 9);
  }
  return SdCsd::parse(emmc_.long_response());
}

// CMD7 and on: "tran", 512-byte blocks, four lines, high speed. What a card does not do or does not
// answer to is skipped: it is slower then, and still correct.
Status SdCard::set_up_bus(bool has_switch_command) {
  if (const SdFault fault = emmc_.send(sd::select_card(rca_)); fault != SdFault::kNone) {
    return step_failed(fault, 7);
  }
  if (!high_capacity_) {
    const SdFault fault = emmc_.send(sd::set_block_length(kBlockSize));
    if (fault != SdFault::kNone) return step_failed(fault, 16);
  }
  if (emmc_.set_clock(kDefaultSpeedHz) != SdFault::kNone) return controller_stuck();
  four_bit_bus_ = card_has_four_bit_bus() && widen_bus();
  if (has_switch_command && clock_limit_hz_ > kDefaultSpeedHz && switch_to_high_speed()) {
    delay_us(clock_, kPauseAfterSwitchUs);
    if (emmc_.set_clock(clock_limit_hz_) != SdFault::kNone) return controller_stuck();
  }
  return base::ok_status();
}

// ACMD51. Each SD card has four lines (SD 5.6), so a register that does not come changes nothing.
bool SdCard::card_has_four_bit_bus() {
  std::array<std::byte, 8> scr;
  for (int attempt = 0; attempt < kSetUpAttempts; ++attempt) {
    if (emmc_.send(sd::application_command(rca_)) == SdFault::kNone &&
        read_small(sd::send_scr(), scr) == SdFault::kNone) {
      return SdScr(scr).four_bit_bus;
    }
    if (!settle()) break;
  }
  return true;
}

bool SdCard::widen_bus() {
  for (int attempt = 0; attempt < kSetUpAttempts; ++attempt) {
    if (send_application(sd::set_bus_width_4(), rca_) == SdFault::kNone &&
        (emmc_.response() & sd::kR1GeneralError) == 0) {
      emmc_.set_bus_width(BusWidth::k4Bits);
      return true;
    }
    if (!settle()) break;
  }
  return false;
}

bool SdCard::switch_to_high_speed() {
  std::array<std::byte, sd::kSwitchStatusSize> status;
  for (int attempt = 0; attempt < kSetUpAttempts; ++attempt) {
    if (read_small(sd::switch_function(sd::kSwitchCheckHighSpeed), status) == SdFault::kNone) {
      if (!sd::switch_supports_high_speed(status)) return false;
      if (read_small(sd::switch_function(sd::kSwitchSetHighSpeed), status) == SdFault::kNone) {
        return sd::switch_selected_high_speed(status);
      }
    }
    if (!settle()) break;
  }
  return false;
}

// After a fault of the CMD55 the second one is not sent.
SdFault SdCard::send_application(const SdCommand& command, uint16_t rca) {
  if (const SdFault fault = emmc_.send(sd::application_command(rca)); fault != SdFault::kNone) {
    return fault;
  }
  return emmc_.send(command);
}

// One block of a register's size, by the processor.
SdFault SdCard::read_small(const SdCommand& command, std::span<std::byte> target) {
  const uint32_t size = static_cast<uint32_t>(target.size());
  if (const SdFault fault = emmc_.begin_read(command, size, 1); fault != SdFault::kNone) {
    return fault;
  }
  const uint64_t begin = clock_.now_us();
  bool taken = false;
  for (;;) {
    const bool late = clock_.now_us() - begin > kBlockTimeoutUs;
    const Emmc::DataEvent event = emmc_.data_event();
    if (event.fault != SdFault::kNone) return event.fault;
    if (event.block_ready && !taken) {
      emmc_.take_block(target);
      taken = true;
    } else if (event.complete && taken) {
      emmc_.end_read();
      return SdFault::kNone;
    } else if (late) {
      return SdFault::kStuck;
    }
  }
}

}  // namespace pi
