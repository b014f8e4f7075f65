#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <span>

#include "base/bytes.h"
#include "base/crc32c.h"
#include "host-tools/card/card_image.h"
#include "host-tools/card/card_name.h"
#include "host-tools/card/card_time.h"
#include "host-tools/card/card_writer.h"
#include "host-tools/support/failure.h"
#include "host-tools/support/files.h"
#include "host-tools/support/progress.h"
#include "host-tools/support/subprocess.h"

namespace host {

namespace fs = std::filesystem;

namespace {

constexpr uint32_t kSectorBytes = 512;
// Two sectors, for a few long names: a RAM disk needs no more.
constexpr int kRamDiskRootEntries = 32;

// mtools as itself: no settings of the user's, no doubts about sizes, and times that neither clock
// nor place has a part in.
std::vector<std::string> mtools_environment() {
  return {"MTOOLSRC=/dev/null",
          "MTOOLS_SKIP_CHECK=1",
          "MTOOLS_NO_VFAT=0",
          "LC_ALL=C.UTF-8",
          "TZ=UTC0",
          text("SOURCE_DATE_EPOCH={}", card_time())};
}

uint32_t first_sector(const CardLayout& layout) {
  return static_cast<uint32_t>(layout.partition_offset / kSectorBytes);
}

// An image of zeros, with a master boot record with one partition, up to the end, if there is one.
// The addresses by cylinder, head and sector are those that mean "too large for this", and systems
// read the others.
void write_boot_record(const fs::path& image, const CardLayout& layout, uint32_t card_id) {
  std::array<std::byte, kSectorBytes> sector{};
  const auto byte = [](int value) { return static_cast<std::byte>(value); };
  base::store_le32(sector, 440, card_id);
  constexpr size_t kEntry = 446;
  for (const size_t at : {kEntry + 1, kEntry + 5}) {
    sector[at] = byte(0xfe);
    sector[at + 1] = sector[at + 2] = byte(0xff);
  }
  sector[kEntry + 4] = byte(layout.fat_bits == 16 ? 0x0e : 0x0c);  // with LBA
  base::store_le32(sector, kEntry + 8, first_sector(layout));
  base::store_le32(sector, kEntry + 12,
                   static_cast<uint32_t>(layout.image_bytes / kSectorBytes) - first_sector(layout));
  base::store_le16(sector, 510, 0xaa55);
  if (layout.partition_offset == 0) sector.fill({});

  const Descriptor file(::open(image.c_str(), O_WRONLY | O_CLOEXEC));
  if (!file.is_open() || ::ftruncate(file.get(), static_cast<off_t>(layout.image_bytes)) != 0 ||
      ::pwrite(file.get(), sector.data(), sector.size(), 0) !=
          static_cast<ssize_t>(sector.size())) {
    fail("{}: can't be written: {}", image.string(), system_error());
  }
}

void make_volume(const fs::path& image, const CardLayout& layout, const std::string& label,
                 uint32_t card_id, Interrupts& interrupts) {
  std::vector<std::string> command = {find_program("mkfs.fat", "dosfstools"),
                                      "--invariant",
                                      "-i",
                                      text("{:08x}", card_id),
                                      "-F",
                                      text("{}", layout.fat_bits),
                                      "-s",
                                      text("{}", layout.cluster_bytes / kSectorBytes),
                                      "-S",
                                      text("{}", kSectorBytes),
                                      "-h",
                                      text("{}", first_sector(layout)),
                                      "-n",
                                      label};
  if (layout.partition_offset == 0) {
    command.insert(command.end(), {"-a", "-r", text("{}", kRamDiskRootEntries)});
  } else {
    command.insert(command.end(), {"--offset", text("{}", first_sector(layout))});
  }
  command.push_back(image.string());
  command.push_back(text("{}", (layout.image_bytes - layout.partition_offset) / 1024));
  run(command, interrupts);
}

uint64_t bytes_on_disk(const fs::path& path) {
  struct stat status;
  if (::stat(path.c_str(), &status) != 0) return 0;
  return static_cast<uint64_t>(status.st_blocks) * 512;
}

void copy_files(const fs::path& image, const CardLayout& layout, const std::vector<CardFile>& files,
                Interrupts& interrupts) {
  const std::string mcopy = find_program("mcopy", "mtools");
  const std::vector<std::string> environment = mtools_environment();
  uint64_t total = 0;
  for (const CardFile& file : files) total += file.size;
  Progress progress("writing", total);
  for (const CardFile& file : files) {
    // The source as an absolute path, so that no name looks like an option or a drive.
    run({mcopy, "-i", image.string() + text("@@{}", layout.partition_offset),
         fs::absolute(file.source).string(), "::/" + stand_in_for(file.name)},
        interrupts, environment, [&] { progress.update(bytes_on_disk(image)); });
    set_long_name(image, layout.partition_offset, file.name);
  }
}

void verify(const fs::path& image, const std::vector<CardFile>& files, Interrupts& interrupts) {
  const auto card = std::make_unique<CardImage>(image);
  uint64_t done = 0;
  uint64_t total = 0;
  for (const CardFile& file : files) total += file.size;
  Progress progress("checking", total);
  for (const CardFile& file : files) {
    interrupts.check();
    if (card->file_size(file.name) != file.size ||
        card->checksum(file.name) != file_checksum(file.source, interrupts)) {
      fail("{}: reads back differently from the image; is the disk full or failing?", file.name);
    }
    const size_t pieces = card->extents(file.name).size();
    if (file.is_model && pieces > 1) {
      fail("{}: lies on the card in {} pieces instead of one", file.name, pieces);
    }
    done += file.size;
    progress.update(done);
  }
}

}  // namespace

void write_card_image(const fs::path& target, const std::vector<CardFile>& files,
                      const CardLayout& layout, const std::string& label, Interrupts& interrupts) {
  std::string identity = label;
  for (const CardFile& file : files) identity += text("{} {} ", file.name, file.size);
  const uint32_t card_id = base::crc32c(std::as_bytes(std::span(identity)));

  PendingFile image(target);
  write_boot_record(image.path(), layout, card_id);
  make_volume(image.path(), layout, label, card_id, interrupts);
  copy_files(image.path(), layout, files, interrupts);
  verify(image.path(), files, interrupts);
  interrupts.check();
  image.commit();
}

}  // namespace host
