// What a model file tells on the host, with everything in memory.
#pragma once

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "host-tools/model/checkpoint.h"
#include "host-tools/model/host_model.h"
#include "host-tools/model/model_writer.h"
#include "host-tools/model/tokenizer_builder.h"
#include "host-tools/support/failure.h"
#include "host-tools/support/files.h"

namespace host {

// A llama2.c checkpoint and its tokenizer.bin as a model file.
inline void convert(const std::filesystem::path& checkpoint, const std::filesystem::path& tokenizer,
                    llama::WeightType type, const std::filesystem::path& output) {
  const auto reader = open_checkpoint(checkpoint);
  const std::string content = read_file(tokenizer);
  const auto source =
      require_value(read_llama2c_tokenizer(std::as_bytes(std::span(content.data(), content.size())),
                                           reader->config().vocab_size),
                    tokenizer.string());
  const auto segment = require_value(build_tokenizer_segment(source), tokenizer.string());
  write_model(*reader, segment, {.type = type, .name = "converted"}, output);
}

class Teller {
 public:
  explicit Teller(const std::filesystem::path& model)
      : host_(model, {.ram_bytes = std::nullopt, .all_logits = true}) {}

  struct Story {
    std::string text;
    std::vector<std::vector<float>> logits;  // of each position
  };
  Story tell(std::string_view prompt, uint32_t steps, const llama::SamplerSettings& sampling) {
    Observer observer;
    StringSink out;
    const auto made = host_.model().generate(
        {.prompt = prompt, .steps = steps, .sampling = sampling, .observer = &observer}, out);
    require_ok(made.status(), "the story");
    return {out.text(), std::move(observer.logits)};
  }
  llama::Model& model() { return host_.model(); }

 private:
  struct Observer final : llama::LogitsObserver {
    void observe(uint32_t, std::span<const float> row) override {
      logits.emplace_back(row.begin(), row.end());
    }
    std::vector<std::vector<float>> logits;
  };

  HostModel host_;
};

// A file of little-endian f32, such as `barellama run --logits` writes.
inline std::vector<float> read_floats(const std::filesystem::path& path) {
  const std::string content = read_file(path);
  const auto bytes = std::as_bytes(std::span(content.data(), content.size()));
  std::vector<float> values(content.size() / 4);
  for (size_t i = 0; i < values.size(); ++i) values[i] = base::load_le_f32(bytes, 4 * i);
  return values;
}

}  // namespace host
