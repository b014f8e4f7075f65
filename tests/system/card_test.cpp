// The card driver on the emulated board: what the kernel reads, by DMA and by the processor, is
// what the card image holds.
#include <gmock/gmock.h>

#include <fstream>
#include <random>
#include <sstream>
#include <vector>

#include "base/crc32c.h"
#include "host-tools/support/files.h"
#include "tests/system/qemu_machine.h"

namespace host {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr uint64_t kBlockSize = 512;

// A sparse image whose blocks differ where card_kernel reads, with traces in between.
std::filesystem::path make_card(const TemporaryFolder& folder, uint64_t size) {
  const auto path = folder.path() / "card.img";
  std::ofstream(path).close();
  std::filesystem::resize_file(path, size);
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  std::mt19937 random(7);
  const auto fill = [&](uint64_t block, uint64_t count) {
    std::vector<uint32_t> words(count * kBlockSize / 4);
    for (uint32_t& word : words) word = static_cast<uint32_t>(random());
    file.seekp(static_cast<std::streamoff>(block * kBlockSize));
    file.write(reinterpret_cast<const char*>(words.data()),
               static_cast<std::streamsize>(words.size() * 4));
  };
  const uint64_t blocks = size / kBlockSize;
  fill(0, 8200);
  fill(blocks / 2 - 10, 8300);
  fill(blocks - 40, 40);
  return path;
}

uint32_t checksum(const std::filesystem::path& card, uint64_t first, uint64_t count) {
  std::ifstream file(card, std::ios::binary);
  std::vector<char> bytes(count * kBlockSize);
  file.seekg(static_cast<std::streamoff>(first * kBlockSize));
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  return base::crc32c(std::as_bytes(std::span(bytes)));
}

class Card : public QemuMachine {
 protected:
  // Boots card_kernel with `card`; returns what it prints up to "done".
  std::string run(const std::filesystem::path& card,
                  const std::vector<std::string>& extra_arguments = {}) {
    EmulatorOptions options;
    options.kernel = image("tests/card_kernel.img");
    options.card = card;
    options.extra_arguments = extra_arguments;
    boot(options);
    return expect("done", std::chrono::seconds(100));
  }

  static void expect_right_checksums(const std::string& console,
                                     const std::filesystem::path& card) {
    std::istringstream lines(console);
    int checked = 0;
    for (std::string line; std::getline(lines, line);) {
      std::istringstream words(line);
      std::string word;
      std::string mode;
      uint64_t first = 0;
      uint64_t count = 0;
      uint32_t crc = 0;
      if (!(words >> word >> mode >> first >> count >> std::hex >> crc) || word != "crc") continue;
      EXPECT_EQ(crc, checksum(card, first, count)) << line;
      ++checked;
    }
    EXPECT_EQ(checked, 16) << console;
    EXPECT_THAT(console, AllOf(HasSubstr("10 by DMA, 3 by PIO, 0 faults"),
                               HasSubstr("0 by DMA, 13 by PIO, 0 faults")));
  }

  TemporaryFolder folder_;
};

TEST_F(Card, OfStandardCapacityIsReadByByteAddress) {
  const auto card = make_card(folder_, uint64_t{2} << 30);
  const std::string console = run(card);
  EXPECT_THAT(console, HasSubstr("SDSC card QEMU QEMU!, 2.1 GB, 4-bit bus at 50.0 MHz, DMA"));
  EXPECT_THAT(console, HasSubstr("blocks: 4194304\r"));
  expect_right_checksums(console, card);
}

TEST_F(Card, OfHighCapacityIsReadByBlockAddressBeyondFourGibibytes) {
  const auto card = make_card(folder_, uint64_t{8} << 30);
  const std::string console = run(card);
  EXPECT_THAT(console, HasSubstr("SDHC card"));
  EXPECT_THAT(console, HasSubstr("blocks: 16777216\r"));
  expect_right_checksums(console, card);
}

TEST_F(Card, ThatIsMissingIsSaidToBe) {
  EXPECT_THAT(run({}), HasSubstr("no SD card answers; insert one"));
}

}  // namespace
}  // namespace host
