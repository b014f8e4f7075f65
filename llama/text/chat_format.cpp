#include "llama/text/chat_format.h"

#include <algorithm>

#include "llama/text/chat_writer.h"

namespace llama {

using base::ErrorCode;
using base::Result;
using base::Status;

namespace {

constexpr std::string_view kBlanks = " \t\n\v\f\r";

// What Llama 3.1's template puts before each system prompt.
constexpr std::string_view kLlama31Dates =
    "Cutting Knowledge Date: December 2023\nToday Date: 26 Jul 2024\n\n";

std::string_view trim_end(std::string_view text) {
  const size_t last = text.find_last_not_of(kBlanks);
  return text.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

std::string_view trim(std::string_view text) {
  const size_t first = text.find_first_not_of(kBlanks);
  return first == std::string_view::npos ? std::string_view() : trim_end(text.substr(first));
}

}  // namespace

Result<ChatFormat> ChatFormat::make(ChatTemplate kind, const Tokenizer& tokenizer) {
  ChatFormat format(kind, tokenizer);
  TRY(format.find_tokens());
  return format;
}

Status ChatFormat::find_tokens() {
  const Vocabulary& vocabulary = tokenizer_->vocabulary();
  const auto lacks = [](const char* what) { return Status::error(ErrorCode::kUnsupported, what); };
  end_ = vocabulary.eos();
  switch (kind_) {
    case ChatTemplate::kNone:
      return Status::error(ErrorCode::kNotFound,
                           "this model has no chat template: it continues texts; one that was "
                           "trained to chat may be converted with --chat llama2, zephyr, chatml, "
                           "llama3 or llama3.1");
    case ChatTemplate::kLlama2:
      if (vocabulary.bos() < 0)
        return lacks("Llama 2's chat template needs a token BOS, which the model lacks");
      if (end_ < 0)
        return lacks("Llama 2's chat template needs a token EOS, which the model lacks");
      return base::ok_status();
    case ChatTemplate::kZephyr:
      if (end_ < 0) return lacks("Zephyr's chat template needs a token EOS, which the model lacks");
      return base::ok_status();
    case ChatTemplate::kChatMl:
      begin_ = vocabulary.find_special("<|im_start|>");
      end_ = vocabulary.find_special("<|im_end|>");
      text_end_ = vocabulary.find_special("<|endoftext|>");
      if (begin_ < 0) return lacks("ChatML needs a token <|im_start|>, which the model lacks");
      if (end_ < 0) return lacks("ChatML needs a token <|im_end|>, which the model lacks");
      return base::ok_status();
    case ChatTemplate::kLlama3:
    case ChatTemplate::kLlama31:
      begin_ = vocabulary.find_special("<|start_header_id|>");
      header_end_ = vocabulary.find_special("<|end_header_id|>");
      end_ = vocabulary.find_special("<|eot_id|>");
      text_end_ = vocabulary.find_special("<|end_of_text|>");
      call_end_ = vocabulary.find_special("<|eom_id|>");
      if (begin_ < 0 || header_end_ < 0) {
        return lacks(
            "Llama 3's chat template needs tokens <|start_header_id|> and "
            "<|end_header_id|>, which the model lacks");
      }
      if (end_ < 0)
        return lacks("Llama 3's chat template needs a token <|eot_id|>, which the model lacks");
      return base::ok_status();
  }
  return lacks(
      "the model has a chat template that this program does not know; use a newer barellama");
}

std::string_view ChatFormat::default_system() const {
  // Other models with ChatML cut words in another way.
  const bool is_smol_lm = tokenizer_->vocabulary().word_rules() == WordRules::kSmolLm;
  if (kind_ != ChatTemplate::kChatMl || !is_smol_lm) return {};
  return "You are a helpful AI assistant named SmolLM, trained by Hugging Face";
}

bool ChatFormat::ends_answer(int32_t token) const {
  const Vocabulary& vocabulary = tokenizer_->vocabulary();
  return token == end_ || token == text_end_ || token == call_end_ || token == begin_ ||
         token == vocabulary.bos() || vocabulary.is_end(token);
}

Status ChatFormat::refuse_markers(std::string_view user) const {
  const auto has = [&](std::string_view marker) {
    return user.find(marker) != std::string_view::npos;
  };
  if (kind_ == ChatTemplate::kLlama2 &&
      (has("[INST]") || has("[/INST]") || has("<<SYS>>") || has("<</SYS>>"))) {
    return Status::error(
        ErrorCode::kInvalidArgument,
        "[INST], [/INST], <<SYS>> and <</SYS>> separate turns of this model, and a question "
        "cannot contain them");
  }
  if (kind_ == ChatTemplate::kZephyr &&
      (has("<|user|>") || has("<|assistant|>") || has("<|system|>"))) {
    return Status::error(ErrorCode::kInvalidArgument,
                         "<|user|>, <|assistant|> and <|system|> separate turns of this model, "
                         "and a question cannot contain them");
  }
  return base::ok_status();
}

// A message whose markers are tokens, without the token that ends it.
void ChatFormat::write_message(Writer& writer, std::string_view role,
                               std::string_view content) const {
  writer.token(begin_);
  writer.text(role);
  if (is_llama3()) {
    writer.token(header_end_);
    writer.text("\n\n");
  } else {
    writer.text("\n");
  }
  writer.text(content);
}

void ChatFormat::write_system(Writer& writer, std::string_view system) const {
  switch (kind_) {
    case ChatTemplate::kNone:
      break;
    case ChatTemplate::kLlama2:
      writer.text("<<SYS>>\n");
      writer.text(system);
      writer.text("\n<</SYS>>\n\n");
      break;
    case ChatTemplate::kZephyr:
      writer.text("<|system|>\n");
      writer.text(system);
      writer.token(end_);
      break;
    case ChatTemplate::kChatMl:
    case ChatTemplate::kLlama3:
      write_message(writer, "system", system);
      writer.token(end_);
      break;
    case ChatTemplate::kLlama31:
      write_message(writer, "system", kLlama31Dates);
      writer.text(system);
      writer.token(end_);
      break;
  }
}

Result<ChatFormat::Question> ChatFormat::question(bool is_first, std::string_view system,
                                                  std::string_view user, const Room& room) const {
  TRY(refuse_markers(user));
  if (system.empty()) system = default_system();
  const bool has_system =
      is_first && system != kNoSystem && (!system.empty() || kind_ == ChatTemplate::kLlama31);
  const bool trims = kind_ == ChatTemplate::kLlama2 || is_llama3();
  // Llama 2's template trims system prompt and question together.
  const bool keeps_begin = kind_ == ChatTemplate::kLlama2 && has_system;
  if (trims) user = keeps_begin ? trim_end(user) : trim(user);
  if (is_llama3()) system = trim(system);

  Writer writer(*tokenizer_, room);
  const Vocabulary& vocabulary = tokenizer_->vocabulary();
  if (kind_ == ChatTemplate::kLlama2 || (is_first && vocabulary.has_bos_before_text())) {
    writer.token(vocabulary.bos());
  }
  if (kind_ == ChatTemplate::kLlama2) writer.text("[INST] ");
  if (has_system) write_system(writer, system);
  const bool has_line_before = has_system || !is_first;
  switch (kind_) {
    case ChatTemplate::kNone:
    case ChatTemplate::kLlama2:
      break;
    case ChatTemplate::kZephyr:
      writer.text(has_line_before ? "\n<|user|>\n" : "<|user|>\n");
      break;
    case ChatTemplate::kChatMl:
      if (has_line_before) writer.text("\n");
      [[fallthrough]];
    case ChatTemplate::kLlama3:
    case ChatTemplate::kLlama31:
      write_message(writer, "user", {});
      break;
  }
  Question made;
  made.before = writer.shown();
  writer.text(user);
  const uint32_t user_end = writer.shown();
  switch (kind_) {
    case ChatTemplate::kNone:
      break;
    case ChatTemplate::kLlama2:
      writer.text(" [/INST]");
      break;
    case ChatTemplate::kZephyr:
      writer.token(end_);
      writer.text("\n<|assistant|>\n");
      break;
    case ChatTemplate::kChatMl:
      writer.token(end_);
      writer.text("\n");
      write_message(writer, "assistant", {});
      break;
    case ChatTemplate::kLlama3:
    case ChatTemplate::kLlama31:
      writer.token(end_);
      write_message(writer, "assistant", {});
      break;
  }
  made.after = writer.shown() - user_end;
  TRY_ASSIGN(made.tokens, writer.finish());
  return made;
}

size_t ChatFormat::close(int32_t last, std::span<int32_t, kMaxCloseTokens> out) const {
  const Vocabulary& vocabulary = tokenizer_->vocabulary();
  size_t count = 0;
  if (kind_ == ChatTemplate::kLlama2 && !vocabulary.piece(last).ends_with(' ')) {
    const int32_t space = vocabulary.find(" ");
    if (space >= 0) out[count++] = space;
  }
  out[count++] = end_;
  return count;
}

std::string_view ChatFormat::said(std::span<const int32_t> ids, const Question& question,
                                  std::span<char> out) const {
  size_t size = 0;
  size_t skip = question.before;
  for (const int32_t id : ids) {
    if (id == begin_ || id == header_end_ || id == end_) continue;
    // As it is: after BOS, the space before a text would be left out.
    std::string_view piece = tokenizer_->decode(-1, id);
    const size_t skipped = std::min(skip, piece.size());
    skip -= skipped;
    piece.remove_prefix(skipped);
    piece = piece.substr(0, out.size() - size);
    std::ranges::copy(piece, out.begin() + static_cast<ptrdiff_t>(size));
    size += piece.size();
  }
  return std::string_view(out.data(), size - std::min<size_t>(size, question.after));
}

}  // namespace llama
