#include "tests/bench/pace_shapes.h"

#include "host-tools/model/model_weights.h"
#include "host-tools/model/model_writer.h"
#include "host-tools/model/pruned_weights.h"
#include "host-tools/model/synthetic_model.h"
#include "host-tools/model/tokenizer_builder.h"
#include "host-tools/model/type_choice.h"
#include "host-tools/support/failure.h"
#include "host-tools/support/files.h"

namespace bench {
namespace {

constexpr uint32_t kContext = 512;
constexpr uint32_t kTileBytes = 64 * 1024;

constexpr PaceShape kSmall = {192, 512, 2, 6, 6, 512};
constexpr PaceShape kDeep = {192, 512, 5, 6, 6, 512};
constexpr PaceShape kGated = {192, 1536, 2, 6, 6, 512};
constexpr PaceShape kWide = {768, 1024, 2, 12, 12, 512};
constexpr PaceShape kWordy = {192, 512, 2, 6, 6, 12288};
constexpr PaceShape kThrees = {384, 512, 2, 12, 4, 512};  // heads that share keys and values
constexpr PaceShape kSixes = {384, 512, 2, 12, 2, 512};
constexpr PaceShape kWidest = {1024, 4096, 1, 16, 16, 512};
constexpr PaceShape kWideHidden = {256, 11008, 1, 4, 4, 512};
constexpr PaceShape kHeads = {256, 256, 1, 4, 4, 512};
constexpr PaceShape kTiny = {64, 128, 3, 2, 2, 300};
constexpr PaceShape kTinyHeads = {48, 160, 6, 6, 3, 400};
constexpr PaceShape kTiniest = {32, 96, 6, 2, 2, 300};
constexpr PaceShape kNarrowHeads = {128, 384, 3, 8, 4, 512};
constexpr PaceShape kEvenWidest = {2048, 2048, 1, 32, 4, 512};

// Not fitted: the shapes of stories42M and stories260K, one of odd widths, and a layer of
// Llama-2-7B.
constexpr PaceShape kStories42m = {512, 1376, 8, 8, 8, 32000};
constexpr PaceShape kStories260k = {64, 172, 5, 8, 4, 512};
constexpr PaceShape kOdd = {416, 1120, 3, 13, 13, 2000};
constexpr PaceShape kSevenB = {4096, 11008, 1, 32, 32, 512};

constexpr PaceShape pruned(PaceShape shape, uint32_t percent) {
  shape.pruned = percent;
  return shape;
}
constexpr StretchRequest story(const char* kv, uint32_t position = 127, double ram_mib = 0) {
  return {.kv = kv, .position = position, .ram_mib = ram_mib};
}
constexpr StretchRequest prompt(const char* kv, double ram_mib = 0) {
  return {.kv = kv, .is_prompt = true, .ram_mib = ram_mib};
}

const PaceRun kRuns[] = {
    {kSmall, "q8_0", story("q8_0")},
    {kDeep, "q8_0", story("q8_0")},
    {kGated, "q8_0", story("q8_0")},
    {kWide, "q8_0", story("q8_0", 31)},
    {kWordy, "q8_0", story("q8_0", 63)},
    {kThrees, "q8_0", story("q8_0")},
    {kSixes, "q8_0", story("q8_0")},
    {kHeads, "q8_0", story("q8_0", 223)},
    {kWidest, "q8_0", story("q8_0", 31)},
    {kEvenWidest, "q8_0", story("q8_0", 31)},
    {kTiny, "q8_0", story("q8_0")},
    {kNarrowHeads, "q8_0", story("q8_0")},
    {kSmall, "q8_0", prompt("q8_0")},
    {kDeep, "q8_0", prompt("q8_0")},
    {kGated, "q8_0", prompt("q8_0")},
    {kWide, "q8_0", prompt("q8_0")},
    {kThrees, "q8_0", prompt("q8_0")},
    {kWidest, "q8_0", prompt("q8_0")},
    {kEvenWidest, "q8_0", prompt("q8_0")},
    {kTiny, "q8_0", prompt("q8_0")},

    {kSmall, "q4_0", story("q8_0")},
    {kGated, "q4_0", story("q8_0")},
    {kWide, "q4_0", story("q8_0", 31)},
    {kWordy, "q4_0", story("q8_0", 63)},
    {kWidest, "q4_0", story("q8_0", 31)},
    {kEvenWidest, "q4_0", story("q8_0", 31)},
    {kGated, "q4_0", prompt("q8_0")},
    {kWide, "q4_0", prompt("q8_0")},
    {kWidest, "q4_0", prompt("q8_0")},

    {kSmall, "f32", story("f32", 63)},
    {kGated, "f32", story("f32", 31)},
    {kWide, "f32", story("f32", 31)},
    {kWordy, "f32", story("f32", 31)},
    {kTiny, "f32", story("f32")},
    {kNarrowHeads, "f32", story("f32")},
    {kGated, "f32", prompt("f32")},
    {kWide, "f32", prompt("f32")},

    {kSmall, "q8_0", story("f32", 31)},
    {kSmall, "q8_0", story("f32", 223)},
    {kHeads, "q8_0", story("f32")},
    {kHeads, "q8_0", story("f32", 223)},
    {kThrees, "q8_0", story("f32")},
    {kSixes, "q8_0", story("f32")},
    {kNarrowHeads, "q8_0", story("f32", 223)},
    {kSmall, "q8_0", prompt("f32")},

    {kSmall, "q8_0", story("f16", 31)},
    {kSmall, "q8_0", story("f16", 223)},
    {kHeads, "q8_0", story("f16")},
    {kHeads, "q8_0", story("f16", 223)},
    {kThrees, "q8_0", story("f16")},
    {kSixes, "q8_0", story("f16")},
    {kSmall, "q8_0", prompt("f16")},

    {kSmall, "q8_0", story("q8_0", 31)},
    {kSmall, "q8_0", story("q8_0", 223)},
    {kHeads, "q8_0", story("q8_0", 63)},
    {kNarrowHeads, "q8_0", story("q8_0", 223)},

    {kWide, "q8_0", story("q8_0", 31, 3)},
    {kWide, "q4_0", story("q8_0", 31, 3)},
    {kWide, "f32", story("q8_0", 31, 3)},
    {kWidest, "q4_0", story("q8_0", 31, 3)},
    {kWide, "q8_0", prompt("q8_0", 3)},
    {kWideHidden, "q8_0", story("q8_0", 31)},
    {kWideHidden, "q4_0", story("q8_0", 31)},
    {kWideHidden, "q4_0", story("q8_0", 31, 3)},
    {kWideHidden, "q4_0", prompt("q8_0")},

    {kTinyHeads, "q8_0", story("f32")},
    {kTinyHeads, "f32", story("f32", 63)},
    {kTinyHeads, "q8_0", prompt("q8_0")},
    {kTinyHeads, "q8_0", story("q8_0")},
    {kTiniest, "q8_0", story("f32")},
    {kTiniest, "q8_0", story("q8_0", 63)},
    {kTiniest, "q8_0", prompt("q8_0")},
    {kTiniest, "q4_0", story("f16")},

    {pruned(kSmall, 30), "q8_0", story("q8_0")},
    {pruned(kGated, 30), "q8_0", story("q8_0")},
    {pruned(kGated, 50), "q8_0", story("q8_0")},
    {pruned(kGated, 70), "q8_0", story("q8_0")},
    {pruned(kNarrowHeads, 60), "q8_0", story("q8_0")},
    {pruned(kWide, 50), "q8_0", story("q8_0", 31)},
    {pruned(kGated, 50), "q8_0", prompt("q8_0")},
    {pruned(kWide, 70), "q8_0", prompt("q8_0")},
    {pruned(kSmall, 40), "q4_0", story("q8_0")},
    {pruned(kGated, 40), "q4_0", story("q8_0")},
    {pruned(kGated, 50), "q4_0", story("q8_0")},
    {pruned(kGated, 70), "q4_0", story("q8_0")},
    {pruned(kNarrowHeads, 60), "q4_0", story("q8_0")},
    {pruned(kWide, 50), "q4_0", story("q8_0", 31)},
    {pruned(kGated, 50), "q4_0", prompt("q8_0")},
    {pruned(kWide, 70), "q4_0", prompt("q8_0")},

    {pruned(kOdd, 50), "q8_0", story("f32", 95), false},
    {pruned(kOdd, 60), "q4_0", story("q8_0", 63), false},
    {pruned(kOdd, 40), "q8_0", prompt("q8_0"), false},
    {kStories260k, "f32", story("f32"), false},
    {kStories260k, "q8_0", story("f32"), false},
    {kStories260k, "q8_0", prompt("q8_0"), false},
    {kOdd, "q8_0", story("f32", 95), false},
    {kOdd, "q4_0", story("q8_0", 63), false},
    {kOdd, "f32", story("f16", 31), false},
    {kStories42m, "q8_0", story("q8_0", 63), false},
    {kStories42m, "q4_0", story("f16", 31), false},
    {kStories42m, "q4_0", prompt("q8_0"), false},
    {kSevenB, "q4_0", story("q8_0", 23, 8), false},
};

}  // namespace

std::span<const PaceRun> pace_runs() { return kRuns; }

llama::ModelConfig config_of(const PaceShape& shape) {
  llama::ModelConfig config = host::known_shapes().front().config;
  config.dim = shape.dim;
  config.hidden_dim = shape.hidden_dim;
  config.n_layers = shape.layers;
  config.n_heads = shape.heads;
  config.n_kv_heads = shape.kv_heads;
  config.head_size = shape.dim / shape.heads;
  config.vocab_size = shape.vocabulary;
  config.context = kContext;
  config.tied_classifier = true;
  return config;
}

std::string name_of(const PaceShape& shape) {
  std::string name = host::text("{} x {} x {}, {}/{} heads, {} tokens", shape.dim, shape.hidden_dim,
                                shape.layers, shape.heads, shape.kv_heads, shape.vocabulary);
  if (shape.pruned > 0) name += host::text(", {} % pruned", shape.pruned);
  return name;
}

std::string name_of(const StretchRequest& request) {
  const std::string tokens =
      request.is_prompt ? "prompt" : host::text("story {}", request.position);
  return request.ram_mib == 0 ? tokens : tokens + host::text(", {} MiB", request.ram_mib);
}

namespace {

void write_dense_model(const PaceShape& shape, const std::string& type,
                       const std::filesystem::path& path) {
  const host::TypeChoice types = host::type_choice(type);
  host::SyntheticWeights weights(config_of(shape), types.type, types.vocabulary_type, 1);
  const auto tokenizer = host::require_value(
      host::build_tokenizer_segment(host::synthetic_vocabulary(shape.vocabulary)), "tokenizer");
  host::write_model(weights, tokenizer,
                    {.type = types.type,
                     .vocabulary_type = types.vocabulary_type,
                     .name = name_of(shape),
                     .tile_bytes = kTileBytes},
                    path);
}

}  // namespace

void write_pace_model(const PaceShape& shape, const std::string& type,
                      const std::filesystem::path& path) {
  if (shape.pruned == 0) return write_dense_model(shape, type, path);
  const host::TemporaryFolder folder;
  const std::filesystem::path dense = folder.path() / "dense.blm";
  write_dense_model(shape, type, dense);
  host::ModelWeights model(dense.string());
  host::PrunedWeights weights(model,
                              {.ratio = shape.pruned / 100.0, .tensors = host::PruneTensors::kAll});
  host::write_model(weights, model.tokenizer(),
                    {.keep_groups = true,
                     .leaves_out_zeros = [&](llama::TensorKey key) { return weights.prunes(key); },
                     .name = name_of(shape),
                     .tile_bytes = kTileBytes},
                    path);
}

}  // namespace bench
