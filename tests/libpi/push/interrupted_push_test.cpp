// Pushes that are cut, resets, and speeds that do not work.
#include <gtest/gtest.h>

#include "tests/libpi/push/push_rig.h"

namespace pi::push {
namespace {

// How many bytes a push puts on the wire to the loader.
uint64_t bytes_to_loader(const Images& images, uint32_t baud) {
  PushRig rig;
  rig.options.baud = baud;
  rig.start_loader();
  rig.start_laptop(images);
  rig.run_to_end();
  EXPECT_TRUE(rig.is_pushed(images));
  return rig.to_loader.sent_bytes;
}

// The laptop's program ends after each frame in turn, and is started again.
TEST(InterruptedPush, WorksWhenRepeatedWhereverItWasCut) {
  const Images images = random_images(40, 9000, 500, 1);
  const Images others = random_images(0, 4000, 700, 2);
  for (const uint32_t baud : {kBaseBaud, 921'600u}) {
    const uint64_t whole = bytes_to_loader(images, baud);
    uint64_t last_cut = 0;
    for (uint64_t cut = 1; cut < whole; cut = last_cut + 1) {
      SCOPED_TRACE("cut after " + std::to_string(cut) + " bytes at " + std::to_string(baud));
      PushRig rig;
      rig.options.baud = baud;
      rig.start_loader();
      rig.start_laptop(images);
      rig.run_until([&] { return rig.sender->is_finished() || rig.to_loader.sent_bytes >= cut; });
      last_cut = rig.to_loader.sent_bytes;
      rig.kill_laptop();
      rig.run_until([&] { return rig.to_loader.free_ns() <= rig.now_ns; });
      if (rig.receiver->is_complete()) continue;
      rig.start_laptop(others);
      ASSERT_TRUE(rig.run_to_end());
      if (rig.receiver->is_complete() && rig.sender->phase() != Sender::Phase::kDone) {
        // All had been sent: the loader started it meanwhile.
        continue;
      }
      ASSERT_TRUE(rig.is_pushed(others)) << rig.failure();
    }
  }
}

TEST(InterruptedPush, BeginsAnewWhenThePiIsResetAtAnyMoment) {
  const Images images = random_images(40, 9000, 500, 3);
  for (const uint32_t baud : {kBaseBaud, 921'600u}) {
    const uint64_t whole = bytes_to_loader(images, baud);
    for (uint64_t cut = 1; cut < whole; cut += 500) {
      SCOPED_TRACE("reset after " + std::to_string(cut) + " bytes at " + std::to_string(baud));
      PushRig rig;
      rig.options.baud = baud;
      rig.start_loader();
      rig.start_laptop(images);
      rig.run_until([&] { return rig.sender->is_finished() || rig.to_loader.sent_bytes >= cut; });
      if (rig.sender->is_finished()) break;
      rig.stop_loader();
      rig.run_until([] { return false; }, 2);
      rig.start_loader();
      ASSERT_TRUE(rig.run_to_end());
      ASSERT_TRUE(rig.is_pushed(images)) << rig.failure();
      // Before the answer to the offer, a reset is not even noticed.
      EXPECT_LE(rig.target.begun, 2);
    }
  }
}

TEST(InterruptedPush, GivesUpOnAPiThatResetsAgainAndAgain) {
  const Images images = random_images(0, 50'000, 0, 4);
  PushRig rig;
  rig.start_loader();
  rig.start_laptop(images);
  for (int i = 0; i < 20 && !rig.sender->is_finished(); ++i) {
    rig.run_until([] { return false; }, 1);
    rig.start_loader();
  }
  ASSERT_TRUE(rig.run_to_end());
  EXPECT_NE(rig.failure().find("has restarted 5 times"), std::string::npos) << rig.failure();
}

TEST(InterruptedPush, IsForgottenByTheLoader) {
  const Images images = random_images(0, 50'000, 0, 5);
  PushRig rig;
  rig.options.baud = 921'600;
  rig.start_loader();
  rig.start_laptop(images);
  ASSERT_TRUE(rig.run_until([&] { return rig.sender->bytes_arrived() > 10'000; }));
  EXPECT_EQ(rig.to_loader.receiver_baud, 921'600u);
  rig.kill_laptop();
  EXPECT_FALSE(rig.receiver->is_idle());
  ASSERT_TRUE(rig.run_until([&] { return rig.receiver->is_idle(); }, 4));
  EXPECT_EQ(rig.to_loader.receiver_baud, kBaseBaud);
}

TEST(InterruptedPush, FreesTheLoaderAtOnceWhenTheLaptopSaysSo) {
  const Images images = random_images(0, 50'000, 0, 6);
  PushRig rig;
  rig.start_loader();
  rig.start_laptop(images);
  ASSERT_TRUE(rig.run_until([&] { return rig.sender->bytes_arrived() > 10'000; }));
  rig.sender->cancel();
  EXPECT_TRUE(rig.sender->is_finished());
  ASSERT_TRUE(rig.run_until([&] { return rig.receiver->is_idle(); }, 1));
}

struct BaudCase {
  const char* name;
  uint32_t wanted;
  uint32_t to_loader, to_laptop;      // what the wires can do
  uint32_t loader_uart, laptop_uart;  // what can be set
  uint32_t beacon;
  uint32_t expected;
};

class BaudNegotiation : public testing::TestWithParam<BaudCase> {};

TEST_P(BaudNegotiation, EndsAtASpeedThatWorks) {
  const BaudCase& param = GetParam();
  const Images images = random_images(0, 40'000, 0, 7);
  PushRig rig;
  rig.options.baud = param.wanted;
  rig.to_loader.most_baud = param.to_loader;
  rig.to_laptop.most_baud = param.to_laptop;
  rig.loader_most_baud = param.loader_uart;
  rig.laptop_most_baud = param.laptop_uart;
  rig.beacon_max_baud = param.beacon;
  rig.start_loader();
  rig.start_laptop(images);
  ASSERT_TRUE(rig.run_until([&] { return rig.sender->bytes_arrived() > 20'000; }, 60));
  EXPECT_EQ(rig.sender->baud(), param.expected);
  EXPECT_EQ(rig.to_loader.receiver_baud, param.expected);
  EXPECT_EQ(rig.target.begun, 1);
  ASSERT_TRUE(rig.run_to_end());
  EXPECT_TRUE(rig.is_pushed(images)) << rig.failure();
  EXPECT_EQ(rig.to_loader.sender_baud, kBaseBaud);
}

constexpr uint32_t kAny = UINT32_MAX;
INSTANTIATE_TEST_SUITE_P(
    Cases, BaudNegotiation,
    testing::Values(
        BaudCase{"works", 921'600, kAny, kAny, kAny, kAny, 3'000'000, 921'600},
        BaudCase{"three_million", 3'000'000, kAny, kAny, kAny, kAny, 3'000'000, 3'000'000},
        BaudCase{"beacon_limits", 3'000'000, kAny, kAny, kAny, kAny, 921'600, 921'600},
        BaudCase{"not_to_loader", 921'600, 115'200, kAny, kAny, kAny, 3'000'000, 115'200},
        BaudCase{"not_to_laptop", 921'600, kAny, 115'200, kAny, kAny, 3'000'000, 115'200},
        BaudCase{"neither", 921'600, 115'200, 115'200, kAny, kAny, 3'000'000, 115'200},
        BaudCase{"half_works", 921'600, 500'000, 500'000, kAny, kAny, 3'000'000, 460'800},
        BaudCase{"loaders_uart_cannot", 921'600, kAny, kAny, 115'200, kAny, 3'000'000, 115'200},
        BaudCase{"laptops_port_cannot", 921'600, kAny, kAny, kAny, 460'800, 3'000'000, 460'800}),
    [](const auto& the) { return std::string(the.param.name); });

TEST(BaudFallBack, GoesOnWhereItWasWhenTheSpeedStopsToWork) {
  const Images images = random_images(0, 120'000, 0, 8);
  PushRig rig;
  rig.options.baud = 921'600;
  rig.start_loader();
  rig.start_laptop(images);
  ASSERT_TRUE(rig.run_until([&] { return rig.sender->bytes_arrived() > 60'000; }));
  rig.to_loader.most_baud = rig.to_laptop.most_baud = 115'200;
  ASSERT_TRUE(rig.run_to_end());
  EXPECT_TRUE(rig.is_pushed(images)) << rig.failure();
  EXPECT_EQ(rig.target.begun, 1);
}

}  // namespace
}  // namespace pi::push
