// Any bytes from a laptop: the boot loader writes only where its target says, and starts nothing
// that was not verified.
//
// The input is a list of {kind, length, bytes}: bytes as they are, bytes as the payload of a good
// frame, or time that passes.
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/check.h"
#include "libpi/push/receiver.h"

namespace {

using pi::push::Offer;
using pi::push::Part;

class Target final : public pi::push::ReceiverTarget {
 public:
  base::Status begin(const Offer& offer) override {
    if (offer.total() > 100'000) {
      return base::Status::error(base::ErrorCode::kOutOfMemory, "no room");
    }
    offered = offer.total();
    for (size_t i = 0; i < memory_.size(); ++i) memory_[i].assign(offer.parts[i].size, {});
    return base::ok_status();
  }
  std::span<std::byte> memory(Part part) override { return memory_[static_cast<size_t>(part)]; }
  base::Status accept_images(const Offer& offer) override {
    accepted = offer.total();
    return base::ok_status();
  }
  std::string_view remark() override { return "a remark"; }
  base::Status set_baud(uint32_t baud) override {
    CHECK(baud != 0);
    return base::ok_status();
  }

  uint64_t offered = 0;
  uint64_t accepted = UINT64_MAX;

 private:
  // Each of exactly its size, so that the sanitizer sees a byte too many.
  std::array<std::vector<std::byte>, pi::push::kPartCount> memory_;
};

struct Nowhere final : pi::push::ByteSink {
  void write(std::span<const std::byte>) override {}
};

struct Feeder final : pi::push::ByteSink {
  void write(std::span<const std::byte> bytes) override { receiver.feed(bytes, now_us); }
  pi::push::Receiver& receiver;
  uint64_t now_us = 0;
  explicit Feeder(pi::push::Receiver& to) : receiver(to) {}
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::span<const std::byte> input = std::as_bytes(std::span(data, size));
  Nowhere nowhere;
  Target target;
  pi::push::Receiver receiver({}, nowhere, target);
  Feeder feeder(receiver);
  uint16_t sequence = 0;
  while (input.size() >= 3) {
    const auto kind = std::to_integer<uint8_t>(input[0]);
    const size_t length = std::to_integer<size_t>(input[1]) | std::to_integer<size_t>(input[2])
                                                                  << 8;
    const auto bytes = input.subspan(3, std::min(length, input.size() - 3));
    input = input.subspan(3 + bytes.size());
    if (kind == 0xff) {
      feeder.write(bytes);
    } else if (kind == 0xfe) {
      feeder.now_us += length * 100;
    } else {
      pi::push::write_frame(
          feeder, {.type = static_cast<pi::push::Type>(kind & 0x0f),
                   .session = static_cast<uint16_t>(kind >> 6),
                   .sequence = sequence++,
                   .payload = bytes.first(std::min(bytes.size(), pi::push::kMaxPayload))});
    }
    receiver.tick(feeder.now_us);
  }
  CHECK(!receiver.is_complete() || target.accepted == target.offered);
  return 0;
}
