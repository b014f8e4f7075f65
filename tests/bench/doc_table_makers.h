// One function per table: of the stored figures of one part of the bench, or two.
#pragma once

#include <string>

#include "tests/bench/stored_figures.h"

namespace bench {

// doc_tables_guest.cpp: the emulated Pi.
std::string speeds_table(const StoredFigures& figures);
std::string story_table(const StoredFigures& figures);
std::string prompt_table(const StoredFigures& figures);
std::string planned_table(const StoredFigures& figures);
std::string plain_table(const StoredFigures& figures);
std::string start_table(const StoredFigures& figures);
std::string operations_table(const StoredFigures& figures);
std::string functions_table(const StoredFigures& figures);

// doc_tables_parts.cpp: the model of the core, this machine, and what takes long.
std::string loops_table(const StoredFigures& figures);
std::string core_table(const StoredFigures& figures);
std::string rows_table(const StoredFigures& figures);
std::string pruning_table(const StoredFigures& figures);
std::string tokenizer_table(const StoredFigures& figures);
std::string host_table(const StoredFigures& figures);
std::string perplexity_table(const StoredFigures& figures);
std::string seven_b_table(const StoredFigures& figures);

struct TableMaker {
  const char* name;  // in the document's mark
  std::string (*make)(const StoredFigures& figures);
};
constexpr TableMaker kTableMakers[] = {
    {"speeds", speeds_table},
    {"story", story_table},
    {"prompt", prompt_table},
    {"planned", planned_table},
    {"plain", plain_table},
    {"start", start_table},
    {"operations", operations_table},
    {"functions", functions_table},
    {"loops", loops_table},
    {"core", core_table},
    {"rows", rows_table},
    {"pruning", pruning_table},
    {"tokenizer", tokenizer_table},
    {"host", host_table},
    {"perplexity", perplexity_table},
    {"seven-b", seven_b_table},
};

}  // namespace bench
