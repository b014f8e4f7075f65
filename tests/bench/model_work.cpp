#include "tests/bench/model_work.h"

#include "host-tools/model/host_model.h"
#include "host-tools/support/failure.h"
#include "llama/model/model_file.h"

namespace bench {

namespace {

uint64_t macs(llama::TensorRole role, const llama::ModelConfig& config) {
  const llama::TensorShape shape = llama::shape_of(role, config);
  return uint64_t{shape.rows} * shape.columns;
}

}  // namespace

uint64_t matrix_macs(const llama::ModelConfig& config) {
  uint64_t layer = 0;
  for (const llama::TensorRow& row : llama::layer_table()) {
    if (row.place == llama::TensorPlace::kLayer && row.form == llama::TensorForm::kMatrix &&
        llama::is_required(row, config)) {
      layer += macs(row.role, config);
    }
  }
  return config.n_layers * layer + classifier_macs(config);
}

uint64_t classifier_macs(const llama::ModelConfig& config) {
  return macs(llama::TensorRole::kClassifier, config);
}

uint64_t attention_macs(const llama::ModelConfig& config, uint32_t position) {
  return uint64_t{2} * config.n_layers * config.q_dim() * (uint64_t{position} + 1);
}

ModelFacts read_facts(const std::filesystem::path& model) {
  // The directory of the model is all that is read; what is not touched costs nothing.
  constexpr uint64_t kRoom = 64 << 20;
  host::FileSource source(model);
  host::Memory memory(kRoom);
  base::Arena arena(memory.span());
  const auto file = host::require_value(llama::ModelFile::open(source, arena), model.string());
  const uint32_t wq = file.index_of(llama::TensorRole::kWq);
  return {file.config(), llama::name_of(file.tensors()[wq].type)};
}

uint32_t count_tokens(const std::filesystem::path& model, std::string_view prompt) {
  host::HostModel loaded(model, {});
  return static_cast<uint32_t>(
      host::encode_text(loaded.model().tokenizer(), prompt, llama::AddBos::kYes, "the prompt")
          .size());
}

}  // namespace bench
