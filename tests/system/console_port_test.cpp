// `barellama console` on the serial line of the real kernel: QEMU's pseudo-terminal.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>

#include "tests/host-tools/support/program.h"
#include "tests/system/kernel_machine.h"

namespace host {
namespace {

using testing::HasSubstr;
using testing::Not;

class ConsoleOnAPort : public KernelMachine {
 protected:
  // Boots the kernel; the name of its serial port.
  std::string boot_on_port() {
    const std::string card = make_card({{"tales.blm", tales()},
                                        {"barellama.ini",
                                         "temperature = 0\nsteps = 20\n"
                                         "autostart = 0\n"}});
    qemu_.emplace(std::vector<std::string>{
        find_program("qemu-system-arm", "qemu-system-arm"), "-machine", "raspi0", "-nodefaults",
        "-display", "none", "-monitor", "none", "-chardev", "pty,id=line", "-serial",
        "chardev:line", "-device",
        "loader,addr=0x8000,force-raw=on,cpu-num=0,file=" + image("kernel.img").string(), "-drive",
        "if=sd,format=raw,snapshot=on,file=" + card});
    std::string said;
    while (said.find(" (label") == std::string::npos) {
      char buffer[256];
      const ssize_t count = ::read(qemu_->output().get(), buffer, sizeof buffer);
      if (count <= 0) throw Failure("QEMU names no port: " + said);
      said.append(buffer, static_cast<size_t>(count));
    }
    const size_t begin = said.find("/dev/");
    return said.substr(begin, said.find(' ', begin) - begin);
  }
  void switch_off() { qemu_->kill(); }

 private:
  std::optional<Subprocess> qemu_;
};

TEST_F(ConsoleOnAPort, TellsAStoryForAScriptAndSavesItsRecords) {
  const std::string port = boot_on_port();
  const std::string record = folder().path() / "run.jsonl";
  Outcome outcome = barellama({"console", "--port", port, "--record", record, "--timeout", "90",
                               "--send", "The dragon", "--until", "^\\[\\d+ tokens.*$"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
  const std::string story =
      tell_on_host(tales_path(), {.prompt = "The dragon",
                                  .steps = 20,
                                  .sampling = {.temperature = 0, .top_p = 0.9f, .seed = 1}})
          .text;
  EXPECT_THAT(outcome.output, HasSubstr("> The dragon\n" + story + "\n["));
  EXPECT_THAT(outcome.output, Not(HasSubstr("@bl")));
  EXPECT_THAT(read_file(record), HasSubstr("\"reason\":"));
  std::istringstream lines(read_file(record));
  for (std::string line; std::getline(lines, line);) {
    EXPECT_TRUE(nlohmann::json::parse(line, nullptr, false).contains("t")) << line;
  }

  // The next one finds the board as it was before, and its errors.
  outcome = barellama({"console", "--port", port, "--timeout", "30", "--send", "/nonsense"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
  EXPECT_THAT(outcome.output, HasSubstr("there is no command /nonsense"));
  EXPECT_THAT(outcome.output, Not(HasSubstr("@bl")));

  outcome = barellama({"console", "--port", port, "--timeout", "1", "--until", "gold"});
  EXPECT_EQ(outcome.exit_code, 1);
  switch_off();
  EXPECT_EQ(barellama({"console", "--port", port}).exit_code, 3);
}

}  // namespace
}  // namespace host
