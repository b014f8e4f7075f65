// A record as it is written: one JSON object, without line ends.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/format.h"
#include "kernel/reports/record_names.h"

namespace kernel {

// Where records go. How one is told apart from other text is the sink's business.
class RecordSink {
 public:
  // What is written between the two is one record.
  virtual base::TextSink& begin() = 0;
  virtual void end() = 0;

 protected:
  ~RecordSink() = default;
};

// Writes fields one after the other, commas between them. Within an array their names are empty.
class RecordWriter {
 public:
  // The record ends with the writer. `sink` outlives it.
  RecordWriter(RecordSink& sink, const RecordType& type);
  ~RecordWriter();
  RecordWriter(const RecordWriter&) = delete;
  RecordWriter& operator=(const RecordWriter&) = delete;

  void number(std::string_view name, uint64_t value);
  void integer(std::string_view name, int64_t value);
  // `format` such as "{:.3}" says how many decimals.
  void decimal(std::string_view name, double value, std::string_view format);
  void text(std::string_view name, std::string_view value);
  void boolean(std::string_view name, bool value);

  // Nested, each ended by its end_...().
  void begin_object(std::string_view name = {});
  void end_object() { close('}'); }
  void begin_array(std::string_view name = {});
  void end_array() { close(']'); }

 private:
  void begin_value(std::string_view name);
  void close(char bracket);

  RecordSink& sink_;
  base::TextSink& out_;
  bool is_first_ = true;  // of the object or array that is open
};

}  // namespace kernel
