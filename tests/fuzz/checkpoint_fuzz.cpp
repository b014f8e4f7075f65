// Any bytes as a llama2.c checkpoint and as a tokenizer.bin: tensors within the file, a tokenizer
// segment that can be opened, or a Failure.
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <vector>

#include "host-tools/model/checkpoint.h"
#include "host-tools/model/tokenizer_builder.h"
#include "host-tools/support/failure.h"
#include "llama/model/model_file.h"

namespace {

// Checkpoints are read from files: one in memory, each time with other bytes.
class File {
 public:
  void fill(std::span<const std::byte> bytes) {
    if (::ftruncate(file_, 0) != 0 ||
        ::pwrite(file_, bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
      std::abort();
    }
  }
  std::filesystem::path path() const { return "/proc/self/fd/" + std::to_string(file_); }

 private:
  int file_ = ::memfd_create("checkpoint", 0);
};

// First and last row of each tensor: with a file as long as its header says, no read may fail.
void read_all(host::WeightReader& weights) {
  for (uint16_t role = 0; role <= static_cast<uint16_t>(llama::TensorRole::kClassifier); ++role) {
    const auto shape = llama::shape_of(static_cast<llama::TensorRole>(role), weights.config());
    std::vector<float> row(shape.columns);
    weights.read_rows({static_cast<llama::TensorRole>(role)}, 0, row);
    weights.read_rows({static_cast<llama::TensorRole>(role)}, shape.rows - 1, row);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static File file;
  const auto bytes = std::as_bytes(std::span(data, size));
  file.fill(bytes);
  std::unique_ptr<host::WeightReader> weights;
  try {
    weights = host::open_checkpoint(file.path());
  } catch (const host::Failure&) {
  }
  if (weights) read_all(*weights);  // a Failure ends the program here
  for (const uint32_t vocabulary_size : {0u, 259u, 300u}) {
    const auto source = host::read_llama2c_tokenizer(bytes, vocabulary_size);
    if (!source.ok()) continue;
    const auto segment = host::build_tokenizer_segment(*source);
    if (segment.ok() && !llama::Vocabulary::open(*segment).ok()) std::abort();
  }
  return 0;
}
