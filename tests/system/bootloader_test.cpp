// The boot loader on the emulated board: what it starts, what it waits for, and what it refuses. It
// is entered at 0x8000, as the firmware enters it, and has to move itself away first.
#include <gmock/gmock.h>

#include "libpi/push/magic.h"
#include "tests/system/kernel_machine.h"

namespace host {
namespace {

using testing::HasSubstr;
using testing::Not;

class BootLoader : public KernelMachine {
 protected:
  static std::string kernel() { return read_file(image("kernel.img")); }

  void boot_loader(const std::filesystem::path& card, const Settings& settings = {}) {
    EmulatorOptions options;
    options.kernel = image("bootloader.img");
    options.card = card;
    options.settings = settings;
    boot(options);
  }
  std::string beacon() { return expect("waits for a push ["); }
};

TEST_F(BootLoader, StartsTheCardsKernelWhenNobodyPushes) {
  const auto card = make_card({{"barellama.img", kernel()},
                               {"tales.blm", tales()},
                               {"barellama.ini", "loader_wait = 1\nautostart = 0\n"}});
  boot_loader(card, {{"seed", "77"}});
  expect("waiting 1.0 s for a push, then starting barellama.img");
  beacon();
  expect("starting barellama.img, " + std::to_string(kernel().size()) + " bytes");
  // A kernel as it is without the loader: with card, model and the firmware's command line.
  EXPECT_THAT(expect("baud\r\n"), HasSubstr("448 MiB for the ARM"));
  expect("model: tales.blm");
  expect("> ");
  type("/settings\r");
  expect("seed           = 77");
  expect("> ");
}

TEST_F(BootLoader, StartsTheKernelThatTheSettingsName) {
  const auto card = make_card({{"barellama.img", "no kernel"}, {"other.img", kernel()}});
  boot_loader(card, {{"loader_wait", "0"}, {"loader_kernel", "other.img"}, {"autostart", "0"}});
  expect("starting other.img");
  expect("448 MiB for the ARM");
}

TEST_F(BootLoader, WaitsForEverWithoutACardAndSaysSo) {
  boot_loader({}, {{"loader_wait", "0.5"}});
  expect("card: no SD card answers");
  beacon();
  expect("barellama.img: no SD card answers");
  expect("boot loader: waiting for a push");
  beacon();
  // Keys are not part of the protocol, and do no harm; nor does the call for the loader.
  type(std::string("hello\r\0\0\xff", 9).append(pi::push::kLoaderMagic));
  beacon();
  EXPECT_THAT(beacon(), Not(HasSubstr("boot loader")));
}

TEST_F(BootLoader, WaitsForEverWhenToldSo) {
  const auto card = make_card({{"barellama.img", kernel()}});
  boot_loader(card, {{"loader_wait", "forever"}});
  expect("boot loader: waiting for a push");
  for (int i = 0; i < 15; ++i) EXPECT_THAT(beacon(), Not(HasSubstr("starting")));
}

TEST_F(BootLoader, RefusesWhatIsNoKernelOrNoWholeOne) {
  const Settings at_once = {{"loader_wait", "0"}};
  const auto refusal = [&](std::string content) {
    boot_loader(make_card({{"barellama.img", std::move(content)}}), at_once);
    expect("\r\nboot loader: barellama.img: ");
    const std::string message = expect("\n");
    expect("waiting for a push");
    beacon();
    return message;
  };
  EXPECT_THAT(refusal(std::string(100'000, 'x')), HasSubstr("not a kernel image of barellama"));
  EXPECT_THAT(refusal(kernel().substr(0, 100'000)), HasSubstr("cut off"));
  EXPECT_THAT(refusal(read_file(image("bootloader.img"))), HasSubstr("kernels begin at 8000"));
  EXPECT_THAT(refusal(std::string((16 << 20) - 0x8000 + 1, 'x')), HasSubstr("too many"));
}

// The emulated board, unlike tests' others, restarts when it is reset.
class LoaderCall : public BootLoader {
 protected:
  void boot_kernel_from_loader(const Settings& settings) {
    EmulatorOptions options;
    options.kernel = image("bootloader.img");
    options.card =
        make_card({{"barellama.img", kernel()}, {"tales.blm", tales()}, {"fault.img", fault()}});
    options.settings = settings;
    options.settings.emplace_back("loader_wait", "0");
    options.reboots = true;
    boot(options);
    expect("boot loader: starting");
  }
  static std::string fault() { return read_file(image("tests/fault_kernel.img")); }
  void call() { type(pi::push::kLoaderMagic); }
};

TEST_F(LoaderCall, IsHeardAtThePrompt) {
  boot_kernel_from_loader({{"autostart", "0"}});
  expect("> ");
  call();
  expect("barellama boot loader");
}

TEST_F(LoaderCall, IsHeardWhileAStoryIsTold) {
  boot_kernel_from_loader({{"prompt", "Once upon a time"}, {"seed", "5"}, {"steps", "500"}});
  expect("Once upon a time");
  call();
  EXPECT_THAT(expect("barellama boot loader"), Not(HasSubstr("first after")));
}

TEST_F(LoaderCall, IsHeardInAPanic) {
  // With a serial line that interrupts drive, and before there is one.
  for (const char* fault : {"check", "early"}) {
    boot_kernel_from_loader({{"loader_kernel", "fault.img"}, {"fault", fault}});
    expect("*** the kernel has stopped");
    call();
    expect("barellama boot loader");
  }
}

}  // namespace
}  // namespace host
