#include <gmock/gmock.h>

#include "tests/system/qemu_machine.h"

namespace host {
namespace {

using testing::HasSubstr;

class SanityImage : public QemuMachine {};

TEST_F(SanityImage, BootsAndSaysWhatTheBoardIs) {
  boot("sanity.img");
  expect("barellama sanity image");
  const std::string banner = expect("ready:");
  EXPECT_THAT(banner, HasSubstr("Pi Zero"));
  EXPECT_THAT(banner, HasSubstr("448 MiB for the ARM"));
}

TEST_F(SanityImage, EchoesWhatIsTyped) {
  boot("sanity.img");
  expect("ready:");
  type("Hello\rsecond line\r");
  expect("Hello\r\nsecond line\r\n");
}

// The PL011 is QEMU's first serial line, the mini UART its second.
TEST_F(SanityImage, TalksOverTheMiniUartWhenTheCommandLineSaysSo) {
  const TemporaryFolder folder;
  for (const char* name : {"sanity.img", "kernel.img", "bootloader.img"}) {
    EmulatorOptions options;
    options.kernel = image(name);
    options.settings = {{"serial", "mini"}};
    options.serial = "unix:" + (folder.path() / name).string();
    options.extra_arguments = {"-chardev", "stdio,id=mini,signal=off", "-serial", "chardev:mini"};
    boot(options);
    expect("barellama");
    if (std::string_view(name) == "sanity.img") {
      expect("ready:");
      type("Hello\r");
      expect("Hello\r\n");
    }
  }
}

// Far more at once than the 16 bytes that the UART holds.
TEST_F(SanityImage, LosesNothingOfALongPaste) {
  boot("sanity.img");
  expect("ready:");
  std::string paste;
  for (int i = 0; i < 200; ++i) paste += std::to_string(i) + " bottles, ";
  type(paste + "!");
  EXPECT_THAT(expect("!"), HasSubstr(paste));
}

}  // namespace
}  // namespace host
