// A card that fails at any read, once or from then on, or answers with stale data: the right text
// or a message, never another text; and when the fault is over, the right text.
#include "host-tools/serial/records.h"
#include "tests/fakes/failing_block_device.h"
#include "tests/kernel/console/console_fixture.h"

namespace kernel {
namespace {

using fakes::FailingBlockDevice;
using Half = FailingBlockDevice::Half;
using Mode = FailingBlockDevice::Mode;

struct Fault {
  const char* name;
  Mode mode;
  Half half;
  uint64_t every = 0;  // reads; then it comes again
};

// What a program reads on the console.
struct Heard {
  std::string text;
  std::string hash;
  bool is_complete = false;
  bool has_error = false;
};

Heard listen_to(std::string_view wire) {
  Heard heard;
  host::RecordParser parser;
  auto events = parser.feed(wire);
  for (auto& event : parser.finish()) events.push_back(std::move(event));
  for (const host::ConsoleEvent& event : events) {
    using Kind = host::ConsoleEvent::Kind;
    if (event.kind == Kind::kText) heard.text += event.bytes;
    if (event.kind == Kind::kRecord && event.name == "error") heard.has_error = true;
    if (event.kind == Kind::kRecord && event.name == "end") {
      heard.is_complete = event.fields["reason"] == "length" || event.fields["reason"] == "stop";
    }
    const size_t hash =
        event.kind == Kind::kConsole ? event.bytes.find("logits-hash: ") : std::string::npos;
    if (hash != std::string::npos) heard.hash = event.bytes.substr(hash, 29);
  }
  return heard;
}

class ReadError : public ConsoleTest, public testing::WithParamInterface<Fault> {
 protected:
  static constexpr size_t kMemory = 200 << 10;

  // One console from the start, whose `read`-th read goes wrong; then another story without fault.
  struct Run {
    Heard faulty;
    Heard later;
    uint64_t reads = 0;
    bool is_alive = false;
    bool streams = false;
  };
  Run run(uint64_t read) {
    fakes::FakeMachine machine(kMemory);
    machine.set_command_line(
        "barellama.records=1 barellama.hash=1 barellama.temperature=0 barellama.steps=8 "
        "barellama.ctx=16 barellama.prompt=a%20b");
    FailingBlockDevice card(*disk());
    card.fail_at(read, GetParam().mode, GetParam().half);
    card.repeat_every(GetParam().every);
    machine.insert(&card);
    fakes::Conversation console(machine);
    console.start();
    Run result;
    result.reads = card.reads();
    result.faulty = listen_to(machine.wire());
    result.is_alive = fakes::is_alive(console, machine);
    card.fail_at(0, Mode::kOnce);
    const size_t before = machine.wire().size();
    console.say("a b");
    result.later = listen_to(std::string_view(machine.wire()).substr(before));
    result.streams = machine.console().find(" 0.0 MB streamed") == std::string::npos;
    return result;
  }
};

TEST_P(ReadError, AtAnyReadGivesTheRightTextOrAMessage) {
  insert({{"tales.blm", fakes::make_story_model(llama::WeightType::kQ4_0, 4096)}});
  const Run good = run(0);
  ASSERT_TRUE(good.faulty.is_complete);
  ASSERT_TRUE(good.streams);
  ASSERT_EQ(good.faulty.hash.size(), 29u);
  ASSERT_GT(good.reads, 100u);
  uint64_t told_anyway = 0;
  const uint64_t last = GetParam().every != 0 ? GetParam().every : good.reads;
  for (uint64_t read = 1; read <= last; ++read) {
    SCOPED_TRACE(read);
    const Run bad = run(read);
    if (bad.faulty.is_complete) {
      EXPECT_EQ(bad.faulty.text, good.faulty.text);
      EXPECT_EQ(bad.faulty.hash, good.faulty.hash);
      ++told_anyway;
    } else {
      EXPECT_TRUE(bad.faulty.has_error);
      EXPECT_TRUE(good.faulty.text.starts_with(bad.faulty.text)) << bad.faulty.text;
    }
    EXPECT_TRUE(bad.is_alive);
    EXPECT_EQ(bad.later.text, good.faulty.text);
    EXPECT_EQ(bad.later.hash, good.faulty.hash);
    if (HasFailure()) break;
  }
  if (GetParam().mode == Mode::kForever) {
    // But for the read ahead that is no longer wanted.
    EXPECT_LE(told_anyway, 1u);
  }
}

INSTANTIATE_TEST_SUITE_P(Card, ReadError,
                         testing::Values(Fault{"OnceAtItsStart", Mode::kOnce, Half::kStart},
                                         Fault{"OnceAtItsEnd", Mode::kOnce, Half::kFinish},
                                         Fault{"ForEver", Mode::kForever, Half::kFinish},
                                         Fault{"StaleData", Mode::kStale, Half::kFinish},
                                         Fault{"AgainAndAgain", Mode::kOnce, Half::kFinish, 30},
                                         Fault{"StaleAgainAndAgain", Mode::kStale, Half::kFinish,
                                               30}),
                         [](const auto& value) { return value.param.name; });

}  // namespace
}  // namespace kernel
