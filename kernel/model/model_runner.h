// The model on the card, from its name to its text: mounts the card, opens and loads the model,
// generates. Knows nothing of the console that owns it (kernel/console/console.h).
#pragma once

#include <array>
#include <optional>

#include "base/align.h"
#include "base/arena.h"
#include "base/status.h"
#include "kernel/machine.h"
#include "kernel/model/file_weight_source.h"
#include "kernel/settings/settings.h"
#include "kernel/settings/settings_sources.h"
#include "libpi/fs/fat_volume.h"
#include "llama/logits_hash.h"
#include "llama/model.h"
#include "llama/plan.h"

namespace kernel {

class ModelRunner {
 public:
  static constexpr size_t kMountScratch = 64 * 1024;

  explicit ModelRunner(Machine& machine)
      : machine_(machine), profiler_(machine.instruments().ticks()) {}
  ModelRunner(const ModelRunner&) = delete;
  ModelRunner& operator=(const ModelRunner&) = delete;

  // Finds the card and its file system. What was loaded before is gone.
  base::Status mount();
  bool is_mounted() const { return volume_.has_value(); }
  const pi::FatVolume& volume() const { return *volume_; }

  // Reads barellama.ini into `settings`; without one all stays. Mistakes in it go to `complaints`.
  base::Status read_ini(Settings& settings, base::TextSink& complaints);

  // Lists the models in the card's root folder on `out`, one per line. Returns how many there are.
  base::Result<uint32_t> list_models(base::TextSink& out);

  // Opens and loads the model that the settings name, or the first one of the card. kNotFound
  // without one; and the errors of opening and loading. Its name is wanted_name(), also after an
  // error.
  //
  // The model that is loaded stays, with its conversation, until all is known of the new one that
  // can be told without its memory: what it is, whether it fits and, if there is a conversation to
  // lose, whether it is undamaged. Then is_loaded() says whether it was kept.
  base::Status load(const Settings& settings, llama::LoadProgress* progress);
  // From within `progress`: load() then ends with kCancelled.
  void stop_loading() { loading_->cancel(); }
  bool is_loaded() const { return loaded_; }
  std::string_view model_name() const { return name_.view(); }  // of the loaded one
  std::string_view wanted_name() const { return wanted_.view(); }
  const llama::Model& model() const { return *model_; }
  llama::Model& model() { return *model_; }
  // What open_model() took, and how long a token should take: the same as a tool of the host
  // predicts (llama/plan.h), but for what loading and the setting `pace` say of this board. With a
  // model.
  base::Result<llama::Plan> plan();
  llama::Pace pace(const Settings& settings) const;
  // Of a Pi Zero with this one's clock.
  llama::Pace usual_pace() const;
  // From which the model's weights come.
  llama::WeightSource& source() { return source_; }
  const base::Arena& arena() const { return *arena_; }
  // Of the loaded model; null without one, and when the setting `profile` was off as it was loaded.
  llama::Profiler* profiler() { return loaded_ && is_profiled_ ? &profiler_ : nullptr; }

  // For measurements: the card, null without one; the block at which the loaded model begins, or 0;
  // and the memory that the model leaves.
  pi::BlockDevice* device() { return is_mounted() ? device_ : nullptr; }
  uint64_t first_block() const { return loaded_ ? source_.first_block() : 0; }
  std::span<std::byte> free_memory();
  // Gives the model's memory back.
  void unload();

  // Whether what is typed is asked, or continued. With a model.
  bool chats(const Settings& settings) const {
    return settings.chat != Settings::Chat::kOff && model_->chat().ok();
  }

  struct Told {
    llama::Generation generation;
    uint64_t seed;
    std::optional<uint64_t> hash;
  };
  // A story that begins with `prompt`; of a model that chats, the answer to it.
  base::Result<Told> tell(std::string_view prompt, const Settings& settings,
                          llama::Interrupt* interrupt, base::TextSink& out);
  // llama::Model::perplexity(), of the loaded model.
  base::Result<llama::Perplexity> perplexity(std::string_view text, llama::Interrupt* interrupt) {
    return model_->perplexity(text, interrupt, nullptr);
  }

 private:
  struct Trial;

  base::Result<pi::FileInfo> find_model(const Settings& settings);
  base::Status open_model(const Settings& settings, const pi::FileInfo& file);
  std::span<std::byte> memory_for(const Settings& settings) const;
  llama::Model::Options options_for(const Settings& settings);
  // Of load(), while another model is loaded: its weights may make room, and are read again.
  base::Status rehearse(const Settings& settings, const pi::FileInfo& file,
                        llama::LoadProgress* progress);
  base::Status look_at(const pi::FileInfo& file, Trial& trial);
  base::Status try_out(const Settings& settings, Trial& trial, llama::LoadProgress* progress);
  base::Status check_weights(Trial& trial, llama::LoadProgress* progress);
  std::span<std::byte> lent_memory();

  Machine& machine_;
  pi::BlockDevice* device_ = nullptr;
  std::optional<pi::FatVolume> volume_;
  std::optional<base::Arena> arena_;
  FileWeightSource source_;
  FileWeightSource* loading_ = &source_;
  llama::Profiler profiler_;
  bool is_profiled_ = false;
  llama::Model::Options model_options_;
  uint64_t extents_bytes_ = 0;  // of the arena
  std::optional<llama::Model> model_;
  SettingText<255> name_;
  SettingText<255> wanted_;
  bool loaded_ = false;
  alignas(base::kCacheLineBytes) std::array<std::byte, kMountScratch> mount_scratch_;
  std::array<char, kMaxIniBytes> ini_;
};

}  // namespace kernel
