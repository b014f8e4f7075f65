// Where the time goes: how long each operation of each layer took, and how often it ran.
//
//   const Profiler::Scope scope(profiler, Operation::kWq);   // does nothing if profiler is null
//
// At every moment exactly one operation is charged: entering a scope stops the clock of the one
// around it, leaving the scope starts it again. So all times are *self* times, they add up to the
// whole to the tick, and what no scope covers is charged to kRest, the remainder. A scope reads the
// tick source twice and costs about 80 instructions on an ARM1176, the reads included.
//
// The table is that of one answer, from begin_answer() to end_answer(). A PassListener gets, for
// each pass, the difference of the table between its beginning and its end; without a listener
// passes cost nothing. With room for spans each scope of a pass is kept as well, with its beginning
// and its time: a trace.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/arena.h"
#include "base/status.h"
#include "base/ticks.h"
#include "llama/operations.h"

namespace llama {

// Two counters of the core, of events that their owner chose. Differences count, modulo 2^32.
class EventCounters {
 public:
  using Pair = std::array<uint32_t, 2>;
  virtual Pair read() = 0;

 protected:
  ~EventCounters() = default;
};

class Profiler;

// Called after each forward pass, before its logits are used. The time that it takes is charged to
// the answer, not to the pass.
class PassListener {
 public:
  virtual void pass_ended(const Profiler& profiler) = 0;

 protected:
  ~PassListener() = default;
};

class Profiler {
 public:
  struct Cell {
    uint64_t ticks = 0;
    uint64_t events[2] = {};
    uint32_t count = 0;  // scopes entered
  };
  struct Pass {
    uint32_t index = 0;     // within the answer
    uint32_t position = 0;  // of its first token
    uint32_t columns = 0;   // tokens
    uint64_t begin = 0;     // ticks
    uint64_t ticks = 0;
    uint64_t card_bytes = 0;
  };
  struct Span {
    Operation operation;
    int16_t layer;  // kNoLayer: of none
    uint64_t begin;
    uint64_t ticks;  // with those of the spans within it
  };
  static constexpr int kNoLayer = -1;

  // `ticks` outlives the profiler.
  explicit Profiler(base::TickSource& ticks) : ticks_(ticks) {}
  Profiler(const Profiler&) = delete;  // cells are pointed at
  Profiler& operator=(const Profiler&) = delete;

  // Takes room for a model of `layers` layers and for `span_capacity` spans of a pass from the
  // arena, under the tag "profile", in place of what it had. kOutOfMemory.
  base::Status create(uint32_t layers, size_t span_capacity, base::Arena& arena);
  // Takes of a measuring arena what create() takes of a real one.
  static base::Status measure(uint32_t layers, size_t span_capacity, base::Arena& arena) {
    return take_tables(layers, span_capacity, arena).status();
  }

  // May be null. Both outlive the profiler, or are set to null before they end.
  void set_listener(PassListener* listener) { listener_ = listener; }
  void set_events(EventCounters* events);

  // Empties the table. Outside of passes and scopes.
  void begin_answer();
  // Closes the table: it does not change until the next begin_answer(), even if scopes still run.
  void end_answer();

  // The sum of all cells. During an answer, up to its last scope.
  uint64_t answer_ticks() const { return last_ - answer_begin_; }
  uint32_t passes() const { return passes_; }
  // Tokens that went through passes.
  uint32_t positions() const { return positions_; }
  uint32_t layers() const { return layers_; }
  base::TickSource& ticks() const { return ticks_; }

  // Of the answer; layer: kNoLayer or 0 to layers() - 1.
  const Cell& cell(int layer, Operation operation) const {
    return cells_[index_of(layer, operation)];
  }
  // All of them, those of no layer first: (1 + layers(), kOperationCount). A simulator
  // sees by the stores to `ticks` which operation it simulated (tests/pi0-cycles).
  std::span<const Cell> cells() const { return cells_; }
  // Over all layers, and outside of them.
  Cell total(Operation operation) const { return sum_of(cells_, operation); }
  // Over all operations.
  uint64_t layer_ticks(int layer) const { return ticks_of(cells_, layer); }

