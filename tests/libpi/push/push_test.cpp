#include <gtest/gtest.h>

#include "tests/libpi/push/push_rig.h"

namespace pi::push {
namespace {

TEST(Push, BringsAllPartsUnchanged) {
  const Images images = random_images(300, 70'001, 90'000, 1);
  PushRig rig;
  rig.start_loader();
  rig.start_laptop(images);
  ASSERT_TRUE(rig.run_to_end());
  EXPECT_TRUE(rig.is_pushed(images)) << rig.failure();
  EXPECT_EQ(rig.target.begun, 1);
}

TEST(Push, KnowsEmptyPartsAndEmptyPushes) {
  const size_t sizes[] = {0, 1, 255, 256, 257, 1024, 8192, 8193};
  for (const size_t command_line : {size_t{0}, size_t{7}}) {
    for (const size_t kernel : sizes) {
      for (const size_t ram_disk : {size_t{0}, size_t{1000}}) {
        const Images images = random_images(command_line, kernel, ram_disk, 2);
        PushRig rig;
        rig.start_loader();
        rig.start_laptop(images);
        ASSERT_TRUE(rig.run_to_end());
        EXPECT_TRUE(rig.is_pushed(images)) << kernel << " " << ram_disk << rig.failure();
      }
    }
  }
}

// 95 % of what the wire can carry, with all that is needed before and after.
TEST(Push, MovesThePayloadAtNearlyTheWireRate) {
  const Images images = random_images(0, 300'000, 0, 3);
  PushRig rig;
  rig.start_loader();
  rig.start_laptop(images);
  ASSERT_TRUE(rig.run_until([&] { return rig.sender->phase() == Sender::Phase::kSending; }));
  const uint64_t begin_ns = rig.now_ns;
  ASSERT_TRUE(rig.run_to_end());
  const double seconds = static_cast<double>(rig.now_ns - begin_ns) / 1e9;
  const double wire_seconds = 300'000 * 10.0 / kBaseBaud;
  EXPECT_GE(wire_seconds / seconds, 0.95);
  EXPECT_TRUE(rig.is_pushed(images)) << rig.failure();
}

// An adapter gives away what it has every 16 ms.
TEST(Push, MovesThePayloadAtNearlyTheWireRateBehindASlowAdapter) {
  const Images images = random_images(0, 300'000, 0, 3);
  PushRig rig;
  rig.start_loader();
  rig.options.baud = 921'600;
  rig.start_laptop(images);
  ASSERT_TRUE(rig.run_until([&] { return rig.sender->phase() == Sender::Phase::kSending; }));
  const uint64_t begin_ns = rig.now_ns;
  while (!rig.sender->is_finished()) rig.step(16'000);
  const double seconds = static_cast<double>(rig.now_ns - begin_ns) / 1e9;
  EXPECT_GE(300'000 * 10.0 / 921'600 / seconds, 0.9);
  EXPECT_TRUE(rig.is_pushed(images)) << rig.failure();
}

TEST(Push, NeverOverrunsTheLoadersBufferWhileTheLoaderIsBusy) {
  for (const size_t buffer : {size_t{2048}, size_t{8192}}) {
    const Images images = random_images(0, 200'000, 0, 4);
    PushRig rig(buffer);
    rig.options.baud = 3'000'000;
    rig.start_loader();
    rig.start_laptop(images);
    std::mt19937 random(4);
    ASSERT_TRUE(rig.run_until([&] {
      if (random() % 100 == 0) rig.loader_busy_until_us = rig.now_ns / 1000 + random() % 40'000;
      return rig.sender->is_finished();
    }));
    EXPECT_EQ(rig.to_loader.overrun_bytes, 0u);
    EXPECT_TRUE(rig.is_pushed(images)) << rig.failure();
  }
}

TEST(Push, AThousandTimesWithoutAMismatchOnABadLine) {
  std::mt19937 random(5);
  int failures = 0;
  for (uint32_t i = 0; i < 1000; ++i) {
    const double rates[] = {0, 1e-5, 1e-4, 1e-3};
    const double rate = rates[i % 4];
    const Images images = random_images(random() % 60, random() % 6000, random() % 3000, i);
    SCOPED_TRACE("seed " + std::to_string(i) + ", rate " + std::to_string(rate));
    PushRig rig;
    rig.to_loader.set_faults(fakes::LineFaults::all(rate, 2 * i));
    rig.to_laptop.set_faults(fakes::LineFaults::all(rate, 2 * i + 1));
    rig.options.baud = i % 3 == 0 ? 921'600 : kBaseBaud;
    rig.start_loader();
    rig.start_laptop(images);
    ASSERT_TRUE(rig.run_to_end(300));
    if (rig.sender->phase() == Sender::Phase::kDone) {
      ASSERT_TRUE(rig.is_pushed(images));
    } else {
      ++failures;
      ADD_FAILURE() << rig.failure();
    }
  }
  EXPECT_EQ(failures, 0);
}

TEST(Push, GetsThroughWhereEveryHundredthByteIsWrong) {
  const Images images = random_images(0, 8000, 0, 6);
  PushRig rig;
  rig.to_loader.set_faults({.flip = 0.005, .drop = 0.0025, .doubling = 0.0025, .seed = 6});
  rig.to_laptop.set_faults({.flip = 0.005, .drop = 0.0025, .doubling = 0.0025, .seed = 7});
  rig.start_loader();
  rig.start_laptop(images);
  ASSERT_TRUE(rig.run_to_end(600));
  EXPECT_TRUE(rig.is_pushed(images)) << rig.failure();
}

TEST(Push, WaitsForAPiThatIsSwitchedOnLate) {
  const Images images = random_images(10, 5000, 0, 7);
  PushRig rig;
  rig.start_laptop(images);
  rig.run_until([] { return false; }, 12);
  EXPECT_EQ(rig.sender->phase(), Sender::Phase::kWaiting);
  EXPECT_EQ(rig.to_loader.sent_bytes, 0u);
  rig.start_loader();
  ASSERT_TRUE(rig.run_to_end());
  EXPECT_TRUE(rig.is_pushed(images)) << rig.failure();
}

TEST(Push, ReadsOverWhatTheLastProgramSaid) {
  const Images images = random_images(10, 5000, 0, 8);
  PushRig rig;
  rig.to_laptop.write(random_bytes(5000, 8));
  rig.to_laptop.write(random_bytes(100, 7));
  rig.start_laptop(images);
  rig.to_laptop.write(random_bytes(5000, 9));
  rig.start_loader();
  ASSERT_TRUE(rig.run_to_end());
  EXPECT_TRUE(rig.is_pushed(images)) << rig.failure();
}

TEST(Push, GivesUpWithoutALoader) {
  const Images images = random_images(0, 5000, 0, 9);
  PushRig rig;
  rig.options.wait_us = 2'000'000;
  rig.start_laptop(images);
  ASSERT_TRUE(rig.run_to_end(3));
  EXPECT_EQ(rig.sender->phase(), Sender::Phase::kFailed);
  EXPECT_NE(rig.failure().find("no boot loader has been heard for 2 s"), std::string::npos);
}

TEST(Push, GivesUpWhenTheLoaderFallsSilent) {
  const Images images = random_images(0, 50'000, 0, 10);
  PushRig rig;
  rig.start_loader();
  rig.start_laptop(images);
  ASSERT_TRUE(rig.run_until([&] { return rig.sender->bytes_arrived() > 10'000; }));
  rig.stop_loader();
  ASSERT_TRUE(rig.run_to_end(30));
  EXPECT_NE(rig.failure().find("the loader has not answered for 10 s"), std::string::npos)
      << rig.failure();
}

TEST(Push, TellsTheLoadersReasonAndLeavesItAlive) {
  const Images images = random_images(0, 6000, 0, 11);
  PushRig rig;
  rig.target.capacity = 5000;
  rig.start_loader();
  rig.start_laptop(images);
  ASSERT_TRUE(rig.run_to_end());
  EXPECT_NE(rig.failure().find("the loader says: no room for 6000 bytes"), std::string::npos)
      << rig.failure();
  EXPECT_TRUE(rig.receiver->is_idle());

  const Images smaller = random_images(0, 4000, 0, 12);
  rig.start_laptop(smaller);
  ASSERT_TRUE(rig.run_to_end());
  EXPECT_TRUE(rig.is_pushed(smaller)) << rig.failure();
}

TEST(Push, IsRefusedWhereTheImagesAreNotWhatTheyShouldBe) {
  const Images images = random_images(0, 6000, 0, 13);
  PushRig rig;
  rig.target.verdict = base::Status::error(base::ErrorCode::kUnsupported, "not a kernel");
  rig.start_loader();
  rig.start_laptop(images);
  ASSERT_TRUE(rig.run_to_end());
  EXPECT_NE(rig.failure().find("not a kernel"), std::string::npos);
  EXPECT_FALSE(rig.receiver->is_complete());
  EXPECT_TRUE(rig.receiver->is_idle());
}

TEST(Push, IsNotStartedWhenTheLoadersMemoryLoses) {
  const Images images = random_images(0, 60'000, 0, 14);
  PushRig rig;
  rig.start_loader();
  rig.start_laptop(images);
  ASSERT_TRUE(rig.run_until([&] { return rig.sender->bytes_arrived() > 30'000; }));
  rig.target.memory(Part::kKernel)[100] ^= std::byte{4};
  ASSERT_TRUE(rig.run_to_end());
  EXPECT_NE(rig.failure().find("the kernel arrived with CRC"), std::string::npos) << rig.failure();
  EXPECT_TRUE(rig.receiver->is_idle());
}

TEST(Push, ThatIsTooLargeForTheLoaderIsNotEvenOffered) {
  const Images images = random_images(0, (16 << 20) + 1, 0, 15);
  PushRig rig;
  rig.start_loader();
  rig.start_laptop(images);
  ASSERT_TRUE(rig.run_to_end());
  EXPECT_NE(rig.failure().find("the loader has room for 16777216"), std::string::npos);
  EXPECT_EQ(rig.target.begun, 0);
}

TEST(Push, ShowsWhatTheLoaderSays) {
  const Images images = random_images(0, 30'000, 0, 16);
  PushRig rig;
  rig.start_loader();
  rig.start_laptop(images);
  rig.target.remark_text = "the card is full";
  ASSERT_TRUE(rig.run_to_end());
  EXPECT_EQ(rig.said, "the card is full\n");
  EXPECT_TRUE(rig.is_pushed(images));
}

TEST(Push, StartsTheKernelThoughTheLaptopIsGone) {
  const Images images = random_images(0, 3000, 0, 17);
  PushRig rig;
  rig.start_loader();
  rig.start_laptop(images);
  ASSERT_TRUE(rig.run_until([&] { return rig.sender->phase() == Sender::Phase::kFinishing; }));
  const uint64_t sent = rig.to_loader.sent_bytes;
  ASSERT_TRUE(rig.run_until([&] { return rig.to_loader.sent_bytes > sent; }));
  rig.kill_laptop();
  ASSERT_TRUE(rig.run_until([&] { return rig.receiver->is_complete(); }, 2));
}

}  // namespace
}  // namespace pi::push
