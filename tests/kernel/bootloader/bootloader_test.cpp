// The portable parts of kernel/bootloader: where things go, and what is refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/crc32c.h"
#include "kernel/bootloader/card_kernel.h"
#include "kernel/bootloader/memory_plan.h"
#include "kernel/bootloader/push_target.h"
#include "kernel/bootloader/start_timer.h"
#include "tests/libpi/fs/card_image.h"

namespace kernel {
namespace {

using base::ErrorCode;
using pi::push::Offer;
using pi::push::Part;
using testing::HasSubstr;

constexpr uint32_t kMiB = 1 << 20;

using Bytes = std::vector<std::byte>;
Bytes to_bytes(std::string_view text) {
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

struct TextSink final : base::TextSink {
  void write(std::string_view more) override { text += more; }
  std::string text;
};

std::string message(const base::Status& status) {
  TextSink sink;
  base::print(sink, status);
  return sink.text;
}

// As on a board with gpu_mem=16.
constexpr MemoryPlan kPlan = {16 * kMiB, 17 * kMiB + 4096, 496 * kMiB, {}};

Offer offer_of(uint32_t kernel_bytes, uint32_t disk_bytes = 0, uint32_t line_bytes = 0) {
  Offer offer;
  offer.kernel_address = 0x8000;
  offer.part(Part::kKernel).size = kernel_bytes;
  offer.part(Part::kRamDisk).size = disk_bytes;
  offer.part(Part::kCommandLine).size = line_bytes;
  return offer;
}

// An image of `size` bytes whose header says what the arguments say.
Bytes make_image(size_t size, uint32_t address = 0x8000, uint32_t memory_end = 0xc0000) {
  Bytes image(size);
  for (size_t i = 0; i < size; ++i) image[i] = static_cast<std::byte>(i * 7 + i / 256);
  const Bytes magic = to_bytes("barellam");
  std::copy(magic.begin(), magic.end(), image.begin() + 4);
  base::store_le32(image, 12, address);
  base::store_le32(image, 16, static_cast<uint32_t>(size));
  base::store_le32(image, 20, memory_end);
  return image;
}

TEST(MemoryPlan, TakesWhatFitsAndNotAByteMore) {
  const uint32_t most_kernel = 16 * kMiB - 0x8000;
  EXPECT_TRUE(kPlan.check_offer(offer_of(most_kernel)).ok());
  EXPECT_EQ(kPlan.check_offer(offer_of(most_kernel + 1)).code(), ErrorCode::kOutOfRange);
  EXPECT_EQ(kPlan.check_offer(offer_of(0xffffffff)).code(), ErrorCode::kOutOfRange);
  // The loader ends within a MiB, and a RAM disk begins at a whole one.
  const uint32_t most_disk = (496 - 18) * kMiB;
  EXPECT_TRUE(kPlan.check_offer(offer_of(1000, most_disk)).ok());
  const base::Status too_large = kPlan.check_offer(offer_of(1000, most_disk + 1));
  EXPECT_EQ(too_large.code(), ErrorCode::kOutOfRange);
  EXPECT_THAT(message(too_large), HasSubstr("room for 501219328"));
  EXPECT_EQ(kPlan.check_offer(offer_of(1000, 0xffffffff)).code(), ErrorCode::kOutOfRange);
  EXPECT_TRUE(kPlan.check_offer(offer_of(1000, 0, MemoryPlan::kMaxCommandLine)).ok());
  EXPECT_EQ(kPlan.check_offer(offer_of(1000, 0, MemoryPlan::kMaxCommandLine + 1)).code(),
            ErrorCode::kOutOfRange);
}

TEST(MemoryPlan, RefusesKernelsForOtherPlacesAndNone) {
  Offer offer = offer_of(1000);
  offer.kernel_address = 16 * kMiB;
  EXPECT_EQ(kPlan.check_offer(offer).code(), ErrorCode::kUnsupported);
  EXPECT_EQ(kPlan.check_offer(offer_of(0)).code(), ErrorCode::kUnsupported);
  EXPECT_EQ(kPlan.check_offer(offer_of(23)).code(), ErrorCode::kUnsupported);
}

TEST(MemoryPlan, PutsRamDisksAtTheTopAndNeverOverTheLoader) {
  for (const uint32_t size : {1u, kMiB - 1, kMiB, kMiB + 1, 100 * kMiB, (496 - 18) * kMiB}) {
    const uint32_t address = kPlan.ram_disk_address(size);
    EXPECT_EQ(address % kMiB, 0u);
    EXPECT_GE(address, kPlan.loader_end);
    EXPECT_LE(address + size, kPlan.memory_end);
    EXPECT_GT(address + size, kPlan.memory_end - kMiB);
  }
}

TEST(MemoryPlan, HasNoRoomForARamDiskWhereTheMemoryEndsInTheLoader) {
  const MemoryPlan small = {16 * kMiB, 17 * kMiB + 1, 17 * kMiB, {}};
  EXPECT_EQ(small.max_ram_disk_bytes(), 0u);
}

TEST(MemoryPlan, RefusesImagesThatNeedTheRamDisksMemory) {
  EXPECT_TRUE(kPlan.check_image({0x8000, 1000, 200 * kMiB}, 200 * kMiB).ok());
  EXPECT_EQ(kPlan.check_image({0x8000, 1000, 200 * kMiB + 1}, 200 * kMiB).code(),
            ErrorCode::kOutOfRange);
  EXPECT_EQ(kPlan.check_image({0x8000, 1000, 497 * kMiB}, 500 * kMiB).code(),
            ErrorCode::kOutOfRange);
  EXPECT_EQ(kPlan.check_image({16 * kMiB, 1000, 17 * kMiB}, 496 * kMiB).code(),
            ErrorCode::kUnsupported);
}

// A Pi with 8 MiB, of which the loader has the third.
class PushTargetTest : public testing::Test {
 protected:
  class Line final : public pi::Serial {
   public:
    void do_send(uint8_t) override {}
    bool do_try_read(char&) override { return false; }
    bool do_has_received() const override { return false; }
    void do_poll_receiver() override {}
    base::Status do_flush() override { return base::ok_status(); }
    base::Status do_set_baud(uint32_t baud) override {
      if (baud > 1'000'000) return base::Status::error(ErrorCode::kInvalidArgument, "too fast");
      speed = baud;
      return base::ok_status();
    }
    uint32_t do_baud() const override { return speed; }
    pi::SerialLosses do_losses() const override { return losses; }
    pi::SerialLosses losses;
    uint32_t speed = 115200;
  };
  static constexpr std::byte kUntouched{0xa5};

  uint32_t address_of(std::span<std::byte> bytes) const {
    return static_cast<uint32_t>(bytes.data() - memory_.data());
  }
  void fill(Part part, std::span<const std::byte> bytes) {
    const std::span<std::byte> target = target_.memory(part);
    ASSERT_EQ(target.size(), bytes.size());
    std::copy(bytes.begin(), bytes.end(), target.begin());
  }
  base::Status push(const Bytes& image) {
    const Offer offer = offer_of(static_cast<uint32_t>(image.size()));
    TRY(target_.begin(offer));
    fill(Part::kKernel, image);
    return target_.accept_images(offer);
  }

  MemoryPlan plan_ = {2 * kMiB, 3 * kMiB, 8 * kMiB, {}};
  std::vector<std::byte> memory_ = std::vector<std::byte>(8 * kMiB, kUntouched);
  std::vector<std::byte> line_ = std::vector<std::byte>(MemoryPlan::kMaxCommandLine);
  Line serial_;
  PushTarget target_{plan_, reinterpret_cast<uintptr_t>(memory_.data()), line_, serial_};
};

TEST_F(PushTargetTest, PutsEachPartWhereItBelongs) {
  const Offer offer = offer_of(50'000, 2 * kMiB + 5, 9);
  ASSERT_TRUE(target_.begin(offer).ok());
  EXPECT_EQ(address_of(target_.memory(Part::kKernel)), 0x8000u);
  EXPECT_EQ(target_.memory(Part::kKernel).size(), 50'000u);
  EXPECT_EQ(address_of(target_.memory(Part::kRamDisk)), 5 * kMiB);
  EXPECT_EQ(target_.memory(Part::kRamDisk).size(), 2 * kMiB + 5);
  fill(Part::kCommandLine, to_bytes("barellama"));
  const BootTags tags = target_.tags("of the firmware");
  EXPECT_EQ(tags.command_line, "barellama");
  EXPECT_EQ(tags.memory_bytes, 8 * kMiB);
  ASSERT_TRUE(tags.ram_disk.has_value());
  EXPECT_EQ(tags.ram_disk->address, 5 * kMiB);
  EXPECT_EQ(tags.ram_disk->size, 2 * kMiB + 5);
}

TEST_F(PushTargetTest, LeavesWhatThePushDoesNotBringToTheFirmware) {
  plan_.firmware_ram_disk = RamDiskRange{7 * kMiB, 1000};
  ASSERT_TRUE(push(make_image(50'000)).ok());
  const BootTags tags = target_.tags("of the firmware");
  EXPECT_EQ(tags.command_line, "of the firmware");
  ASSERT_TRUE(tags.ram_disk.has_value());
  EXPECT_EQ(tags.ram_disk->address, 7 * kMiB);
}

TEST_F(PushTargetTest, SaysWhatTheLineLostDuringThePushOnly) {
  serial_.losses = {.hardware_overruns = 5, .line_errors = 6};
  ASSERT_TRUE(push(make_image(50'000)).ok());
  EXPECT_EQ(target_.remark(), "");
  serial_.losses = {.hardware_overruns = 6, .buffer_overruns = 2, .line_errors = 13};
  EXPECT_EQ(target_.remark(),
            "7 bytes came damaged and 3 too fast for the board; they were sent again");
}

TEST_F(PushTargetTest, RefusesImagesThatAreNone) {
  EXPECT_TRUE(push(make_image(50'000)).ok());
  EXPECT_EQ(push(Bytes(50'000)).code(), ErrorCode::kUnsupported);
  // The image itself knows better than the offer.
  EXPECT_EQ(push(make_image(50'000, 16 * kMiB, 17 * kMiB)).code(), ErrorCode::kUnsupported);
  EXPECT_EQ(push(make_image(50'000, 0x8000, 8 * kMiB + 1)).code(), ErrorCode::kOutOfRange);
  Bytes cut_off = make_image(50'000);
  cut_off.resize(49'999);
  EXPECT_EQ(push(cut_off).code(), ErrorCode::kCorrupt);
}

TEST_F(PushTargetTest, ForgetsNothingWhenAnOfferIsRefused) {
  ASSERT_TRUE(push(make_image(50'000)).ok());
  EXPECT_FALSE(target_.begin(offer_of(3 * kMiB)).ok());
  EXPECT_EQ(target_.memory(Part::kKernel).size(), 50'000u);
}

TEST_F(PushTargetTest, KeepsTheSpeedThatTheLineCannotHave) {
  EXPECT_TRUE(target_.set_baud(921600).ok());
  EXPECT_FALSE(target_.set_baud(3'000'000).ok());
  EXPECT_EQ(serial_.speed, 921600u);
}

class CardKernel : public testing::Test {
 protected:
  // Of a card with this one file.
  base::Result<uint32_t> read(const std::string& name, const Bytes& content,
                              std::string_view wanted = "barellama.img") {
    pi::testing::CardImage card({.fat_bits = 16, .volume_bytes = 12 << 20, .options = {}});
    card.put(name, content);
    host::ImageFile device = card.open();
    auto volume = pi::FatVolume::mount(device, scratch_.large());
    if (!volume.ok()) return volume.status();
    return read_card_kernel(*volume, wanted, kPlan, room_);
  }

  pi::testing::Scratch scratch_;
  std::vector<std::byte> room_ = std::vector<std::byte>(100'000);
};

TEST_F(CardKernel, IsReadAsItLies) {
  const Bytes image = make_image(77'777);
  const auto size = read("barellama.img", image);
  ASSERT_TRUE(size.ok()) << message(size.status());
  ASSERT_EQ(*size, image.size());
  EXPECT_TRUE(std::equal(image.begin(), image.end(), room_.begin()));
}

TEST_F(CardKernel, IsRefusedWhenItIsNone) {
  const Bytes image = make_image(50'000);
  const auto code = [&](const Bytes& content) {
    return read("barellama.img", content).status().code();
  };
  EXPECT_EQ(code({}), ErrorCode::kUnsupported);
  EXPECT_EQ(code(to_bytes("not a kernel, but a text of more than 24 bytes")),
            ErrorCode::kUnsupported);
  EXPECT_EQ(code(Bytes(image.begin(), image.end() - 1)), ErrorCode::kCorrupt);
  EXPECT_EQ(code(make_image(100'001)), ErrorCode::kOutOfRange);
  EXPECT_EQ(code(make_image(50'000, 0x8000, 497 * kMiB)), ErrorCode::kOutOfRange);
  // The loader itself, which is kernel.img on such a card.
  EXPECT_EQ(code(make_image(50'000, 16 * kMiB, 17 * kMiB)), ErrorCode::kUnsupported);
  EXPECT_EQ(read("kernel.img", image).status().code(), ErrorCode::kNotFound);
}

Settings waiting(double seconds) {
  Settings settings;
  settings.loader_wait = seconds;
  return settings;
}

TEST(StartTimer, IsDueAfterTheWait) {
  StartTimer timer(waiting(1.5), 1'000);
  EXPECT_FALSE(timer.is_due(false, 1'000));
  EXPECT_FALSE(timer.is_due(false, 1'500'999));
  EXPECT_TRUE(timer.is_due(false, 1'501'000));
}

TEST(StartTimer, LeavesALaptopTheTimeToAnswerWhenItIsNotToWait) {
  StartTimer timer(waiting(0), 0);
  EXPECT_FALSE(timer.is_due(false, 0));
  EXPECT_FALSE(timer.is_due(false, StartTimer::kLeastUs - 1));
  EXPECT_TRUE(timer.is_due(false, StartTimer::kLeastUs));
}

TEST(StartTimer, WaitsForEverWhenToldSo) {
  StartTimer timer(waiting(Settings::kForever), 0);
  EXPECT_FALSE(timer.is_due(false, uint64_t{1} << 62));
}

TEST(StartTimer, BeginsAnewWhenAPushEnds) {
  StartTimer timer(waiting(3), 0);
  EXPECT_FALSE(timer.is_due(true, 2'000'000));
  // However long it takes.
  EXPECT_FALSE(timer.is_due(true, 900'000'000));
  EXPECT_FALSE(timer.is_due(false, 900'000'000 + StartTimer::kAfterPushUs - 1));
  EXPECT_TRUE(timer.is_due(false, 900'000'000 + StartTimer::kAfterPushUs));
}

}  // namespace
}  // namespace kernel
