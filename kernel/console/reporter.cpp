#include "kernel/console/reporter.h"

#include <algorithm>

#include "kernel/reports/records.h"

namespace kernel {

void Reporter::announce() {
  if (!settings_.records || is_announced_) return;
  is_announced_ = true;
  Instruments& instruments = machine_.instruments();
  record_machine(lines_, instruments.facts(), instruments.ticks());
  record_model(lines_, runner_.model_name(), runner_.model(), runner_.profiler());
  record_memory(lines_, memory());
}

void Reporter::begin_answer() {
  if (RecordSink* out = records()) record_begin(*out);
  answer_ = {.number = answer_.number + 1};
  weights_before_ = runner_.model().transformer().weights().counters();
  card_before_ = machine_.instruments().card();
  lines_.set_within_text(true);
  llama::Profiler* profiler = runner_.profiler();
  if (profiler == nullptr) return;
  llama::EventCounters* events = machine_.instruments().events();
  if (events != nullptr) answer_.events = machine_.instruments().next_events();
  profiler->set_events(events);
  if (settings_.records) {
    profiler->set_listener(&pass_recorder_.emplace(lines_, *profiler));
  } else {
    profiler->set_listener(nullptr);
  }
  profiler->begin_answer();
}

void Reporter::end_answer(const base::Result<ModelRunner::Told>& told, uint32_t forgotten) {
  lines_.set_within_text(false);
  if (llama::Profiler* profiler = runner_.profiler(); profiler != nullptr) {
    profiler->end_answer();
    profiler->set_listener(nullptr);
    if (settings_.records) answer_.records_us = pass_recorder_->spent_ns() / 1000;
  }
  if (told.ok()) {
    answer_.generation = told->generation;
    answer_.seed = told->seed;
  }
  answer_.forgotten = forgotten;
  answer_.card = card_use(weights_before_, runner_.model().transformer().weights().counters(),
                          card_before_, machine_.instruments().card());
}

void Reporter::record_outcome(const base::Status& outcome) {
  if (RecordSink* out = records()) record_end(*out, outcome, answer_);
}

void Reporter::record_answer() {
  if (!settings_.records) return;
  if (llama::Profiler* profiler = runner_.profiler(); profiler != nullptr) {
    record_profile(lines_, *profiler, answer_);
  }
  record_card(lines_, answer_);
  record_memory(lines_, memory());
}

void Reporter::print_stats(std::string_view argument, base::TextSink& out) {
  const llama::Profiler* profiler = runner_.profiler();
  if (!argument.empty() && argument != "layers") {
    out.write("/stats, or /stats layers\n");
  } else if (settings_.profile == Settings::Profile::kOff) {
    out.write("the profiler is off: /set profile on\n");
  } else if (profiler == nullptr || profiler->passes() == 0) {
    out.write("this model has not told anything yet\n");
  } else if (argument == "layers") {
    print_layers(out, *profiler);
  } else {
    print_profile(out, *profiler, answer_, machine_.instruments().health());
    print_prediction(out);
  }
}

// Beside what was measured. Time grows with the position, and so the middle one's is the mean.
void Reporter::print_prediction(base::TextSink& out) {
  const llama::Generation& made = answer_.generation;
  const auto plan = runner_.plan();
  if (!plan.ok() || made.tokens < 2) return;
  const llama::Pace pace = runner_.pace(settings_);
  const uint32_t first = made.first_position + made.prompt_tokens;
  const uint32_t middle = std::min(first + (made.tokens - 2) / 2, plan->context - 1);
  const double token_s = plan->token(pace, middle).total_s;
  const double measured_s =
      static_cast<double>(made.total_us - made.prompt_us) / 1e6 / (made.tokens - 1);
  out.write("plan: ");
  llama::print_time(out, plan->prompt(pace, made.prompt_tokens, made.first_position).total_s);
  out.write(" for the prompt, ");
  llama::print_time(out, token_s);
  base::print(out, " a token ({:.2} tokens/s); measured: ", 1 / token_s);
  llama::print_time(out, static_cast<double>(made.prompt_us) / 1e6);
  out.write(" and ");
  llama::print_time(out, measured_s);
  base::print(out, " ({:.2} tokens/s)\n", measured_s > 0 ? 1 / measured_s : 0.0);
}

MemoryTable Reporter::memory() const {
  MemoryTable table;
  machine_.instruments().list_memory(table);
  const uint64_t room = machine_.memory().size();
  if (runner_.is_loaded()) {
    const base::Arena& arena = runner_.arena();
    table.add_arena(arena);
    table.add("left by ram_mib", MemoryTable::Kind::kFree, room - arena.capacity());
  } else {
    table.add("free", MemoryTable::Kind::kFree, room);
  }
  return table;
}

void Reporter::print_memory(base::TextSink& out) { print(out, memory()); }

}  // namespace kernel
