#include "host-tools/command_convert.h"

#include <cstdio>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "host-tools/failure.h"
#include "host-tools/files.h"
#include "host-tools/model/checkpoint.h"
#include "host-tools/model/model_writer.h"
#include "host-tools/tokenizer_builder.h"

namespace host {

namespace fs = std::filesystem;

namespace {

struct Options {
  std::string input;
  std::optional<std::string> output, tokenizer, name;
  llama::WeightType type = llama::WeightType::kQ8_0;
  uint32_t tile_kb = 64;
};

// tokenizer.bin lies beside a checkpoint unless somebody says otherwise.
fs::path tokenizer_path(const Options& options) {
  if (options.tokenizer) return *options.tokenizer;
  const fs::path beside = fs::path(options.input).parent_path() / "tokenizer.bin";
  if (!fs::exists(beside)) {
    fail("{}: no tokenizer.bin beside it; name one with --tokenizer", options.input);
  }
  return beside;
}

std::vector<std::byte> read_tokenizer(const fs::path& path, uint32_t vocabulary) {
  const std::string content = read_file(path);
  const auto bytes = std::as_bytes(std::span(content.data(), content.size()));
  const auto source = require_value(read_llama2c_tokenizer(bytes, vocabulary), path.string());
  return require_value(build_tokenizer_segment(source), path.string());
}

// The rename at the end would put the model in place of what it was made from.
void refuse_to_overwrite(const fs::path& source, const fs::path& output) {
  std::error_code error;
  if (fs::equivalent(source, output, error)) {
    fail("{}: this is what the model is made from; name another file with --output",
         output.string());
  }
}

void run_convert(const Options& options) {
  const fs::path input = options.input;
  const fs::path output =
      options.output ? fs::path(*options.output) : fs::path(input).replace_extension(".blm");
  if (options.name && options.name->size() >= llama::kModelNameBytes) {
    throw Failure("--name: at most 63 bytes", 2);
  }
  const auto reader = open_checkpoint(input);
  const fs::path tokenizer_file = tokenizer_path(options);
  refuse_to_overwrite(input, output);
  refuse_to_overwrite(tokenizer_file, output);
  const auto tokenizer = read_tokenizer(tokenizer_file, reader->config().vocab_size);
  const WriteReport report =
      write_model(*reader, tokenizer,
                  {.type = options.type,
                   .name = options.name.value_or(output.stem().string().substr(0, 63)),
                   .tile_bytes = options.tile_kb * 1024},
                  output);
  std::printf("%s: %s\n", options.input.c_str(), reader->description().c_str());
  std::printf("%s: %s, %llu bytes\n", output.c_str(), llama::name_of(options.type),
              static_cast<unsigned long long>(report.file_bytes));
  if (options.type != llama::WeightType::kF32) {
    std::printf("loss of the weights by quantization: %.3f %% (root mean square)\n",
                100 * report.relative_error);
  }
}

}  // namespace

void add_convert_command(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("convert", "Make a .blm model file from a checkpoint");
  command->footer("Reads llama2.c checkpoints of versions 0 (legacy), 1 (f32) and 2 (int8).");
  command->add_option("input", options->input, "llama2.c checkpoint")->required();
  command->add_option("-o,--output", options->output,
                      "Model file (default: the input's name with .blm)");
  command->add_option("--tokenizer", options->tokenizer,
                      "llama2.c's tokenizer.bin (default: the one beside the input)");
  command->add_option("--type", options->type, "Weights: f32, q8_0 or q4_0 (default q8_0)")
      ->transform(CLI::CheckedTransformer(
          std::map<std::string, llama::WeightType>{{"f32", llama::WeightType::kF32},
                                                   {"q8_0", llama::WeightType::kQ8_0},
                                                   {"q4_0", llama::WeightType::kQ4_0}},
          CLI::ignore_case));
  command->add_option("--name", options->name, "Name of the model (default: the output's)");
  command
      ->add_option("--tile-kb", options->tile_kb,
                   "Rows are read and checked in tiles of about this size (default 64)")
      ->check(CLI::Range(1u, 1024u));
  command->callback([options] { run_convert(*options); });
}

}  // namespace host
