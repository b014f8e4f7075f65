#include "kernel/console/reporter.h"

namespace kernel {

base::TextSink& Reporter::LineSink::begin() {
  machine_.write_bytes(within_text_ ? "\n@bl " : "@bl ");
  return *this;
}

void Reporter::announce() {
  if (!settings_.records || is_announced_) return;
  is_announced_ = true;
  Instruments& instruments = machine_.instruments();
  record_machine(sink_, instruments.facts(), instruments.ticks());
  record_model(sink_, runner_.model_name(), runner_.model(), runner_.profiler());
  record_memory(sink_, memory());
}

void Reporter::begin_answer() {
  answer_ = {.number = answer_.number + 1};
  weights_before_ = runner_.model().transformer().weights().counters();
  card_before_ = machine_.instruments().card();
  sink_.set_within_text(true);
  llama::Profiler* profiler = runner_.profiler();
  if (profiler == nullptr) return;
  llama::EventCounters* events = machine_.instruments().events();
  if (events != nullptr) answer_.events = machine_.instruments().next_events();
  profiler->set_events(events);
  if (settings_.records) {
    profiler->set_listener(&pass_recorder_.emplace(sink_, *profiler));
  } else {
    profiler->set_listener(nullptr);
  }
  profiler->begin_answer();
}

void Reporter::end_answer(const base::Result<ModelRunner::Told>& told) {
  sink_.set_within_text(false);
  if (llama::Profiler* profiler = runner_.profiler(); profiler != nullptr) {
    profiler->end_answer();
    profiler->set_listener(nullptr);
  }
  if (told.ok()) {
    answer_.generation = told->generation;
    answer_.seed = told->seed;
  }
  answer_.card = card_use(weights_before_, runner_.model().transformer().weights().counters(),
                          card_before_, machine_.instruments().card());
}

void Reporter::record_answer() {
  if (!settings_.records) return;
  if (llama::Profiler* profiler = runner_.profiler(); profiler != nullptr) {
    record_profile(sink_, *profiler, answer_);
  }
  record_card(sink_, answer_);
  record_memory(sink_, memory());
}

void Reporter::print_stats(std::string_view argument, base::TextSink& out) {
  const llama::Profiler* profiler = runner_.profiler();
  if (!argument.empty() && argument != "layers") {
    out.write("/stats, or /stats layers\n");
  } else if (settings_.profile == Settings::Profile::kOff) {
    out.write("the profiler is off: /set profile on\n");
  } else if (profiler == nullptr || profiler->passes() == 0) {
    out.write("nothing was told with this model yet\n");
  } else if (argument == "layers") {
    print_layers(out, *profiler);
  } else {
    print_profile(out, *profiler, answer_, machine_.instruments().health());
  }
}

MemoryTable Reporter::memory() const {
  MemoryTable table;
  machine_.instruments().list_memory(table);
  const uint64_t room = machine_.memory().size();
  if (runner_.is_loaded()) {
    const base::Arena& arena = runner_.arena();
    table.add_arena(arena);
    table.add("left by ram_mb", MemoryTable::Kind::kFree, room - arena.capacity());
  } else {
    table.add("free", MemoryTable::Kind::kFree, room);
  }
  return table;
}

void Reporter::print_memory(base::TextSink& out) { print(out, memory()); }

}  // namespace kernel
