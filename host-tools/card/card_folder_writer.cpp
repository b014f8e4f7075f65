#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <memory>

#include "host-tools/card/card_writer.h"
#include "host-tools/model/model_files.h"
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

}  // namespace

void fill_card_folder(const fs::path& folder, const std::vector<CardFile>& files,
                      Interrupts& interrupts) {
  if (!fs::is_directory(folder)) {
    fail("{}: is not a folder; mount the card, and name the folder where it is mounted",
         folder.string());
  }
  uint64_t total = 0;
  for (const CardFile& file : files) total += file.size;
  require_room(folder, total);

  std::vector<std::unique_ptr<PendingFile>> pending;
  uint64_t done = 0;
  Progress progress("writing", total);
  for (const CardFile& file : files) {
    pending.push_back(std::make_unique<PendingFile>(folder / file.name));
    copy(file, pending.back()->path(), done, progress, interrupts);
    if (file_checksum(pending.back()->path()) != file_checksum(file.source)) {
      fail("{}: reads back differently from the card; try another card", file.name);
    }
    done += file.size;
  }
  interrupts.check();
  for (const auto& file : pending) file->commit();
  for (const CardFile& file : files) {
    if (file.is_model && file.name.ends_with(".blm")) {
      remove_stale_parts(folder / file.name, find_model_files(file.source).parts.count);
    }
  }
}

}  // namespace host
