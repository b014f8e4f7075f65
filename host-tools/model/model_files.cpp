#include "host-tools/model/model_files.h"

#include <algorithm>
#include <array>
#include <string>

#include "host-tools/support/failure.h"
#include "host-tools/support/file_kind.h"

namespace host {

namespace fs = std::filesystem;

using llama::ModelParts;

namespace {

using Header = std::array<std::byte, ModelParts::kHeaderBytes>;

Header read_header(const fs::path& path) {
  Header header;
  read_at(open_to_read(path), 0, header, path);
  return header;
}

}  // namespace

fs::path path_of_part(const fs::path& first, uint32_t part) {
  if (part == 1) return first;
  std::string name = first.filename().string();
  if (name.size() <= ModelParts::kNumberBytes) {
    fail("{}: a model of several parts needs a longer name, such as NAME.blm", first.string());
  }
  ModelParts::name_part(part, name);
  return first.parent_path() / name;
}

ModelFiles find_model_files(const fs::path& first) {
  refuse_other_kinds(first, {FileKind::kModel});
  ModelFiles files{.parts = {}, .paths = {first}};
  if (fs::file_size(first) < ModelParts::kHeaderBytes) return files;
  files.parts = require_value(ModelParts::read(read_header(first)), first.string());
  if (files.parts.count == 1) return files;
  require_ok(files.parts.check_size(1, fs::file_size(first)), first.string());
  for (uint32_t part = 2; part <= files.parts.count; ++part) {
    const fs::path path = path_of_part(first, part);
    if (!fs::exists(path)) {
      fail("{}: part {} of {} ({}) is missing beside it", first.string(), part, files.parts.count,
           path.filename().string());
    }
    require_ok(files.parts.check_size(part, fs::file_size(path)), path.string());
    require_ok(files.parts.check_header(part, read_header(path)), path.string());
    files.paths.push_back(path);
  }
  return files;
}

void remove_stale_parts(const fs::path& first, uint32_t count) {
  if (first.filename().string().size() <= ModelParts::kNumberBytes) return;
  for (uint32_t part = count + 1; part <= ModelParts::kMost; ++part) {
    if (part == 1) continue;
    const fs::path path = path_of_part(first, part);
    std::error_code error;
    // What is not ours stays.
    if (!fs::is_regular_file(path, error) || fs::file_size(path) < ModelParts::kHeaderBytes ||
        !ModelParts::begins_later_part(read_header(path))) {
      return;
    }
    if (!fs::remove(path, error)) {
      fail("{}: belonged to the model that was here before, and cannot be removed: {}",
           path.string(), error.message());
    }
  }
}

PendingModelFiles::PendingModelFiles(const fs::path& first) : first_(first) {
  files_.push_back(std::make_unique<File>(first));
}

void PendingModelFiles::put(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    uint64_t left = bytes.size();
    if (parts_.count > 1) {
      const auto part = static_cast<uint32_t>(position_ / parts_.part_bytes + 1);
      if (part > files_.size()) {
        files_.push_back(std::make_unique<File>(path_of_part(first_, part)));
        write(*files_.back(), Header{});
      }
      left = std::min(left, parts_.first_byte(part) + parts_.part_bytes - position_);
    }
    write(*files_.back(), bytes.first(static_cast<size_t>(left)));
    bytes = bytes.subspan(static_cast<size_t>(left));
    position_ += left;
  }
}

void PendingModelFiles::put_head(std::span<std::byte> head, uint32_t directory_crc) {
  parts_.directory_crc = directory_crc;
  if (parts_.count > 1) parts_.add_to(head.first(ModelParts::kHeaderBytes));
  files_.front()->stream.seekp(0);
  write(*files_.front(), head);
  for (uint32_t part = 2; part <= parts_.count; ++part) {
    Header header;
    parts_.write_header(part, header);
    files_[part - 1]->stream.seekp(0);
    write(*files_[part - 1], header);
  }
}

void PendingModelFiles::write(File& file, std::span<const std::byte> bytes) const {
  file.stream.write(reinterpret_cast<const char*>(bytes.data()),
                    static_cast<std::streamsize>(bytes.size()));
  if (!file.stream) fail("{}: cannot write: {}", first_.string(), system_error());
}

void PendingModelFiles::commit() {
  for (const auto& file : files_) {
    file->stream.close();
    if (!file->stream) fail("{}: cannot write: {}", first_.string(), system_error());
  }
  // The first one last: with it the model is there.
  for (size_t i = files_.size(); i > 0; --i) files_[i - 1]->pending.commit();
  remove_stale_parts(first_, static_cast<uint32_t>(files_.size()));
}

}  // namespace host
