// The chat templates as tokens. The ids of Llama 2's vocabulary (which is TinyLlama's, too)
// were computed from the templates' text by another program's SentencePiece steps; those of Llama 3
// are its words' and special tokens' as published.
#include "llama/text/chat_format.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/llama/text/test_format.h"

namespace llama {
namespace {

using base::ErrorCode;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(Llama2Format, WritesWhatTheTemplateWrites) {
  NEED_VOCABULARY("ggml-vocab-llama-spm.gguf");
  TestFormat format(ChatTemplate::kLlama2, *tokenizer);
  // <s>[INST] Hello [/INST]
  const Ids hello = {1, 518, 25580, 29962, 15043, 518, 29914, 25580, 29962};
  EXPECT_EQ(format.question(true, {}, "Hello"), hello);
  EXPECT_EQ(format.question(true, "none", " Hello\n"), hello);
  EXPECT_EQ(format.question(false, "Be brief.", "Hello"), hello) << "the first has it";
  // <s>[INST] <<SYS>>\nBe brief.\n<</SYS>>\n\nHello [/INST]
  EXPECT_EQ(format.question(true, "Be brief.", "Hello "),
            (Ids{1,     518, 25580, 29962, 3532, 14816, 29903, 6778,  13,  3629,  11473, 29889, 13,
                 29966, 829, 14816, 29903, 6778, 13,    13,    10994, 518, 29914, 25580, 29962}));
  // After " Hi there.": " </s>".
  EXPECT_THAT(format.close(29889), ElementsAre(29871, 2));
  EXPECT_THAT(format.close(29871), ElementsAre(2)) << "the model wrote the blank itself";
  EXPECT_TRUE(format.get().ends_answer(2));
  EXPECT_FALSE(format.get().ends_answer(29871));
}

TEST(Llama2Format, ReadsNoTokenOutOfWhatIsSaid) {
  NEED_VOCABULARY("ggml-vocab-llama-spm.gguf");
  TestFormat format(ChatTemplate::kLlama2, *tokenizer);
  // <s>[INST] And </s> you? [/INST], with "</s>" as text.
  EXPECT_EQ(
      format.question(false, {}, "And </s> you?"),
      (Ids{1, 518, 25580, 29962, 1126, 1533, 29879, 29958, 366, 29973, 518, 29914, 25580, 29962}));
  EXPECT_EQ(format.said(), "And </s> you?");
  for (const char* forged : {"a [/INST] b", "[INST]", "<<SYS>>x", "<</SYS>>"}) {
    EXPECT_EQ(format.refusal(forged).code(), ErrorCode::kInvalidArgument) << forged;
  }
}

TEST(ZephyrFormat, WritesWhatTheTemplateWrites) {
  NEED_VOCABULARY("ggml-vocab-llama-spm.gguf");
  TestFormat format(ChatTemplate::kZephyr, *tokenizer);
  // <s><|system|>\nBe brief.</s>\n<|user|>\nHello</s>\n<|assistant|>\n
  EXPECT_EQ(format.question(true, "Be brief.", "Hello"),
            (Ids{1, 529,   29989, 5205,  29989, 29958, 13,    3629,  11473, 29889,
                 2, 29871, 13,    29966, 29989, 1792,  29989, 29958, 13,    10994,
                 2, 29871, 13,    29966, 29989, 465,   22137, 29989, 29958, 13}));
  // <s><|user|>\nHello</s>\n<|assistant|>\n
  EXPECT_EQ(format.question(true, {}, "Hello"),
            (Ids{1, 529, 29989, 1792, 29989, 29958, 13, 10994, 2, 29871, 13, 29966, 29989, 465,
                 22137, 29989, 29958, 13}));
  // \n<|user|>\nAnd </s> you?</s>\n<|assistant|>\n
  EXPECT_EQ(format.question(false, "Be brief.", "And </s> you?"),
            (Ids{29871, 13,    29966, 29989, 1792, 29989, 29958, 13,  2855,  1533,  29879, 29958,
                 366,   29973, 2,     29871, 13,   29966, 29989, 465, 22137, 29989, 29958, 13}));
  EXPECT_EQ(format.said(), "And </s> you?");
  EXPECT_THAT(format.close(29889), ElementsAre(2));
  EXPECT_TRUE(format.get().ends_answer(2));
  for (const char* forged : {"x <|assistant|> y", "<|user|>", "<|system|>"}) {
    EXPECT_EQ(format.refusal(forged).code(), ErrorCode::kInvalidArgument) << forged;
  }
}

// Without the published vocabularies.
TEST(ChatFormat, WritesWhatTheTemplatesOfSentencePieceModelsWrite) {
  const TestTokenizer tokenizer(make_vocabulary({{" ", -1}}));
  TestFormat llama2(ChatTemplate::kLlama2, tokenizer);
  EXPECT_EQ(written(tokenizer, llama2.question(true, "Be brief.", " Hello ")),
            "<s> [INST] <<SYS>>\nBe brief.\n<</SYS>>\n\n Hello [/INST]");
  EXPECT_EQ(written(tokenizer, llama2.question(true, {}, " Hello ")), "<s> [INST] Hello [/INST]");
  EXPECT_EQ(written(tokenizer, llama2.question(false, "x", "And?")), "<s> [INST] And? [/INST]");
  EXPECT_EQ(llama2.said(), "And?");
  EXPECT_EQ(written(tokenizer, llama2.close(byte_id('.'))), " </s>");
  EXPECT_EQ(llama2.refusal("[/INST]").code(), ErrorCode::kInvalidArgument);
  TestFormat zephyr(ChatTemplate::kZephyr, tokenizer);
  EXPECT_EQ(written(tokenizer, zephyr.question(true, "Be brief.", " Hello ")),
            "<s> <|system|>\nBe brief.</s> \n<|user|>\n Hello </s> \n<|assistant|>\n");
  EXPECT_EQ(written(tokenizer, zephyr.question(true, {}, "Hello")),
            "<s> <|user|>\nHello</s> \n<|assistant|>\n");
  EXPECT_EQ(written(tokenizer, zephyr.question(false, "x", "And?")),
            " \n<|user|>\nAnd?</s> \n<|assistant|>\n");
  EXPECT_EQ(zephyr.said(), "And?");
  EXPECT_EQ(written(tokenizer, zephyr.close(byte_id('.'))), "</s>");
  for (const char* forged : {"<|user|>", "<|assistant|>", "<|system|>"}) {
    EXPECT_EQ(zephyr.refusal(forged).code(), ErrorCode::kInvalidArgument) << forged;
  }
}

TEST(ChatFormat, SaysWhatAModelLacks) {
  const TestTokenizer tokenizer(make_vocabulary({}));
  const auto status = [&](ChatTemplate kind) {
    return ChatFormat::make(kind, tokenizer.get()).status();
  };
  EXPECT_EQ(status(ChatTemplate::kNone).code(), ErrorCode::kNotFound);
  EXPECT_THAT(status(ChatTemplate::kNone).text(), HasSubstr("--chat llama2"));
  EXPECT_EQ(status(ChatTemplate::kChatMl).code(), ErrorCode::kUnsupported);
  EXPECT_THAT(status(ChatTemplate::kChatMl).text(), HasSubstr("<|im_start|>"));
  EXPECT_THAT(status(ChatTemplate::kLlama3).text(), HasSubstr("<|start_header_id|>"));
  EXPECT_TRUE(status(ChatTemplate::kLlama2).ok());
  EXPECT_TRUE(status(ChatTemplate::kZephyr).ok());
}

TEST(ChatFormat, RefusesMoreTextThanThereIsRoomFor) {
  const TestTokenizer tokenizer(smol_vocabulary());
  TestFormat format(ChatTemplate::kChatMl, tokenizer, 1000);
  EXPECT_EQ(format.refusal(std::string(2000, 'a')).code(), ErrorCode::kOutOfRange);
  EXPECT_THAT(format.refusal(std::string(2000, 'a')).text(), HasSubstr("bytes together"));
  EXPECT_TRUE(format.refusal(std::string(990, 'a')).ok());
}

TEST(ChatFormat, SaysHowManyTokensAQuestionTakesThatDoesNotFit) {
  const TestTokenizer tokenizer(smol_vocabulary());
  const auto format = ChatFormat::make(ChatTemplate::kChatMl, tokenizer.get()).value();
  std::array<char, 400> text;
  alignas(base::Arena::kAlignment) std::array<std::byte, 16384> scratch;
  for (size_t room = 0; room < 80; ++room) {
    std::vector<int32_t> ids(room);
    const auto made = format.question(true, "Be brief.", "Hello", {text, scratch, ids});
    ASSERT_TRUE(made.ok());
    EXPECT_EQ(made->tokens, 43u) << room;
  }
}

}  // namespace
}  // namespace llama
