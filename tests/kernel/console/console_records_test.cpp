// What programs read on the console.
#include <algorithm>
#include <map>

#include "host-tools/serial/records.h"
#include "tests/kernel/console/console_fixture.h"

namespace kernel {
namespace {

using host::ConsoleEvent;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class Records : public ConsoleTest {
 protected:
  static bool is_measured(std::string_view name) {
    constexpr std::string_view kNames[] = {"machine", "model", "memory", "pass", "profile", "card"};
    return std::ranges::find(kNames, name) != std::end(kNames);
  }

  // The names of all records so far, those of measurements apart, and the texts between "begin" and
  // "end".
  void parse() {
    host::RecordParser parser;
    auto events = parser.feed(machine_.wire());
    for (auto& event : parser.finish()) events.push_back(std::move(event));
    for (const ConsoleEvent& event : events) {
      if (event.kind == ConsoleEvent::Kind::kText) texts_.back() += event.bytes;
      if (event.kind == ConsoleEvent::Kind::kConsole) rest_ += event.bytes;
      if (event.kind != ConsoleEvent::Kind::kRecord) continue;
      if (is_measured(event.name)) continue;
      names_.push_back(event.name);
      last_ = event.fields;
      if (event.name == "begin") texts_.emplace_back();
      if (event.name == "end") end_ = event.fields;
      if (event.name == "progress") progress_ = event.fields;
      if (event.name == "error") error_ = event.fields["message"];
    }
  }

  std::vector<std::string> names_;
  std::vector<std::string> texts_;
  std::string rest_;
  std::string error_;
  nlohmann::json last_;
  nlohmann::json end_;
  nlohmann::json progress_;
};

TEST_F(Records, ParseAStoryByteForByte) {
  insert_with_ini("records = 1\nprompt = a\n");
  console_.start();
  console_.say("b c");
  parse();
  const llama::SamplerSettings sampling = {.temperature = 0.8f, .top_p = 0.9f, .seed = 3};
  const auto direct = fakes::tell_directly(model(), "b c", 20, sampling);
  EXPECT_THAT(texts_, ElementsAre(told("a", 20, sampling), direct.text));
  EXPECT_THAT(names_, ElementsAre("begin", "end", "ready", "begin", "end", "ready"));
  EXPECT_EQ(end_["tokens"], direct.tokens);
  EXPECT_EQ(end_["seed"], 3);
  EXPECT_GT(end_["prompt_tokens"], 1);
  EXPECT_GE(end_["total_us"], end_["first_us"]);
  EXPECT_THAT(rest_, HasSubstr("tokens/s, first after"));
}

TEST_F(Records, SayWhyAStoryEnded) {
  insert_with_ini("records = 1\nsteps = 3\nprompt = a\n");
  console_.start();
  parse();
  EXPECT_EQ(end_["reason"], "length");
}

TEST_F(Records, SayThatAStoryWasStopped) {
  insert_with_ini("records = 1\nsteps = 0\nautostart = 0\n");
  console_.start();
  machine_.type_when_shown("\"pass\"", "\x03");
  console_.say("a");
  parse();
  EXPECT_THAT(names_, ElementsAre("ready", "begin", "end", "ready"));
  EXPECT_EQ(end_["reason"], "cancelled");
}

TEST_F(Records, TellWhereALongPassIs) {
  insert_with_ini("records = 1\nautostart = 0\nsteps = 6\nctx = 32\nram_mib = 0.3\n");
  console_.start();
  machine_.set_clock_step_us(150'000);
  console_.say("a b");
  parse();
  const auto first = std::ranges::find(names_, "progress");
  ASSERT_NE(first, names_.end());
  EXPECT_GT(progress_["layer"], 0);
  EXPECT_EQ(progress_["layers"], 3);
  EXPECT_GT(progress_["elapsed_us"], 2'000'000);
  EXPECT_GT(progress_["card_bytes"], 0);
  EXPECT_GT(progress_["left_us"], 0);
  EXPECT_THAT(texts_, ElementsAre(told("a b", 6, {.temperature = 0.8f, .top_p = 0.9f, .seed = 3})));
  EXPECT_EQ(rest_.find('\x1b'), std::string::npos);
}

TEST_F(Records, CarryErrors) {
  insert_with_ini("records = 1\nautostart = 0\n");
  console_.start();
  console_.say("caf\xe9");
  parse();
  EXPECT_THAT(names_, ElementsAre("ready", "begin", "end", "error", "ready"));
  EXPECT_EQ(end_["reason"], "error");
  EXPECT_THAT(error_, HasSubstr("tales.blm: the prompt is not valid UTF-8 at byte 3"));
}

TEST_F(Records, CarryTheErrorOfAMissingCard) {
  machine_.set_command_line("barellama.records=1");
  console_.start();
  parse();
  EXPECT_EQ(error_, "card: there is no card in the slot");
}

// The measurements by name, in order; several passes once.
TEST_F(Records, MeasureWhatHappens) {
  insert_with_ini("records = 1\nautostart = 0\nprofile = trace\n");
  console_.start();
  console_.say("b c");
  host::RecordParser parser;
  std::vector<std::string> order;
  std::map<std::string, nlohmann::json> last;
  uint64_t pass_ns = 0;
  for (const ConsoleEvent& event : parser.feed(machine_.wire())) {
    if (event.kind != ConsoleEvent::Kind::kRecord) continue;
    if (event.name == "pass") pass_ns += event.fields["ns"].get<uint64_t>();
    if (order.empty() || order.back() != event.name) order.push_back(event.name);
    last[event.name] = event.fields;
  }
  order.erase(std::unique(order.begin(), order.end()), order.end());
  EXPECT_EQ(
      std::vector(order.begin(), order.begin() + 7),
      (std::vector<std::string>{"machine", "model", "memory", "ready", "begin", "pass", "trace"}));
  EXPECT_EQ(std::vector(order.end() - 5, order.end()),
            (std::vector<std::string>{"end", "profile", "card", "memory", "ready"}));
  EXPECT_EQ(last["machine"]["board"], "fake \"Zero\"");
  EXPECT_EQ(last["machine"]["version"], "1.2.3 (0123456789ab)");
  EXPECT_EQ(last["model"]["layers"], 3);
  EXPECT_EQ(last["end"]["answer"], 1);
  EXPECT_EQ(last["profile"]["answer"], 1);
  EXPECT_LE(pass_ns, last["profile"]["ns"]);
  EXPECT_EQ(last["card"]["bytes"], 0);
  uint64_t ram = 0;
  for (const auto& part : last["memory"]["parts"]) ram += part["bytes"].get<uint64_t>();
  EXPECT_EQ(ram, fakes::FakeInstruments::kRam);
  EXPECT_EQ(last["memory"]["ram"], ram);
}

TEST_F(Records, IntroduceTheMachineToEachNewReader) {
  insert_with_ini("autostart = 0\nsteps = 3\n");
  console_.start();
  for (int reader = 0; reader < 2; ++reader) {
    console_.say("/set records 1");
    const size_t before = machine_.wire().size();
    console_.say("a");
    console_.say("b");
    const std::string said = machine_.wire().substr(before);
    EXPECT_LT(said.find("\"machine\""), said.find("\"begin\""));
    EXPECT_EQ(said.find("\"machine\""), said.rfind("\"machine\""));
    console_.say("/set records 0");
  }
}

TEST_F(Records, DoNotMeasureWithoutProfiler) {
  insert_with_ini("records = 1\nautostart = 0\nprofile = off\n");
  console_.start();
  console_.say("b c");
  EXPECT_THAT(machine_.wire(), Not(HasSubstr("\"pass\"")));
  EXPECT_THAT(machine_.wire(), Not(HasSubstr("\"profile\"")));
  EXPECT_THAT(machine_.wire(), HasSubstr("\"card\""));
}

TEST_F(Records, AreWellFormedWhateverNameAModelHas) {
  insert_with_ini("records = 1\nautostart = 0\n");
  console_.start();
  for (const std::string name : {"caf\xe9.blm", "a\"b\\c", "\x80\xff", "\xf0\x9f\x90"}) {
    error_.clear();
    names_.clear();
    texts_.clear();
    console_.say("/model " + name);
    parse();
    EXPECT_THAT(error_, HasSubstr(": ")) << name;
  }
}

TEST_F(Records, AreWholeWhateverTheSettingsHold) {
  std::string control;
  for (int i = 0; i < 255; ++i) control += "%01";
  insert_with_ini("records = 1\n");
  machine_.set_command_line("barellama.records=1 barellama.model=" + control);
  console_.start();
  parse();
  EXPECT_TRUE(error_.starts_with(std::string(255, '\x01') + ": "));
}

}  // namespace
}  // namespace kernel
