// What a piece of the host's tools says when it fails.
#pragma once

#include <string>

#include "host-tools/support/failure.h"

namespace host {

// The message of the Failure that the work ends with; empty if it succeeds.
template <typename Work>
std::string failure_of(const Work& work) {
  try {
    work();
  } catch (const Failure& failure) {
    return failure.what();
  }
  return "";
}

}  // namespace host
