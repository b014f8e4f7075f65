// Records as lines of the console: "@bl " before each, a newline after it, and one before it, too,
// within generated text (docs/protocol.md).
#pragma once

#include <string_view>

#include "kernel/machine.h"
#include "kernel/reports/record_writer.h"

namespace kernel {

class RecordLines final : public RecordSink, private base::TextSink {
 public:
  // The machine outlives it.
  explicit RecordLines(Machine& machine) : machine_(machine) {}

  base::TextSink& begin() override {
    machine_.write_bytes(within_text_ ? "\n@bl " : "@bl ");
    return *this;
  }
  void end() override { machine_.write_bytes("\n"); }

  // Whether what comes is between the text's pieces.
  void set_within_text(bool within) { within_text_ = within; }

 private:
  void write(std::string_view text) override { machine_.write_bytes(text); }

  Machine& machine_;
  bool within_text_ = false;
};

}  // namespace kernel
