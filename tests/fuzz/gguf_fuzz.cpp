// Any bytes as a GGUF file: a Llama's configuration, tensors and tokenizer, or a Failure.
#include <cstddef>
#include <cstdint>
#include <span>

#include "host-tools/model/gguf_model.h"
#include "host-tools/model/vocabulary_reader.h"
#include "host-tools/support/failure.h"

namespace {

const host::StoredTensor* find(const host::Gguf& gguf, const char* name) {
  const auto found = gguf.tensors().find(name);
  return found == gguf.tensors().end() ? nullptr : &found->second;
}

void decode_all(const host::TensorTable& tensors) {
  for (const auto& [name, tensor] : tensors) {
    const auto block = host::block_of(tensor.type);
    std::vector<float> row(static_cast<size_t>(tensor.columns));
    decode_blocks(tensor.type, tensor.bytes.first(row.size() / block.values * block.bytes), row);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  try {
    const host::Gguf gguf(std::as_bytes(std::span(data, size)), "input");
    decode_all(gguf.tensors());
    try {
      (void)build_tokenizer_segment(host::read_gguf_vocabulary(gguf));
    } catch (const host::Failure&) {
    }
    (void)host::read_gguf_config(gguf, find(gguf, "token_embd.weight"),
                                 find(gguf, "rope_freqs.weight"));
  } catch (const host::Failure&) {
  }
  return 0;
}
