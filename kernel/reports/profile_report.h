// What the profiler found, for people: the table of /stats and of `barellama run --stats`, and the
// line after each answer.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/format.h"
#include "kernel/reports/instruments.h"
#include "llama/generator.h"
#include "llama/profiler.h"
#include "llama/weights/weights.h"

namespace kernel {

// What was read of the card for one answer.
struct CardUse {
  uint64_t bytes = 0;
  uint64_t reads = 0;
  uint64_t retries = 0;
  uint64_t crc_retries = 0;
  uint64_t transfer_us =
      0;                 // reads were under way; one that ended unnoticed, until it was asked for
  uint64_t wait_us = 0;  // of it, with nothing else to do
};

// The difference of two moments.
CardUse card_use(const llama::WeightCounters& before, const llama::WeightCounters& after,
                 const CardCounts& card_before, const CardCounts& card_after);

struct Answer {
  uint32_t number = 0;  // from 1; 0: none yet
  llama::Generation generation{};
  uint64_t records_us = 0;  // that the records of its passes took of its time
  uint64_t seed = 0;
  uint32_t forgotten = 0;  // turns of the conversation that were dropped to make room
  CardUse card{};
  Instruments::EventNames events{};  // empty: none were counted
};

// "12 tokens, 3.41 tokens/s, first after 0.87 s, seed 7, 5.1 MB from the card": without a newline.
// A single token has no speed, and of none it says why.
void print_answer_line(base::TextSink& out, const Answer& answer);

// What is known of it: "ARM 1000.0 MHz; 45.5 C". `before` stands in front, if anything is.
void print_health(base::TextSink& out, const Health& health, std::string_view before);

// Operations with calls, times, shares and the time per token; card, clock and health.
void print_profile(base::TextSink& out, const llama::Profiler& profiler, const Answer& answer,
                   const Health& health);

// A row for each layer: its time, and the operations' shares of it.
void print_layers(base::TextSink& out, const llama::Profiler& profiler);

}  // namespace kernel
