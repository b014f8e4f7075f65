#include "llama/plan.h"

#include <string_view>

namespace llama {
namespace {

double mebibytes(uint64_t bytes) { return static_cast<double>(bytes) / 1048576; }

uint64_t macs_of(const Tensor& tensor) { return uint64_t{tensor.rows} * tensor.columns; }

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

void count_work(Plan& plan, const ModelFile& file) {
  const ModelConfig& config = file.config();
  for (const uint32_t index : file.pass_matrices()) {
    const Tensor& tensor = file.tensors()[index];
    (index == file.classifier_index() ? plan.classifier_macs : plan.layer_macs) += macs_of(tensor);
    plan.matrix_bytes += tensor.bytes;
  }
  // A score and its share of the mix.
  plan.attention_macs = uint64_t{2} * config.n_layers * config.q_dim();
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
  count_work(plan, measured.file());
  return plan;
}

PassTime Plan::pass(const Pace& pace, uint32_t tokens, uint32_t position, Logits logits) const {
  const uint32_t classified = logits == Logits::kNone ? 0 : logits == Logits::kLast ? 1 : tokens;
  const uint64_t streamed = streamed_bytes - (classified == 0 ? streamed_classifier_bytes : 0);
  // Token i looks back at position + i + 1 positions.
  const uint64_t seen = uint64_t{tokens} * position + uint64_t{tokens} * (tokens + 1) / 2;
  const uint64_t macs = tokens * layer_macs + classified * classifier_macs + seen * attention_macs;
  const auto bytes = static_cast<double>(streamed);
  const double card_s = bytes / pace.card_bytes_per_s;
  const double core_s =
      static_cast<double>(macs) / pace.macs_per_s + bytes / pace.checked_bytes_per_s;
  const double row_s = static_cast<double>(tokens * row_bytes) / pace.card_bytes_per_s;
  return {card_s, core_s, row_s, row_s + (card_s > core_s ? card_s : core_s)};
}

PassTime Plan::prompt(const Pace& pace, uint32_t tokens) const {
  PassTime sum{};
  for (uint32_t at = 0; at < tokens;) {
    const uint32_t batch = tokens - at < columns ? tokens - at : columns;
    const PassTime time =
        pass(pace, batch, at, at + batch == tokens ? Logits::kLast : Logits::kNone);
    sum.card_s += time.card_s;
    sum.core_s += time.core_s;
    sum.row_s += time.row_s;
    sum.total_s += time.total_s;
    at += batch;
  }
  return sum;
}

void print_short(base::TextSink& out, const Plan& plan, const Pace& pace) {
  const PassTime token = plan.token(pace, 0);
  base::print(out,
              "{:.1} of {:.1} MiB in use: KV cache {:.1} ({}), state {:.1}, buffers {:.1}, tables "
              "{:.1}; about ",
              mebibytes(plan.peak_bytes), mebibytes(plan.ram_bytes), mebibytes(plan.kv_bytes),
              name_of(plan.kv), mebibytes(plan.state_bytes), mebibytes(plan.buffer_bytes),
              mebibytes(plan.table_bytes));
  if (token.total_s < 1) {
    base::print(out, "{:.1} ms", token.total_s * 1e3);
  } else {
    base::print(out, "{:.2} s", token.total_s);
  }
  out.write(" per token, limited by the ");
  out.write(token.card_is_limit() ? "card" : "core");
}

}  // namespace llama
