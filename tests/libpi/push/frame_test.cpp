#include "libpi/push/frame.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "libpi/push/beacon.h"
#include "libpi/push/magic.h"

namespace pi::push {
namespace {

struct Line final : ByteSink {
  void write(std::span<const std::byte> more) override {
    bytes.insert(bytes.end(), more.begin(), more.end());
  }
  std::string text() const { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }
  std::vector<std::byte> bytes;
};

std::vector<std::byte> payload_of(size_t size, uint32_t seed, unsigned zeros_in_256) {
  std::mt19937 random(seed);
  std::vector<std::byte> bytes(size);
  for (std::byte& byte : bytes) {
    byte = static_cast<std::byte>(random() % 256 < zeros_in_256 ? 0 : 1 + random() % 255);
  }
  return bytes;
}

TEST(Frame, ComesOutAsItWentIn) {
  FrameReader reader;
  for (const unsigned zeros : {0u, 1u, 128u, 256u}) {
    for (size_t size = 0; size <= kMaxPayload; size += size < 600 ? 1 : 61) {
      const auto payload = payload_of(size, static_cast<uint32_t>(size), zeros);
      Line line;
      write_frame(line,
                  {.type = Type::kPong, .session = 0x1234, .sequence = 65535, .payload = payload});
      ASSERT_LE(line.bytes.size(), encoded_bytes(size));
      int frames = 0;
      for (const std::byte byte : line.bytes) {
        if (const auto frame = reader.take(byte)) {
          ++frames;
          EXPECT_EQ(frame->type, Type::kPong);
          EXPECT_EQ(frame->version, kProtocolVersion);
          EXPECT_EQ(frame->session, 0x1234);
          EXPECT_EQ(frame->sequence, 65535);
          ASSERT_TRUE(std::ranges::equal(frame->payload, payload)) << size;
        }
      }
      ASSERT_EQ(frames, 1) << size;
    }
  }
}

TEST(Frame, HoldsZerosOnlyAtItsEnds) {
  Line line;
  write_frame(line, {.type = Type::kData, .payload = payload_of(kMaxPayload, 5, 100)});
  EXPECT_EQ(line.bytes.front(), std::byte{0});
  EXPECT_EQ(line.bytes.back(), std::byte{0});
  EXPECT_EQ(std::count(line.bytes.begin(), line.bytes.end(), std::byte{0}), 2);
}

// As documented byte for byte in docs/protocol.md.
TEST(Frame, IsLaidOutAsDocumented) {
  Line line;
  const std::array payload = {std::byte{0x42}};
  write_frame(line,
              {.type = Type::kPing, .session = 0x0201, .sequence = 0x0003, .payload = payload});
  const std::vector<unsigned> begin = {0x00, 0x06, 0x03, 0x01, 0x01, 0x02,
                                       0x03, 0x02, 0x01, 0x06, 0x42};
  ASSERT_GE(line.bytes.size(), begin.size());
  for (size_t i = 0; i < begin.size(); ++i) {
    EXPECT_EQ(std::to_integer<unsigned>(line.bytes[i]), begin[i]) << i;
  }
}

// Every wrong byte in every place costs the one frame, and not the next.
TEST(FrameReader, IsInStepAgainAfterOneWrongFrame) {
  Line one;
  write_frame(one, {.type = Type::kQuery, .session = 9, .payload = payload_of(20, 1, 30)});
  for (size_t at = 0; at < one.bytes.size(); ++at) {
    for (unsigned mask = 1; mask < 256; mask <<= 1) {
      auto bytes = one.bytes;
      bytes[at] ^= static_cast<std::byte>(mask);
      bytes.insert(bytes.end(), one.bytes.begin(), one.bytes.end());
      FrameReader reader;
      int frames = 0;
      for (const std::byte byte : bytes) frames += reader.take(byte).has_value() ? 1 : 0;
      // A broken delimiter is mended by the neighbour's.
      const bool is_delimiter = at == 0 || at + 1 == one.bytes.size();
      ASSERT_GE(frames, 1) << at;
      ASSERT_TRUE(is_delimiter || frames == 1) << at;
    }
  }
}

TEST(FrameReader, FindsNothingInNoise) {
  std::mt19937 random(3);
  FrameReader reader;
  for (int i = 0; i < 2'000'000; ++i) {
    ASSERT_FALSE(reader.take(static_cast<std::byte>(random() % 64 == 0 ? 0 : random())));
  }
}

TEST(Beacon, IsALineOfText) {
  Line line;
  const Beacon beacon = {1, 0x900093, 3'000'000, 0x8000, 0x1be00000};
  write_beacon(line, beacon);
  const std::string text = line.text();
  EXPECT_TRUE(
      text.starts_with("barellama loader waits for a push [1 900093 3000000 8000-1be00000 "))
      << text;
  EXPECT_EQ(text.back(), '\r');
  EXPECT_LT(text.size(), 80u);
  for (const char letter : text.substr(0, text.size() - 1)) {
    EXPECT_TRUE(letter >= ' ' && letter <= '~');
  }
}

TEST(Beacon, IsFoundBehindAnOpenLine) {
  Line line;
  const Beacon beacon = {1, 0xc, 921600, 0x8000, 0xffffffff};
  line.write(std::vector<std::byte>(300, std::byte{'x'}));
  write_beacon(line, beacon);
  BeaconScanner scanner;
  std::optional<Beacon> found;
  for (const std::byte byte : line.bytes) {
    if (const auto one = scanner.take(byte)) found = one;
  }
  ASSERT_TRUE(found);
  EXPECT_EQ(*found, beacon);
}

TEST(Beacon, WithAWrongByteIsNone) {
  Line line;
  write_beacon(line, {1, 0x900093, 3'000'000, 0x8000, 0x1be00000});
  for (size_t at = 0; at < line.bytes.size(); ++at) {
    auto bytes = line.bytes;
    bytes[at] ^= std::byte{1};
    BeaconScanner scanner;
    for (const std::byte byte : bytes) EXPECT_FALSE(scanner.take(byte)) << at;
  }
}

TEST(MagicMatcher, FindsTheMagicAmongOtherBytes) {
  MagicMatcher matcher;
  int found = 0;
  const std::string magic(kLoaderMagic);
  for (const char letter : "hello " + magic.substr(0, 9) + magic + "\n\xf8" + magic) {
    found += matcher.take(letter) ? 1 : 0;
  }
  EXPECT_EQ(found, 2);
}

}  // namespace
}  // namespace pi::push
