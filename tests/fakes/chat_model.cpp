#include "tests/fakes/chat_model.h"

#include <cstring>

#include "host-tools/model/tokenizer_builder.h"
#include "host-tools/support/failure.h"
#include "host-tools/support/files.h"
#include "tests/fakes/random_model.h"

namespace fakes {

std::vector<std::byte> make_chat_model(uint32_t context, llama::ChatTemplate chat) {
  using llama::TokenType;
  llama::ModelConfig config = tests::small_config();
  config.context = context;
  config.chat_template = chat;
  host::VocabularySource source{.tokens = {}, .bos = 1, .eos = 2, .unknown = 0};
  source.tokens.push_back({"<unk>", 0, TokenType::kUnknown});
  source.tokens.push_back({"<s>", 0, TokenType::kControl});
  source.tokens.push_back({"</s>", 0, TokenType::kControl});
  for (int byte = 0; byte < 256; ++byte) {
    source.tokens.push_back({std::string(1, static_cast<char>(byte)), 0, TokenType::kByte});
  }
  source.tokens.push_back({"<|im_start|>", 0, TokenType::kControl});
  source.tokens.push_back({"<|im_end|>", 0, TokenType::kControl});
  // " a", "a", " b", ... " x", "x".
  while (source.tokens.size() < config.vocab_size) {
    const auto number = static_cast<uint32_t>(source.tokens.size()) - 261;
    const std::string letter(1, static_cast<char>('a' + number / 2));
    source.tokens.push_back(
        {number % 2 == 0 ? " " + letter : letter, -static_cast<float>(number), TokenType::kNormal});
  }
  const auto tokenizer =
      host::require_value(host::build_tokenizer_segment(source), "the tests' chat vocabulary");
  tests::RandomWeights weights(config, 1);
  const host::TemporaryFolder folder;
  const auto path = folder.path() / "chat.blm";
  host::write_model(weights, tokenizer,
                    {.type = llama::WeightType::kQ8_0, .name = "chat", .tile_bytes = 2048}, path);
  const std::string content = host::read_file(path);
  std::vector<std::byte> bytes(content.size());
  std::memcpy(bytes.data(), content.data(), content.size());
  return bytes;
}

}  // namespace fakes
