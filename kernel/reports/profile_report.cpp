#include "kernel/reports/profile_report.h"

namespace kernel {
namespace {

using base::print;
using llama::Operation;
using llama::Profiler;

double seconds(uint64_t time_us) { return static_cast<double>(time_us) / 1e6; }
double megabytes(uint64_t bytes) { return static_cast<double>(bytes) / 1e6; }

double milliseconds(const Profiler& profiler, uint64_t ticks) {
  return static_cast<double>(ticks) * 1e3 / static_cast<double>(profiler.ticks().hz());
}

double percent(uint64_t part, uint64_t whole) {
  return whole == 0 ? 0 : 100 * static_cast<double>(part) / static_cast<double>(whole);
}

void print_row(base::TextSink& out, const Profiler& profiler, const Answer& answer,
               std::string_view name, const Profiler::Cell& cell) {
  const double ms = milliseconds(profiler, cell.ticks);
  const uint32_t tokens = profiler.positions();
  print(out, "  {:-15} {:9} {:12.3} {:6.2} {:11.4}", name, cell.count, ms,
        percent(cell.ticks, profiler.answer_ticks()), tokens == 0 ? 0.0 : ms / tokens);
  if (!answer.events[0].empty()) print(out, " {:16} {:16}", cell.events[0], cell.events[1]);
  out.write("\n");
}

void print_card(base::TextSink& out, const CardUse& card) {
  if (card.bytes == 0) {
    out.write("card: not read for this answer, all weights are in memory\n");
    return;
  }
  print(out, "card: {:.2} MB in {} reads, {:.2} s under way", megabytes(card.bytes), card.reads,
        seconds(card.transfer_us));
  if (card.transfer_us != 0) {
    print(out, " ({:.2} MB/s)", megabytes(card.bytes) / seconds(card.transfer_us));
  }
  print(out, ", waited for {:.2} s; {} retries, {} for their CRC\n", seconds(card.wait_us),
        card.retries, card.crc_retries);
}

void print_clock(base::TextSink& out, const Profiler& profiler, const Answer& answer,
                 const Health& health) {
  base::TickSource& ticks = profiler.ticks();
  print(out, "clock: {} at {:.2} MHz", ticks.name(), static_cast<double>(ticks.hz()) / 1e6);
  const uint64_t total_us = answer.generation.total_us;
  // A core that is slowed down counts slower, and the other clock shows it.
  if (total_us != 0) {
    print(out, " ({:.2} MHz over the answer)",
          static_cast<double>(profiler.answer_ticks()) / static_cast<double>(total_us));
  }
  print_health(out, health, "; ");
  out.write("\n");
}

}  // namespace

void print_health(base::TextSink& out, const Health& health, std::string_view before) {
  const auto begin = [&] {
    out.write(before);
    before = "; ";
  };
  if (health.arm_hz) {
    begin();
    print(out, "ARM {:.1} MHz", static_cast<double>(*health.arm_hz) / 1e6);
  }
  if (health.millicelsius) {
    begin();
    print(out, "{:.1} C", static_cast<double>(*health.millicelsius) / 1e3);
  }
  if (health.throttled && *health.throttled != 0) {
    begin();
    print(out, "throttled or under-voltage ({:05x})", *health.throttled);
  }
}

CardUse card_use(const llama::WeightCounters& before, const llama::WeightCounters& after,
                 const CardCounts& card_before, const CardCounts& card_after) {
  return {.bytes = after.bytes_read - before.bytes_read,
          .reads = card_after.reads - card_before.reads,
          .retries = card_after.retries - card_before.retries,
          .crc_retries = after.crc_retries - before.crc_retries,
          .transfer_us = after.transfer_us - before.transfer_us,
          .wait_us = after.wait_us - before.wait_us};
}

void print_answer_line(base::TextSink& out, const Answer& answer) {
  const llama::Generation& made = answer.generation;
  // The first token comes out of the prompt; speed is that of the others.
  const uint64_t decode_us = made.total_us - made.prompt_us;
  if (made.tokens == 0) {
    out.write(made.reason == llama::StopReason::kEnd
                  ? "0 tokens: the model ended at once,"
                  : "0 tokens: steps or ctx end with the prompt,");
  } else {
    print(out, "{} tokens, ", made.tokens);
    if (made.tokens > 1 && decode_us > 0) {
      print(out, "{:.2} tokens/s, ", (made.tokens - 1) / seconds(decode_us));
    }
    out.write("first");
  }
  print(out, " after {:.2} s, seed {}, {:.1} MB from the card", seconds(made.prompt_us),
        answer.seed, megabytes(answer.card.bytes));
}

void print_profile(base::TextSink& out, const Profiler& profiler, const Answer& answer,
                   const Health& health) {
  print(out, "answer {}: {} passes, {} positions; times of the operations themselves\n",
        answer.number, profiler.passes(), profiler.positions());
  print(out, "  {:-15} {:9} {:12} {:6} {:11}", "operation", "calls", "ms", "%", "ms/token");
  if (!answer.events[0].empty()) print(out, " {:16} {:16}", answer.events[0], answer.events[1]);
  out.write("\n");
  Profiler::Cell all;
  for (size_t i = 1; i <= llama::kOperationCount; ++i) {
    // The remainder comes last.
    const auto operation = static_cast<Operation>(i % llama::kOperationCount);
    const Profiler::Cell cell = profiler.total(operation);
    all.ticks += cell.ticks;
    all.count += cell.count;
    for (size_t e = 0; e < 2; ++e) all.events[e] += cell.events[e];
    if (cell.count == 0 && operation != Operation::kRest) continue;
    print_row(out, profiler, answer, name_of(operation), cell);
  }
  print_row(out, profiler, answer, "in all", all);
  print_card(out, answer.card);
  print_clock(out, profiler, answer, health);
}

void print_layers(base::TextSink& out, const Profiler& profiler) {
  // A line has room for the matrices; all else of a layer is one column.
  constexpr Operation kShown[] = {
      Operation::kWq, Operation::kWk, Operation::kWv,        Operation::kWo,       Operation::kW1,
      Operation::kW3, Operation::kW2, Operation::kAttention, Operation::kCardWait, Operation::kCrc};
  print(out, "  layer          ms");
  for (const Operation operation : kShown) print(out, " {:9}", name_of(operation));
  out.write("     other  (ms)\n");
  for (int layer = Profiler::kNoLayer; layer < static_cast<int>(profiler.layers()); ++layer) {
    const uint64_t ticks = profiler.layer_ticks(layer);
    uint64_t shown = 0;
    if (layer == Profiler::kNoLayer) {
      out.write("   none");
    } else {
      print(out, "  {:5}", layer);
    }
    print(out, " {:11.3}", milliseconds(profiler, ticks));
    for (const Operation operation : kShown) {
      const uint64_t own = profiler.cell(layer, operation).ticks;
      shown += own;
      print(out, " {:9.3}", milliseconds(profiler, own));
    }
    print(out, " {:9.3}\n", milliseconds(profiler, ticks - shown));
  }
}

}  // namespace kernel
