// A recording in the Chrome trace event format (JSON), which Perfetto (ui.perfetto.dev) and
// chrome://tracing open. A boot is a process, since its clock starts again; times are microseconds.
//
// Thread "passes": an answer, within it its forward passes, within those their operations. With
// records "trace" these are the real spans. Without, each pass's operations are laid out one after
// the other in the order in which they run, each as long as all its calls together ("laid_out" in
// their arguments), and a thread "layers" shows the layers in the same way. Counters: tokens per
// second of each pass, and the bytes that have come from the card so far.
#pragma once

#include <string>

#include "host-tools/report/recording.h"

namespace host {

std::string trace_events(const Recording& recording);

}  // namespace host
