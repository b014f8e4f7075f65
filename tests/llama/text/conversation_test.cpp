// What is kept of a conversation, what is run again, and that no bit depends on it.
#include "llama/text/conversation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/llama/text/talk.h"

namespace llama {
namespace {

using base::ErrorCode;

TEST(Conversation, RunsOnlyTheTokensOfASecondQuestion) {
  Talk talk(256);
  const auto first = talk.ask("a b");
  ASSERT_TRUE(first.ok()) << first.status().text();
  EXPECT_EQ(first->prompt_tokens, talk.tokens().size() - first->tokens);
  const uint32_t cached = talk.model.conversation().cached();
  const auto second = talk.ask("c d");
  ASSERT_TRUE(second.ok());
  ASSERT_FALSE(talk.watch.rows.empty());
  EXPECT_EQ(talk.watch.rows.begin()->first, cached);
  EXPECT_EQ(talk.watch.observed, talk.tokens_run().size() - cached);
  EXPECT_EQ(talk.model.conversation().turns(), 2u);
  EXPECT_EQ(count_of(talk.tokens(), 1), 1u) << "BOS once";
}

TEST(Conversation, HasTheLogitsOfAWholeRun) {
  for (const ChatTemplate chat :
       {ChatTemplate::kLlama2, ChatTemplate::kZephyr, ChatTemplate::kChatMl}) {
    Talk talk(256, chat);
    ASSERT_TRUE(talk.ask("a b").ok());
    ASSERT_TRUE(talk.ask("c d").ok());
    talk.expect_logits_of_a_whole_run();
  }
}

TEST(Conversation, ClosesAnAnswerHoweverItEnded) {
  Talk talk(512);
  bool has_ended = false;
  bool was_cut = false;
  for (talk.seed = 1; talk.seed < 40 && !(has_ended && was_cut); ++talk.seed) {
    talk.model.conversation().forget();
    const auto made = talk.ask("a", 60);
    ASSERT_TRUE(made.ok());
    const Ids before = talk.tokens();
    (made->reason == StopReason::kEnd ? has_ended : was_cut) = true;
    EXPECT_EQ(count_of(before, fakes::kImEnd), 2u) << "of the system prompt and the question";
    EXPECT_EQ(talk.text.all.find("<|im_"), std::string::npos);
    ASSERT_TRUE(talk.ask("b", 1).ok());
    const Ids after = talk.tokens();
    EXPECT_TRUE(std::ranges::equal(before, std::span(after).first(before.size())));
    EXPECT_EQ(after[before.size()], fakes::kImEnd);
  }
  EXPECT_TRUE(has_ended && was_cut);
}

TEST(Conversation, KeepsAnAnswerThatWasStopped) {
  Talk talk(256);
  ASSERT_TRUE(talk.ask("a").ok());
  const uint32_t cached = talk.model.conversation().cached();
  talk.watch.stop_after = 30;
  EXPECT_EQ(talk.ask("b", 60).status().code(), ErrorCode::kCancelled);
  EXPECT_EQ(talk.model.conversation().turns(), 2u);
  EXPECT_EQ(talk.tokens_run().size(), cached + 30);
  EXPECT_EQ(talk.tokens().size(), cached + 31) << "the last one was shown, but not run";
  talk.watch.stop_after = UINT32_MAX;
  ASSERT_TRUE(talk.ask("c").ok());
  EXPECT_EQ(talk.watch.rows.begin()->first, cached + 30);
  talk.expect_logits_of_a_whole_run();
}

TEST(Conversation, TakesBackAQuestionThatWasStoppedUnanswered) {
  Talk talk(256);
  ASSERT_TRUE(talk.ask("a").ok());
  // What all questions begin with has eight tokens.
  talk.watch.stop_after = 16;
  EXPECT_EQ(talk.ask("b b b b b b b b b b b b b b").status().code(), ErrorCode::kCancelled);
  EXPECT_EQ(talk.model.conversation().turns(), 1u);
  talk.watch.stop_after = UINT32_MAX;
  ASSERT_TRUE(talk.ask("c").ok());
  const Ids interrupted = talk.tokens();
  Talk other(256);
  ASSERT_TRUE(other.ask("a").ok());
  ASSERT_TRUE(other.ask("c").ok());
  EXPECT_EQ(interrupted, other.tokens());
  talk.expect_logits_of_a_whole_run();
}

TEST(Conversation, ShowsAnAnswerWithoutTheBlankThatItBeginsWith) {
  Talk talk(256);
  for (uint64_t time = 40; time < 140; ++time) {  // 41 begins with one
    talk.seed = time * 0x9e3779b97f4a7c15;        // the first numbers of small seeds are much alike
    talk.model.conversation().forget();
    const auto made = talk.ask("a", 1);
    ASSERT_TRUE(made.ok());
    if (made->tokens == 0) continue;
    const std::string_view piece = talk.model.tokenizer().decode(-1, talk.tokens().back());
    if (!piece.starts_with(' ')) continue;
    EXPECT_EQ(talk.text.all, piece.substr(1));
    return;
  }
  FAIL() << "no answer began with a blank";
}

// What a text without words begins with.
Ids begin_of_nothing(const host::VocabularySource& source) {
  const TestTokenizer tokenizer(source);
  tests::AlignedMemory memory(1 << 16);
  base::Arena arena(memory.span());
  auto conversation = Conversation::create(tokenizer.get(), 16, 100, arena).value();
  const base::Status begun = conversation.begin_text("");
  if (!begun.ok()) {
    EXPECT_EQ(begun.code(), ErrorCode::kInvalidArgument);
    EXPECT_STREQ(begun.text(), "this model cannot begin with nothing: give it a prompt");
    return {};
  }
  return {conversation.tokens().begin(), conversation.tokens().end()};
}

TEST(Conversation, BeginsATextOfNothingAsTheModelsFamilyDoes) {
  EXPECT_EQ(begin_of_nothing(make_vocabulary({})), Ids{1}) << "BOS";
  host::VocabularySource gpt = make_byte_level(WordRules::kGpt2, {});
  const auto named = static_cast<int32_t>(gpt.tokens.size()) - 1;
  gpt.tokens.back().bytes = "<|endoftext|>";
  gpt.tokens.push_back({"<|im_start|>", 0, TokenType::kControl});
  gpt.bos = gpt.eos = named + 1;
  gpt.bos_before_text = false;
  EXPECT_EQ(begin_of_nothing(gpt), Ids{named}) << "what parts texts";
  gpt.tokens[static_cast<size_t>(named)].bytes = "<|other|>";
  gpt.bos = -1;
  EXPECT_EQ(begin_of_nothing(gpt), Ids{named + 1}) << "EOS";
  gpt.eos = -1;
  EXPECT_EQ(begin_of_nothing(gpt), Ids{});
}

TEST(Conversation, IsForgottenWithAStory) {
  Talk talk(256);
  ASSERT_TRUE(talk.ask("a").ok());
  Talk::Text text;
  ASSERT_TRUE(
      talk.model
          .generate({.prompt = "a b", .steps = 9, .sampling = {.temperature = 0, .seed = 1}}, text)
          .ok());
  EXPECT_EQ(text.all.substr(0, 3), "a b");
  EXPECT_EQ(talk.model.conversation().turns(), 0u);
  ASSERT_TRUE(talk.ask("a").ok());
  EXPECT_EQ(talk.watch.rows.begin()->first, 0u);
}

TEST(Generator, EndsAStoryWhereTheModelDoes) {
  Talk talk(64);
  uint32_t ended = 0;
  for (uint64_t time = 1; time < 8; ++time) {
    Talk::Text text;
    const auto made = talk.model.generate(
        {.prompt = "a",
         .sampling = {.temperature = 1, .top_p = 1, .seed = time * 0x9e3779b97f4a7c15}},
        text);
    ASSERT_TRUE(made.ok());
    const Ids ids = talk.tokens();
    EXPECT_EQ(count_of(ids, 1), 1u) << "BOS, which begins the next one";
    EXPECT_EQ(count_of(ids, 2), 0u) << "EOS";
    if (made->reason == StopReason::kEnd) ++ended;
  }
  EXPECT_GT(ended, 0u);
  EXPECT_LT(ended, 7u);
}

TEST(Conversation, IsRunAgainWhenTheCacheIsLost) {
  Talk talk(256);
  ASSERT_TRUE(talk.ask("a").ok());
  talk.run_alone(Ids(20, 7));
  talk.model.conversation().forget_cache();
  ASSERT_TRUE(talk.ask("b").ok());
  EXPECT_EQ(talk.watch.rows.begin()->first, 0u);
  talk.expect_logits_of_a_whole_run();
}

}  // namespace
}  // namespace llama
