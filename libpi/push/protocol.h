// The push protocol (docs/protocol.md, "Push"): its numbers, and what its messages carry. A laptop
// (`Sender`) sends a kernel, a RAM disk and a command line to a boot loader (`Receiver`). Neither
// end does I/O: both are fed with bytes and time, and write to a ByteSink.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace pi::push {

inline constexpr uint8_t kProtocolVersion = 1;
// Every conversation begins at this speed, and returns to it when another one does not work.
inline constexpr uint32_t kBaseBaud = 115200;

// What is pushed is one stream of bytes: command line, kernel, RAM disk, without gaps. Offsets have
// 32 bits, so a push is shorter than 4 GiB. It is acknowledged in cells.
inline constexpr uint32_t kCellBytes = 256;
// A data frame carries 1 to 4 cells: many on a good line for little overhead (1024 of 1047 bytes
// on the line are payload, 97.8 %), few on a bad one.
inline constexpr uint32_t kMaxCellsPerFrame = 4;
// An acknowledgement has a bit for each of this many cells.
inline constexpr uint32_t kWindowCells = 32;

// Times of both ends; the chapter says why these.
inline constexpr uint64_t kBeaconIntervalUs = 300'000;
// A loader at another speed than kBaseBaud returns to it after this long without a good frame.
inline constexpr uint64_t kFallBackUs = 1'000'000;
// A loader forgets a push after this long without a good frame of it.
inline constexpr uint64_t kSessionSilenceUs = 3'000'000;
// A loader that has everything starts it after this long, if the laptop has not said so before.
inline constexpr uint64_t kLingerUs = 500'000;
inline constexpr uint64_t kLingerRepeatUs = 100'000;

enum class Type : uint8_t {
  // from the laptop
  kOffer = 0x01,
  kSetBaud = 0x02,
  kPing = 0x03,
  kData = 0x04,
  kQuery = 0x05,
  kFinish = 0x06,
  kStart = 0x07,
  kCancel = 0x08,
  // from the loader
  kAccept = 0x81,
  kBaudAgreed = 0x82,
  kPong = 0x83,
  kAck = 0x84,
  kDone = 0x86,
  kError = 0x8e,
  kLog = 0x8f,
};

enum class Part : uint8_t { kCommandLine, kKernel, kRamDisk };
inline constexpr size_t kPartCount = 3;

struct PartOffer {
  uint32_t size = 0;  // bytes
  uint32_t crc = 0;   // CRC-32C of them
  friend bool operator==(const PartOffer&, const PartOffer&) = default;
};

// What a laptop wants to push.
struct Offer {
  uint32_t kernel_address = 0;  // where the kernel is linked to be loaded and entered
  std::array<PartOffer, kPartCount> parts = {};

  const PartOffer& part(Part which) const { return parts[static_cast<size_t>(which)]; }
  PartOffer& part(Part which) { return parts[static_cast<size_t>(which)]; }
  uint64_t total() const {
    uint64_t sum = 0;
    for (const PartOffer& one : parts) sum += one.size;
    return sum;
  }
  friend bool operator==(const Offer&, const Offer&) = default;

  static constexpr size_t kBytes = 4 + 8 * kPartCount;
  void store(std::span<std::byte, kBytes> out) const;
  static Offer load(std::span<const std::byte, kBytes> bytes);
};

// What a loader answers to it.
struct Accept {
  uint32_t window_bytes = 0;  // of frames that may be on their way
  uint32_t max_baud = 0;

  static constexpr size_t kBytes = 8;
  void store(std::span<std::byte, kBytes> out) const;
  static Accept load(std::span<const std::byte, kBytes> bytes);
};

// What a loader has.
struct Ack {
  uint16_t last_sequence = 0;  // of the latest good frame of this push
  bool verifying = false;      // all is there, and the CRCs are being computed
  uint32_t first_missing = 0;  // cell; or the number of cells when none is missing
  uint32_t received = 0;       // bit i: cell first_missing + i is there

  static constexpr size_t kBytes = 12;
  void store(std::span<std::byte, kBytes> out) const;
  static Ack load(std::span<const std::byte, kBytes> bytes);
};

// Where an end of the line writes.
class ByteSink {
 public:
  // All of them; may wait until the line takes them.
  virtual void write(std::span<const std::byte> bytes) = 0;

 protected:
  ~ByteSink() = default;
};

}  // namespace pi::push
