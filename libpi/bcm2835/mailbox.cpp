#include "libpi/bcm2835/mailbox.h"

#include "base/check.h"
#include "libpi/deadline.h"
#include "libpi/mmio.h"
#include "libpi/peripheral_access.h"

namespace pi {
namespace {

// Mailbox 0 brings letters from the VideoCore, mailbox 1, 0x20 further, takes ours; each has its
// own status. (BCM2835 ARM Peripherals leaves them out; addresses as in Linux's bcm2835-mailbox.c.)
struct Read : Register<Read, 0x00, Access::kRead> {};
struct Status0 : Register<Status0, 0x18, Access::kRead> {
  using Empty = Field<Status0, 30, 1, bool>;
};
struct Write : Register<Write, 0x20, Access::kWrite> {};
struct Status1 : Register<Status1, 0x38, Access::kRead> {
  using Full = Field<Status1, 31, 1, bool>;
};

constexpr uint32_t kPropertyChannel = 8;  // the low four bits of a letter
constexpr uint32_t kChannelMask = 0xf;

// The message: total bytes, code, then tags {id, buffer bytes, code and length, values}, then 0.
constexpr size_t kCode = 1;
constexpr size_t kTagCode = 4;
constexpr size_t kValues = 5;
constexpr uint32_t kRequest = 0;
constexpr uint32_t kSuccess = 0x80000000;
constexpr uint32_t kAnswered = 0x80000000;  // in a tag's code, with its length

// The mailbox holds eight letters; more than that many stale ones means that it does not work.
constexpr int kMostStaleLetters = 64;

enum Tag : uint32_t {
  kFirmwareRevision = 0x00000001,
  kBoardRevision = 0x00010002,
  kArmMemory = 0x00010005,
  kVideocoreMemory = 0x00010006,
  kSetPowerState = 0x00028001,
  kClockRate = 0x00030002,
  kMaxClockRate = 0x00030004,
  kTemperature = 0x00030006,
  kThrottled = 0x00030046,
  kMeasuredClockRate = 0x00030047,
  kSetClockRate = 0x00038002,
  kCommandLine = 0x00050001,
  kDmaChannels = 0x00060001,
};

base::Status not_answered(uint32_t tag) {
  return base::Status::error(
      base::ErrorCode::kUnsupported,
      "the firmware does not know mailbox tag {:08x}; newer bootcode.bin and "
      "start.elf may",
      tag);
}

base::Result<uint32_t> nonzero(base::Result<uint32_t> rate, uint32_t tag) {
  if (rate.ok() && *rate == 0) {
    return base::Status::error(base::ErrorCode::kNotFound,
                               "the firmware answers mailbox tag {:08x} with 0 Hz", tag);
  }
  return rate;
}

}  // namespace

base::Result<uint32_t> Mailbox::property(uint32_t tag, std::span<uint32_t> values,
                                         size_t request_words, size_t expected_bytes) {
  CHECK(values.size() <= kMaxValueWords && request_words <= values.size());
  compose(tag, values, request_words);
  TRY(send_and_wait(tag));
  if (message_.words[kCode] != kSuccess) {
    return base::Status::error(base::ErrorCode::kIo,
                               "the firmware answers mailbox tag {:08x} with error {:08x}", tag,
                               message_.words[kCode]);
  }
  // Success of the whole says nothing about the tag: unknown ones are passed over.
  const uint32_t tag_code = message_.words[kTagCode];
  const uint32_t length = tag_code & ~kAnswered;
  if ((tag_code & kAnswered) == 0 || length < expected_bytes) return not_answered(tag);
  for (size_t i = 0; i < values.size(); ++i) {
    values[i] = message_.words[kValues + i];
  }
  return length;
}

void Mailbox::compose(uint32_t tag, std::span<const uint32_t> values, size_t request_words) {
  uint32_t* words = message_.words;
  const uint32_t value_bytes = static_cast<uint32_t>(values.size_bytes());
  words[0] = static_cast<uint32_t>((kValues + values.size() + 1) * sizeof(uint32_t));
  words[kCode] = kRequest;
  words[2] = tag;
  words[3] = value_bytes;
  words[kTagCode] = kRequest;
  for (size_t i = 0; i < values.size(); ++i) {
    words[kValues + i] = i < request_words ? values[i] : 0;
  }
  words[kValues + values.size()] = 0;
}

base::Status Mailbox::send_and_wait(uint32_t tag) {
  const base::Status timeout = base::Status::error(
      base::ErrorCode::kTimeout,
      "the firmware has not answered mailbox tag {:08x} within {} us; are bootcode.bin, start.elf "
      "and fixup.dat of one release?",
      tag, kDeadlineUs);
  const PeripheralAccess access;
  const Deadline deadline(clock_, kDeadlineUs);
  for (int i = 0; i < kMostStaleLetters && !Status0::read(base_).get<Status0::Empty>(); ++i) {
    (void)Read::read(base_);
  }
  // Clean, for the firmware to see the question; invalidate, so that no dirty line is written over
  // its answer later on.
  core::clean_invalidate_data_cache(std::as_bytes(std::span(message_.words)));
  while (Status1::read(base_).get<Status1::Full>()) {
    if (deadline.passed()) return timeout;
  }
  const uint32_t letter = bus_.address_of_memory(message_.words) | kPropertyChannel;
  Write::write(base_, {letter});
  while (!reply_has_come(letter)) {
    if (deadline.passed()) return timeout;
  }
  return base::ok_status();
}

// Other channels' letters are skipped. Our own address comes back early when an earlier question
// was given up and its answer arrives only now: then the message still says "request".
bool Mailbox::reply_has_come(uint32_t letter) {
  if (Status0::read(base_).get<Status0::Empty>()) return false;
  const uint32_t reply = Read::read(base_).raw;
  if ((reply & kChannelMask) != kPropertyChannel || reply != letter) return false;
  // A line may have been fetched speculatively while the firmware wrote.
  core::invalidate_data_cache(std::as_bytes(std::span(message_.words)));
  return message_.words[kCode] != kRequest;
}

base::Result<uint32_t> Mailbox::ask(uint32_t tag, uint32_t id) {
  uint32_t values[] = {id, 0};
  TRY(property(tag, values, 1, 8));
  return values[1];
}

base::Result<uint32_t> Mailbox::firmware_revision() {
  uint32_t value[1] = {};
  TRY(property(kFirmwareRevision, value, 0, 4));
  return value[0];
}

base::Result<uint32_t> Mailbox::board_revision() {
  uint32_t value[1] = {};
  TRY(property(kBoardRevision, value, 0, 4));
  return value[0];
}

base::Result<Mailbox::MemoryRange> Mailbox::arm_memory() {
  uint32_t values[2] = {};
  TRY(property(kArmMemory, values, 0, 8));
  return MemoryRange{values[0], values[1]};
}

base::Result<Mailbox::MemoryRange> Mailbox::videocore_memory() {
  uint32_t values[2] = {};
  TRY(property(kVideocoreMemory, values, 0, 8));
  return MemoryRange{values[0], values[1]};
}

base::Result<std::string_view> Mailbox::command_line(std::span<char> out) {
  uint32_t values[kMaxValueWords] = {};
  TRY_ASSIGN(const uint32_t length, property(kCommandLine, values, 0, 1));
  // The answer's length may exceed our buffer, of which then nothing beyond is written.
  const size_t most = length < sizeof(values) ? length : sizeof(values);
  size_t size = 0;
  while (size < out.size() && size < most) {
    const char c = static_cast<char>(values[size / 4] >> size % 4 * 8);
    if (c == 0) break;
    out[size++] = c;
  }
  return std::string_view(out.data(), size);
}

base::Result<uint32_t> Mailbox::clock_rate(ClockId id) {
  return nonzero(ask(kClockRate, static_cast<uint32_t>(id)), kClockRate);
}

base::Result<uint32_t> Mailbox::measured_clock_rate(ClockId id) {
  return nonzero(ask(kMeasuredClockRate, static_cast<uint32_t>(id)), kMeasuredClockRate);
}

base::Result<uint32_t> Mailbox::max_clock_rate(ClockId id) {
  return nonzero(ask(kMaxClockRate, static_cast<uint32_t>(id)), kMaxClockRate);
}

base::Result<uint32_t> Mailbox::set_clock_rate(ClockId id, uint32_t hz) {
  // The third word 0: turbo settings go along, which for the ARM's clock are the core's rate and
  // the voltage.
  uint32_t values[] = {static_cast<uint32_t>(id), hz, 0};
  TRY(property(kSetClockRate, values, 3, 8));
  return nonzero(values[1], kSetClockRate);
}

base::Result<uint32_t> Mailbox::temperature_millicelsius() { return ask(kTemperature, 0); }

base::Result<uint32_t> Mailbox::throttled() {
  uint32_t value[1] = {};
  TRY(property(kThrottled, value, 1, 4));
  return value[0];
}

base::Status Mailbox::power_on(PowerDevice device) {
  constexpr uint32_t kOn = 1;
  constexpr uint32_t kWait = 2;
  constexpr uint32_t kNoSuchDevice = 2;
  uint32_t values[] = {static_cast<uint32_t>(device), kOn | kWait};
  TRY(property(kSetPowerState, values, 2, 8));
  if ((values[1] & kNoSuchDevice) != 0 || (values[1] & kOn) == 0) {
    return base::Status::error(base::ErrorCode::kIo,
                               "power device {} stays off: the firmware answers {:x}",
                               static_cast<uint32_t>(device), values[1]);
  }
  return base::ok_status();
}

base::Result<uint32_t> Mailbox::dma_channels() {
  uint32_t value[1] = {};
  TRY(property(kDmaChannels, value, 0, 4));
  return value[0];
}

}  // namespace pi
