#include "llama/profiler.h"

namespace llama {
namespace {

void add(Profiler::Cell& sum, const Profiler::Cell& cell) {
  sum.ticks += cell.ticks;
  sum.events[0] += cell.events[0];
  sum.events[1] += cell.events[1];
  sum.count += cell.count;
}

void subtract(Profiler::Cell& sum, const Profiler::Cell& cell) {
  sum.ticks -= cell.ticks;
  sum.events[0] -= cell.events[0];
  sum.events[1] -= cell.events[1];
  sum.count -= cell.count;
}

}  // namespace

base::Result<Profiler::Tables> Profiler::take_tables(uint32_t layers, size_t span_capacity,
                                                     base::Arena& arena) {
  const size_t cells = (1 + size_t{layers}) * kOperationCount;
  Tables tables;
  TRY_ASSIGN(tables.cells, arena.allocate<Cell>(cells, "profile"));
  TRY_ASSIGN(tables.pass_cells, arena.allocate<Cell>(cells, "profile"));
  TRY_ASSIGN(tables.spans, arena.allocate<Span>(span_capacity, "profile"));
  return tables;
}

base::Status Profiler::create(uint32_t layers, size_t span_capacity, base::Arena& arena) {
  TRY_ASSIGN(const Tables tables, take_tables(layers, span_capacity, arena));
  layers_ = layers;
  cells_ = tables.cells;
  pass_cells_ = tables.pass_cells;
  spans_ = tables.spans;
  span_count_ = 0;
  layer_cells_ = cells_.data();
  current_ = nullptr;
  begin_answer();
  end_answer();
  return base::ok_status();
}

void Profiler::set_events(EventCounters* events) {
  events_ = events;
  if (events_ != nullptr) last_events_ = events_->read();
}

void Profiler::begin_answer() {
  for (Cell& cell : cells_) cell = {};
  passes_ = 0;
  positions_ = 0;
  in_pass_ = false;
  layer_cells_ = cells_.data();
  current_ = layer_cells_;
  if (events_ != nullptr) last_events_ = events_->read();
  answer_begin_ = last_ = ticks_.now();
}

void Profiler::end_answer() {
  charge();
  current_ = nullptr;
}

// The time since the last call is the current operation's.
void Profiler::charge() {
  if (current_ == nullptr) return;
  const uint64_t now = ticks_.now();
  current_->ticks += now - last_;
  last_ = now;
  if (events_ != nullptr) charge_events();
}

// A function of its own, so that charge() needs few registers.
[[gnu::noinline]] void Profiler::charge_events() {
  const EventCounters::Pair events = events_->read();
  current_->events[0] += events[0] - last_events_[0];
  current_->events[1] += events[1] - last_events_[1];
  last_events_ = events;
}

Profiler::Scope::Outer Profiler::enter(Operation operation) {
  charge();
  const Scope::Outer outer = {current_, last_};
  if (current_ != nullptr) {
    current_ = layer_cells_ + static_cast<size_t>(operation);
    ++current_->count;
  }
  return outer;
}

void Profiler::leave(const Scope::Outer& outer) {
  if (current_ == nullptr) return;
  charge();
  if (in_pass_ && !spans_.empty()) keep_span(outer.begin);
  current_ = outer.cell;
}

[[gnu::noinline]] void Profiler::keep_span(uint64_t begin) {
  if (span_count_ == spans_.size()) {
    ++dropped_spans_;
    return;
  }
  const auto index = static_cast<size_t>(current_ - cells_.data());
  spans_[span_count_++] = {
      .operation = static_cast<Operation>(index % kOperationCount),
      .layer = static_cast<int16_t>(static_cast<int>(index / kOperationCount) - 1),
      .begin = begin,
      .ticks = last_ - begin};
}

void Profiler::begin_pass(uint32_t position, uint32_t columns) {
  charge();
  pass_ = {.index = passes_++, .position = position, .columns = columns, .begin = last_};
  positions_ += columns;
  in_pass_ = listener_ != nullptr && current_ != nullptr;
  if (!in_pass_) return;
  for (size_t i = 0; i < cells_.size(); ++i) pass_cells_[i] = cells_[i];
  span_count_ = 0;
  dropped_spans_ = 0;
}

void Profiler::set_layer(int layer) {
  if (current_ == nullptr) return;
  charge();
  layer_cells_ = cells_.data() + index_of(layer, Operation::kRest);
  current_ = layer_cells_;
}

void Profiler::end_pass(uint64_t card_bytes) {
  set_layer(kNoLayer);
  pass_.ticks = last_ - pass_.begin;
  pass_.card_bytes = card_bytes;
  if (!in_pass_) return;
  in_pass_ = false;
  for (size_t i = 0; i < cells_.size(); ++i) {
    const Cell before = pass_cells_[i];
    pass_cells_[i] = cells_[i];
    subtract(pass_cells_[i], before);
  }
  listener_->pass_ended(*this);
}

void Profiler::leave_pass() {
  in_pass_ = false;
  // After an error or a stop within a layer; what follows is of none.
  if (layer_cells_ != cells_.data()) set_layer(kNoLayer);
}

Profiler::Cell Profiler::sum_of(std::span<const Cell> cells, Operation operation) const {
  Cell sum;
  for (int layer = kNoLayer; layer < static_cast<int>(layers_); ++layer) {
    add(sum, cells[index_of(layer, operation)]);
  }
  return sum;
}

uint64_t Profiler::ticks_of(std::span<const Cell> cells, int layer) {
  uint64_t sum = 0;
  for (const Cell& cell : cells.subspan(index_of(layer, Operation::kRest), kOperationCount)) {
    sum += cell.ticks;
  }
  return sum;
}

}  // namespace llama
