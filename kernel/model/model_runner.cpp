#include "kernel/model/model_runner.h"

#include <algorithm>
#include <array>

#include "kernel/model/card_model.h"
#include "libpi/fs/file_reader.h"
#include "llama/model/model_parts.h"

namespace kernel {

using base::ErrorCode;
using base::Status;

namespace {

// Of one pass: enough for 32 layers with a hundred waits each; 96 KiB.
constexpr size_t kTracedSpans = 4096;

constexpr uint64_t kTellingBytes = 4 << 20;  // a fifth of a second of reading

// Of a model, with all of its parts; what is not a model has its own size.
uint64_t bytes_of_model(pi::FatVolume& volume, const pi::FileInfo& first) {
  std::array<std::byte, llama::ModelParts::kHeaderBytes> header;
  if (first.size < header.size()) return first.size;
  auto reader = pi::FileReader::open(volume, first);
  if (!reader.ok() || !reader->read(0, header).ok()) return first.size;
  const auto parts = llama::ModelParts::read(header);
  return parts.ok() && parts->count > 1 ? parts->file_bytes() : first.size;
}

}  // namespace

Status ModelRunner::mount() {
  volume_.reset();
  loaded_ = false;
  model_.reset();
  TRY_ASSIGN(device_, machine_.open_card());
  TRY_ASSIGN(volume_, pi::FatVolume::mount(*device_, mount_scratch_));
  return base::ok_status();
}

Status ModelRunner::read_ini(Settings& settings, base::TextSink& complaints) {
  return apply_card_ini(settings, *volume_, ini_, &complaints);
}

base::Result<uint32_t> ModelRunner::list_models(base::TextSink& out) {
  TRY_ASSIGN(auto folder, volume_->open_folder(volume_->root()));
  uint32_t count = 0;
  pi::FileInfo info;
  for (;;) {
    TRY_ASSIGN(const bool there, folder.next(info));
    if (!there) return count;
    if (info.is_folder || !is_model_name(info.name())) continue;
    ++count;
    base::print(out, "  {:-32} {:8.1} MB\n", info.name(),
                static_cast<double>(bytes_of_model(*volume_, info)) / 1e6);
  }
}

base::Result<pi::FileInfo> ModelRunner::find_model(const Settings& settings) {
  if (!settings.model.view().empty()) {
    static_cast<void>(wanted_.set(settings.model.view()));
    return volume_->find(settings.model.view());
  }
  static_cast<void>(wanted_.set(""));
  TRY_ASSIGN(auto folder, volume_->open_folder(volume_->root()));
  pi::FileInfo info;
  for (;;) {
    TRY_ASSIGN(const bool there, folder.next(info));
    if (!there) {
      return Status::error(ErrorCode::kNotFound,
                           "the card has no model: copy a .blm file into its root folder");
    }
    if (info.is_folder || !is_model_name(info.name())) continue;
    static_cast<void>(wanted_.set(info.name()));
    return info;
  }
}

Status ModelRunner::load(const Settings& settings, llama::LoadProgress* progress) {
  TRY_ASSIGN(const pi::FileInfo file, find_model(settings));
  if (file.is_folder) {
    return Status::error(ErrorCode::kInvalidArgument, "this is a folder, not a model file");
  }
  if (loaded_) TRY(rehearse(settings, file, progress));
  unload();
  name_ = wanted_;
  TRY(open_model(settings, file));
  TRY(model_->load(progress));
  loaded_ = true;
  return base::ok_status();
}

std::span<std::byte> ModelRunner::free_memory() {
  const std::span<std::byte> all = machine_.memory();
  return loaded_ ? all.subspan(static_cast<size_t>(arena_->used())) : all;
}

void ModelRunner::unload() {
  loaded_ = false;
  model_.reset();
}

std::span<std::byte> ModelRunner::memory_for(const Settings& settings) const {
  const std::span<std::byte> memory = machine_.memory();
  if (settings.ram_mib <= 0) return memory;
  const auto limit = static_cast<uint64_t>(settings.ram_mib * 1048576) / base::Arena::kAlignment *
                     base::Arena::kAlignment;
  return memory.first(static_cast<size_t>(std::min<uint64_t>(limit, memory.size())));
}

llama::Model::Options ModelRunner::options_for(const Settings& settings) {
  const bool traces = settings.profile == Settings::Profile::kTrace;
  return {.transformer = {.context = settings.ctx,
                          .kv = settings.kv,
                          .max_columns = 8,
                          .all_logits = settings.hash,
                          .weights = {}},
          .profiler = settings.profile != Settings::Profile::kOff ? &profiler_ : nullptr,
          .profile_spans = traces ? kTracedSpans : 0};
}

Status ModelRunner::open_model(const Settings& settings, const pi::FileInfo& file) {
  arena_.emplace(memory_for(settings));
  TRY_ASSIGN(const CardModel found, find_card_model(*volume_, file, name_.view(), *arena_));
  source_ = FileWeightSource(*device_, found.extents, found.bytes);
  model_.emplace();
  extents_bytes_ = arena_->used();
  model_options_ = options_for(settings);
  is_profiled_ = model_options_.profiler != nullptr;
  return model_->open(source_, machine_.clock(), *arena_, model_options_);
}

base::Result<llama::Plan> ModelRunner::plan() {
  return llama::Plan::make(*model_, source_, machine_.clock(), arena_->capacity(), extents_bytes_,
                           model_options_);
}

llama::Pace ModelRunner::usual_pace() const {
  llama::Pace pace;
  const uint32_t arm_hz = machine_.instruments().facts().arm_hz;
  if (arm_hz != 0) pace.core_hz = arm_hz;
  return pace;
}

llama::Pace ModelRunner::pace(const Settings& settings) const {
  llama::Pace pace = usual_pace();
  // How long loading took shows how fast the card is.
  const llama::WeightCounters& loaded = model_->transformer().weights().counters();
  if (loaded.bytes_read >= kTellingBytes && loaded.transfer_us > 0) {
    pace.card_bytes_per_s =
        static_cast<double>(loaded.bytes_read) * 1e6 / static_cast<double>(loaded.transfer_us);
  }
  // What was measured, or set by the user, wins; it was checked when it was set.
  static_cast<void>(pace.apply(settings.pace.view()));
  return pace;
}

base::Result<ModelRunner::Told> ModelRunner::tell(std::string_view prompt, const Settings& settings,
                                                  llama::Interrupt* interrupt,
                                                  base::TextSink& out) {
  llama::LogitsHash hash;
  Told told{};
  // The time since start is random enough for a story; the generator refuses 0.
  told.seed = settings.seed != 0 ? settings.seed : machine_.clock().now_us() | 1;
  const llama::Generator::Request request = {.prompt = prompt,
                                             .steps = settings.steps,
                                             .ignore_eos = settings.ignore_eos,
                                             .sampling = {.temperature = settings.temperature,
                                                          .top_p = settings.top_p,
                                                          .seed = told.seed,
                                                          .top_k = settings.top_k,
                                                          .min_p = settings.min_p,
                                                          .repeat_penalty = settings.repeat_penalty,
                                                          .repeat_last = settings.repeat_last},
                                             .chat = chats(settings) ? &*model_->chat() : nullptr,
                                             .system = settings.system.view(),
                                             .interrupt = interrupt,
                                             .observer = settings.hash ? &hash : nullptr};
  TRY_ASSIGN(told.generation, model_->generate(request, out));
  if (settings.hash) told.hash = hash.value();
  return told;
}

}  // namespace kernel
