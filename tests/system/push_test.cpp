// `barellama push` into the boot loader on the emulated board, over a socket, a pseudo-terminal and
// a bad line: what is pushed runs, and tells what the host tells.
#include <gmock/gmock.h>

#include <algorithm>
#include <span>

#include "libpi/push/image_header.h"
#include "tests/fakes/faulty_line.h"
#include "tests/host-tools/support/program.h"
#include "tests/system/kernel_machine.h"

namespace host {
namespace {

using testing::HasSubstr;

class Push : public KernelMachine {
 protected:
  // A board that waits in its loader, without a card. Returns the name of its port.
  std::string boot_loader(const std::string& serial) {
    EmulatorOptions options;
    options.kernel = image("bootloader.img");
    options.serial = serial;
    options.reboots = true;
    boot(options);
    return machine().serial_port();
  }
  std::string socket() const { return "unix:" + (folder().path() / "pi").string(); }

  static std::vector<std::string> push_to(const std::string& port) {
    return {"push", image("kernel.img"), "--initrd",      tales_path(), "--port",
            port,   "autostart=0",       "temperature=0", "steps=24"};
  }
  static std::vector<std::string> with(std::vector<std::string> command,
                                       const std::vector<std::string>& more) {
    command.insert(command.end(), more.begin(), more.end());
    return command;
  }
  static const std::vector<std::string>& a_story() {
    static const std::vector<std::string> options = {"--send",          "The dragon", "--until",
                                                     "tokens/s, first", "--timeout",  "100"};
    return options;
  }
  // With the line ends of a file.
  static void expect_the_hosts_story(const Outcome& outcome) {
    ASSERT_EQ(outcome.exit_code, 0) << outcome.errors << outcome.output;
    std::string output = outcome.output;
    std::erase(output, '\r');
    const HostStory story =
        tell_on_host(tales_path(), {.prompt = "The dragon",
                                    .steps = 24,
                                    .sampling = {.temperature = 0, .top_p = 0.9f, .seed = 1}});
    EXPECT_THAT(output, HasSubstr(story.text + "\n["));
  }
};

TEST_F(Push, StartsAKernelWithAModelInMemoryOverASocket) {
  const std::string port = boot_loader(socket());
  expect_the_hosts_story(barellama(with(push_to(port), a_story())));
}

TEST_F(Push, StartsAKernelOverAPseudoTerminalAndAgainWhileItRuns) {
  const std::string port = boot_loader("pty");
  expect_the_hosts_story(barellama(with(push_to(port), a_story())));
  // Now a kernel runs there, and has to be called back first.
  const Outcome again = barellama(with(push_to(port), a_story()));
  expect_the_hosts_story(again);
  const std::string bytes = read_file(image("kernel.img"));
  const std::string version(pi::push::image_version(std::as_bytes(std::span(bytes))));
  EXPECT_THAT(again.errors, HasSubstr("running " + version + ", pushing " + version + "\n"));
}

TEST_F(Push, ArrivesWholeOverABadLine) {
  const std::string port = boot_loader(socket());
  {
    const fakes::FaultyLine line(port.substr(port.find(':') + 1), fakes::LineFaults::all(1e-4, 7),
                                 fakes::LineFaults::all(1e-4, 8));
    const Outcome pushed = barellama(with(push_to(line.port()), {"--no-console"}));
    ASSERT_EQ(pushed.exit_code, 0) << pushed.errors;
  }
  expect_the_hosts_story(barellama(with({"console", "--port", port}, a_story())));
}

TEST_F(Push, IsRefusedWithTheReasonAndTheNextOneWorks) {
  const std::string port = boot_loader(socket());
  const Outcome refused =
      barellama({"push", image("bootloader.img"), "--port", port, "--no-console"});
  EXPECT_NE(refused.exit_code, 0);
  EXPECT_THAT(refused.errors, HasSubstr("kernels begin at 8000"));
  const Outcome pushed = barellama(with(push_to(port), {"--no-console"}));
  EXPECT_EQ(pushed.exit_code, 0) << pushed.errors;
}

}  // namespace
}  // namespace host
