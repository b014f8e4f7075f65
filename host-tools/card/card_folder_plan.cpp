#include "host-tools/card/card_folder_plan.h"

#include <algorithm>
#include <string_view>

#include "host-tools/card/card_manifest.h"
#include "host-tools/card/other_system.h"
#include "host-tools/model/model_files.h"
#include "host-tools/support/failure.h"
#include "host-tools/support/files.h"
#include "kernel/settings/settings.h"
#include "libpi/fs/file_name.h"

namespace host {

namespace fs = std::filesystem;

namespace {

using Fate = FolderStep::Fate;

constexpr std::string_view kSettingsName = "barellama.ini";
constexpr std::string_view kAside = ".before-barellama";
constexpr size_t kMostNameBytes = 255;

class Planner {
 public:
  Planner(const fs::path& folder, const FolderRules& rules, Interrupts& interrupts)
      : folder_(folder), rules_(rules), interrupts_(interrupts) {
    for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
      names_.push_back(entry.path().filename().string());
    }
    const fs::path manifest = target_of(CardManifest::kName);
    if (fs::is_regular_file(manifest)) old_ = CardManifest(read_file(manifest));
    manifest_ = old_;
  }

  FolderPlan make(const std::vector<CardFile>& files, const fs::path& own) {
    for (const CardFile& file : files) {
      plan_.steps.push_back(step_for(file));
      if (file.is_model && file.name.ends_with(".blm")) add_stale_parts(plan_.steps.back());
    }
    plan_.steps.push_back(step_for(manifest_.write(own)));
    return std::move(plan_);
  }

 private:
  // A FAT volume knows no difference between large and small letters, and the folder may.
  fs::path target_of(std::string_view name) const {
    const auto found = std::ranges::find_if(
        names_, [&](const std::string& other) { return pi::is_same_name(other, name); });
    return folder_ / (found == names_.end() ? fs::path(name) : fs::path(*found));
  }

  // A name that nothing has, so that what was put aside earlier stays as well.
  fs::path aside_for(const fs::path& target) {
    const std::string base = target.filename().string() + std::string(kAside);
    std::string name = base;
    for (int number = 2; fs::exists(fs::symlink_status(target_of(name))); ++number) {
      name = text("{}-{}", base, number);
    }
    if (name.size() > kMostNameBytes) {
      fail("{}: is not ours, and too long a name to be kept beside it; move it away",
           target.string());
    }
    names_.push_back(name);
    return folder_ / name;
  }

  bool is_listed(const fs::path& path) {
    const CardManifest::Entry* const entry = old_.find(path.filename().string());
    return entry != nullptr && entry->size == fs::file_size(path) &&
           entry->crc == file_checksum(path, interrupts_);
  }

  bool is_ours(const FolderStep& step) {
    if (step.file.name == CardManifest::kName) {
      return CardManifest::is_manifest(read_file(step.target));
    }
    const bool is_image = step.file.name.ends_with(".img");
    return is_listed(step.target) || (is_image && is_own_image(step.target));
  }

  FolderStep step_for(const CardFile& file) {
    FolderStep step{.file = file, .target = target_of(file.name), .aside = {}};
    const fs::file_status status = fs::symlink_status(step.target);
    const uint32_t crc = file_checksum(file.source, interrupts_);
    if (fs::exists(status)) {
      if (!fs::is_regular_file(status)) {
        fail("{}: is not a file, and in the way of {}; move it away", step.target.string(),
             file.name);
      }
      const bool is_same =
          fs::file_size(step.target) == file.size && file_checksum(step.target, interrupts_) == crc;
      if (is_same) {
        step.fate = Fate::kSame;
      } else if (pi::is_same_name(file.name, kSettingsName) && !rules_.replaces_settings) {
        step.fate = Fate::kStay;
        return step;
      } else if (!is_ours(step)) {
        step.fate = Fate::kPutAside;
        step.aside = aside_for(step.target);
      }
    }
    manifest_.put({file.name, file.size, crc});
    return step;
  }

  // Of the model that was there before under the same name: they go where it goes.
  void add_stale_parts(const FolderStep& model) {
    if (model.file.name.size() <= llama::ModelParts::kNumberBytes) return;
    const uint32_t count = find_model_files(model.file.source).parts.count;
    for (uint32_t part = count + 1; part <= llama::ModelParts::kMost; ++part) {
      if (part == 1) continue;
      const fs::path path =
          target_of(path_of_part(folder_ / model.file.name, part).filename().string());
      if (!fs::is_regular_file(fs::symlink_status(path))) return;
      if (model.fate == Fate::kPutAside) {
        plan_.stale_parts.push_back({path, aside_for(path)});
      } else if (is_listed(path)) {
        plan_.stale_parts.push_back({path, {}});
      }
    }
  }

  fs::path folder_;
  const FolderRules& rules_;
  Interrupts& interrupts_;
  std::vector<std::string> names_;
  CardManifest old_;
  CardManifest manifest_;
  FolderPlan plan_;
};

std::string model_in(const fs::path& settings) {
  kernel::Settings read;
  base::NullSink nowhere;
  kernel::apply_ini(read, kSettingsName, read_file(settings), nowhere);
  return std::string(read.model.view());
}

}  // namespace

FolderPlan plan_card_folder(const fs::path& folder, const std::vector<CardFile>& files,
                            const FolderRules& rules, const fs::path& own, Interrupts& interrupts) {
  return Planner(folder, rules, interrupts).make(files, own);
}

void tell_folder_plan(const FolderPlan& plan, const std::function<void(const std::string&)>& tell) {
  for (const FolderStep& step : plan.steps) {
    const std::string name = step.target.filename().string();
    if (step.fate == Fate::kPutAside) {
      tell(
          text("{} is there and not ours: it is kept as {}", name, step.aside.filename().string()));
    } else if (step.fate == Fate::kStay) {
      tell(text("{} stays as it is; --settings FILE replaces it", name));
      const std::string model = model_in(step.target);
      if (!model.empty() && !pi::is_same_name(model, plan.steps.front().file.name)) {
        tell(text("{} names {} as the model, not {}", name, model, plan.steps.front().file.name));
      }
    }
  }
  for (const StalePart& part : plan.stale_parts) {
    const std::string name = part.path.filename().string();
    if (part.aside.empty()) {
      tell(text("{} belonged to the model that is replaced: it is removed", name));
    } else {
      tell(text("{} belongs to the model that was there: it is kept as {}", name,
                part.aside.filename().string()));
    }
  }
}

}  // namespace host
