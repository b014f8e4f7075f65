// A .blm file opened and loaded on the host: source, arena and model together.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/clock.h"
#include "host-tools/model/file_source.h"
#include "llama/model.h"

namespace host {

class HostClock final : public base::Clock {
 public:
  uint64_t now_us() override;
};

// Pages of the operating system, aligned as an arena wants them; those never touched cost nothing.
class Memory {
 public:
  explicit Memory(uint64_t bytes);
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;
  ~Memory();
  std::span<std::byte> span() { return {data_, bytes_}; }

 private:
  std::byte* data_;
  size_t bytes_;
};

// All tokens of a text of any length. `name` is the text's, for messages.
std::vector<int32_t> encode_text(const llama::Tokenizer& tokenizer, std::string_view text,
                                 llama::AddBos add_bos, std::string_view name,
                                 llama::TextKind kind = {});

struct HostModelOptions {
  std::optional<uint64_t> ram_bytes;  // of the arena; without: as much as the model needs whole
  uint32_t context = 0;
  llama::KvType kv = llama::KvType::kF32;
  bool all_logits = false;
  size_t max_prompt_bytes = 1 << 20;
  llama::Profiler* profiler = nullptr;  // as llama::Model::Options has them
  size_t profile_spans = 0;
};

class HostModel {
 public:
  // Opens and loads; a progress bar shows on a terminal. Throws Failure with the file's name.
  HostModel(const std::filesystem::path& path, const HostModelOptions& options);

  llama::Model& model() { return model_; }
  const base::Arena& arena() const { return *arena_; }
  HostClock& clock() { return clock_; }

 private:
  FileSource source_;
  HostClock clock_;
  std::optional<Memory> memory_;
  std::optional<base::Arena> arena_;
  llama::Model model_;
};

}  // namespace host
