// Header and directory of a model file whose weights are never read: for tests of what the
// directory may say, of models that no disk of a test holds.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/crc32c.h"
#include "host-tools/model/model_layout.h"
#include "llama/model/config_values.h"
#include "llama/model/model_parts.h"
#include "llama/model/weight_source.h"

namespace fakes {

// After a change of header or directory: their CRCs are right again.
inline void mend_crcs(std::span<std::byte> head) {
  const auto directory_bytes = static_cast<size_t>(base::load_le64(head, llama::kAtDirectoryBytes));
  base::store_le32(head, llama::kAtDirectoryCrc,
                   base::crc32c(head.subspan(llama::kHeaderBytes, directory_bytes)));
  base::store_le32(head, llama::kAtHeaderCrc, llama::header_crc(head.first(llama::kHeaderBytes)));
}

// Begins with these bytes and goes on with zeros.
class HeadSource final : public llama::WeightSource {
 public:
  HeadSource(std::vector<std::byte> head, uint64_t size) : head_(std::move(head)), size_(size) {}

 private:
  uint64_t do_size_bytes() const override { return size_; }
  base::Status do_start_read(uint64_t offset, std::span<std::byte> target) override {
    for (size_t i = 0; i < target.size(); ++i) {
      target[i] = offset + i < head_.size() ? head_[static_cast<size_t>(offset) + i] : std::byte{0};
    }
    return base::ok_status();
  }
  base::Status do_finish_read() override { return base::ok_status(); }

  std::vector<std::byte> head_;
  uint64_t size_;
};

// Change `layout` and `values`, then ask for the bytes. There is room for a directory that has
// grown by a few kilobytes.
struct ModelHead {
  ModelHead(const llama::ModelConfig& model, const host::LayoutOptions& options)
      : config(model), layout(host::lay_out(model, options)) {
    constexpr uint64_t kRoom = 16 * llama::kSegmentAlignment;
    for (llama::Segment& segment : layout.segments) segment.offset += kRoom;
    for (llama::Tensor& tensor : layout.tensors) tensor.offset += kRoom;
    layout.file_bytes += kRoom;
  }

  // A value of the configuration, after those that the configuration itself has.
  void add_value(uint16_t tag, llama::ValueType type, uint8_t flags, uint32_t count,
                 std::span<const std::byte> data) {
    std::vector<std::byte> value(llama::kValueHeaderBytes + (data.size() + 3) / 4 * 4);
    base::store_le16(value, llama::kValueTag, tag);
    value[llama::kValueType] = static_cast<std::byte>(type);
    value[llama::kValueFlags] = static_cast<std::byte>(flags);
    base::store_le32(value, llama::kValueCount, count);
    std::copy(data.begin(), data.end(), value.begin() + llama::kValueHeaderBytes);
    values.insert(values.end(), value.begin(), value.end());
  }

  std::vector<std::byte> bytes() const {
    std::vector<std::byte> directory(static_cast<size_t>(layout.tables().bytes()));
    llama::write_directory(layout.tables(), directory);
    std::vector<std::byte> head(llama::kHeaderBytes);
    llama::write_header(config, "head", layout.file_bytes, layout.tables(), directory, head);
    const uint32_t value_bytes = base::load_le32(head, llama::kAtValueBytes);
    std::copy(values.begin(), values.end(), head.begin() + llama::kAtValues + value_bytes);
    base::store_le32(head, llama::kAtValueBytes,
                     value_bytes + static_cast<uint32_t>(values.size()));
    head.insert(head.end(), directory.begin(), directory.end());
    mend_crcs(head);
    return head;
  }

  llama::ModelConfig config;
  host::ModelLayout layout;
  std::vector<std::byte> values;
};

}  // namespace fakes
