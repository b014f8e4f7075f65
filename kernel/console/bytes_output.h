// A machine's console for programs: bytes as they are.
#pragma once

#include "kernel/machine.h"

namespace kernel {

class BytesOutput final : public base::TextSink {
 public:
  explicit BytesOutput(Machine& machine) : machine_(machine) {}
  void write(std::string_view text) override { machine_.write_bytes(text); }

 private:
  Machine& machine_;
};

}  // namespace kernel
