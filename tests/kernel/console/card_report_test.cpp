// What /card says of a card.
#include "kernel/console/card_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>

#include "tests/kernel/console/console_fixture.h"

namespace kernel {
namespace {

using testing::HasSubstr;
using testing::Not;

// SD 5.2: manufacturer 3, product "SC16G", revision 8.0, serial 0x1234abcd, March 2019.
pi::SdLongRegister cid() {
  // From the most significant byte on: MID, OID, PNM, PRV, PSN, MDT, CRC.
  constexpr std::array<uint8_t, 16> kBytes = {0x03, 'S',  'D',  'S',  'C',  '1',  '6',  'G',
                                              0x80, 0x12, 0x34, 0xab, 0xcd, 0x01, 0x33, 0x00};
  pi::SdLongRegister value;
  for (size_t i = 0; i < kBytes.size(); ++i) {
    value.words[3 - i / 4] |= uint32_t{kBytes[i]} << (24 - i % 4 * 8);
  }
  return value;
}

pi::SdReport healthy() {
  return {.identity = pi::SdCid(cid()),
          .block_count = 31'116'288,
          .kind = "SDHC",
          .data_lines = 4,
          .clock_hz = 41'666'666,
          .full_clock_hz = 50'000'000,
          .top_clock_hz = 50'000'000,
          .has_dma = true,
          .reads_by_dma = true,
          .dma_errors = 0,
          .counters = {.bytes_read = 123'400'000,
                       .read_commands = 118,
                       .dma_commands = 100,
                       .pio_commands = 18,
                       .waiting_us = 3'200'000}};
}

std::string shown(const std::optional<pi::SdReport>& report) {
  std::array<char, 1024> memory;
  base::TextBuffer text(memory);
  print_card_report(text, report);
  return std::string(text.view());
}

TEST(CardReport, NamesTheCardItsBusAndItsReads) {
  EXPECT_EQ(shown(healthy()),
            "  card       SanDisk SC16G, revision 8.0, serial 1234abcd, made 2019-03\n"
            "  capacity   15.9 GB, 31116288 blocks of 512 bytes (SDHC)\n"
            "  bus        4 data lines at 41.7 MHz, DMA\n"
            "  reads      123.4 MB in 118 commands, 100 by DMA and 18 by PIO; waited 3.2 s\n"
            "  faults     none\n");
}

TEST(CardReport, CountsEachKindOfFaultAndWhatCameOfIt) {
  pi::SdReport report = healthy();
  report.clock_hz = 25'000'000;
  report.top_clock_hz = 25'000'000;
  report.reads_by_dma = false;
  report.counters.data_crc_errors = 4;
  report.counters.dma_errors = 2;
  report.dma_errors = 2;
  report.counters.retries = 5;
  report.counters.clock_drops = 1;
  report.counters.reidentifications = 2;
  report.counters.failed_reads = 1;
  report.counters.recovery_us = 400'000;
  const std::string text = shown(report);
  EXPECT_THAT(text, HasSubstr("at 25.0 MHz, PIO: lower clock, no DMA after errors\n"));
  EXPECT_THAT(text, HasSubstr("  faults     6: 4 data CRC, 2 DMA (the last: FIFO)\n"));
  EXPECT_THAT(text, HasSubstr("  recovery   5 retries, 1 drop to a lower clock, 2 new "
                              "identifications, 0.4 s; 1 read given up\n"));
}

TEST(CardReport, NamesEveryKindOfFault) {
  pi::SdReport report = healthy();
  report.counters.command_timeouts = 1;
  report.counters.command_crc_errors = 2;
  report.counters.data_timeouts = 3;
  report.counters.data_crc_errors = 4;
  report.counters.auto_stop_errors = 5;
  report.counters.stuck = 6;
  report.counters.dma_errors = 7;
  report.counters.card_errors = 8;
  EXPECT_THAT(shown(report),
              HasSubstr("faults     36: 1 command timeout, 2 command CRC, 3 data timeout, 4 data "
                        "CRC, 5 stop, 6 stuck, 8 card error, 7 DMA\n"));
}

TEST(CardReport, KeepsTheCountersOfACardThatIsGone) {
  pi::SdReport report = healthy();
  report.block_count = 0;
  report.counters.command_timeouts = 1;
  const std::string text = shown(report);
  EXPECT_THAT(text, HasSubstr("  card       none that can be used\n"));
  EXPECT_THAT(text, Not(HasSubstr("SanDisk")));
  EXPECT_THAT(text, HasSubstr("1 command timeout"));
}

class CardCommand : public ConsoleTest {};

TEST_F(CardCommand, ShowsTheMachinesCard) {
  insert_with_ini("autostart = 0\n");
  machine_.set_card_report(healthy());
  console_.start();
  EXPECT_THAT(console_.say("/card"), HasSubstr(shown(healthy())));
  EXPECT_THAT(console_.say("/help"), HasSubstr("/card "));
}

TEST_F(CardCommand, SaysWhenThereIsNone) {
  insert_with_ini("autostart = 0\n");
  console_.start();
  EXPECT_THAT(console_.say("/card"), HasSubstr("no card is in use\n"));
}

}  // namespace
}  // namespace kernel
