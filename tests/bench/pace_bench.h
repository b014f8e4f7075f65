// What the pace is fitted to, measured: `bench --write-pace`.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>

#include "host-tools/support/interrupts.h"
#include "tests/bench/stored_figures.h"

namespace bench {

// All of pace_runs(): entries of the part "pace" of the stored figures. What `figures` has already
// is not measured again if `resumes`. Each is saved when it is there.
void measure_pace(StoredFigures& figures, bool resumes, const std::filesystem::path& kernel,
                  const std::filesystem::path& plugin, host::Interrupts& interrupts);

}  // namespace bench
