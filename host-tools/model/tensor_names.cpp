#include "host-tools/model/tensor_names.h"

#include <iterator>

#include "host-tools/support/failure.h"

namespace host {
namespace {

using llama::TensorRole;

// "{}" stands for the layer. Null: it has no name of its own there.
struct Names {
  TensorRole role;
  const char* gguf;
  const char* hugging_face;
};

// By the numbers of the roles.
constexpr Names kNames[] = {
    {TensorRole::kEmbedding, "token_embd.weight", "model.embed_tokens.weight"},
    {TensorRole::kAttentionNorm, "blk.{}.attn_norm.weight",
     "model.layers.{}.input_layernorm.weight"},
    {TensorRole::kWq, "blk.{}.attn_q.weight", "model.layers.{}.self_attn.q_proj.weight"},
    {TensorRole::kWk, "blk.{}.attn_k.weight", "model.layers.{}.self_attn.k_proj.weight"},
    {TensorRole::kWv, "blk.{}.attn_v.weight", "model.layers.{}.self_attn.v_proj.weight"},
    {TensorRole::kWo, "blk.{}.attn_output.weight", "model.layers.{}.self_attn.o_proj.weight"},
    {TensorRole::kFeedForwardNorm, "blk.{}.ffn_norm.weight",
     "model.layers.{}.post_attention_layernorm.weight"},
    {TensorRole::kW1, "blk.{}.ffn_gate.weight", "model.layers.{}.mlp.gate_proj.weight"},
    {TensorRole::kW3, "blk.{}.ffn_up.weight", "model.layers.{}.mlp.up_proj.weight"},
    {TensorRole::kW2, "blk.{}.ffn_down.weight", "model.layers.{}.mlp.down_proj.weight"},
    {TensorRole::kFinalNorm, "output_norm.weight", "model.norm.weight"},
    {TensorRole::kClassifier, "output.weight", "lm_head.weight"},
    {TensorRole::kWqBias, "blk.{}.attn_q.bias", "model.layers.{}.self_attn.q_proj.bias"},
    {TensorRole::kWkBias, "blk.{}.attn_k.bias", "model.layers.{}.self_attn.k_proj.bias"},
    {TensorRole::kWvBias, "blk.{}.attn_v.bias", "model.layers.{}.self_attn.v_proj.bias"},
    {TensorRole::kWoBias, "blk.{}.attn_output.bias", "model.layers.{}.self_attn.o_proj.bias"},
    {TensorRole::kQueryNorm, "blk.{}.attn_q_norm.weight",
     "model.layers.{}.self_attn.q_norm.weight"},
    {TensorRole::kKeyNorm, "blk.{}.attn_k_norm.weight", "model.layers.{}.self_attn.k_norm.weight"},
    // Hugging Face has other names for these where a layer has both: by architecture.
    {TensorRole::kPostAttentionNorm, "blk.{}.post_attention_norm.weight", nullptr},
    {TensorRole::kPostFeedForwardNorm, "blk.{}.post_ffw_norm.weight",
     "model.layers.{}.post_feedforward_layernorm.weight"},
    {TensorRole::kRouter, "blk.{}.ffn_gate_inp.weight",
     "model.layers.{}.block_sparse_moe.gate.weight"},
    {TensorRole::kW1Bias, "blk.{}.ffn_gate.bias", "model.layers.{}.mlp.gate_proj.bias"},
    {TensorRole::kW3Bias, "blk.{}.ffn_up.bias", "model.layers.{}.mlp.up_proj.bias"},
    {TensorRole::kW2Bias, "blk.{}.ffn_down.bias", "model.layers.{}.mlp.down_proj.bias"},
};

constexpr bool has_a_row_for_each_role() {
  for (size_t i = 0; i < std::size(kNames); ++i) {
    if (static_cast<size_t>(kNames[i].role) != i) return false;
  }
  return std::size(kNames) == llama::kRoleLimit;
}
static_assert(has_a_row_for_each_role());

}  // namespace

std::string title_of(llama::TensorKey tensor) {
  std::string title = llama::name_of(tensor.role);
  if (tensor.expert > 0) title += " " + std::to_string(tensor.expert);
  return title;
}

std::string stored_name(NamedBy program, TensorRole role, uint32_t layer) {
  const Names& names = kNames[static_cast<size_t>(role)];
  const char* const pattern = program == NamedBy::kGguf ? names.gguf : names.hugging_face;
  return pattern == nullptr ? "" : text(pattern, layer);
}

}  // namespace host
