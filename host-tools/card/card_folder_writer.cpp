#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <memory>

#include "host-tools/card/card_folder_plan.h"
#include "host-tools/card/card_writer.h"
#include "host-tools/card/other_system.h"
#include "host-tools/support/failure.h"
#include "host-tools/support/files.h"
#include "host-tools/support/progress.h"

namespace host {

namespace fs = std::filesystem;

namespace {

void require_room(const fs::path& folder, uint64_t needed) {
  struct statvfs room;
  if (::statvfs(folder.c_str(), &room) != 0) fail("{}: {}", folder.string(), system_error());
  const uint64_t free = uint64_t{room.f_bavail} * room.f_frsize;
  if (free < needed) {
    fail("{}: has {} MiB free, and the files need {}", folder.string(), free >> 20,
         (needed >> 20) + 1);
  }
}

void copy(const CardFile& from, const fs::path& to, uint64_t done_before, Progress& progress,
          Interrupts& interrupts) {
  const Descriptor source = open_to_read(from.source);
  const Descriptor target(::open(to.c_str(), O_WRONLY | O_CLOEXEC));
  if (!target.is_open()) fail("{}: can't be written: {}", to.string(), system_error());
  std::vector<std::byte> buffer(1 << 20);
  for (uint64_t at = 0; at < from.size; at += buffer.size()) {
    interrupts.check();
    auto part = std::span(buffer).first(std::min<uint64_t>(buffer.size(), from.size - at));
    read_at(source, at, part, from.source);
    progress.update(done_before + at);
    while (!part.empty()) {
      const ssize_t count = ::write(target.get(), part.data(), part.size());
      if (count < 0) fail("{}: can't be written: {}", to.string(), system_error());
      part = part.subspan(static_cast<size_t>(count));
    }
  }
  if (::fsync(target.get()) != 0) fail("{}: can't be written: {}", to.string(), system_error());
  // So that the check reads the card, not the memory of this computer.
  ::posix_fadvise(target.get(), 0, 0, POSIX_FADV_DONTNEED);
}

void rename_file(const fs::path& from, const fs::path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) {
    fail("{}: cannot be renamed to {}: {}", from.string(), to.filename().string(), system_error());
  }
}

// Gives the file its name. What was put aside for it comes back if that fails.
void commit(const FolderStep& step, PendingFile& pending) {
  if (step.fate == FolderStep::Fate::kPutAside) rename_file(step.target, step.aside);
  try {
    pending.commit();
  } catch (const Failure&) {
    if (step.fate == FolderStep::Fate::kPutAside) rename_file(step.aside, step.target);
    throw;
  }
}

void clear_away(const StalePart& part) {
  if (!part.aside.empty()) return rename_file(part.path, part.aside);
  if (::unlink(part.path.c_str()) != 0) {
    fail("{}: cannot be removed: {}", part.path.string(), system_error());
  }
}

void require_folder(const fs::path& folder, const FolderRules& rules) {
  const fs::file_status status = fs::status(folder);
  if (fs::is_regular_file(status)) {
    fail("{}: is a file, not a folder; -o {} makes an image", folder.string(), folder.string());
  }
  if (!fs::is_directory(status)) {
    fail("{}: is not a folder; mount the card, and name the folder where it is mounted",
         folder.string());
  }
  if (rules.replaces_other_system) return;
  const std::string signs = signs_of_other_system(folder);
  if (!signs.empty()) {
    fail(
        "{}: has another system on it ({}); take an empty card, or say --replace: what is in the "
        "way is then kept as NAME.before-barellama",
        folder.string(), signs);
  }
}

// Names reach a card later than bytes.
void write_out_names(const fs::path& folder) {
  const Descriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (descriptor.is_open()) static_cast<void>(::fsync(descriptor.get()));
}

}  // namespace

std::vector<CardFile> fill_card_folder(const fs::path& folder, const std::vector<CardFile>& files,
                                       const FolderRules& rules,
                                       const std::function<void(const std::string&)>& tell,
                                       Interrupts& interrupts) {
  require_folder(folder, rules);
  const TemporaryFolder own;
  const FolderPlan plan = plan_card_folder(folder, files, rules, own.path(), interrupts);
  tell_folder_plan(plan, tell);
  uint64_t total = 0;
  for (const FolderStep& step : plan.steps) total += step.writes() ? step.file.size : 0;
  require_room(folder, total);

  std::vector<std::unique_ptr<PendingFile>> pending(plan.steps.size());
  uint64_t done = 0;
  Progress progress("writing", total);
  for (size_t i = 0; i < plan.steps.size(); ++i) {
    if (!plan.steps[i].writes()) continue;
    const CardFile& file = plan.steps[i].file;
    pending[i] = std::make_unique<PendingFile>(plan.steps[i].target);
    copy(file, pending[i]->path(), done, progress, interrupts);
    if (file_checksum(pending[i]->path(), interrupts) != file_checksum(file.source, interrupts)) {
      fail("{}: reads back differently from the card; try another card", file.name);
    }
    done += file.size;
  }
  interrupts.check();
  for (const StalePart& part : plan.stale_parts) clear_away(part);
  std::vector<CardFile> there;
  for (size_t i = 0; i < plan.steps.size(); ++i) {
    if (plan.steps[i].writes()) commit(plan.steps[i], *pending[i]);
    if (plan.steps[i].fate != FolderStep::Fate::kStay) there.push_back(plan.steps[i].file);
  }
  write_out_names(folder);
  return there;
}

}  // namespace host
