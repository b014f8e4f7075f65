// Any bytes as a tokenizer.json, tokenizer.model and config.json: a tokenizer segment that can be
// opened, a configuration that is valid, or a Failure.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string_view>

#include "host-tools/model/hugging_face_config.h"
#include "host-tools/model/vocabulary_reader.h"
#include "host-tools/support/failure.h"

namespace {

template <typename Read>
void use(Read read) {
  try {
    read();
  } catch (const host::Failure&) {
  }
}

void open(const host::VocabularySource& source) {
  const auto segment = build_tokenizer_segment(source);
  if (segment.ok() && !llama::Vocabulary::open(*segment).ok()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto bytes = std::as_bytes(std::span(data, size));
  use([&] { open(host::read_tokenizer_json(text, "input")); });
  use([&] { open(host::read_sentencepiece_model(bytes, "input")); });
  use([&] {
    const auto config = host::read_hugging_face_config(host::parse_json(text, "input"), "input");
    if (!llama::validate(config).ok()) std::abort();
  });
  return 0;
}
