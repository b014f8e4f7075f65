// Models of others, converted as `barellama convert` does.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "host-tools/model/model_writer.h"
#include "host-tools/model/source_model.h"
#include "host-tools/model/tokenizer_builder.h"
#include "host-tools/support/failure.h"
#include "host-tools/support/files.h"
#include "tests/fakes/foreign_models.h"

namespace host {

inline WriteReport convert_any(const std::filesystem::path& input,
                               const std::filesystem::path& output, const WriteOptions& options,
                               const SourceOptions& source_options = {}) {
  const SourceModel source = open_source_model(input, source_options);
  const auto segment = require_value(build_tokenizer_segment(source.vocabulary), input.string());
  return write_model(*source.weights, segment, options, output);
}

class Conversions : public testing::Test {
 protected:
  // The bytes of what is made of it.
  std::string convert_bytes(const std::filesystem::path& input, const WriteOptions& options,
                            const SourceOptions& source_options = {}) {
    convert_any(input, output_, options, source_options);
    return read_file(output_);
  }

  // That both become the file that the weights themselves become, in all types.
  void expect_same(WeightReader& weights, const std::filesystem::path& gguf,
                   const std::filesystem::path& hugging_face) {
    const auto segment = require_value(
        build_tokenizer_segment(fakes::make_vocabulary(weights.config().vocab_size)), "tokens");
    for (const auto type :
         {llama::WeightType::kF32, llama::WeightType::kQ8_0, llama::WeightType::kQ4_0}) {
      const WriteOptions options{.type = type, .name = "same"};
      write_model(weights, segment, options, output_);
      const std::string expected = read_file(output_);
      EXPECT_TRUE(convert_bytes(gguf, options) == expected) << llama::name_of(type);
      EXPECT_TRUE(convert_bytes(hugging_face, options) == expected) << llama::name_of(type);
    }
  }

  const TemporaryFolder folder_;
  const std::filesystem::path output_ = folder_.path() / "model.blm";
};

}  // namespace host
