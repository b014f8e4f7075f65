#include "kernel/reports/records.h"

namespace kernel {
namespace {

std::string_view reason_of(const base::Status& outcome, const Answer& answer) {
  if (outcome.code() == base::ErrorCode::kCancelled) return "cancelled";
  if (!outcome.ok()) return "error";
  return answer.generation.reason == llama::StopReason::kEnd ? "stop" : "length";
}

}  // namespace

void record_ready(RecordSink& sink) { const RecordWriter record(sink, record::kReady); }

void record_begin(RecordSink& sink) { const RecordWriter record(sink, record::kBegin); }

void record_end(RecordSink& sink, const base::Status& outcome, const Answer& answer) {
  RecordWriter record(sink, record::kEnd);
  record.text(field::kReason, reason_of(outcome, answer));
  if (outcome.ok()) {
    const llama::Generation& made = answer.generation;
    record.number(field::kTokens, made.tokens);
    record.number(field::kPromptTokens, made.prompt_tokens);
    record.number(field::kFirstUs, made.prompt_us);
    record.number(field::kTotalUs, made.total_us);
    record.number(field::kRecordsUs, answer.records_us);
    record.number(field::kSeed, answer.seed);
  }
  if (answer.forgotten > 0) record.number(field::kForgotten, answer.forgotten);
  record.number(field::kAnswer, answer.number);
}

void record_progress(RecordSink& sink, const Progress& progress) {
  RecordWriter record(sink, record::kProgress);
  record.number(field::kLayer, progress.layer);
  record.number(field::kLayers, progress.layers);
  record.number(field::kElapsedUs, progress.elapsed_us);
  record.number(field::kCardBytes, progress.card_bytes);
  if (progress.left_us) record.number(field::kLeftUs, *progress.left_us);
}

void record_bench(RecordSink& sink, std::string_view group, std::string_view name, double value,
                  std::string_view unit) {
  RecordWriter record(sink, record::kBench);
  record.text(field::kGroup, group);
  record.text(field::kName, name);
  record.decimal(field::kValue, value, "{:.3}");
  record.text(field::kUnit, unit);
}

void record_self_test(RecordSink& sink, bool passed, std::string_view what) {
  RecordWriter record(sink, record::kSelfTest);
  record.boolean(field::kPassed, passed);
  record.text(field::kWhat, what);
}

void record_perplexity(RecordSink& sink, const llama::Perplexity& perplexity) {
  RecordWriter record(sink, record::kPerplexity);
  record.number(field::kTokens, perplexity.tokens);
  record.decimal(field::kValue, perplexity.value(), "{:.6}");
}

void record_error(RecordSink& sink, std::string_view message) {
  RecordWriter record(sink, record::kError);
  record.text(field::kMessage, message);
}

void record_machine(RecordSink& sink, const MachineFacts& facts, base::TickSource& ticks) {
  RecordWriter record(sink, record::kMachine);
  record.text(field::kBoard, facts.board);
  record.text(field::kVersion, facts.version);
  record.text(field::kClock, ticks.name());
  record.number(field::kClockHz, ticks.hz());
  record.number(field::kArmHz, facts.arm_hz);
  record.number(field::kCoreHz, facts.core_hz);
  record.number(field::kRam, facts.ram);
}

void record_model(RecordSink& sink, std::string_view name, const llama::Model& model,
                  const llama::Profiler* profiler) {
  const llama::ModelConfig& config = model.config();
  const llama::Weights& weights = model.transformer().weights();
  RecordWriter record(sink, record::kModel);
  record.text(field::kName, name);
  record.number(field::kDim, config.dim);
  record.number(field::kHiddenDim, config.hidden_dim);
  record.number(field::kLayers, config.n_layers);
  record.number(field::kHeads, config.n_heads);
  record.number(field::kKvHeads, config.n_kv_heads);
  record.number(field::kVocab, config.vocab_size);
  record.number(field::kContext, model.transformer().context());
  record.number(field::kPinnedBytes, weights.pinned_bytes());
  record.number(field::kStreamedBytes, weights.streamed_bytes());
  if (profiler != nullptr) {
    record.number(field::kProfileAt, reinterpret_cast<uintptr_t>(profiler->cells().data()));
  }
}

void record_memory(RecordSink& sink, const MemoryTable& table) {
  RecordWriter record(sink, record::kMemory);
  record.number(field::kRam, table.total());
  record.begin_array(field::kParts);
  for (const MemoryTable::Part& part : table.parts()) {
    record.begin_object();
    record.text(field::kName, part.name);
    record.text(field::kKind, name_of(part.kind));
    record.number(field::kBytes, part.bytes);
    record.end_object();
  }
  record.end_array();
  record.begin_array(field::kHigh);
  for (const MemoryTable::High& high : table.high()) {
    record.begin_object();
    record.text(field::kName, high.name);
    record.number(field::kBytes, high.bytes);
    record.number(field::kUsed, high.used);
    record.end_object();
  }
  record.end_array();
}

void record_card(RecordSink& sink, const Answer& answer) {
  const CardUse& card = answer.card;
  RecordWriter record(sink, record::kCard);
  record.number(field::kAnswer, answer.number);
  record.number(field::kBytes, card.bytes);
  record.number(field::kReads, card.reads);
  record.number(field::kRetries, card.retries);
  record.number(field::kCrcRetries, card.crc_retries);
  record.number(field::kTransferNs, card.transfer_us * 1000);
  record.number(field::kWaitNs, card.wait_us * 1000);
}

}  // namespace kernel
