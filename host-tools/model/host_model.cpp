#include "host-tools/model/host_model.h"

#include <sys/mman.h>

#include <chrono>

#include "host-tools/support/failure.h"
#include "host-tools/support/progress.h"
#include "llama/kernels/fp_mode.h"

namespace host {
namespace {

class LoadBar final : public llama::LoadProgress {
 public:
  void loaded(uint64_t bytes, uint64_t of_bytes) override {
    if (!bar_) bar_.emplace("loading", of_bytes);
    bar_->update(bytes);
  }

 private:
  std::optional<Progress> bar_;
};

// More than any part of the model except its weights can take: KV cache, activations, logits.
uint64_t ample_memory(llama::WeightSource& source, const std::string& name) {
  Memory memory(source.size_bytes() + (64 << 20));
  base::Arena arena(memory.span());
  const auto file = require_value(llama::ModelFile::open(source, arena), name);
  const uint64_t cache =
      llama::KvCache::bytes(file.config(), file.config().context, llama::KvType::kF32);
  // decide_context() gives the cache half of the room at most.
  return 2 * cache + 2 * source.size_bytes() + (uint64_t{1} << 30);
}

}  // namespace

uint64_t HostClock::now_us() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(now).count());
}

Memory::Memory(uint64_t bytes) : bytes_(static_cast<size_t>(bytes)) {
  void* const pages = ::mmap(nullptr, bytes_, PROT_READ | PROT_WRITE,
                             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (pages == MAP_FAILED) fail("cannot get {} bytes of memory: {}", bytes, system_error());
  data_ = static_cast<std::byte*>(pages);
}

Memory::~Memory() { ::munmap(data_, bytes_); }

std::vector<int32_t> encode_text(const llama::Tokenizer& tokenizer, std::string_view text,
                                 llama::AddBos add_bos, std::string_view name,
                                 llama::TextKind kind) {
  Memory memory(tokenizer.scratch_bytes(text.size()) + 4096);
  base::Arena scratch(memory.span());
  std::vector<int32_t> room(tokenizer.max_tokens(text.size()));
  const auto ids = require_value(tokenizer.encode(text, add_bos, scratch, room, kind), name);
  return {ids.begin(), ids.end()};
}

HostModel::HostModel(const std::filesystem::path& path, const HostModelOptions& options)
    : source_(path) {
  llama::enter_flush_to_zero();
  const std::string name = path.string();
  memory_.emplace(options.ram_bytes ? *options.ram_bytes : ample_memory(source_, name));
  arena_.emplace(memory_->span());
  require_ok(model_.open(source_, clock_, *arena_,
                         {.transformer = {.context = options.context,
                                          .kv = options.kv,
                                          .max_columns = 8,
                                          .all_logits = options.all_logits,
                                          .weights = {}},
                          .max_prompt_bytes = options.max_prompt_bytes,
                          .profiler = options.profiler,
                          .profile_spans = options.profile_spans}),
             name);
  LoadBar bar;
  require_ok(model_.load(&bar), name);
}

}  // namespace host
