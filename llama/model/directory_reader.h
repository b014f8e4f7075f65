// Reads the directory of a model file into its tables and checks it: afterwards all that a
// ModelFile says is within the file, and of shapes that fit its configuration.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/status.h"
#include "llama/model/model_file.h"

namespace llama {

// Bytes of a directory, padding included.
uint64_t directory_bytes(uint32_t segments, uint32_t tensors, uint32_t tile_starts, uint32_t tiles);

class DirectoryReader {
 public:
  // `file` has read its header and taken its tables; both outlive the reader.
  DirectoryReader(ModelFile& file, std::span<const std::byte> directory)
      : file_(file), config_(file.config_), left_(directory) {}

  // kCorrupt, kUnsupported: as ModelFile::open().
  base::Status read();

 private:
  std::span<const std::byte> take(uint64_t bytes);
  base::Status read_segments();
  base::Status place_segment(uint32_t index);
  void read_numbers(std::span<uint32_t> numbers);
  base::Status read_tensors(std::span<const std::byte> table);
  base::Status check_known(const Tensor& tensor, uint32_t number) const;
  base::Status find_segment(Tensor& tensor);
  base::Status check_tiles(const Tensor& tensor) const;
  base::Status check_place(const Tensor& tensor) const;
  base::Status take_tile_starts(Tensor& tensor, uint32_t first);
  base::Status check_tile_starts(const Tensor& tensor) const;
  base::Status add(Tensor tensor);
  base::Status check_complete() const;
  void order_pass();

  ModelFile& file_;
  const ModelConfig& config_;
  std::span<const std::byte> left_;  // of the directory

  uint32_t weight_segments_ = 0;  // found so far: embedding, layers, final
  bool has_tokenizer_ = false;
  bool has_chat_ = false;

  uint32_t tensor_count_ = 0;  // that are kept
  uint64_t next_order_ = 0;    // no tensor that comes is before it in the order of execution
  uint64_t next_tile_ = 0;
  uint32_t next_start_ = 0;
  uint64_t end_ = 0;      // of the tensor before
  uint32_t segment_ = 0;  // of the tensor before
};

}  // namespace llama
