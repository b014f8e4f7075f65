// Any header and directory of a .blm file: all of its tiles within the file, or an error.
//
// The input is what ModelFile::open() reads, the beginning of a file that has the size that its
// header says; both CRCs are mended first, as an attacker would do.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <span>
#include <vector>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/check.h"
#include "base/crc32c.h"
#include "llama/model/model_file.h"

namespace {

class Source final : public llama::WeightSource {
 public:
  explicit Source(std::span<const std::byte> input) : bytes_(input.begin(), input.end()) {
    if (bytes_.size() < llama::kHeaderBytes) return;
    // No card is larger; sizes above that are too large for any file.
    size_ = std::min<uint64_t>(base::load_le64(bytes_, llama::kAtModelBytes), uint64_t{1} << 41);
    const uint64_t directory = base::load_le64(bytes_, llama::kAtDirectoryBytes);
    if (directory > bytes_.size() - llama::kHeaderBytes) return;
    base::store_le32(bytes_, llama::kAtDirectoryCrc,
                     base::crc32c(std::span(bytes_).subspan(llama::kHeaderBytes,
                                                            static_cast<size_t>(directory))));
    base::store_le32(bytes_, llama::kAtHeaderCrc,
                     llama::header_crc(std::span(bytes_).first(llama::kHeaderBytes)));
  }

 private:
  uint64_t do_size_bytes() const override { return size_; }
  base::Status do_start_read(uint64_t offset, std::span<std::byte> target) override {
    std::ranges::fill(target, std::byte{0});
    if (offset < bytes_.size()) {
      const auto from = std::span(bytes_).subspan(static_cast<size_t>(offset));
      std::memcpy(target.data(), from.data(), std::min(from.size(), target.size()));
    }
    return base::ok_status();
  }
  base::Status do_finish_read() override { return base::ok_status(); }

  std::vector<std::byte> bytes_;
  uint64_t size_ = 0;
};

void expect_tiles_within(const llama::ModelFile& file) {
  uint32_t next = 0;
  for (uint32_t i = 0; i < file.tensors().size(); ++i) {
    const llama::Tensor& tensor = file.tensors()[i];
    const llama::Segment& segment = file.segment_of(i);
    CHECK(tensor.offset >= segment.offset && tensor.bytes <= segment.bytes);
    CHECK(tensor.offset - segment.offset <= segment.bytes - tensor.bytes);
    CHECK(tensor.first_tile >= next && tensor.tile_count > 0);
    const uint32_t last = tensor.tile_count - 1;
    CHECK(tensor.bytes_of_first(last) < tensor.bytes);
    CHECK(tensor.bytes_of_first(tensor.tile_count) == tensor.bytes);
    for (uint32_t tile = 0; tile < tensor.tile_count; ++tile) {
      CHECK(tensor.bytes_of_tile(tile) > 0 && tensor.bytes_of_tile(tile) <= tensor.tile_bytes);
    }
    CHECK(file.index_of(tensor.role, tensor.layer, tensor.expert) == i);
    if (tensor.step != llama::Tensor::kNoStep) CHECK(file.pass_matrices()[tensor.step] == i);
    const uint32_t rows = tensor.rows_in_tile(last);
    CHECK(rows > 0 && rows <= tensor.rows);
    for (const uint32_t tile : {0u, last}) {
      CHECK(llama::packed_bytes_of(tensor.type, tensor.form(), tensor.rows_in_tile(tile),
                                   tensor.columns)
                .least <= tensor.bytes_of_tile(tile));
    }
    next = tensor.first_tile + tensor.tile_count;
    static_cast<void>(file.tile_crc(next - 1));
  }
  const llama::Segment& tokenizer = file.tokenizer_segment();
  CHECK(tokenizer.offset + tokenizer.bytes <= file.file_bytes());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  alignas(base::Arena::kAlignment) static std::array<std::byte, 1 << 20> memory;
  Source source(std::as_bytes(std::span(data, size)));
  base::Arena arena(memory);
  const auto file = llama::ModelFile::open(source, arena, llama::Accept::kReadable);
  if (!file.ok()) return 0;
  expect_tiles_within(*file);
  base::Arena measuring = base::Arena::measuring();
  CHECK(file->measure(measuring).ok());
  CHECK(measuring.used() == arena.used());
  return 0;
}
