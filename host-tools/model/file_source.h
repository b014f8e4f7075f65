// A model's file on the host, or all of its parts, as a WeightSource.
#pragma once

#include <filesystem>
#include <vector>

#include "host-tools/support/files.h"
#include "llama/model/model_parts.h"
#include "llama/model/weight_source.h"

namespace host {

class FileSource final : public llama::WeightSource {
 public:
  // `path` is the first part. Throws Failure when a part is missing or cannot be opened.
  explicit FileSource(const std::filesystem::path& path);

 private:
  uint64_t do_size_bytes() const override { return size_; }
  base::Status do_start_read(uint64_t offset, std::span<std::byte> target) override;
  base::Status do_finish_read() override;

  struct Place {
    int file;
    uint64_t offset;  // in the file
    uint64_t bytes;   // that follow there
  };
  Place place_of(uint64_t offset) const;

  std::vector<Descriptor> files_;
  llama::ModelParts parts_;
  uint64_t size_ = 0;
  uint64_t offset_ = 0;
  std::span<std::byte> target_;
};

}  // namespace host
