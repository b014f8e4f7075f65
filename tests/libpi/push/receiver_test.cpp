// The loader against what no sender of ours would say.
#include "libpi/push/receiver.h"

#include <gtest/gtest.h>

#include <cstring>

#include "base/bytes.h"
#include "base/crc32c.h"
#include "base/version.h"
#include "libpi/push/image_header.h"
#include "tests/libpi/push/push_rig.h"

namespace pi::push {
namespace {

struct Words final : ByteSink {
  void write(std::span<const std::byte> bytes) override {
    for (const std::byte byte : bytes) {
      if (const auto frame = reader.take(byte)) {
        types.push_back(frame->type);
        payload.assign(frame->payload.begin(), frame->payload.end());
      }
    }
  }
  std::string text() const {
    return {reinterpret_cast<const char*>(payload.data()), payload.size()};
  }
  FrameReader reader;
  std::vector<Type> types;
  Bytes payload;  // of the last one
};

struct Feeder final : ByteSink {
  explicit Feeder(Receiver& to) : receiver(to) {}
  void write(std::span<const std::byte> bytes) override { receiver.feed(bytes, now_us); }
  Receiver& receiver;
  uint64_t now_us = 1000;
};

class ReceiverTest : public testing::Test {
 protected:
  void say(Type type, const Bytes& payload = {}, uint16_t session = 5, uint8_t version = 1) {
    write_frame(feeder_, {.type = type,
                          .version = version,
                          .session = session,
                          .sequence = sequence_++,
                          .payload = payload});
  }
  void offer(uint32_t size, uint32_t crc = 0, uint16_t session = 5) {
    Offer what;
    what.part(Part::kKernel) = {size, crc};
    Bytes payload(Offer::kBytes);
    what.store(std::span<std::byte, Offer::kBytes>(payload));
    say(Type::kOffer, payload, session);
  }
  void data(uint32_t offset, size_t size, uint16_t session = 5) {
    Bytes payload(4 + size, std::byte{0x11});
    base::store_le32(payload, 0, offset);
    say(Type::kData, payload, session);
  }
  Ack ack() { return Ack::load(std::span<const std::byte, Ack::kBytes>(words_.payload)); }

