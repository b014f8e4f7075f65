#include "kernel/reports/record_writer.h"

#include "kernel/reports/json_text.h"

namespace kernel {

RecordWriter::RecordWriter(RecordSink& sink, const RecordType& type)
    : sink_(sink), out_(sink.begin()) {
  out_.write("{");
  text(field::kEvent, type.name);
}

RecordWriter::~RecordWriter() {
  close('}');
  sink_.end();
}

void RecordWriter::begin_value(std::string_view name) {
  if (!is_first_) out_.write(",");
  is_first_ = false;
  // Names are ours, and need no escape.
  if (!name.empty()) base::print(out_, "\"{}\":", name);
}

void RecordWriter::close(char bracket) {
  out_.write(std::string_view(&bracket, 1));
  is_first_ = false;
}

void RecordWriter::number(std::string_view name, uint64_t value) {
  begin_value(name);
  base::print(out_, "{}", value);
}

void RecordWriter::integer(std::string_view name, int64_t value) {
  begin_value(name);
  base::print(out_, "{}", value);
}

void RecordWriter::decimal(std::string_view name, double value, std::string_view format) {
  begin_value(name);
  base::print(out_, format, value);
}

void RecordWriter::text(std::string_view name, std::string_view value) {
  begin_value(name);
  out_.write("\"");
  print_json_escaped(out_, value);
  out_.write("\"");
}

void RecordWriter::boolean(std::string_view name, bool value) {
  begin_value(name);
  out_.write(value ? "true" : "false");
}

void RecordWriter::begin_object(std::string_view name) {
  begin_value(name);
  out_.write("{");
  is_first_ = true;
}

void RecordWriter::begin_array(std::string_view name) {
  begin_value(name);
  out_.write("[");
  is_first_ = true;
}

}  // namespace kernel
