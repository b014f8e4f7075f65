#include <memory>

#include "host-tools/card/card_image.h"
#include "host-tools/card/card_manifest.h"
#include "host-tools/card/card_writer.h"
#include "host-tools/support/failure.h"
#include "host-tools/support/files.h"

namespace host {

namespace fs = std::filesystem;

namespace {

// An empty file is as good as none.
bool is_own_card(const fs::path& path) {
  if (fs::file_size(path) == 0) return true;
  try {
    const auto card = std::make_unique<CardImage>(path);
    return card->contains(CardManifest::kName) || card->contains("barellama.ini");
  } catch (const Failure&) {
    return false;
  }
}

}  // namespace

void require_image_target(const fs::path& target, const std::vector<CardFile>& files,
                          bool replaces) {
  for (const CardFile& file : files) refuse_to_overwrite(file.source, target);
  std::error_code error;
  const fs::file_status status = fs::status(target, error);
  if (fs::is_directory(status)) {
    fail(
        "{}: is a folder; name an image file in it, or fill the folder of a mounted card with "
        "--into",
        target.string());
  }
  if (fs::is_block_file(status)) {
    fail(
        "{}: is a device; make an image file and write that onto the card (docs/bring-up.md), or "
        "mount the card and name its folder with --into",
        target.string());
  }
  if (fs::is_regular_file(status) && !replaces && !is_own_card(target)) {
    fail("{}: is there, and is no card image of this program; name another file, or say --replace",
         target.string());
  }
}

}  // namespace host
