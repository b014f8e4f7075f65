#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "host-tools/commands/choice_option.h"
#include "host-tools/commands/commands.h"
#include "host-tools/commands/model_file_options.h"
#include "host-tools/commands/quantization_loss.h"
#include "host-tools/model/chat_template.h"
#include "host-tools/model/model_writer.h"
#include "host-tools/model/source_model.h"
#include "host-tools/model/tokenizer_builder.h"
#include "host-tools/model/type_choice.h"
#include "host-tools/support/failure.h"
#include "host-tools/support/files.h"

namespace host {

namespace fs = std::filesystem;

namespace {

// --type: the model's own type where that is kept bit for bit, otherwise q8_0.
constexpr const char* kAuto = "auto";

constexpr std::pair<const char*, llama::ChatTemplate> kTemplates[] = {
    {"none", llama::ChatTemplate::kNone},     {"llama2", llama::ChatTemplate::kLlama2},
    {"zephyr", llama::ChatTemplate::kZephyr}, {"chatml", llama::ChatTemplate::kChatMl},
    {"llama3", llama::ChatTemplate::kLlama3}, {"llama3.1", llama::ChatTemplate::kLlama31}};

struct Options {
  std::string input;
  std::optional<std::string> output, tokenizer, name;
  std::optional<uint32_t> bos, eos;
  std::string type = kAuto;
  std::optional<llama::ChatTemplate> chat;
  uint32_t tile_kib = 64;
  uint32_t part_mib = 0;
  bool verbose = false;
  bool csv = false;
};

void set_types(const std::string& choice, WriteOptions& options) {
  options.keep_groups = choice == kAuto;
  if (choice == kAuto) return;
  const TypeChoice chosen = type_choice(choice);
  options.type = chosen.type;
  options.vocabulary_type = chosen.vocabulary_type;
}

// A folder "models/tiny" becomes "models/tiny.blm", a file "models/tiny.gguf" as well, and the
// first part of several "models/tiny-00001-of-00003.gguf", too, without its number.
fs::path default_output(const fs::path& input) {
  fs::path path = input.lexically_normal();
  if (!path.has_filename()) path = path.parent_path();
  if (path == "." || path == ".." || path.empty()) path = fs::absolute(path).lexically_normal();
  if (!path.has_filename()) path = path.parent_path();
  if (fs::is_directory(input)) return path.string() + ".blm";
  const std::string stem = path.stem();
  const size_t part = stem.size() > 15 ? stem.size() - 15 : 0;
  if (stem.substr(part, 1) == "-" && stem.substr(part + 6, 4) == "-of-") {
    return path.replace_filename(stem.substr(0, part) + ".blm");
  }
  return path.replace_extension(".blm");
}

void show_errors(const WriteReport& report) {
  std::printf("\n%-6s %-20s %-5s %12s %12s %12s\n", "layer", "tensor", "type", "weights", "largest",
              "mean");
  for (const TensorError& one : report.errors) {
    std::printf("%-6u %-20s %-5s %12llu %12.4g %12.4g\n", one.layer, llama::name_of(one.role),
                llama::name_of(one.type), static_cast<unsigned long long>(one.weights), one.largest,
                one.mean());
  }
}

// For programs, and nothing else on standard output.
void write_csv(const WriteReport& report) {
  std::printf("layer,tensor,type,weights,largest,mean\n");
  for (const TensorError& one : report.errors) {
    std::printf("%u,%s,%s,%llu,%.9g,%.9g\n", one.layer, llama::name_of(one.role),
                llama::name_of(one.type), static_cast<unsigned long long>(one.weights), one.largest,
                one.mean());
  }
}

void show_report(const Options& options, const SourceModel& source, const fs::path& output,
                 const WriteReport& report) {
  std::printf("%s: %s\n", options.input.c_str(), source.weights->description().c_str());
  std::printf("%s: ", output.c_str());
  const char* separator = "";
  for (const auto& [type, count] : report.matrices_of_type) {
    const char* const name = llama::name_of(type);
    if (count == report.matrices) {
      std::printf("%s", name);
    } else {
      std::printf("%s%u %s %s", separator, count, count == 1 ? "matrix" : "matrices", name);
    }
    separator = ", ";
  }
  std::printf(", %llu bytes", static_cast<unsigned long long>(report.file_bytes));
  if (report.parts > 1) std::printf(" in %u parts", report.parts);
  std::printf("\n");
  if (report.exact_matrices > 0) {
    std::printf("kept bit for bit: %u of %u matrices\n", report.exact_matrices, report.matrices);
  }
  show_quantization_loss(report);
  if (const uint32_t window = source.weights->config().window; window != 0) {
    std::printf(
        "window: %u positions, which its layers look back at; longer contexts are not run\n",
        window);
  }
  std::printf("chat template: %s\n",
              name_of(options.chat.value_or(source.weights->config().chat_template)));
}

void run_convert(const Options& options) {
  const fs::path output =
      options.output ? fs::path(*options.output) : default_output(options.input);
  if (options.name && options.name->size() >= llama::kModelNameBytes) {
    throw Failure("--name: at most 63 bytes", 2);
  }
  SourceModel source = open_source_model(
      options.input, {.tokenizer = options.tokenizer, .bos = options.bos, .eos = options.eos});
  show_notes(source.vocabulary);
  for (const fs::path& file : source.files) refuse_to_overwrite(file, output);
  const auto tokenizer =
      require_value(build_tokenizer_segment(source.vocabulary), options.input + ": the tokenizer");
  WriteOptions write{.chat_template = options.chat,
                     .name = options.name.value_or(output.stem().string().substr(0, 63)),
                     .tile_bytes = options.tile_kib * 1024,
                     .part_bytes = uint64_t{options.part_mib} << 20};
  set_types(options.type, write);
  const WriteReport report = write_model(*source.weights, tokenizer, write, output);
  if (options.csv) return write_csv(report);
  show_report(options, source, output, report);
  if (options.verbose) show_errors(report);
}

}  // namespace

void add_convert_command(Command& app) {
  const auto options = std::make_shared<Options>();
  Command* command = app.add_subcommand(
      "convert", "Make a .blm model file from a GGUF file, a Hugging Face folder or a checkpoint");
  command->footer(
      "Reads models of the architectures Llama, Mistral, Qwen2 and Qwen3: GGUF files (of those\n"
      "in parts, name any), Hugging Face folders (config.json, *.safetensors, tokenizer), and\n"
      "llama2.c checkpoints of versions 0 (legacy), 1 (f32) and 2 (int8).");
  command->add_option("input", options->input, "GGUF file, Hugging Face folder, or checkpoint")
      ->required();
  command->add_option("-o,--output", options->output,
                      "Model file (default: next to the input, its name with .blm)");
  command->add_option("--tokenizer", options->tokenizer,
                      "tokenizer.bin, .model, .json or a GGUF file, in place of the model's own "
                      "(for a checkpoint: the tokenizer.bin next to it)");
  command->add_option("--bos", options->bos,
                      "Id of the token that begins a text, in place of what the model says");
  command->add_option("--eos", options->eos,
                      "Id of the only token that ends a text, in place of what the model says");
  std::vector<std::string> types = type_choice_names();
  types.insert(types.begin(), kAuto);
  command
      ->add_option("--type", options->type,
                   "Weights: mixed is q4_0, but embedding and classifier q8_0; auto (default) is "
                   "the model's own type where that is kept bit for bit, otherwise q8_0")
      ->one_of_in_any_case(types);
  add_choice(*command, "--chat", kTemplates, options->chat, "Chat template (default: the model's)");
  command->add_option("--name", options->name, "Name of the model (default: the output's)");
  Option* verbose = command->add_flag(
      "--verbose", options->verbose,
      "What quantizing cost each matrix: the largest difference of a weight, and the mean one");
  command
      ->add_flag("--csv", options->csv, "Only that, as comma-separated values on standard output")
      ->needs(verbose);
  add_model_file_options(*command, options->tile_kib, options->part_mib);
  command->callback([options] { run_convert(*options); });
}

}  // namespace host
