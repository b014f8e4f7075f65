#include "host-tools/report/markup.h"
#include "host-tools/report/page_sections.h"

namespace host {
namespace {

class Facts {
 public:
  void add(const std::string& name, const std::string& value, const std::string& remark = {}) {
    if (value.empty()) return;
    list_ += "<div><dt>" + escaped(name) + "</dt><dd>" + escaped(value);
    if (!remark.empty()) list_ += " <small>" + escaped(remark) + "</small>";
    list_ += "</dd></div>\n";
  }
  std::string finish() const {
    return list_.empty() ? "" : "<dl class=\"facts\">\n" + list_ + "</dl>\n";
  }

 private:
  std::string list_;
};

std::string megahertz(uint64_t hz) {
  return decimal(static_cast<double>(hz) / 1e6, hz % 1000000 == 0 ? 0 : 1) + " MHz";
}

void add_machine(const Machine& machine, Facts& facts) {
  std::string clocks;
  if (machine.arm_hz > 0) clocks = "ARM " + megahertz(machine.arm_hz);
  if (machine.core_hz > 0) {
    clocks += (clocks.empty() ? "core " : ", core ") + megahertz(machine.core_hz);
  }
  const std::string board = machine.board.empty() ? "unknown" : machine.board;
  facts.add("Board", machine.emulated() ? board + ", emulated" : board, clocks);
  facts.add("Version of barellama", machine.version);
  facts.add("Clock of all times", machine.clock.empty() ? "unknown" : machine.clock,
            machine.clock_hz > 0 ? megahertz(machine.clock_hz) : "");
}

// ", without 1.2 s that the records took".
std::string without(uint64_t records_us) {
  if (records_us == 0) return {};
  return ", without " + duration(records_us * 1000) + " that the records took";
}

void add_speed(const Answer& answer, Facts& facts) {
  if (!answer.end) return;
  const AnswerEnd& end = *answer.end;
  const RecordCost cost = record_cost(answer);
  const uint64_t all_us = cost.first_us + cost.rest_us;
  if (const auto speed = tokens_per_second(answer)) {
    facts.add("Speed", decimal(*speed, *speed < 10 ? 2 : 1) + " tokens/s",
              "after the first" + without(cost.rest_us));
  }
  // An answer that failed has no numbers.
  if (end.total_us > 0) {
    facts.add("First token after", duration((end.first_us - cost.first_us) * 1000),
              cost.first_us > 0 ? without(cost.first_us).substr(2) : "");
    facts.add("Tokens", std::to_string(end.tokens),
              "after a prompt of " + std::to_string(end.prompt_tokens) + ", in " +
                  duration(end.total_us * 1000) +
                  (all_us > 0 ? " with " + duration(all_us * 1000) + " for the records" : ""));
  }
  if (!end.reason.empty()) {
    facts.add("Ended by", end.reason, end.seed ? "seed " + std::to_string(*end.seed) : "");
  }
}

}  // namespace

std::string facts_section(const Answer& answer, const Summary& summary) {
  Facts facts;
  add_speed(answer, facts);
  if (answer.card && answer.card->transfer_ns > 0) {
    const CardFacts& card = *answer.card;
    const double rate = static_cast<double>(card.bytes) * 1e3 /
                        static_cast<double>(card.transfer_ns);  // bytes in ns: 1e9 / 1e6
    facts.add("Card", decimal(rate, rate < 10 ? 2 : 1) + " MB/s",
              bytes_moved(card.bytes) + " while it transferred");
  } else if (answer.card && answer.card->bytes == 0) {
    facts.add("Card", "not needed", "all weights in memory");
  }
  facts.add("Time accounted for", duration(summary.ns),
            share(summary.rest_ns, summary.ns) + " of it remainder");
  if (answer.model) {
    const ModelFacts& model = *answer.model;
    facts.add("Model", model.name.empty() ? "without a name" : model.name,
              std::to_string(model.layers) + " layers, dim " + std::to_string(model.dim) +
                  ", hidden " + std::to_string(model.hidden_dim) + ", vocabulary " +
                  std::to_string(model.vocab) + ", context " + std::to_string(model.context));
    facts.add("Weights", bytes_held(model.pinned_bytes) + " in memory",
              bytes_moved(model.streamed_bytes) + " from the card per pass");
  }
  if (answer.machine) add_machine(*answer.machine, facts);
  facts.add("Recorded", answer.time);
  return facts.finish();
}

}  // namespace host
