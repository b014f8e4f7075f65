#include "libpi/bcm2835/emmc.h"

#include <algorithm>

#include "base/align.h"
#include "base/bytes.h"
#include "base/check.h"

namespace pi {

using namespace emmc;

namespace {

constexpr uint32_t kCommandErrors = Interrupt::CtoErr::kMask | Interrupt::CcrcErr::kMask |
                                    Interrupt::CendErr::kMask | Interrupt::CbadErr::kMask;
constexpr uint32_t kDataErrors =
    Interrupt::DtoErr::kMask | Interrupt::DcrcErr::kMask | Interrupt::DendErr::kMask;
constexpr uint32_t kPolledFlags = Interrupt::CmdDone::kMask | Interrupt::DataDone::kMask |
                                  Interrupt::ReadRdy::kMask | kCommandErrors | kDataErrors |
                                  Interrupt::AcmdErr::kMask;

// SDHCI 2.2.15: timeout = TMCLK * 2^(13 + value), 0xe being the longest. This block counts SD
// clocks (Linux quirk DATA_TIMEOUT_USES_SDCLK): 2^27 / 50 MHz = 2.7 s. Our own deadlines come
// first.
constexpr uint32_t kLongestDataTimeout = 0xe;

SdFault fault_of(uint32_t flags) {
  if ((flags & Interrupt::CtoErr::kMask) != 0) return SdFault::kCommandTimeout;
  if ((flags & kCommandErrors) != 0) return SdFault::kCommandCrc;
  if ((flags & (Interrupt::DcrcErr::kMask | Interrupt::DendErr::kMask)) != 0) {
    return SdFault::kDataCrc;
  }
  // SDHCI 2.2.17: when "transfer complete" and "data timeout" are both set, the transfer is
  // complete.
  if ((flags & Interrupt::DtoErr::kMask) != 0 && (flags & Interrupt::DataDone::kMask) == 0) {
    return SdFault::kDataTimeout;
  }
  if ((flags & Interrupt::AcmdErr::kMask) != 0) return SdFault::kAutoStop;
  return SdFault::kNone;
}

ResponseType response_type(SdResponse response) {
  switch (response) {
    case SdResponse::kNone:
      return ResponseType::kNone;
    case SdResponse::kR2:
      return ResponseType::k136Bits;
    case SdResponse::kR1b:
      return ResponseType::k48BitsBusy;
    default:
      return ResponseType::k48Bits;
  }
}

}  // namespace

Emmc::Emmc(base::Clock& clock, MmioBase registers, const Bus& bus)
    : clock_(clock), base_(registers), bus_(bus) {
  set_write_spacing(kIdentificationClockHz);
}

// Two writes within two SD clocks of each other can lose the second one, as the registers cross
// into the card's clock domain (Linux sdhci-iproc.c, U-Boot bcm2835_sdhci.c); the data port is
// exempt. A difference of n + 1 ticks of a microsecond clock is at least n microseconds.
void Emmc::set_write_spacing(uint32_t clock_hz) {
  write_spacing_us_ = base::divide_up<uint32_t>(2'000'000, clock_hz) + 1;
}

void Emmc::before_write() {
  while (clock_.now_us() - last_write_us_ < write_spacing_us_) {
  }
  // The clock was another peripheral (BCM2835 ARM Peripherals 1.3).
  core::data_synchronization_barrier();
}

void Emmc::after_write() {
  // The write must have left the write buffer before its moment is taken.
  core::data_synchronization_barrier();
  last_write_us_ = clock_.now_us();
}

template <typename R, typename... Fields>
void Emmc::write(Fields... fields) {
  before_write();
  R::set(base_, fields...);
  after_write();
}

template <typename R>
void Emmc::write_raw(uint32_t value) {
  before_write();
  R::write(base_, {value});
  after_write();
}

template <typename R>
Value<R> Emmc::read() {
  const Value<R> value = R::read(base_);
  // The next read may be the clock's, and reads of two peripherals can come back swapped (1.3).
  core::data_memory_barrier();
  return value;
}

template <typename R, typename Predicate>
bool Emmc::wait_until(Predicate predicate, uint64_t timeout_us) {
  const uint64_t begin = clock_.now_us();
  for (;;) {
    // Time is taken first: what is true by the last look counts, however late it was.
    const bool late = clock_.now_us() - begin > timeout_us;
    if (predicate(read<R>())) return true;
    if (late) return false;
  }
}

SdFault Emmc::reset(uint32_t base_clock_hz) {
  CHECK(base_clock_hz > 0);
  base_clock_hz_ = base_clock_hz;
  clock_hz_ = 0;
  control1_ = 0;
  set_write_spacing(kIdentificationClockHz);
  write<Control1>(Control1::SrstHc{true});
  const auto done = [](Value<Control1> value) { return !value.get<Control1::SrstHc>(); };
  if (!wait_until<Control1>(done, kControllerTimeoutUs)) return SdFault::kStuck;

  set_bus_width(BusWidth::k1Bit);
  write_raw<IrptEn>(0);
  write_raw<IrptMask>(kPolledFlags);
  write_raw<Interrupt>(~uint32_t{0});
  return SdFault::kNone;
}

namespace {

uint32_t divided(uint32_t base_hz, uint32_t n) { return n == 0 ? base_hz : base_hz / (2 * n); }

// f = base / (2 N), and f = base for N = 0; any N of 10 bits will do. 250 MHz and 50 wanted: N = 3,
// 41.7 MHz; a power of two would give 31.25.
uint32_t divider(uint32_t base_hz, uint32_t wanted_hz) {
  const auto for_at_most = [base_hz](uint64_t hz) {
    constexpr uint64_t kMost = 1023;
    return base_hz <= hz
               ? 0u
               : static_cast<uint32_t>(std::min(base::divide_up<uint64_t>(base_hz, 2 * hz), kMost));
  };
  const uint32_t n = for_at_most(wanted_hz);
  // Forgiven is only what costs a step: 200000992 Hz are 50 MHz and not 33.
  if (divided(base_hz, n) >= wanted_hz - wanted_hz / 100) return n;
  return for_at_most(uint64_t{wanted_hz} + wanted_hz / Emmc::kForgiven);
}

}  // namespace

SdFault Emmc::set_clock(uint32_t wanted_hz) {
  CHECK(wanted_hz > 0 && base_clock_hz_ > 0);
  const uint32_t n = divider(base_clock_hz_, wanted_hz);

  // SDHCI 3.2.3: the clock is not changed under a command.
  if (const SdFault fault = wait_until_lines_free(true); fault != SdFault::kNone) return fault;
  clock_hz_ = 0;
  set_write_spacing(kIdentificationClockHz);
  write_raw<Control1>(control1_ & ~Control1::ClkEn::kMask);
  control1_ = Control1::ClkIntlen{true}.bits() | Control1::ClkFreq8{n & 0xff}.bits() |
              Control1::ClkFreqMs2{n >> 8}.bits() |
              Control1::DataTounit{kLongestDataTimeout}.bits();
  write_raw<Control1>(control1_);
  const auto stable = [](Value<Control1> value) { return value.get<Control1::ClkStable>(); };
  if (!wait_until<Control1>(stable, kControllerTimeoutUs)) return SdFault::kStuck;
  control1_ |= Control1::ClkEn{true}.bits();
  write_raw<Control1>(control1_);
  clock_hz_ = divided(base_clock_hz_, n);
  set_write_spacing(clock_hz_);
  return SdFault::kNone;
}

// HCTL_HS_EN stays 0 at every speed: Linux and U-Boot both carry NO_HISPD_BIT for this block.
void Emmc::set_bus_width(BusWidth width) {
  write<Control0>(Control0::HctlDwidth{width == BusWidth::k4Bits}, Control0::BusPower{true},
                  Control0::BusVoltage{kBusVoltage3V3});
}

SdFault Emmc::send(const SdCommand& command) {
  if (const SdFault fault = issue(command, 0); fault != SdFault::kNone) return fault;
  if (command.response != SdResponse::kR1b) return SdFault::kNone;
  return wait_for(Interrupt::DataDone::kMask, kBusyTimeoutUs);
}

SdFault Emmc::begin_read(const SdCommand& command, uint32_t block_size, uint32_t block_count) {
  CHECK(block_size % 4 == 0 && block_size <= 512 && block_count >= 1 && block_count <= 65535);
  if (const SdFault fault = wait_until_lines_free(true); fault != SdFault::kNone) return fault;
  write<BlkSizeCnt>(BlkSizeCnt::BlkSize{block_size}, BlkSizeCnt::BlkCnt{block_count});
  uint32_t mode = CmdTm::CmdIsData{true}.bits() | CmdTm::TmDatDir{DataDirection::kToHost}.bits();
  if (block_count > 1) {
    // CMD12 rather than CMD23 ends the read: each card knows it, while CMD23 needs a look at the
    // SCR, is refused by QEMU, and saves nothing, as the controller sends CMD12 by itself.
    mode |= CmdTm::TmMultiBlock{true}.bits() | CmdTm::TmBlkCntEn{true}.bits() |
            CmdTm::TmAutoCmdEn{AutoCommand::kCmd12}.bits();
  }
  return issue(command, mode);
}

SdFault Emmc::issue(const SdCommand& command, uint32_t transfer_mode) {
  const bool stops = command.index == sd::stop_transmission().index;
  // A stop must go out while data is under way (SDHCI 3.7.1.1).
  const bool needs_data_line = command.response == SdResponse::kR1b && !stops;
  if (const SdFault fault = wait_until_lines_free(needs_data_line); fault != SdFault::kNone) {
    return fault;
  }
  // R3 comes without a CRC and index, R2 with its CRC only (SDHCI 2.2.6, Table 2-8).
  const bool has_crc = command.response != SdResponse::kNone && command.response != SdResponse::kR3;
  const bool has_index = has_crc && command.response != SdResponse::kR2;
  write_raw<Interrupt>(~uint32_t{0});
  write<Arg1>(Arg1::Argument{command.argument});
  write_raw<CmdTm>(transfer_mode | CmdTm::CmdIndex{command.index}.bits() |
                   CmdTm::CmdRspnsType{response_type(command.response)}.bits() |
                   CmdTm::CmdCrcChkEn{has_crc}.bits() | CmdTm::CmdIxChkEn{has_index}.bits() |
                   CmdTm::CmdType{stops ? CommandType::kAbort : CommandType::kNormal}.bits());
  const SdFault fault = wait_for(Interrupt::CmdDone::kMask, kCommandTimeoutUs);
  if (fault == SdFault::kNone) read_response(command.response);
  return fault;
}

SdFault Emmc::wait_until_lines_free(bool data_line_too) {
  const auto free = [data_line_too](Value<emmc::Status> value) {
    return !value.get<emmc::Status::CmdInhibit>() &&
           !(data_line_too && value.get<emmc::Status::DatInhibit>());
  };
  return wait_until<emmc::Status>(free, kControllerTimeoutUs) ? SdFault::kNone : SdFault::kStuck;
}

// INTERRUPT, not STATUS, is what the manual says to poll: STATUS lags behind by the crossing of
// clock domains.
SdFault Emmc::wait_for(uint32_t flag, uint64_t timeout_us) {
  uint32_t flags = 0;
  const auto raised = [&flags, flag](Value<Interrupt> value) {
    flags = value.raw;
    return (flags & flag) != 0 || fault_of(flags) != SdFault::kNone;
  };
  if (!wait_until<Interrupt>(raised, timeout_us)) return SdFault::kStuck;
  if (const SdFault fault = fault_of(flags); fault != SdFault::kNone) return fault;
  write_raw<Interrupt>(flag);
  return SdFault::kNone;
}

void Emmc::read_response(SdResponse kind) {
  response_ = read<Resp0>().raw;
  if (kind != SdResponse::kR2) return;
  // The controller drops the CRC: RESP0..3 hold bits 127..8 (SDHCI 2.2.7).
  const uint32_t r1 = read<Resp1>().raw;
  const uint32_t r2 = read<Resp2>().raw;
  const uint32_t r3 = read<Resp3>().raw;
  long_response_.words = {response_ << 8, r1 << 8 | response_ >> 24, r2 << 8 | r1 >> 24,
                          r3 << 8 | r2 >> 24};
}

Emmc::DataEvent Emmc::data_event() {
  const Value<Interrupt> flags = read<Interrupt>();
  return {fault_of(flags.raw), flags.get<Interrupt::ReadRdy>(), flags.get<Interrupt::DataDone>()};
}

void Emmc::take_block(std::span<std::byte> target) {
  // Cleared before the block is taken: taking its last word may raise the flag for the next block.
  write_raw<Interrupt>(Interrupt::ReadRdy::kMask);
  for (size_t at = 0; at < target.size(); at += 4) {
    base::store_le32(target, at, Data::read(base_).raw);
  }
  core::data_memory_barrier();
}

void Emmc::end_read() {
  write_raw<Interrupt>(Interrupt::DataDone::kMask | Interrupt::ReadRdy::kMask |
                       Interrupt::DtoErr::kMask);
}

uint32_t Emmc::auto_stop_response() { return read<Resp3>().raw; }

uint32_t Emmc::data_port_bus_address() const {
  return bus_.address_of_register(base_, kDataOffset);
}

// SDHCI 3.10.1: after an error both halves are reset on their own; unlike SRST_HC this keeps the
// clock and the masks.
SdFault Emmc::reset_lines() {
  write_raw<Control1>(control1_ | Control1::SrstCmd::kMask | Control1::SrstData::kMask);
  const auto done = [](Value<Control1> value) {
    return !value.get<Control1::SrstCmd>() && !value.get<Control1::SrstData>();
  };
  if (!wait_until<Control1>(done, kControllerTimeoutUs)) return SdFault::kStuck;
  write_raw<Interrupt>(~uint32_t{0});
  return SdFault::kNone;
}

}  // namespace pi
