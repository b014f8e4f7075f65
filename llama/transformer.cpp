#include "llama/transformer.h"

#include <algorithm>

#include "base/check.h"

namespace llama {

using base::ErrorCode;
using base::Status;

base::Result<uint32_t> Transformer::decide_context(const ModelConfig& config, uint32_t wished,
                                                   KvType kv, uint64_t room) {
  if (wished > config.context) {
    return Status::error(ErrorCode::kOutOfRange,
                         "a context of {} positions was asked for, but the model was made for {}",
                         wished, config.context);
  }
  if (wished > config.longest_context()) {
    return Status::error(ErrorCode::kOutOfRange,
                         "a context of {} positions was asked for, but the model has layers that "
                         "look back at {} only (a sliding window), which is computed up to there",
                         wished, config.window);
  }
  if (wished != 0) return wished;
  const uint32_t together = positions_together(kv);
  const uint64_t fitting = room / 2 / KvCache::bytes(config, together, kv) * together;
  return static_cast<uint32_t>(std::clamp<uint64_t>(fitting, 1, config.longest_context()));
}

Status Transformer::create(const ModelFile& file, WeightSource& source, base::Clock& clock,
                           base::Arena& arena, const Options& options) {
  CHECK(options.max_columns >= 1);
  file_ = &file;
  options_ = options;
  TRY_ASSIGN(const uint32_t positions,
             decide_context(config(), options.context, options.kv, arena.available()));
  TRY_ASSIGN(cache_, KvCache::create(config(), positions, options.kv, arena));
  TRY_ASSIGN(rope_, Rope::create(config(), arena));
  TRY(allocate_state(arena));
  return weights_.plan(file, source, clock, arena, options.weights);
}

Status Transformer::allocate_state(base::Arena& arena) {
  const ModelConfig& model = config();
  const uint64_t columns = options_.max_columns;
  const uint32_t widest = std::max({model.dim, model.q_dim(), model.hidden_dim});
  TRY_ASSIGN(x_, arena.allocate<float>(columns * model.dim, "activations"));
  TRY_ASSIGN(xb_,
             arena.allocate<float>(columns * std::max(model.dim, model.q_dim()), "activations"));
  TRY_ASSIGN(q_,
             arena.allocate<float>(columns * std::max(model.dim, model.q_dim()), "activations"));
  TRY_ASSIGN(k_, arena.allocate<float>(columns * model.kv_dim(), "activations"));
  TRY_ASSIGN(v_, arena.allocate<float>(columns * model.kv_dim(), "activations"));
  TRY_ASSIGN(gate_, arena.allocate<float>(columns * model.hidden_dim, "activations"));
  TRY_ASSIGN(up_, arena.allocate<float>(columns * model.hidden_dim, "activations"));
  TRY_ASSIGN(turns_, arena.allocate<float>(columns * model.head_size, "activations"));
  // Attention prepares the queries that share a KV head, and how they weigh the positions.
  const uint32_t heads = model.n_heads / model.n_kv_heads;
  const uint32_t attention_width = std::max(model.head_size, cache_.positions());
  TRY_ASSIGN(prepared_,
             arena.allocate<std::byte>(std::max(prepared_bytes(options_.max_columns, widest),
                                                prepared_bytes(heads, attention_width)),
                                       "activations"));
  TRY_ASSIGN(scores_,
             arena.allocate<float>(
                 size_t{heads} * base::round_up(cache_.positions(), kKeysPerGroup), "activations"));
  const uint64_t logit_columns = options_.all_logits ? columns : 1;
  TRY_ASSIGN(logits_, arena.allocate<float>(logit_columns * model.vocab_size, "logits"));
  return base::ok_status();
}

base::Result<std::span<float>> Transformer::forward(std::span<const int32_t> tokens,
                                                    uint32_t position, Logits logits,
                                                    Interrupt* interrupt) {
  CHECK(!tokens.empty() && tokens.size() <= options_.max_columns);
  CHECK(position + tokens.size() <= context());
  CHECK(logits != Logits::kAll || options_.all_logits);
  columns_ = static_cast<uint32_t>(tokens.size());
  interrupt_ = interrupt;
  matrices_done_ = 0;
  likeliest_ = {};
  Profiler::PassScope pass(profiler_, position, columns_);
  const uint64_t bytes_before = weights_.counters().bytes_read;
  weights_.begin_pass(logits != Logits::kNone);
  TRY(embed(tokens));
  set_turns(position);
  for (uint32_t layer = 0; layer < config().n_layers; ++layer) {
    pass.set_layer(static_cast<int>(layer));
    TRY(attend(layer, position));
    TRY(feed_forward(layer));
  }
  pass.set_layer(Profiler::kNoLayer);
  TRY_ASSIGN(const std::span<float> made, classify(logits));
  pass.end(weights_.counters().bytes_read - bytes_before);
  return made;
}

Status Transformer::embed(std::span<const int32_t> tokens) {
  const Profiler::Scope scope(profiler_, Operation::kEmbedding);
  for (uint32_t column = 0; column < columns_; ++column) {
    CHECK(tokens[column] >= 0);
    TRY(weights_.embedding_row(static_cast<uint32_t>(tokens[column]),
                               row(x_, column, config().dim)));
  }
  return base::ok_status();
}

void Transformer::set_turns(uint32_t position) {
  const Profiler::Scope scope(profiler_, Operation::kRope);
  for (uint32_t column = 0; column < columns_; ++column) {
    rope_.turns_at(position + column, row(turns_, column, config().head_size));
  }
}

// x += wo attention(rmsnorm(x))
Status Transformer::attend(uint32_t layer, uint32_t position) {
  const auto tensor = [&](TensorRole role) { return file_->index_of(role, layer); };
  normalize(xb_, columns_of(x_, config().dim), tensor(TensorRole::kAttentionNorm));
  Input normed = input_of(columns_of(xb_, config().dim), config().dim);
  TRY(multiply(q_, tensor(TensorRole::kWq), normed));
  TRY(multiply(k_, tensor(TensorRole::kWk), normed));
  TRY(multiply(v_, tensor(TensorRole::kWv), normed));
  const auto q = columns_of(q_, config().q_dim());
  const auto k = columns_of(k_, config().kv_dim());
  normalize(q, q, tensor(TensorRole::kQueryNorm));
  normalize(k, k, tensor(TensorRole::kKeyNorm));
  turn_columns();
  attend_columns(layer, position);
  Input mixed = input_of(columns_of(xb_, config().q_dim()), config().q_dim());
  TRY(multiply(q_, tensor(TensorRole::kWo), mixed));
  add_residual(q_);
  return base::ok_status();
}

// Turns queries and keys by their positions.
void Transformer::turn_columns() {
  const Profiler::Scope scope(profiler_, Operation::kRope);
  for (uint32_t column = 0; column < columns_; ++column) {
    const auto turns = row(turns_, column, config().head_size);
    rotate_pairs(row(q_, column, config().q_dim()), turns);
    rotate_pairs(row(k_, column, config().kv_dim()), turns);
  }
}

// Keeps keys and values; xb = attention of the queries over all that is kept.
void Transformer::attend_columns(uint32_t layer, uint32_t position) {
  const Profiler::Scope scope(profiler_, Operation::kAttention);
  const uint32_t kv_dim = config().kv_dim();
  for (uint32_t column = 0; column < columns_; ++column) {
    cache_.store(layer, position + column, row(k_, column, kv_dim), row(v_, column, kv_dim));
    attend_column(layer, column, position + column);
  }
}

// Attention of one column over all positions up to its own, into xb.
void Transformer::attend_column(uint32_t layer, uint32_t column, uint32_t position) {
  const ModelConfig& model = config();
  const uint32_t heads = model.n_heads / model.n_kv_heads;  // that share their keys and values
  const uint32_t width = heads * model.head_size;
  const uint32_t seen = position + 1;
  const auto q = row(q_, column, model.q_dim());
  const auto out = row(xb_, column, model.q_dim());
  const size_t stride = scores_.size() / heads;
  for (uint32_t kv_head = 0; kv_head < model.n_kv_heads; ++kv_head) {
    attention_scores(cache_.type(), row(q, kv_head, width), heads, prepared_,
                     cache_.keys(layer, kv_head), seen, scores_.data(), stride);
    for (uint32_t head = 0; head < heads; ++head) {
      softmax(scores_.subspan(head * stride, seen));
    }
    attention_mix(cache_.type(), row(out, kv_head, width), heads, scores_.data(), stride, prepared_,
                  cache_.values(layer, kv_head), seen);
  }
}

// x += w2 swiglu(w1 rmsnorm(x), w3 rmsnorm(x))
Status Transformer::feed_forward(uint32_t layer) {
  const auto tensor = [&](TensorRole role) { return file_->index_of(role, layer); };
  normalize(xb_, columns_of(x_, config().dim), tensor(TensorRole::kFeedForwardNorm));
  Input normed = input_of(columns_of(xb_, config().dim), config().dim);
  TRY(multiply(gate_, tensor(TensorRole::kW1), normed));
  TRY(multiply(up_, tensor(TensorRole::kW3), normed));
  gate_columns();
  Input gated = input_of(columns_of(gate_, config().hidden_dim), config().hidden_dim);
  TRY(multiply(xb_, tensor(TensorRole::kW2), gated));
  add_residual(xb_);
  return base::ok_status();
}

void Transformer::gate_columns() {
  const Profiler::Scope scope(profiler_, Operation::kSwiglu);
  swiglu(columns_of(gate_, config().hidden_dim), up_);
}

void Transformer::add_residual(std::span<const float> branch) {
  const Profiler::Scope scope(profiler_, Operation::kResidual);
  add(columns_of(x_, config().dim), branch);
}

// classifier rmsnorm(x), of the last column or of all.
base::Result<std::span<float>> Transformer::classify(Logits logits) {
  if (logits == Logits::kNone) return std::span<float>();
  const uint32_t wanted = logits == Logits::kAll ? columns_ : 1;
  const size_t width = size_t{wanted} * config().dim;
  normalize(xb_, columns_of(x_, config().dim).last(width), file_->index_of(TensorRole::kFinalNorm));
  Input normed = input_of(xb_.first(width), config().dim);
  Largest* const largest = wanted == 1 ? &likeliest_ : nullptr;
  TRY(multiply(logits_, file_->classifier_index(), normed, largest));
  return std::span<float>(logits_.first(size_t{wanted} * config().vocab_size));
}

void Transformer::normalize(std::span<float> out, std::span<const float> x, uint32_t norm_index) {
  if (norm_index == ModelFile::kAbsent) return;
  const Profiler::Scope scope(profiler_, file_->tensors()[norm_index].operation);
  const auto weight = weights_.vector(norm_index);
  const size_t width = weight.size();
  for (size_t at = 0; at < x.size(); at += width) {
    rmsnorm(out.subspan(at, width), x.subspan(at, width), weight, config().norm_eps);
  }
}

Transformer::Input Transformer::input_of(std::span<const float> values, uint32_t width) const {
  return {.columns = {.count = static_cast<uint32_t>(values.size() / width),
                      .width = width,
                      .values = values,
                      .prepared = prepared_}};
}

void Transformer::prepare(Input& input, WeightType type) {
  if (type == input.prepared_for || !reads_prepared_columns(type) ||
      share_prepared_columns(type, input.prepared_for))
    return;
  const Profiler::Scope scope(profiler_, Operation::kQuantize);
  prepare_columns(type, input.columns);
  input.prepared_for = type;
}

// out = tensor input, tile by tile as it arrives.
Status Transformer::multiply(std::span<float> out, uint32_t tensor_index, Input& input,
                             Largest* largest) {
  const Tensor& tensor = file_->tensors()[tensor_index];
  const Profiler::Scope scope(profiler_, tensor.operation);
  const Columns& columns = input.columns;
  CHECK(tensor.columns == columns.width && size_t{columns.count} * tensor.rows <= out.size());
  prepare(input, tensor.type);
  const uint32_t total = PassOrder(*file_).steps(true);
  for (uint32_t row = 0, tile = 0; tile < tensor.tile_count;) {
    if (interrupt_ != nullptr && interrupt_->should_stop(matrices_done_, total)) {
      return Status::error(ErrorCode::kCancelled, "stopped");
    }
    TRY_ASSIGN(const auto run, weights_.run_at(tensor_index, tile));
    tile += run.count;
    const uint32_t end = std::min(tile * tensor.rows_per_tile, tensor.rows);
    Largest part;
    if (largest != nullptr) part.bits = largest->bits;
    multiply_rows(tensor.type, run.data, end - row, columns, out.data() + row, tensor.rows,
                  largest != nullptr ? &part : nullptr);
    if (largest != nullptr) largest->merge(part, row);
    row = end;
  }
  add_bias(out.first(size_t{columns.count} * tensor.rows), tensor);
  ++matrices_done_;
  return base::ok_status();
}

// To each column, if the layer has one: the file has it right behind its matrix. What is behind
// that is looked at anyway, so that a model without biases pays nothing for a look at the table of
// roles.
void Transformer::add_bias(std::span<float> out, const Tensor& tensor) {
  const auto tensors = file_->tensors();
  const auto next = static_cast<uint32_t>(&tensor - tensors.data()) + 1;
  if (next == tensors.size() || !tensors[next].is_vector()) return;
  if (row_of(tensor.role).bias != tensors[next].role) return;
  const auto bias = weights_.vector(next);
  for (size_t at = 0; at < out.size(); at += bias.size()) add(out.subspan(at, bias.size()), bias);
}

}  // namespace llama
