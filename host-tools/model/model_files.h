// The files of a model on the host: one, or several parts (llama/model/model_parts.h).
#pragma once

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <memory>
#include <span>
#include <vector>

#include "host-tools/support/files.h"
#include "llama/model/model_parts.h"

namespace host {

struct ModelFiles {
  llama::ModelParts parts;
  std::vector<std::filesystem::path> paths;  // of each part
};

// Of the model whose first file is `first`. Throws Failure when a part is missing, or is not one of
// this model. What is not a model at all has one part.
ModelFiles find_model_files(const std::filesystem::path& first);

std::filesystem::path path_of_part(const std::filesystem::path& first, uint32_t part);

// Removes the parts after part `count` that an earlier and larger model of this name left next to
// `first`.
void remove_stale_parts(const std::filesystem::path& first, uint32_t count);

// Files that appear together: none of them exists before commit().
class PendingModelFiles {
 public:
  // Creates the first one next to `first`, so that a bad place is known before the work.
  explicit PendingModelFiles(const std::filesystem::path& first);

  // Before the first put(); directory_crc is not needed yet.
  void set_parts(const llama::ModelParts& parts) { parts_ = parts; }
  // The next bytes of the whole.
  void put(std::span<const std::byte> bytes);
  uint64_t position() const { return position_; }
  // Puts the bytes at the beginning of the whole into their place, and the headers of all parts.
  // `head` begins with the model's own header, and lies in the first part.
  void put_head(std::span<std::byte> head, uint32_t directory_crc);
  // Then all are there, and parts of an earlier model of this name are gone.
  void commit();

 private:
  struct File {
    explicit File(const std::filesystem::path& target) : pending(target) {
      stream.open(pending.path(), std::ios::binary | std::ios::out | std::ios::trunc);
    }
    PendingFile pending;
    std::ofstream stream;
  };

  void write(File& file, std::span<const std::byte> bytes) const;

  std::filesystem::path first_;
  llama::ModelParts parts_;
  std::vector<std::unique_ptr<File>> files_;
  uint64_t position_ = 0;
};

}  // namespace host
