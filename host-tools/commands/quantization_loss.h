// What the commands that quantize say of it.
#pragma once

#include <cstdio>

#include "host-tools/model/model_writer.h"

namespace host {

// A line, if any matrix has lost something.
inline void show_quantization_loss(const WriteReport& report) {
  if (report.exact_matrices < report.matrices) {
    std::printf("quantization error of the weights: %.3f %% (root mean square), %.3g at most\n",
                100 * report.relative_error, report.largest_error);
  }
}

}  // namespace host
