// An answer's times, added up for the tables and pictures of a report.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "host-tools/report/operations.h"
#include "host-tools/report/recording.h"

namespace host {

struct OperationTotal {
  std::string name;
  uint64_t ns = 0, count = 0;
  std::map<std::string, uint64_t> counters;
};

using GroupTimes = std::array<uint64_t, kGroupCount>;

struct LayerTotal {
  int layer = 0;
  uint64_t ns = 0;
  GroupTimes by_group{};  // all zero when only the layers' whole times are known
};

struct Summary {
  bool from_profile = false;  // otherwise from the passes alone, without what is between them
  uint64_t ns = 0;            // the whole
  uint64_t rest_ns = 0;       // that no operation covers
  std::vector<OperationTotal> operations;  // the longest first; without "rest"
  std::vector<LayerTotal> layers;          // by number; only those of a layer
  bool layers_have_groups = false;
  uint64_t tokens_computed = 0;  // columns of all passes: prompt and continuation
  uint64_t pass_ns = 0;          // all passes together

  // What the parts miss or exceed of the whole: 0 in a recording without losses.
  int64_t unaccounted_ns() const;
};

// answer.has_times() must hold.
Summary summarize(const Answer& answer);

// What the records took of an answer: of the time to its first token, and of that after it. 0 where
// none says.
struct RecordCost {
  uint64_t first_us = 0, rest_us = 0;
};
RecordCost record_cost(const Answer& answer);

// Tokens per second after the first, without what the records took; none without an "end" that
// says.
std::optional<double> tokens_per_second(const Answer& answer);

}  // namespace host
