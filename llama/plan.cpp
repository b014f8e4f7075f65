#include "llama/plan.h"

#include <string_view>

namespace llama {
namespace {

double mebibytes(uint64_t bytes) { return static_cast<double>(bytes) / 1048576; }

// To which part of the plan an allocation belongs, by its tag.
uint64_t& part_of(Plan& plan, std::string_view tag) {
  if (tag == "kv cache") return plan.kv_bytes;
  if (tag == "weights") return plan.pinned_bytes;
  if (tag == "stream buffers" || tag == "embedding row") return plan.buffer_bytes;
  if (tag == "activations" || tag == "logits" || tag == "sampler" || tag == "prompt" ||
      tag == "rope") {
    return plan.state_bytes;
  }
  return plan.table_bytes;
}

// That a vector, which not every model has, goes over in its layer.
uint64_t changed_values(const Tensor& tensor, const ModelConfig& config) {
  if (row_of(tensor.role).presence != TensorPresence::kOptional) return 0;
  if (tensor.role == TensorRole::kQueryNorm) return config.q_dim();
  if (tensor.role == TensorRole::kKeyNorm) return config.kv_dim();
  return tensor.is_vector() ? tensor.columns : 0;
}

void count_matrices(Plan& plan, const ModelFile& file) {
  const bool streams = plan.streamed_bytes > 0;
  for (const uint32_t index : file.pass_matrices()) {
    const Tensor& tensor = file.tensors()[index];
    const bool is_classifier = index == file.classifier_index();
    (is_classifier ? plan.classifier : plan.layers).add(tensor, streams);
    (is_classifier ? plan.classifier_macs : plan.layer_macs) +=
        uint64_t{tensor.rows} * tensor.columns;
    plan.matrix_bytes += tensor.bytes;
  }
  for (const Tensor& tensor : file.tensors()) {
    plan.changed_values += changed_values(tensor, plan.config);
  }
  // A score and its share of the mix.
  plan.attention_macs = uint64_t{2} * plan.config.n_layers * plan.config.q_dim();
}

uint32_t classified(uint32_t tokens, Logits logits) {
  return logits == Logits::kNone ? 0 : logits == Logits::kLast ? 1 : tokens;
}

}  // namespace

base::Result<Plan> Plan::make(const Model& opened, WeightSource& source, base::Clock& clock,
                              uint64_t ram_bytes, uint64_t reserved_bytes,
                              const Model::Options& options) {
  base::Arena arena = base::Arena::measuring(ram_bytes);
  TRY(arena.allocate<std::byte>(reserved_bytes, "reserved").status());
  Model measured;
  TRY(measured.measure(opened, source, clock, arena, options));
  const Transformer& transformer = measured.transformer();
  Plan plan;
  plan.context = transformer.context();
  plan.kv = options.transformer.kv;
  plan.columns = transformer.max_columns();
  plan.ram_bytes = ram_bytes;
  for (const base::Arena::Use& use : arena.uses()) part_of(plan, use.tag) += use.bytes;
  plan.used_bytes = arena.used();
  plan.peak_bytes = arena.high_water();
  plan.streamed_bytes = transformer.weights().streamed_bytes();
  plan.streamed_classifier_bytes = transformer.weights().streamed_classifier_bytes();
  plan.row_bytes = transformer.weights().row_bytes();
  plan.config = measured.config();
  count_matrices(plan, measured.file());
  return plan;
}

WorkCounts Plan::work(uint32_t tokens, uint32_t position, Logits logits) const {
  WorkCounts counts;
  for (uint32_t i = 0; i < tokens; ++i) count_attention(config, kv, position + i + 1, counts);
  const double in_layers = static_cast<double>(tokens) * config.n_layers;
  counts.scale(config.n_layers);
  counts.at(Work::kLayer) += config.n_layers;
  counts.at(Work::kLayerToken) += in_layers;
  counts.at(Work::kNormed) += (in_layers + tokens) * config.dim;  // and at both ends
  counts.at(Work::kNormed) += static_cast<double>(tokens * changed_values);
  counts.at(Work::kGated) += in_layers * config.hidden_dim;
  counts.at(Work::kTurned) += in_layers * (config.q_dim() + config.kv_dim());
  layers.count(tokens, counts);
  const uint32_t chosen = classified(tokens, logits);
  if (chosen > 0) classifier.count(chosen, counts);
  counts.at(Work::kPass) += 1;
  counts.at(Work::kToken) += tokens;
  counts.at(Work::kChosen) += chosen;
  counts.at(Work::kLogit) += static_cast<double>(chosen) * config.vocab_size;
  const uint64_t streamed = streamed_bytes - (chosen == 0 ? streamed_classifier_bytes : 0);
  counts.at(Work::kChecked) += static_cast<double>(streamed + tokens * row_bytes);
  return counts;
}

PassTime Plan::time_of(const WorkCounts& work, const Pace& pace, uint32_t tokens,
                       Logits logits) const {
  const bool classifies = classified(tokens, logits) > 0;
  const uint64_t streamed = streamed_bytes - (classifies ? 0 : streamed_classifier_bytes);
  const double card_s = static_cast<double>(streamed) / pace.card_bytes_per_s;
  const double core_s = work.cycles(pace) / pace.core_hz;
  const double row_s = static_cast<double>(tokens * row_bytes) / pace.card_bytes_per_s;
  return {card_s, core_s, row_s, row_s + (card_s > core_s ? card_s : core_s)};
}

void PassTime::add(const PassTime& time) {
  card_s += time.card_s;
  core_s += time.core_s;
  row_s += time.row_s;
  total_s += time.total_s;
}

PassTime Plan::prompt(const Pace& pace, uint32_t tokens, uint32_t position) const {
  PassTime sum{};
  for (uint32_t at = 0; at < tokens;) {
    const uint32_t batch = tokens - at < columns ? tokens - at : columns;
    sum.add(pass(pace, batch, position + at, at + batch == tokens ? Logits::kLast : Logits::kNone));
    at += batch;
  }
  return sum;
}

void print_time(base::TextSink& out, double seconds) {
  if (seconds < 1) {
    base::print(out, "{:.1} ms", seconds * 1e3);
  } else {
    base::print(out, "{:.2} s", seconds);
  }
}

void print_short(base::TextSink& out, const Plan& plan, const Pace& pace) {
  const PassTime first = plan.token(pace, 0);
  const PassTime last = plan.token(pace, plan.context - 1);
  base::print(out,
              "{:.1} of {:.1} MiB in use: KV cache {:.1} ({}), state {:.1}, buffers {:.1}, tables "
              "{:.1}; a token takes about ",
              mebibytes(plan.peak_bytes), mebibytes(plan.ram_bytes), mebibytes(plan.kv_bytes),
              name_of(plan.kv), mebibytes(plan.state_bytes), mebibytes(plan.buffer_bytes),
              mebibytes(plan.table_bytes));
  print_time(out, first.total_s);
  base::print(out, " ({:.2} tokens/s) at first, ", 1 / first.total_s);
  print_time(out, last.total_s);
  base::print(out, " ({:.2}) at the context's end, limited by the ", 1 / last.total_s);
  out.write(last.card_is_limit() ? "card" : "core");
}

}  // namespace llama
