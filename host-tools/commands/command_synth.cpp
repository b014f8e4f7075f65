#include <cstdio>
#include <memory>
#include <optional>
#include <string>

#include "host-tools/commands/commands.h"
#include "host-tools/commands/model_file_options.h"
#include "host-tools/model/model_writer.h"
#include "host-tools/model/synthetic_model.h"
#include "host-tools/model/tokenizer_builder.h"
#include "host-tools/model/type_choice.h"
#include "host-tools/support/failure.h"

namespace host {
namespace {

struct Options {
  std::string shape;
  std::string type = "q8_0";
  std::string output;
  uint64_t seed = 1;
  std::optional<uint32_t> layers, context;
  uint32_t tile_kib = 64;
  uint32_t part_mib = 0;
};

std::string shape_names() {
  std::string names;
  for (const Shape& shape : known_shapes()) {
    names += (names.empty() ? "" : ", ") + std::string(shape.name);
  }
  return names;
}

Shape shape_of(const Options& options) {
  for (Shape shape : known_shapes()) {
    if (shape.name != options.shape) continue;
    if (options.layers) shape.config.n_layers = *options.layers;
    if (options.context) shape.config.context = *options.context;
    require_ok(llama::validate(shape.config), "--layers or --ctx");
    return shape;
  }
  throw Failure("--shape " + options.shape + ": known are " + shape_names(), 2);
}

void run_synth(const Options& options) {
  const Shape shape = shape_of(options);
  const TypeChoice types = type_choice(options.type);
  SyntheticWeights weights(shape.config, types.type, types.vocabulary_type, options.seed,
                           shape.extras);
  const auto tokenizer = require_value(
      build_tokenizer_segment(synthetic_vocabulary(shape.config.vocab_size)), "tokenizer");
  const WriteReport report = write_model(weights, tokenizer,
                                         {.type = types.type,
                                          .vocabulary_type = types.vocabulary_type,
                                          .name = options.shape + " (random)",
                                          .tile_bytes = options.tile_kib * 1024,
                                          .part_bytes = uint64_t{options.part_mib} << 20},
                                         options.output);
  if (report.parts > 1) std::printf("in %u parts: ", report.parts);
  std::printf("%s: the shape of %s, random weights (seed %llu), %s, %llu bytes\n",
              options.output.c_str(), options.shape.c_str(),
              static_cast<unsigned long long>(options.seed), options.type.c_str(),
              static_cast<unsigned long long>(report.file_bytes));
}

}  // namespace

void add_synth_command(Command& app) {
  const auto options = std::make_shared<Options>();
  Command* command =
      app.add_subcommand("synth", "Make a model of a known shape with random weights, to measure");
  command->add_option("--shape", options->shape, shape_names())->required();
  command
      ->add_option("--type", options->type,
                   "Weights: mixed is q4_0, but embedding and classifier q8_0 (default q8_0)")
      ->check(one_of(type_choice_names()));
  command->add_option("--seed", options->seed, "Seed of the random weights (default 1)");
  command->add_option("-o,--output", options->output, "Model file")->required();
  command->add_option("--layers", options->layers, "In place of the shape's own")
      ->check(range(1u, 1024u));
  command->add_option("--ctx", options->context, "Positions, in place of the shape's own")
      ->check(range(1u, 131072u));
  add_model_file_options(*command, options->tile_kib, options->part_mib);
  command->callback([options] { run_synth(*options); });
}

}  // namespace host
