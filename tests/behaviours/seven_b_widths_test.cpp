// A layer as wide as those of Llama-2-7B, with the converter's own tiles and the kernel's own
// chunks: the same bits in whatever memory, and wherever the file lies on the card.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "host-tools/model/model_writer.h"
#include "host-tools/model/synthetic_model.h"
#include "host-tools/support/files.h"
#include "kernel/model/file_weight_source.h"
#include "libpi/fs/ram_disk.h"
#include "llama/kernels/fp_mode.h"
#include "llama/transformer.h"
#include "tests/fakes/model_clock.h"
#include "tests/fakes/random_model.h"

namespace kernel {
namespace {

constexpr size_t kBlock = pi::BlockDevice::kBlockSize;
constexpr uint32_t kVocabulary = 512;  // a table of 32000 would add nothing but time

std::vector<std::byte> make_layer(llama::WeightType type) {
  llama::ModelConfig config;
  for (const host::Shape& shape : host::known_shapes()) {
    if (shape.name == "llama2-7b") config = shape.config;
  }
  config.n_layers = 1;
  config.vocab_size = kVocabulary;
  host::SyntheticWeights weights(config, type, type, 1);
  const host::TemporaryFolder folder;
  const std::byte tokenizer[1] = {};
  host::write_model(weights, tokenizer, {.type = type, .name = "a layer"},
                    folder.path() / "layer.blm");
  const std::string content = host::read_file(folder.path() / "layer.blm");
  const auto bytes = std::as_bytes(std::span(content));
  return {bytes.begin(), bytes.end()};
}

struct Memory {
  uint64_t pinned_bytes;
  uint64_t buffer_bytes;
  bool is_scattered;  // in pieces of 96 KiB, the last one first
};

// Logits of eight tokens at once, and of two more one by one.
std::vector<float> logits_of(const std::vector<std::byte>& model, const Memory& memory) {
  llama::enter_flush_to_zero();
  std::vector<std::byte> disk_bytes = model;
  std::vector<pi::Extent> extents = {{0, model.size() / kBlock}};
  if (memory.is_scattered) {
    constexpr uint64_t kPiece = 192;
    extents.clear();
    for (uint64_t at = 0, to = model.size() / kBlock; to > 0;) {
      const uint64_t count = std::min(kPiece, to);
      to -= count;
      std::copy_n(model.data() + at * kBlock, count * kBlock, disk_bytes.data() + to * kBlock);
      extents.push_back({to, count});
      at += count;
    }
  }
  pi::RamDisk disk(disk_bytes);
  FileWeightSource source(disk, extents, model.size());
  fakes::ModelClock clock;
  tests::AlignedMemory room(model.size() + (16 << 20));
  base::Arena arena(room.span());
  const llama::ModelFile file = llama::ModelFile::open(source, arena).value();
  llama::Transformer transformer;
  EXPECT_TRUE(transformer
                  .create(file, source, clock, arena,
                          {.context = 16,
                           .max_columns = 8,
                           .all_logits = true,
                           .weights = {.buffer_bytes = memory.buffer_bytes,
                                       .max_pinned_bytes = memory.pinned_bytes}})
                  .ok());
  EXPECT_TRUE(transformer.load(nullptr).ok());
  const int32_t tokens[] = {1, 300, 17, 308, 4, 4, 99, 250, 12, 3};
  std::vector<float> logits;
  for (uint32_t at = 0, count = 8; at < std::size(tokens); at += count, count = 1) {
    const auto made =
        transformer.forward(std::span(tokens).subspan(at, count), at, llama::Logits::kAll, nullptr);
    EXPECT_TRUE(made.ok());
    if (made.ok()) logits.insert(logits.end(), made->begin(), made->end());
  }
  return logits;
}

class SevenBWidths : public testing::TestWithParam<llama::WeightType> {};

TEST_P(SevenBWidths, GiveTheSameBitsInAnyMemory) {
  const auto model = make_layer(GetParam());
  const auto whole = logits_of(model, {UINT64_MAX, 1 << 20, false});
  ASSERT_EQ(whole.size(), size_t{10} * kVocabulary);
  // Of random weights, but scaled so that logits are of a few units.
  double squares = 0;
  for (const float logit : whole) squares += static_cast<double>(logit) * logit;
  const double rms = std::sqrt(squares / static_cast<double>(whole.size()));
  EXPECT_GT(rms, 1);
  EXPECT_LT(rms, 10);
  for (const Memory& memory : {Memory{0, 1 << 20, false}, Memory{model.size() / 8, 1 << 20, true},
                               Memory{model.size() / 2, 1, false}}) {
    const auto logits = logits_of(model, memory);
    ASSERT_EQ(logits.size(), whole.size());
    EXPECT_EQ(std::memcmp(logits.data(), whole.data(), whole.size() * sizeof(float)), 0)
        << memory.pinned_bytes;
  }
}

INSTANTIATE_TEST_SUITE_P(Types, SevenBWidths,
                         testing::Values(llama::WeightType::kQ4_0, llama::WeightType::kQ8_0),
                         [](const auto& value) {
                           return std::string(llama::name_of(value.param));
                         });

}  // namespace
}  // namespace kernel
