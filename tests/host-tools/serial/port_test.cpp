#include "host-tools/serial/port.h"

#include <gmock/gmock.h>
#include <grp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>

#include "host-tools/serial/serial_port.h"
#include "tests/host-tools/serial/fake_board.h"
#include "tests/host-tools/support/failure_of.h"

namespace host {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using namespace std::chrono_literals;

std::string failure_to_open(const std::string& name) {
  return failure_of([&] { open_port(name); });
}

// Reads until `size` bytes have come, or none come for five seconds.
std::string read_all(Port& port, size_t size) {
  std::string bytes;
  while (bytes.size() < size) {
    const std::string more = port.read(5s);
    if (more.empty()) break;
    bytes += more;
  }
  return bytes;
}

class PortTest : public testing::Test {
 protected:
  std::string path(const std::string& name) const { return folder_.path() / name; }

  TemporaryFolder folder_;
};

TEST_F(PortTest, CarriesEveryByteOfAPseudoTerminalAsItIs) {
  FakeBoard board(path("port"));
  const auto port = open_port(board.port(), 3'000'000);
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  board.say(all);
  EXPECT_EQ(read_all(*port, all.size()), all);
  EXPECT_TRUE(port->set_baud(921'600));
  EXPECT_TRUE(port->write("\x11\x13\n"));
  board.await("\x11\x13\n");
  EXPECT_EQ(port->read(1ms), "");
  EXPECT_TRUE(port->is_open());
}

TEST_F(PortTest, TellsThatTheOtherSideIsGoneAndComesBack) {
  FakeBoard board(path("port"));
  const auto port = open_port(board.port());
  board.unplug();
  EXPECT_EQ(port->read(5s), "");
  EXPECT_FALSE(port->is_open());
  EXPECT_FALSE(port->write("x"));
  EXPECT_TRUE(port->may_return());
  EXPECT_FALSE(port->await_return(10ms));
  board.plug();
  EXPECT_TRUE(port->await_return(5s));
  board.say("hello");
  EXPECT_EQ(read_all(*port, 5), "hello");
}

TEST_F(PortTest, OpensNoOtherTerminalThatGetsTheNumberOfItsOwn) {
  FakeBoard board(path("port"));
  EXPECT_FALSE(open_port(std::filesystem::canonical(board.port()))->may_return());
}

TEST_F(PortTest, SaysWhoHasTakenIt) {
  FakeBoard board(path("port"));
  const auto port = open_port(board.port());
  EXPECT_THAT(failure_to_open(board.port()), HasSubstr("is taken by"));
}

TEST_F(PortTest, SaysWhatIsWrongWithAName) {
  EXPECT_THAT(failure_to_open(path("none")),
              AllOf(HasSubstr("none: does not exist"), HasSubstr("adapter plugged in?")));
  write_file(path("file"), "");
  EXPECT_THAT(failure_to_open(path("file")), HasSubstr("file: is not a serial port"));
  EXPECT_THAT(failure_to_open("/dev/null"), HasSubstr("is not a serial port"));
  EXPECT_THAT(failure_to_open("unix:" + path("none")), HasSubstr("can't be connected to"));
  EXPECT_THAT(failure_to_open("unix:" + std::string(200, 'x')), HasSubstr("has 1 to 107 bytes"));
}

TEST_F(PortTest, NamesTheGroupThatMayUseIt) {
  write_file(path("tty"), "");
  ::chmod(path("tty").c_str(), 0660);
  const std::string group = ::getgrgid(::getgid())->gr_name;
  EXPECT_THAT(why_not_opened(path("tty"), EACCES),
              AllOf(HasSubstr("permission denied; join the group " + group),
                    HasSubstr("usermod -aG " + group + " $USER")));
  ::chmod(path("tty").c_str(), 0600);
  EXPECT_THAT(why_not_opened(path("tty"), EACCES), HasSubstr("no group may use it"));
}

TEST_F(PortTest, SaysThatItIsNotPermitted) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can be another user";
  constexpr uid_t kNobody = 65534;
  FakeBoard board("/tmp/barellama-port-" + std::to_string(::getpid()));
  const std::string device = std::filesystem::canonical(board.port());
  ::chmod(device.c_str(), 0600);
  ASSERT_EQ(::seteuid(kNobody), 0);
  const std::string message = failure_to_open(device);
  ASSERT_EQ(::seteuid(0), 0);
  EXPECT_THAT(message, HasSubstr("permission denied"));
}

TEST(ChoosePort, TakesTheOnlyAdapter) {
  EXPECT_EQ(choose_port({{"/dev/ttyUSB0", "FT232R", true}}), "/dev/ttyUSB0");
  EXPECT_EQ(choose_port({{"/dev/ttyS0", "", false}, {"/dev/ttyUSB0", "FT232R", true}}),
            "/dev/ttyUSB0");
}

TEST(ChoosePort, ListsThemWhenThereAreSeveral) {
  EXPECT_THAT(failure_of([] {
                choose_port({{"/dev/ttyUSB0", "FT232R", true}, {"/dev/ttyUSB1", "CP2102", true}});
              }),
              AllOf(HasSubstr("--port"), HasSubstr("/dev/ttyUSB0  FT232R"),
                    HasSubstr("/dev/ttyUSB1  CP2102")));
}

TEST(ChoosePort, SaysThatThereIsNoAdapter) {
  const auto there_is_none =
      AllOf(HasSubstr("there is no USB-serial adapter; plug one in"), HasSubstr("--port"));
  EXPECT_THAT(failure_of([] { choose_port({}); }), there_is_none);
  // A port of the machine's own, to which a board is hardly ever connected.
  EXPECT_THAT(failure_of([] {
                choose_port({{"/dev/ttyS0", "ttyS0", false}});
              }),
              AllOf(there_is_none, HasSubstr("/dev/ttyS0  ttyS0")));
}

TEST(ProcessPort, WritesAndReadsMoreThanPipesHold) {
  Subprocess process({"/bin/cat"});
  const auto port = process_port("cat", process);
  std::string much;
  for (int i = 0; i < 200'000; ++i) much += std::to_string(i);
  EXPECT_TRUE(port->write(much));
  EXPECT_TRUE(read_all(*port, much.size()) == much);
}

TEST(ProcessPort, GivesTheLastWordsOfAProgramThatEnds) {
  Subprocess process({"/bin/sh", "-c", "read x; echo bye"});
  const auto port = process_port("sh", process);
  EXPECT_TRUE(port->write("\n"));
  EXPECT_EQ(read_all(*port, 4), "bye\n");
  EXPECT_EQ(port->read(5s), "");
  EXPECT_FALSE(port->is_open());
  EXPECT_FALSE(port->may_return());
  EXPECT_FALSE(port->reopen());
}

TEST(ProcessPort, GivesUpOnAReaderThatReadsNothing) {
  Subprocess process({"/bin/sleep", "100"});
  const auto port = process_port("sleep", process);
  EXPECT_THAT(failure_of([&] { port->write(std::string(1 << 20, 'x'), 50ms); }),
              HasSubstr("takes no more bytes"));
}

TEST_F(PortTest, ConnectsToASocketAgain) {
  const Descriptor server(::socket(AF_UNIX, SOCK_STREAM, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path("sock").copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(server.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(::listen(server.get(), 1), 0);
  const auto port = open_port("unix:" + path("sock"));
  {
    const Descriptor machine(::accept(server.get(), nullptr, nullptr));
    ASSERT_EQ(::write(machine.get(), "hi", 2), 2);
    EXPECT_EQ(read_all(*port, 2), "hi");
    EXPECT_TRUE(port->write("yo"));
    char buffer[8];
    EXPECT_EQ(::read(machine.get(), buffer, sizeof buffer), 2);
  }
  EXPECT_EQ(port->read(5s), "");
  EXPECT_FALSE(port->is_open());
  EXPECT_TRUE(port->reopen());
  const Descriptor machine(::accept(server.get(), nullptr, nullptr));
  ASSERT_EQ(::write(machine.get(), "back", 4), 4);
  port->discard_input();
  EXPECT_EQ(port->read(1ms), "");
}

TEST_F(PortTest, EndsAWaitWhenASignalComes) {
  FakeBoard board(path("port"));
  Interrupts interrupts;
  const auto port = open_port(board.port(), Port::kDefaultBaud, &interrupts);
  ::raise(SIGTERM);
  EXPECT_EQ(failure_of([&] { port->read(60s); }), "interrupted");
}

}  // namespace
}  // namespace host
