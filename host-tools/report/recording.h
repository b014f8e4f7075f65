// What a recording holds: the records of docs/protocol.md, as `barellama console --record` and
// `barellama emulate --record` save them, one JSON object per line, put in order by answers.
//
// Times are integers in nanoseconds of the board's clock, which starts at boot. A recording may
// hold several boots, models and answers; an answer carries the facts that held when it was made.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace host {

struct Machine {
  std::string board, version, clock;
  uint64_t clock_hz = 0, arm_hz = 0, core_hz = 0, ram = 0;

  // Cores whose cycle counter does not count are emulated ones; time is the system timer's there.
  bool emulated() const { return clock == "system timer"; }
};

struct ModelFacts {
  std::string name;
  uint64_t dim = 0, hidden_dim = 0, layers = 0, heads = 0, kv_heads = 0, vocab = 0, context = 0;
  uint64_t pinned_bytes = 0, streamed_bytes = 0;
};

struct MemoryPart {
  std::string name, kind;
  uint64_t bytes = 0;
};

struct HighWater {
  std::string name;
  uint64_t bytes = 0;  // that are there
  uint64_t used = 0;   // at most, so far
};

struct MemoryFacts {
  uint64_t ram = 0;
  std::vector<MemoryPart> parts;  // add up to `ram`
  std::vector<HighWater> high;
};

inline constexpr int kNoLayer = -1;

// An operation's own time, without that of the operations within it.
struct OperationTime {
  std::string name;
  int layer = kNoLayer;
  uint64_t ns = 0, count = 0;
  std::map<std::string, uint64_t> counters;  // events of the core, where it counts them
};

struct Span {
  std::string operation;
  int layer = kNoLayer;
  uint64_t start_ns = 0, ns = 0;  // what is within it included
};

// One forward pass: a token, or a batch of the prompt's.
struct Pass {
  uint64_t index = 0, position = 0, columns = 1;
  uint64_t start_ns = 0, ns = 0, rest_ns = 0;
  uint64_t records_ns = 0;                // that the records of earlier passes took
  std::vector<OperationTime> operations;  // with rest_ns they add up to ns
  std::vector<uint64_t> layer_ns;
  uint64_t card_bytes = 0, card_wait_ns = 0;
};

// A whole answer's time; the operations and rest_ns add up to ns.
struct Profile {
  uint64_t ns = 0, rest_ns = 0;
  std::vector<OperationTime> operations;
  uint64_t lines = 0, parts = 1;  // seen, and announced

  bool complete() const { return lines >= parts; }
};

struct CardFacts {
  uint64_t bytes = 0, reads = 0, retries = 0, crc_retries = 0, transfer_ns = 0, wait_ns = 0;
};

struct AnswerEnd {
  std::string reason;
  uint64_t tokens = 0, prompt_tokens = 0, first_us = 0, total_us = 0;
  uint64_t records_us = 0;  // of total_us
  std::optional<uint64_t> seed;
};

struct Answer {
  int boot = 1;         // within the recording, from 1
  uint64_t number = 1;  // within the boot: as the board counts, or in their order
  std::string time;     // when its first record came, UTC; empty if it was not noted
  std::optional<Machine> machine;
  std::optional<ModelFacts> model;
  std::optional<MemoryFacts> memory;
  std::vector<Pass> passes;
  std::map<uint64_t, std::vector<Span>> spans;  // by the pass's index
  std::optional<Profile> profile;
  std::optional<CardFacts> card;
  std::optional<AnswerEnd> end;

  bool has_times() const { return profile.has_value() || !passes.empty(); }
};

struct SkippedLine {
  uint64_t line = 0;
  std::string reason;
};

struct Recording {
  std::vector<Answer> answers;
  uint64_t lines = 0;
  uint64_t unknown_events = 0;       // records of a kind that no report needs
  std::vector<SkippedLine> skipped;  // cut lines, and what is not a record
};

// Never fails: what cannot be read is skipped and listed in `skipped`.
Recording parse_recording(std::string_view content);

// The recording in a file. Throws Failure, which names the file, when it can't be read, when no
// line of it is a record (then with the first line's fault), and when no answer in it has times
// (then it says how to record some).
Recording read_recording(const std::filesystem::path& path);

}  // namespace host
