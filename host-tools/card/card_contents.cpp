#include "host-tools/card/card_contents.h"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include "host-tools/card/card_image.h"
#include "host-tools/model/file_source.h"
#include "host-tools/model/host_model.h"
#include "host-tools/model/model_files.h"
#include "host-tools/support/failure.h"
#include "host-tools/support/files.h"
#include "kernel/model/card_model.h"
#include "kernel/model/file_weight_source.h"
#include "libpi/fs/file_name.h"

namespace host {

namespace fs = std::filesystem;

namespace {

constexpr size_t kExtentsBytes = 16 << 20;

uint32_t parts_of(llama::WeightSource& source, const std::string& context) {
  Memory header(llama::ModelParts::kHeaderBytes);
  if (source.size_bytes() < header.span().size()) fail("{}: is too short for a model", context);
  require_ok(source.read(0, header.span()), context);
  return require_value(llama::ModelParts::read(header.span()), context).count;
}

// As the kernel reads it.
class ImageModel final : public CardContents::Model {
 public:
  ImageModel(CardImage& card, const std::string& name, const std::string& context)
      : memory_(kExtentsBytes), arena_(memory_.span()) {
    const pi::FileInfo first = require_value(card.volume().find(name), context);
    const kernel::CardModel model =
        require_value(kernel::find_card_model(card.volume(), first, name, arena_), context);
    source_ = kernel::FileWeightSource(card.device(), model.extents, model.bytes);
    pieces = model.extents.size();
    parts = parts_of(source_, context);
  }
  llama::WeightSource& source() override { return source_; }

 private:
  Memory memory_;
  base::Arena arena_;
  kernel::FileWeightSource source_;
};

class FolderModel final : public CardContents::Model {
 public:
  explicit FolderModel(const fs::path& first) : source_(first) {
    parts = static_cast<uint32_t>(find_model_files(first).paths.size());
  }
  llama::WeightSource& source() override { return source_; }

 private:
  FileSource source_;
};

class ImageContents final : public CardContents {
 public:
  explicit ImageContents(const fs::path& path) : path_(path), card_(path) {}

  std::vector<std::string> names() override {
    std::vector<std::string> all;
    auto folder = require_value(card_.volume().open_folder(card_.volume().root()), path_.string());
    pi::FileInfo info;
    while (require_value(folder.next(info), path_.string())) {
      if (!info.is_folder) all.emplace_back(info.name());
    }
    return all;
  }
  bool contains(const std::string& name) override { return card_.contains(name); }
  std::string read_file(const std::string& name) override { return card_.read_file(name); }
  std::unique_ptr<Model> open_model(const std::string& name) override {
    return std::make_unique<ImageModel>(card_, name, path_.string() + ", file " + name);
  }

 private:
  fs::path path_;
  CardImage card_;
};

class FolderContents final : public CardContents {
 public:
  explicit FolderContents(const fs::path& path) : path_(path) {}

  std::vector<std::string> names() override {
    std::vector<std::string> all;
    for (const fs::directory_entry& entry : fs::directory_iterator(path_)) {
      if (!entry.is_directory()) all.push_back(entry.path().filename().string());
    }
    std::ranges::sort(all);
    return all;
  }
  bool contains(const std::string& name) override { return find(name).has_value(); }
  std::string read_file(const std::string& name) override { return host::read_file(path_of(name)); }
  std::unique_ptr<Model> open_model(const std::string& name) override {
    return std::make_unique<FolderModel>(path_of(name));
  }

 private:
  // A FAT volume knows no difference between large and small letters, its host's folder may.
  std::optional<fs::path> find(const std::string& name) {
    if (fs::exists(path_ / name)) return path_ / name;
    for (const std::string& one : names()) {
      if (pi::is_same_name(one, name)) return path_ / one;
    }
    return std::nullopt;
  }
  fs::path path_of(const std::string& name) { return find(name).value_or(path_ / name); }

  fs::path path_;
};

}  // namespace

std::unique_ptr<CardContents> open_card(const fs::path& card) {
  const fs::file_status status = fs::status(card);
  if (fs::is_directory(status)) return std::make_unique<FolderContents>(card);
  if (fs::exists(status) && !fs::is_regular_file(status) && !fs::is_block_file(status)) {
    fail("{}: is neither an image, nor a card reader's device, nor a folder", card.string());
  }
  return std::make_unique<ImageContents>(card);
}

}  // namespace host
