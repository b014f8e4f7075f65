// Any bytes as a safetensors file: a table of tensors within it, or a Failure.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "host-tools/model/safetensors.h"
#include "host-tools/support/failure.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  host::TensorTable tensors;
  try {
    host::read_safetensors(std::as_bytes(std::span(data, size)), "input", tensors);
  } catch (const host::Failure&) {
    return 0;
  }
  for (const auto& [name, tensor] : tensors) {
    const auto block = host::block_of(tensor.type);
    if (tensor.bytes.size() != tensor.rows * tensor.columns * block.bytes) std::abort();
    std::vector<float> values(tensor.bytes.size() / block.bytes);
    decode_blocks(tensor.type, tensor.bytes, values);
  }
  return 0;
}