  Words words_;
  FakeTarget target_{[](uint32_t) { return true; }};
  Receiver receiver_{ReceiverOptions{}, words_, target_};
  Feeder feeder_{receiver_};
  uint16_t sequence_ = 0;
};

TEST_F(ReceiverTest, TakesCellsInAnyOrderOnce) {
  offer(1000);
  data(512, 256);
  EXPECT_EQ(ack().first_missing, 0u);
  EXPECT_EQ(ack().received, 0b100u);
  data(768, 232);
  data(0, 256);
  EXPECT_EQ(ack().first_missing, 1u);
  EXPECT_EQ(ack().received, 0b110u);
  target_.memory(Part::kKernel)[0] = std::byte{7};
  data(0, 512);
  EXPECT_EQ(ack().first_missing, 4u);
  EXPECT_EQ(target_.memory(Part::kKernel)[0], std::byte{7});
}

TEST_F(ReceiverTest, WritesNothingThatDoesNotFit) {
  offer(1000);
  data(1024, 256);        // after the end
  data(768, 256);         // beyond it
  data(0xffffff00, 256);  // around the end of 32 bits
  data(100, 256);         // between cells
  data(256, 100);         // a part of a cell
  data(0, 0);
  EXPECT_EQ(ack().first_missing, 0u);
  EXPECT_EQ(ack().received, 0u);
  for (const std::byte byte : target_.memory(Part::kKernel)) ASSERT_EQ(byte, std::byte{0xa5});
  EXPECT_TRUE(target_.walls_stand());
}

TEST_F(ReceiverTest, TakesNothingBeyondItsWindow) {
  offer(1 << 20);
  data(kWindowCells * kCellBytes, 256);
  EXPECT_EQ(ack().received, 0u);
  data((kWindowCells - 1) * kCellBytes, 256);
  EXPECT_EQ(ack().received, 1u << 31);
}

TEST_F(ReceiverTest, IgnoresAnOlderPush) {
  offer(1000, 0, 5);
  offer(2000, 0, 6);
  words_.types.clear();
  data(0, 256, 5);
  EXPECT_TRUE(words_.types.empty());
  data(0, 256, 6);
  EXPECT_EQ(words_.types, std::vector{Type::kAck});
}

TEST_F(ReceiverTest, AnswersTheSameOfferAgainWithoutBeginningAnew) {
  offer(1000);
  data(0, 256);
  offer(1000);
  EXPECT_EQ(words_.types.back(), Type::kAccept);
  EXPECT_EQ(target_.begun, 1);
  say(Type::kQuery);
  EXPECT_EQ(ack().first_missing, 1u);
}

TEST_F(ReceiverTest, SaysWhichVersionItSpeaks) {
  say(Type::kOffer, Bytes(Offer::kBytes), 5, 2);
  EXPECT_EQ(words_.types.front(), Type::kError);
  EXPECT_NE(words_.text().find("version 1"), std::string::npos);
  EXPECT_NE(words_.text().find("version 2"), std::string::npos);
  EXPECT_EQ(target_.begun, 0);
}

TEST_F(ReceiverTest, TellsItsErrorAgainWhenItGotLost) {
  target_.capacity = 10;
  offer(1000);
  EXPECT_EQ(words_.types, std::vector{Type::kError});
  say(Type::kQuery);
  EXPECT_EQ(words_.types.back(), Type::kError);
  EXPECT_EQ(words_.types.size(), 2u);
}

TEST_F(ReceiverTest, RefusesMoreThanFourGibibytes) {
  Offer what;
  for (PartOffer& part : what.parts) part.size = 0xffffffff;
  Bytes payload(Offer::kBytes);
  what.store(std::span<std::byte, Offer::kBytes>(payload));
  say(Type::kOffer, payload);
  EXPECT_EQ(words_.types.front(), Type::kError);
  EXPECT_EQ(target_.begun, 0);
}

TEST_F(ReceiverTest, DoesNotFinishWhatIsNotThere) {
  offer(1000);
  data(0, 512);
  say(Type::kFinish);
  say(Type::kStart);
  for (int i = 0; i < 10; ++i) receiver_.tick(2000);
  EXPECT_EQ(words_.types.back(), Type::kAck);
  EXPECT_FALSE(ack().verifying);
  EXPECT_FALSE(receiver_.is_complete());
}

TEST_F(ReceiverTest, NeverWritesOutsideWhateverItHears) {
  for (uint32_t seed = 0; seed < 300; ++seed) {
    std::mt19937 random(seed);
    if (seed % 2 == 0)
      offer(static_cast<uint32_t>(random() % 5000), 0, static_cast<uint16_t>(random()));
    for (int i = 0; i < 50; ++i) {
      Bytes payload(random() % kMaxPayload);
      for (std::byte& byte : payload) byte = static_cast<std::byte>(random());
      if (payload.size() >= 4 && random() % 2 == 0) {
        base::store_le32(payload, 0, static_cast<uint32_t>(random() % 25 * 256));
      }
      say(static_cast<Type>(random() % 9), payload, 5);
      const Bytes noise = random_bytes(random() % 100, static_cast<uint32_t>(random()));
      receiver_.feed(noise, feeder_.now_us);
      receiver_.tick(feeder_.now_us += random() % 100'000);
    }
    ASSERT_TRUE(target_.walls_stand()) << "seed " << seed;
    ASSERT_FALSE(receiver_.is_complete() && target_.offered_bytes > 0) << "seed " << seed;
  }
}

Bytes image(uint32_t address, uint32_t size, uint32_t end) {
  Bytes bytes(size);
  constexpr std::string_view kMagic = "barellam";
  for (size_t i = 0; i < kMagic.size(); ++i) bytes.at(4 + i) = static_cast<std::byte>(kMagic[i]);
  base::store_le32(bytes, 12, address);
  base::store_le32(bytes, 16, size);
  base::store_le32(bytes, 20, end);
  return bytes;
}

TEST(ImageHeader, SaysWhereAKernelBelongs) {
  const auto header = read_image_header(image(0x8000, 5000, 0x90000));
  ASSERT_TRUE(header.ok());
  EXPECT_EQ(header->address, 0x8000u);
  EXPECT_EQ(header->size, 5000u);
  EXPECT_EQ(header->memory_end, 0x90000u);
}

// An image with `text` at the address that its header names.
Bytes told_at(uint32_t address, std::string_view text) {
  Bytes bytes = image(0x8000, 5000, 0x90000);
  base::store_le32(bytes, 24, address);
  for (size_t i = 0; i < text.size() && address - 0x8000 + i < bytes.size(); ++i) {
    bytes[address - 0x8000 + i] = static_cast<std::byte>(text[i]);
  }
  return bytes;
}

TEST(ImageHeader, LeadsToTheVersion) {
  constexpr std::string_view kVersion = "0.1.0 (46121c6d1234-dirty, 2026-11-30)";
  EXPECT_EQ(image_version(told_at(0x8100, kVersion)), kVersion);
  const std::string longest(kMostVersionBytes - 1, 'v');
  EXPECT_EQ(image_version(told_at(0x8100, longest)), longest);
  // As the last bytes of the image, with their zero.
  EXPECT_EQ(image_version(told_at(0x8000 + 5000 - 4, "1.0")), "1.0");
  EXPECT_LT(base::version().size(), kMostVersionBytes);
}

TEST(ImageHeader, LeadsToNoVersionThatIsNone) {
  EXPECT_EQ(image_version(image(0x8000, 5000, 0x90000)), "");
  EXPECT_EQ(image_version(Bytes(1000)), "");
  EXPECT_EQ(image_version(told_at(0x8100, std::string(kMostVersionBytes, 'v'))), "");
  EXPECT_EQ(image_version(told_at(0x8100, "1\n")), "");
  // Its zero would be beyond the image.
  EXPECT_EQ(image_version(told_at(0x8000 + 5000 - 3, "1.0")), "");
  // An instruction, in an image whose header is shorter.
  EXPECT_EQ(image_version(told_at(0xf10c00d3, "")), "");
  EXPECT_EQ(image_version(told_at(0x7fff, "")), "");
}

TEST(ImageHeader, IsMissingInOtherFiles) {
  EXPECT_EQ(read_image_header({}).status().code(), base::ErrorCode::kUnsupported);
  EXPECT_EQ(read_image_header(Bytes(1000)).status().code(), base::ErrorCode::kUnsupported);
}

TEST(ImageHeader, TellsThatAnImageIsCutOff) {
  Bytes bytes = image(0x8000, 5000, 0x90000);
  bytes.pop_back();
  EXPECT_EQ(read_image_header(bytes).status().code(), base::ErrorCode::kCorrupt);
  EXPECT_FALSE(read_image_header(image(0x8000, 5000, 0x8100)).ok());
  EXPECT_FALSE(read_image_header(image(0x8000, 5000, 0x7000)).ok());
}

}  // namespace
}  // namespace pi::push
