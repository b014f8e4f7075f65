#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "host-tools/commands/choice_option.h"
#include "host-tools/commands/commands.h"
#include "host-tools/commands/model_file_options.h"
#include "host-tools/commands/quantization_loss.h"
#include "host-tools/model/model_weights.h"
#include "host-tools/model/model_writer.h"
#include "host-tools/model/pruned_weights.h"
#include "host-tools/model/tensor_names.h"
#include "host-tools/model/type_choice.h"
#include "host-tools/support/failure.h"
#include "host-tools/support/files.h"
#include "host-tools/support/interrupts.h"

namespace host {

namespace fs = std::filesystem;

namespace {

struct Options {
  std::string model, output;
  std::optional<std::string> type;
  PruneOptions prune;
  uint32_t tile_kib = 64;
  uint32_t part_mib = 0;
};

constexpr std::pair<const char*, PruneTensors> kTensors[] = {
    {"ffn", PruneTensors::kFeedForward},
    {"attention", PruneTensors::kAttention},
    {"all", PruneTensors::kAll}};

constexpr std::pair<const char*, PruneScope> kScopes[] = {
    {"tensor", PruneScope::kTensor}, {"row", PruneScope::kRow}, {"role", PruneScope::kRole}};

// An f32 model has no zeros of its own; so many are from pruning.
constexpr double kPrunedShare = 1e-3;

double percent(double share) { return 100 * share; }

// Segments and tensors of kinds that the writer does not know would be missing from the new model.
void refuse_to_lose_parts(const llama::ModelFile& file, const std::string& name) {
  for (const llama::Segment& segment : file.segments()) {
    if (segment.kind > llama::SegmentKind::kTokenizer) {
      fail("{}: has a segment of kind {}, which this program cannot write again", name,
           static_cast<uint32_t>(segment.kind));
    }
  }
  if (file.left_out() > 0) {
    fail("{}: has {} tensors that this program does not know and cannot write again", name,
         file.left_out());
  }
}

// All parts of a model have its name but for the last characters.
bool would_share_parts(const fs::path& one, const fs::path& other) {
  const auto beginning = [](const fs::path& path) {
    const std::string name = fs::weakly_canonical(path).string();
    return name.substr(0, name.size() - llama::ModelParts::kNumberBytes);
  };
  const auto has_parts = [](const fs::path& path) {
    return path.filename().string().size() > llama::ModelParts::kNumberBytes;
  };
  return has_parts(one) && has_parts(other) && beginning(one) == beginning(other);
}

void check_output(const fs::path& model, const fs::path& output) {
  refuse_to_overwrite(model, output);
  if (would_share_parts(model, output)) {
    fail("{}: its parts would have the names of those of {}; name another file with --output",
         output.string(), model.string());
  }
  // So that a place that cannot be written to is known before the work.
  Interrupts interrupts;
  const PendingFile place(output);
  interrupts.check();
}

void show_line(const char* layer, const char* name, const char* type, const PruneCounts& counts,
               uint64_t before, uint64_t after) {
  std::printf("%-5s  %-8s  %-11s %12llu %8.2f %8.2f %12llu %12llu %11.4g %11.4g\n", layer, name,
              type, static_cast<unsigned long long>(counts.weights), percent(counts.share_before()),
              percent(counts.share()), static_cast<unsigned long long>(before),
              static_cast<unsigned long long>(after), counts.largest_error, counts.mean_error());
}

struct Totals {
  PruneCounts counts;
  uint64_t before = 0, after = 0;
  uint64_t f32_bytes = 0, masked_f32_bytes = 0;
  bool had_masks = false, was_f32_with_zeros = false;
};

// A line for each matrix that was pruned, and one for all of them.
Totals show_tensors(const PrunedWeights& pruned, const llama::ModelFile& written) {
  std::printf("%-5s  %-8s  %-11s %12s %8s %8s %12s %12s %11s %11s\n", "layer", "tensor", "type",
              "weights", "0 was %", "0 is %", "bytes were", "bytes are", "largest err", "mean err");
  Totals totals;
  for (const PrunedTensor& one : pruned.tensors()) {
    const llama::Tensor& tensor = one.tensor;
    const uint32_t index = written.index_of(tensor.role, tensor.layer, tensor.expert);
    show_line(std::to_string(tensor.layer).c_str(), title_of(tensor.key()).c_str(),
              llama::name_of(written.tensors()[index].type), one.counts, tensor.bytes,
              written.tensors()[index].bytes);
    totals.counts += one.counts;
    totals.before += tensor.bytes;
    totals.after += written.tensors()[index].bytes;
    totals.had_masks |= llama::traits_of(tensor.type).dense != nullptr;
    if (tensor.type != llama::WeightType::kF32) continue;
    totals.was_f32_with_zeros |= one.counts.share_before() >= kPrunedShare;
    if (written.tensors()[index].type != llama::WeightType::kF32) continue;
    totals.f32_bytes += tensor.bytes;
    totals.masked_f32_bytes += one.masked_bytes;
  }
  show_line("all", "", "", totals.counts, totals.before, totals.after);
  return totals;
}

void show_report(const Options& options, const ModelWeights& model, const PrunedWeights& pruned,
                 const WriteReport& report) {
  const ModelWeights written(options.output);
  const Totals totals = show_tensors(pruned, written.file());
  const PruneCounts& counts = totals.counts;
  std::printf("asked for %.4g %% of these %llu weights, reached %.4g %%\n",
              percent(options.prune.ratio), static_cast<unsigned long long>(counts.weights),
              percent(counts.share()));
  if (totals.had_masks || totals.was_f32_with_zeros) {
    std::printf("%s was pruned before: %.4g %% of them were 0 already\n", options.model.c_str(),
                percent(counts.share_before()));
  }
  if (totals.f32_bytes > 0) {
    std::printf(
        "f32 stays dense; without zeros it would take %llu bytes, %.1f %% of %llu\n",
        static_cast<unsigned long long>(totals.masked_f32_bytes),
        100 * static_cast<double>(totals.masked_f32_bytes) / static_cast<double>(totals.f32_bytes),
        static_cast<unsigned long long>(totals.f32_bytes));
  }
  if (options.type) show_quantization_loss(report);
  const uint64_t before = model.file().file_bytes();
  std::printf("%s: %llu bytes", options.output.c_str(),
              static_cast<unsigned long long>(report.file_bytes));
  if (report.parts > 1) std::printf(" in %u parts", report.parts);
  std::printf(", %.1f %% of %llu\n",
              100 * static_cast<double>(report.file_bytes) / static_cast<double>(before),
              static_cast<unsigned long long>(before));
}

WriteOptions write_options(const Options& options, const llama::ModelFile& file,
                           const PrunedWeights& pruned) {
  WriteOptions write{.type = llama::WeightType::kF32,
                     .keep_groups = true,
                     .leaves_out_zeros = [&](llama::TensorKey key) { return pruned.prunes(key); },
                     .name = std::string(file.name()),
                     .tile_bytes = options.tile_kib * 1024,
                     .part_bytes = uint64_t{options.part_mib} << 20};
  if (options.type) {
    const TypeChoice chosen = type_choice(*options.type);
    write.type = chosen.type;
    write.vocabulary_type = chosen.vocabulary_type;
    write.keep_groups = false;
  }
  return write;
}

void run_prune(const Options& options) {
  ModelWeights model(options.model);
  refuse_to_lose_parts(model.file(), options.model);
  check_output(options.model, options.output);
  PrunedWeights pruned(model, options.prune);
  const WriteReport report = write_model(
      pruned, model.tokenizer(), write_options(options, model.file(), pruned), options.output);
  show_report(options, model, pruned, report);
}

}  // namespace

void add_prune_command(Command& app) {
  const auto options = std::make_shared<Options>();
  Command* command =
      app.add_subcommand("prune", "Make the weights of a model that are nearest to 0 be 0");
  command->footer(
      "Weights are compared by magnitude within their tensor (as Llama2.pi does for int8), their\n"
      "row, or with those of all layers (--scope role, as it does for f32); those that tie with\n"
      "the last one that is pruned are pruned, too. q8_0 and q4_0 are written without zeros where\n"
      "that is shorter; f32 stays dense, and what it would take is told. Errors are those of "
      "pruning\n"
      "alone. How well the model still predicts a text, `barellama perplexity` says.");
  command->add_option("model", options->model, "A .blm file")->required();
  command->add_option("-o,--output", options->output, "The pruned model")->required();
  command->add_option("--ratio", options->prune.ratio, "Share of the weights that become 0")
      ->required()
      ->check(range(0.0, 1.0));
  add_choice(*command, "--tensors", kTensors, options->prune.tensors,
             "Which matrices of the layers (default ffn: w1, w2 and w3)");
  add_choice(*command, "--scope", kScopes, options->prune.scope,
             "Of what the ratio is: each tensor (default), each row, or all tensors of a role");
  command
      ->add_option("--type", options->type,
                   "Quantize what was pruned: mixed is q4_0, but embedding and classifier q8_0 "
                   "(default: as it is)")
      ->one_of_in_any_case(type_choice_names());
  add_model_file_options(*command, options->tile_kib, options->part_mib);
  command->callback([options] { run_prune(*options); });
}

}  // namespace host
