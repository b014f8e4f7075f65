#include "kernel/bench/self_test.h"

#include <algorithm>
#include <array>

#include "base/crc32c.h"
#include "kernel/reports/records.h"
#include "llama/logits_hash.h"

namespace kernel {

using base::ErrorCode;
using base::print;
using base::Status;

namespace {

constexpr KnownModel kModels[] = {{"tales-1m", 0xd7801ae7, 0xdd674e6c9fa9f3e0}};

// Of what is read a second time from the card, about.
constexpr uint64_t kCardBytes = 4 << 20;
constexpr size_t kPiece = 16 << 10;
// Of a model that streams more, a pass may take a minute: two must suffice.
constexpr uint64_t kQuickStream = 64 << 20;
// Positions of a model whose hash is not known.
constexpr size_t kBatch = 4;

Status stopped() { return Status::error(ErrorCode::kCancelled, "stopped"); }

struct Prompt {
  std::array<int32_t, 64> room;
  std::span<const int32_t> ids;
};

Status encode(const llama::Model& model, Prompt& prompt) {
  alignas(base::Arena::kAlignment) std::array<std::byte, 8192> memory;
  base::Arena scratch(memory);
  TRY_ASSIGN(prompt.ids,
             model.tokenizer().encode(kSelfTestPrompt, llama::AddBos::kYes, scratch, prompt.room));
  return base::ok_status();
}

// The logits after the last of `ids`, run together or one by one.
base::Result<uint64_t> last_hash(llama::Model& model, std::span<const int32_t> ids, bool together,
                                 llama::Interrupt* interrupt) {
  llama::LogitsHash hash;
  const size_t step = together ? ids.size() : 1;
  for (size_t at = 0; at < ids.size(); at += step) {
    const auto logits = model.transformer().forward(
        ids.subspan(at, step), static_cast<uint32_t>(at), llama::Logits::kLast, interrupt);
    model.transformer().settle();
    TRY(logits);
    if (at + step == ids.size()) hash.observe(0, *logits);
  }
  return hash.value();
}

// Calls `check(tensor, tile, bytes in memory)` for each pinned tile, as long as it returns ok.
template <typename Check>
Status for_each_pinned(const llama::Model& model, Check&& check) {
  const auto tensors = model.file().tensors();
  for (uint32_t index = 0; index < tensors.size(); ++index) {
    for (uint32_t tile = 0; tile < tensors[index].tile_count; ++tile) {
      const auto bytes = model.transformer().weights().pinned_tile(index, tile);
      if (!bytes.empty()) TRY(check(tensors[index], tile, bytes));
    }
  }
  return base::ok_status();
}

}  // namespace

std::span<const KnownModel> known_models() { return kModels; }

base::Result<uint64_t> greedy_hash(llama::Model& model, llama::Interrupt* interrupt) {
  Prompt prompt;
  TRY(encode(model, prompt));
  llama::LogitsHash hash;
  int32_t token = prompt.ids[0];
  for (uint32_t position = 0; position < kSelfTestPositions; ++position) {
    const auto logits =
        model.transformer().forward({&token, 1}, position, llama::Logits::kLast, interrupt);
    model.transformer().settle();
    TRY(logits);
    hash.observe(position, *logits);
    const size_t next = position + 1;
    token = next < prompt.ids.size()
                ? prompt.ids[next]
                : static_cast<int32_t>(std::ranges::max_element(*logits) - logits->begin());
  }
  return hash.value();
}

void SelfTest::check_kernels() {
  char memory[96];
  base::TextBuffer what(memory);
  for (const llama::WeightTraits* const traits : llama::weight_types()) {
    for (const llama::KnownProduct& known : traits->known_products) {
      const uint32_t crc = kernel_crc(traits->type, known.columns);
      what.clear();
      print(what, "{} matrix, {} token{}: CRC {:08x}", traits->name, known.columns,
            known.columns == 1 ? "" : "s", crc);
      if (crc != known.crc) print(what, ", expected {:08x}", known.crc);
      say(crc == known.crc, what.view());
    }
  }
  const uint32_t crc = operations_crc();
  what.clear();
  print(what, "norm, RoPE, softmax, SwiGLU: CRC {:08x}", crc);
  if (crc != known_operations_crc()) print(what, ", expected {:08x}", known_operations_crc());
  say(crc == known_operations_crc(), what.view());
}

Status SelfTest::check_model(llama::Model& model, llama::WeightSource& source,
                             llama::Interrupt& interrupt) {
  TRY(check_pinned(model));
  TRY(check_card(model, source));
  model.conversation().forget_cache();
  return check_logits(model, interrupt);
}

void SelfTest::finish() { print(out_, "selftest: {} passed, {} failed\n", passed_, failed_); }

Status SelfTest::check_pinned(const llama::Model& model) {
  uint32_t tiles = 0;
  uint32_t damaged = 0;
  uint64_t bytes = 0;
  TRY(for_each_pinned(model, [&](const llama::Tensor& tensor, uint32_t tile, auto data) {
    if (stop_.stop_requested()) return stopped();
    ++tiles;
    bytes += data.size();
    if (base::crc32c(data) != model.file().tile_crc(tensor.first_tile + tile)) ++damaged;
    return base::ok_status();
  }));
  char memory[96];
  base::TextBuffer what(memory);
  print(what, "{} tiles in memory, {:.1} MiB: {} differ from their CRC", tiles,
        static_cast<double>(bytes) / 1048576, damaged);
  say(damaged == 0, what.view());
  return base::ok_status();
}

// Some tiles from all over the model: as many as make kCardBytes.
Status SelfTest::check_card(const llama::Model& model, llama::WeightSource& source) {
  const uint64_t every =
      std::max<uint64_t>(1, model.transformer().weights().pinned_bytes() / kCardBytes);
  uint64_t seen = 0;
  uint64_t bytes = 0;
  uint32_t differing = 0;
  alignas(llama::WeightSource::kTargetAlignment) std::array<std::byte, kPiece> again;
  const Status read =
      for_each_pinned(model, [&](const llama::Tensor& tensor, uint32_t tile, auto data) {
        if (seen++ % every != 0) return base::ok_status();
        for (size_t at = 0; at < data.size(); at += kPiece) {
          if (stop_.stop_requested()) return stopped();
          const auto piece = data.subspan(at, std::min(kPiece, data.size() - at));
          const auto target = std::span(again).first(piece.size());
          TRY(source.read(tensor.offset_of_tile(tile) + at, target));
          bytes += piece.size();
          if (!std::ranges::equal(piece, target)) ++differing;
        }
        return base::ok_status();
      });
  if (read.code() == ErrorCode::kCancelled) return read;
  char memory[256];
  base::TextBuffer what(memory);
  print(what, "{:.1} MB read from the card again: ", static_cast<double>(bytes) / 1e6);
  if (read.ok()) {
    print(what, "{} pieces differ from memory", differing);
  } else {
    print(what, read);
  }
  say(read.ok() && differing == 0, what.view());
  return base::ok_status();
}

Status SelfTest::check_logits(llama::Model& model, llama::Interrupt& interrupt) {
  for (const KnownModel& known : known_models()) {
    if (model.transformer().context() < kSelfTestPositions) break;
    if (model.file().directory_crc() != known.directory_crc) continue;
    return check_known(model, known, interrupt);
  }
  return check_twice(model, interrupt);
}

Status SelfTest::check_known(llama::Model& model, const KnownModel& known,
                             llama::Interrupt& interrupt) {
  TRY_ASSIGN(const uint64_t hash, greedy_hash(model, &interrupt));
  char memory[128];
  base::TextBuffer what(memory);
  print(what, "{}, logits of {} positions: {:016x}", known.name, kSelfTestPositions, hash);
  if (hash != known.logits_hash) print(what, ", expected {:016x}", known.logits_hash);
  say(hash == known.logits_hash, what.view());
  return base::ok_status();
}

Status SelfTest::check_twice(llama::Model& model, llama::Interrupt& interrupt) {
  Prompt prompt;
  TRY(encode(model, prompt));
  const auto ids = prompt.ids.first(
      std::min({kBatch, prompt.ids.size(), size_t{model.transformer().context()}}));
  const bool is_quick = model.transformer().weights().streamed_bytes() <= kQuickStream;
  TRY_ASSIGN(const uint64_t first, last_hash(model, ids, true, &interrupt));
  TRY_ASSIGN(const uint64_t second, last_hash(model, ids, !is_quick, &interrupt));
  char memory[160];
  base::TextBuffer what(memory);
  print(what,
        "logits after {} tokens, at once and {}: {:016x}, {:016x} (no hash is known of this "
        "model)",
        ids.size(), is_quick ? "one by one" : "at once again", first, second);
  say(first == second, what.view());
  return base::ok_status();
}

void SelfTest::say(bool passed, std::string_view what) {
  ++(passed ? passed_ : failed_);
  print(out_, "  {} {}\n", passed ? "pass" : "FAIL", what);
  if (records_ != nullptr) record_self_test(*records_, passed, what);
}

}  // namespace kernel
