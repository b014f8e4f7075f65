// A model file of the host as a WeightSource, and the two together.
#pragma once

#include <filesystem>

#include "host-tools/files.h"
#include "llama/weight_source.h"

namespace host {

class FileSource final : public llama::WeightSource {
 public:
  // Throws Failure when the file cannot be opened.
  explicit FileSource(const std::filesystem::path& path);

 private:
  uint64_t do_size_bytes() const override { return size_; }
  base::Status do_start_read(uint64_t offset, std::span<std::byte> target) override;
  base::Status do_finish_read() override;

  Descriptor file_;
  uint64_t size_;
  uint64_t offset_ = 0;
  std::span<std::byte> target_;
};

}  // namespace host
