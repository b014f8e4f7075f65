// What is known of a model before another one makes room for it.
#include <algorithm>
#include <optional>
#include <string_view>

#include "kernel/model/card_model.h"
#include "kernel/model/model_runner.h"
#include "llama/model/segment_checksum.h"

namespace kernel {

using base::ErrorCode;
using base::Status;

namespace {

// For the largest read of a card; a source reads whole units.
constexpr size_t kMostReadBytes = 1 << 20;
constexpr size_t kLeastReadBytes = 4096;

}  // namespace

struct ModelRunner::Trial {
  explicit Trial(std::span<std::byte> memory) : arena(memory) {}

  base::Arena arena;
  FileWeightSource source;
  llama::Model model;
  uint64_t extents_bytes = 0;
  std::span<std::byte> buffer;
};

// What the loaded model leaves, and the weights of its matrices: they lie at the end of what it
// took, and can be read again.
std::span<std::byte> ModelRunner::lent_memory() {
  uint64_t weights = 0;
  for (const base::Arena::Use& use : arena_->uses()) {
    if (std::string_view(use.tag) == llama::Weights::kPinnedTag) weights = use.bytes;
  }
  return machine_.memory().subspan(static_cast<size_t>(arena_->used() - weights));
}

Status ModelRunner::rehearse(const Settings& settings, const pi::FileInfo& file,
                             llama::LoadProgress* progress) {
  std::optional<Trial> trial(free_memory());
  Status seen = look_at(file, *trial);
  const bool is_lent = seen.code() == ErrorCode::kOutOfMemory;
  if (is_lent) {
    trial.emplace(lent_memory());
    seen = look_at(file, *trial);
    // Not even there: it cannot be told without giving all up.
    if (seen.code() == ErrorCode::kOutOfMemory) return base::ok_status();
  }
  if (seen.ok()) seen = try_out(settings, *trial, progress);
  if (seen.ok() || !is_lent) return seen;
  loaded_ = model_->load(progress).ok();
  return seen;
}

// Reads what is needed to know the model.
Status ModelRunner::look_at(const pi::FileInfo& file, Trial& trial) {
  TRY_ASSIGN(const CardModel found, find_card_model(*volume_, file, wanted_.view(), trial.arena));
  trial.source = FileWeightSource(*device_, found.extents, found.bytes);
  trial.extents_bytes = trial.arena.used();
  TRY(trial.model.open_directory(trial.source, trial.arena));
  const uint64_t room = std::min<uint64_t>(trial.arena.available(), kMostReadBytes);
  const uint64_t bytes = std::max(room / kLeastReadBytes, uint64_t{1}) * kLeastReadBytes;
  TRY_ASSIGN(trial.buffer, trial.arena.allocate<std::byte>(bytes, "trial"));
  return base::ok_status();
}

// Whether it fits, and is whole. Weights that were checked when they were loaded are not read
// again, nor are any when there is nothing to lose but time.
Status ModelRunner::try_out(const Settings& settings, Trial& trial, llama::LoadProgress* progress) {
  const auto fits =
      llama::Plan::make(trial.model, trial.source, machine_.clock(), memory_for(settings).size(),
                        trial.extents_bytes, options_for(settings));
  TRY(fits.status());
  const bool is_other = trial.model.file().directory_crc() != model_->file().directory_crc();
  if (!is_other || model_->conversation().turns() == 0) return base::ok_status();
  loading_ = &trial.source;
  const Status checked = check_weights(trial, progress);
  loading_ = &source_;
  return checked;
}

Status ModelRunner::check_weights(Trial& trial, llama::LoadProgress* progress) {
  for (const llama::Segment& segment : trial.model.file().segments()) {
    uint32_t crc = 0;
    for (uint64_t at = 0; at < segment.bytes;) {
      TRY_ASSIGN(const size_t count,
                 llama::add_to_checksum(segment, at, trial.source, trial.buffer, crc));
      at += count;
      if (progress != nullptr) progress->loaded(segment.offset + at, trial.source.size_bytes());
    }
    if (crc == segment.crc) continue;
    return Status::error(ErrorCode::kCorrupt,
                         "the model is damaged at bytes {} to {}: copy it again", segment.offset,
                         segment.offset + segment.bytes - 1);
  }
  return base::ok_status();
}

}  // namespace kernel
