#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "host-tools/commands/commands.h"
#include "host-tools/model/chat_template.h"
#include "host-tools/model/host_model.h"
#include "host-tools/model/model_plan.h"
#include "host-tools/model/segment_checksum.h"
#include "host-tools/model/tensor_names.h"
#include "host-tools/support/failure.h"
#include "host-tools/support/files.h"
#include "host-tools/support/progress.h"
#include "llama/model/config_values.h"
#include "llama/model/rope_scaling.h"

namespace host {
namespace {

struct Options {
  std::string model;
  bool tensors = false;
  bool csv = false;
};

double megabytes(uint64_t bytes) { return static_cast<double>(bytes) / 1e6; }

// "layer 3"; "kind 900" if this program does not know it.
std::string segment_name(const llama::Segment& segment) {
  switch (segment.kind) {
    case llama::SegmentKind::kEmbedding:
      return "embedding";
    case llama::SegmentKind::kLayer:
      return "layer " + std::to_string(segment.layer);
    case llama::SegmentKind::kFinal:
      return "final";
    case llama::SegmentKind::kTokenizer:
      return "tokenizer";
    case llama::SegmentKind::kChat:
      return "chat";
  }
  return "kind " + std::to_string(static_cast<uint32_t>(segment.kind));
}

void show_rope_scaling(const llama::ModelConfig& config) {
  const double factor = static_cast<double>(config.rope_factor);
  switch (config.rope_scaling) {
    case llama::RopeScaling::kNone:
      return;
    case llama::RopeScaling::kLinear:
      std::printf("RoPE scaling    linear: factor %g\n", factor);
      return;
    case llama::RopeScaling::kLlama3:
      std::printf("RoPE scaling    as Llama 3.1: factor %g, bands %g and %g of %u positions\n",
                  factor, static_cast<double>(config.rope_low_freq_factor),
                  static_cast<double>(config.rope_high_freq_factor), config.rope_original_context);
      return;
    case llama::RopeScaling::kYarn:
      std::printf(
          "RoPE scaling    YaRN: factor %g, beta %g and %g of %u positions, turns times %g\n",
          factor, static_cast<double>(config.rope_low_freq_factor),
          static_cast<double>(config.rope_high_freq_factor), config.rope_original_context,
          static_cast<double>(llama::turn_factor(config)));
      return;
  }
}

// What Llama does without.
void show_extras(const llama::ModelFile& file) {
  std::string list;
  for (const llama::TensorRow& row : llama::layer_table()) {
    const bool is_there = std::ranges::any_of(
        file.tensors(), [&row](const llama::Tensor& tensor) { return tensor.role == row.role; });
    if (row.presence != llama::TensorPresence::kOptional || !is_there) continue;
    list += (list.empty() ? "" : ", ") + std::string(row.name);
  }
  if (!list.empty()) std::printf("besides Llama's %s\n", list.c_str());
}

void show_config(const llama::ModelFile& file) {
  const llama::ModelConfig& config = file.config();
  std::printf("name            %s\n", std::string(file.name()).c_str());
  std::printf("format          %u, %zu segments, %zu tensors\n", llama::kFileVersion,
              file.segments().size(), file.tensors().size());
  if (config.n_experts > 0) std::printf("experts         %u\n", config.n_experts);
  std::printf("layers          %u, dim %u, hidden_dim %u\n", config.n_layers, config.dim,
              config.hidden_dim);
  std::printf("heads           %u of size %u, %u of them for keys and values\n", config.n_heads,
              config.head_size, config.n_kv_heads);
  std::printf("vocabulary      %u tokens, classifier %s\n", config.vocab_size,
              config.tied_classifier ? "tied to the embedding" : "of its own");
  std::printf("context         %u positions, RoPE base %g\n", config.context,
              static_cast<double>(config.rope_base));
  if (config.window != 0) {
    std::printf("window          %u positions: longer contexts are not computed\n", config.window);
  }
  show_rope_scaling(config);
  show_extras(file);
  std::printf("norm epsilon    %g\n", static_cast<double>(config.norm_eps));
  std::printf("chat template   %s\n", name_of(config.chat_template));
}

void show_weights(const llama::ModelFile& file) {
  struct Sum {
    uint64_t weights = 0, bytes = 0;
  };
  std::map<llama::WeightType, Sum> by_type;
  for (const llama::Tensor& tensor : file.tensors()) {
    Sum& sum = by_type[tensor.type];
    sum.weights += uint64_t{tensor.rows} * tensor.columns;
    sum.bytes += tensor.bytes;
  }
  for (const auto& [type, sum] : by_type) {
    const bool is_slow = !llama::traits_of(type).has_fast_kernel();
    std::printf("%-15s %llu weights in %llu bytes%s\n", llama::name_of(type),
                static_cast<unsigned long long>(sum.weights),
                static_cast<unsigned long long>(sum.bytes),
                is_slow ? "; no fast loop for them here, the reference multiplies" : "");
  }
  for (const llama::KvType type :
       {llama::KvType::kF32, llama::KvType::kF16, llama::KvType::kQ8_0}) {
    constexpr uint32_t kPositions = 1024;
    const uint64_t bytes = llama::KvCache::bytes(file.config(), kPositions, type);
    std::printf("kv cache        %.0f bytes per position (%s)\n",
                static_cast<double>(bytes) / kPositions, llama::name_of(type));
  }
}

// What the file has that this program does not know, and may pass over.
void show_unknown(const llama::ModelFile& file, FileSource& source, const std::string& name) {
  Memory memory(llama::kHeaderBytes);
  require_ok(source.read(0, memory.span()), name);
  llama::ConfigValueReader reader(memory.span().subspan(
      llama::kAtValues, base::load_le32(memory.span(), llama::kAtValueBytes)));
  while (const auto value = require_value(reader.next(), name)) {
    if (llama::name_of_config_tag(value->tag) != nullptr) continue;
    std::printf("not known       value %u of the configuration, %u of type %u\n", value->tag,
                value->count, static_cast<uint32_t>(value->type));
  }
  for (const llama::Tensor& tensor : file.tensors()) {
    const uint32_t flags =
        tensor.flags & ~(llama::kTensorHasTileStarts | llama::kTensorMayBeLeftOut);
    if (flags == 0) continue;
    std::printf("not known       flags %08x of %s, layer %u\n", flags, llama::name_of(tensor.role),
                tensor.layer);
  }
  if (file.left_out() > 0) std::printf("not known       %u tensors\n", file.left_out());
}

void show_tensors(const llama::ModelFile& file) {
  std::printf("\n%-6s %-20s %-11s %8s %8s %7s %9s %12s\n", "layer", "tensor", "type", "rows",
              "columns", "tiles", "bytes", "offset");
  for (const llama::Tensor& tensor : file.tensors()) {
    std::printf("%-6u %-20s %-11s %8u %8u %7u %9llu %12llu\n", tensor.layer,
                title_of(tensor.key()).c_str(), llama::name_of(tensor.type), tensor.rows,
                tensor.columns, tensor.tile_count, static_cast<unsigned long long>(tensor.bytes),
                static_cast<unsigned long long>(tensor.offset));
  }
}

// For programs, and nothing else on standard output: all tensors, "weights" without padding.
void write_csv(const llama::ModelFile& file) {
  std::printf("layer,tensor,expert,type,rows,columns,tiles,weights,bytes,offset\n");
  for (const llama::Tensor& tensor : file.tensors()) {
    std::printf("%u,%s,%u,%s,%u,%u,%u,%llu,%llu,%llu\n", tensor.layer, llama::name_of(tensor.role),
                tensor.expert, llama::name_of(tensor.type), tensor.rows, tensor.columns,
                tensor.tile_count, static_cast<unsigned long long>(tensor.rows) * tensor.columns,
                static_cast<unsigned long long>(tensor.bytes),
                static_cast<unsigned long long>(tensor.offset));
  }
}

// Every segment's checksum over its bytes. Returns how many do not match.
int show_segments(const llama::ModelFile& file, FileSource& source, const std::string& name) {
  int damaged = 0;
  std::printf("\n%-12s %14s %14s %9s\n", "segment", "offset", "bytes", "CRC-32C");
  Progress progress("checking", source.size_bytes());
  for (const llama::Segment& segment : file.segments()) {
    const auto update = [&](uint64_t offset) { progress.update(offset); };
    const bool matches = checksum_of(segment, source, name, update) == segment.crc;
    damaged += matches ? 0 : 1;
    std::printf("%-12s %14llu %14llu  %08x%s\n", segment_name(segment).c_str(),
                static_cast<unsigned long long>(segment.offset),
                static_cast<unsigned long long>(segment.bytes), segment.crc,
                matches ? "" : "  DAMAGED: its bytes do not match");
  }
  return damaged;
}

void show_tokenizer(const llama::ModelFile& file, FileSource& source, const std::string& name) {
  const llama::Segment& segment = file.tokenizer_segment();
  Memory memory(segment.bytes);
  require_ok(source.read(segment.offset, memory.span()), name);
  const auto tokenizer = require_value(llama::Tokenizer::open(memory.span()), name);
  const llama::Vocabulary& vocabulary = tokenizer.vocabulary();
  const bool is_byte_level = vocabulary.kind() == llama::TokenizerKind::kByteLevel;
  std::printf("tokenizer       %s BPE, %u tokens, BOS %d, EOS %d",
              is_byte_level ? "byte-level" : "SentencePiece", vocabulary.size(), vocabulary.bos(),
              vocabulary.eos());
  for (uint32_t i = 0; i < vocabulary.more_ends(); ++i) {
    std::printf("%s %d", i == 0 ? ", more ends" : ",", vocabulary.more_end(i));
  }
  std::printf("\n");
}

// The same as `barellama plan` shows, in a line.
void show_plan(const std::string& model) {
  StringSink line;
  try {
    print_short(line, plan_for_board(model, {}), llama::Pace());
  } catch (const Failure& failure) {
    line.write(failure.what());
  }
  std::printf("\non a Pi Zero (%g MiB): %s\n", kPiZeroRamMib, line.text().c_str());
}

void run_inspect(const Options& options) {
  FileSource source(options.model);
  Memory memory(source.size_bytes() + (64 << 20));
  base::Arena arena(memory.span());
  const auto file =
      require_value(llama::ModelFile::open(source, arena, llama::Accept::kReadable), options.model);
  if (options.csv) return write_csv(file);
  std::printf("%s: %.1f MB\n", options.model.c_str(), megabytes(file.file_bytes()));
  show_config(file);
  show_weights(file);
  show_tokenizer(file, source, options.model);
  show_unknown(file, source, options.model);
  const int damaged = show_segments(file, source, options.model);
  if (options.tensors) show_tensors(file);
  show_plan(options.model);
  if (damaged > 0) fail("{}: {} segments are damaged; copy it again", options.model, damaged);
}

}  // namespace

void add_inspect_command(Command& app) {
  const auto options = std::make_shared<Options>();
  Command* command = app.add_subcommand("inspect", "Show what is in a model file, and check it");
  command->add_option("model", options->model, "A .blm file")->required();
  Option* tensors = command->add_flag("--tensors", options->tensors, "List every tensor");
  command
      ->add_flag("--csv", options->csv,
                 "Only that list, as comma-separated values; no checksum is looked at")
      ->needs(tensors);
  command->callback([options] { run_inspect(*options); });
}

}  // namespace host
