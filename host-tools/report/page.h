// The report as one HTML page that needs nothing else: no network, no script, its pictures inline.
// The frame is page.html, its looks page.css; both are built into the program.
#pragma once

#include <string>

#include "host-tools/report/recording.h"

namespace host {

// All answers of the recording that have times, in their order. `source` is the name of the file
// that it comes from.
std::string report_page(const Recording& recording, const std::string& source);

}  // namespace host
