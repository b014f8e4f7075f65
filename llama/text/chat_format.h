// How a model that was trained on conversations expects one to be written: what its chat template
// (Jinja) makes of a list of messages, as tokens. B and E are BOS and EOS, names in <| |> tokens of
// the vocabulary, but Zephyr's, which are text.
//
//   Llama 2   B "[INST] <<SYS>>\n" system "\n<</SYS>>\n\n" question " [/INST]" answer " " E
//             B "[INST] " question " [/INST]" answer " " E
//   Zephyr    B "<|system|>\n" system E "\n<|user|>\n" question E "\n<|assistant|>\n" answer E
//             "\n<|user|>\n" ...
//   ChatML    <|im_start|> "system\n" system <|im_end|> "\n" <|im_start|> "user\n" question
//             <|im_end|> "\n" <|im_start|> "assistant\n" answer <|im_end|> "\n" <|im_start|> ...
//   Llama 3   B <|start_header_id|> "system" <|end_header_id|> "\n\n" system <|eot_id|>
//             <|start_header_id|> "user" <|end_header_id|> "\n\n" question <|eot_id|>
//             <|start_header_id|> "assistant" <|end_header_id|> "\n\n" answer <|eot_id|> ...
//   Llama 3.1 as Llama 3, but the system's part is always there, and begins with
//             "Cutting Knowledge Date: December 2023\nToday Date: 26 Jul 2024\n\n"
//
// Sources: the templates of Llama-2-7b-chat-hf, TinyLlama-1.1B-Chat-v1.0 and zephyr-7b-beta,
// SmolLM2-Instruct, Meta-Llama-3-8B-Instruct, Llama-3.1-8B-Instruct (3.2's and 3.3's say the same);
// 26 July 2024 is the last one's default date, and a board has no clock.
// Without a system prompt its part is left out. ChatML has no BOS, but models that learned texts
// with one (Vocabulary::has_bos_before_text()) get it first. Llama 2 and both Llama 3 remove blanks
// around a question. SentencePiece puts its space before a text also after a token within a
// conversation, as the models' own tokenizers do.
//
// What a user says is never read as a token of the vocabulary, so a user cannot forge a turn. Where
// the markers themselves are text, a question that holds one is refused, as Meta's own code does.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/status.h"
#include "llama/model/config.h"
#include "llama/text/tokenizer.h"

namespace llama {

class ChatFormat {
 public:
  // Of text around what system and user say, in one question.
  static constexpr size_t kMarkerBytes = 96;
  static constexpr size_t kMaxCloseTokens = 2;
  // In place of a system prompt: none, also where the template has one of its own.
  static constexpr std::string_view kNoSystem = "none";

  // `tokenizer` outlives the format. kNotFound: the model has no template (kNone); kUnsupported:
  // its vocabulary lacks a token of the template. The message says which, and what to do.
  static base::Result<ChatFormat> make(ChatTemplate kind, const Tokenizer& tokenizer);

  // The system prompt that the template itself brings; SmolLM2's has one.
  std::string_view default_system() const;
  // Whether an answer ends where the model chose this token.
  bool ends_answer(int32_t token) const;

  // Memory that question() uses: text for system, user and kMarkerBytes, scratch for encoding it
  // (Tokenizer::scratch_bytes()), and ids, which it fills.
  struct Room {
    std::span<char> text;
    std::span<std::byte> scratch;
    std::span<int32_t> ids;
  };
  struct Question {
    uint32_t tokens = 0;  // in Room::ids; if more than those have room, the ids must not be used
    uint32_t before = 0;  // bytes of text before what the user said, and after it
    uint32_t after = 0;
  };
  // All up to where the answer begins. `system` is written with the first question only; empty:
  // default_system(). kInvalidArgument: `user` holds a marker; kOutOfRange: no room for the text.
  base::Result<Question> question(bool is_first, std::string_view system, std::string_view user,
                                  const Room& room) const;

  // What follows an answer whose last token is `last`. Returns how many tokens.
  size_t close(int32_t last, std::span<int32_t, kMaxCloseTokens> out) const;

  // What the user said in a question made by question(), written to `out`, which has kMarkerBytes
  // more than that.
  std::string_view said(std::span<const int32_t> ids, const Question& question,
                        std::span<char> out) const;

 private:
  class Writer;

  ChatFormat(ChatTemplate kind, const Tokenizer& tokenizer) : kind_(kind), tokenizer_(&tokenizer) {}

  base::Status find_tokens();
  base::Status refuse_markers(std::string_view user) const;
  bool is_llama3() const {
    return kind_ == ChatTemplate::kLlama3 || kind_ == ChatTemplate::kLlama31;
  }
  void write_system(Writer& writer, std::string_view system) const;
  void write_message(Writer& writer, std::string_view role, std::string_view content) const;

  ChatTemplate kind_;
  const Tokenizer* tokenizer_;
  // Tokens of the template; -1: it has no such token.
  int32_t begin_ = -1;       // of a message
  int32_t header_end_ = -1;  // of its header
  int32_t end_ = -1;         // of a message
  int32_t text_end_ = -1;    // of a text: models of some makers end answers so
  int32_t call_end_ = -1;    // of a message that calls a tool, which nothing here answers
};

}  // namespace llama