  // The same of the last pass, when there is a listener.
  const Pass& pass() const { return pass_; }
  Cell pass_total(Operation operation) const { return sum_of(pass_cells_, operation); }
  uint64_t pass_layer_ticks(int layer) const { return ticks_of(pass_cells_, layer); }
  // In the order in which they ended; those without room are counted in dropped_spans().
  std::span<const Span> pass_spans() const { return spans_.first(span_count_); }
  uint32_t dropped_spans() const { return dropped_spans_; }

  class Scope {
   public:
    Scope(Profiler* profiler, Operation operation) : profiler_(profiler) {
      if (profiler_ != nullptr) outer_ = profiler_->enter(operation);
    }
    ~Scope() {
      if (profiler_ != nullptr) profiler_->leave(outer_);
    }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    friend class Profiler;
    struct Outer {
      Cell* cell;
      uint64_t begin;
    };
    Profiler* profiler_;
    Outer outer_;
  };

  // A forward pass. One that is not ended by end() was given up: its time is the answer's, but the
  // listener is not called.
  class PassScope {
   public:
    PassScope(Profiler* profiler, uint32_t position, uint32_t columns) : profiler_(profiler) {
      if (profiler_ != nullptr) profiler_->begin_pass(position, columns);
    }
    ~PassScope() {
      if (profiler_ != nullptr) profiler_->leave_pass();
    }
    PassScope(const PassScope&) = delete;
    PassScope& operator=(const PassScope&) = delete;

    // What follows belongs to this layer, or to none. Outside of scopes.
    void set_layer(int layer) {
      if (profiler_ != nullptr) profiler_->set_layer(layer);
    }
    void end(uint64_t card_bytes) {
      if (profiler_ != nullptr) profiler_->end_pass(card_bytes);
    }

   private:
    Profiler* profiler_;
  };

 private:
  struct Tables {
    std::span<Cell> cells;
    std::span<Cell> pass_cells;
    std::span<Span> spans;
  };
  static base::Result<Tables> take_tables(uint32_t layers, size_t span_capacity,
                                          base::Arena& arena);

  Scope::Outer enter(Operation operation);
  void leave(const Scope::Outer& outer);
  void charge();
  void charge_events();
  void begin_pass(uint32_t position, uint32_t columns);
  void end_pass(uint64_t card_bytes);
  void leave_pass();
  void set_layer(int layer);
  void keep_span(uint64_t begin);

  Cell sum_of(std::span<const Cell> cells, Operation operation) const;
  static uint64_t ticks_of(std::span<const Cell> cells, int layer);
  static size_t index_of(int layer, Operation operation) {
    return static_cast<size_t>(layer + 1) * kOperationCount + static_cast<size_t>(operation);
  }

  base::TickSource& ticks_;
  EventCounters* events_ = nullptr;
  PassListener* listener_ = nullptr;
  uint32_t layers_ = 0;
  std::span<Cell> cells_;       // (1 + layers, kOperationCount): of no layer, then of each
  std::span<Cell> pass_cells_;  // during a pass: the same at its beginning; after it: what it added
  Cell* layer_cells_ = nullptr;
  Cell* current_ = nullptr;  // what is charged; null: nothing, the answer has ended
  uint64_t last_ = 0;        // until then all is charged
  EventCounters::Pair last_events_{};
  uint64_t answer_begin_ = 0;
  uint32_t passes_ = 0;
  uint32_t positions_ = 0;
  bool in_pass_ = false;  // and there is a listener
  Pass pass_;
  std::span<Span> spans_;
  size_t span_count_ = 0;
  uint32_t dropped_spans_ = 0;
};

}  // namespace llama
