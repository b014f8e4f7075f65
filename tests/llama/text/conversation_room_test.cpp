// What a conversation does when its context is full.
#include "llama/text/conversation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/llama/text/talk.h"

namespace llama {
namespace {

using base::ErrorCode;

TEST(Conversation, DropsTheOldestTurnsWhenTheContextIsFull) {
  for (const ChatTemplate chat :
       {ChatTemplate::kLlama2, ChatTemplate::kZephyr, ChatTemplate::kChatMl}) {
    Talk talk(128, chat);
    const auto question = [](uint32_t turn) {
      return std::string("q ") + static_cast<char>('a' + turn);
    };
    // Again and again: what was dropped before is not there to be counted.
    uint32_t dropped = 0;
    for (uint32_t turn = 0; dropped < 4; ++turn) {
      ASSERT_LT(turn, 20u);
      ASSERT_TRUE(talk.ask(question(turn)).ok()) << turn;
      const uint32_t more = talk.model.conversation().take_dropped();
      EXPECT_EQ(talk.model.conversation().take_dropped(), 0u);
      dropped += more;
      EXPECT_EQ(talk.model.conversation().turns(), turn + 1 - dropped);
      if (more == 0) continue;
      const Ids ids = talk.tokens();
      EXPECT_LE(ids.size(), 128u - 128 / 4 + 12);
      // The oldest that is left is written as if it had been the first.
      const Ids begin = alone(talk, question(dropped));
      ASSERT_GT(ids.size(), begin.size());
      EXPECT_TRUE(std::ranges::equal(begin, std::span(ids).first(begin.size()))) << turn;
    }
    talk.expect_logits_of_a_whole_run();
  }
}

// What is left is then what was there before, and all of it is in the cache.
TEST(Conversation, HasATokenToRunWhenTurnsThatAreAlikeAreDropped) {
  Talk talk(64);
  Conversation& conversation = talk.model.conversation();
  for (uint32_t dropped = 0; dropped < 3; dropped += conversation.take_dropped()) {
    ASSERT_TRUE(conversation.ask(*talk.model.chat(), talk.system, "a").ok());
    EXPECT_LT(conversation.cached(), conversation.tokens().size());
    conversation.set_cached(static_cast<uint32_t>(conversation.tokens().size()));
    conversation.append(talk.tokens().back());
  }
}

TEST(Conversation, TakesBackAQuestionForWhichTurnsWereDropped) {
  Talk talk(128);
  for (int turn = 0; talk.model.conversation().take_dropped() == 0; ++turn) {
    ASSERT_LT(turn, 20);
    talk.watch.stop_after = UINT32_MAX;
    ASSERT_TRUE(talk.ask("a", 3).ok());
    const uint32_t turns = talk.model.conversation().turns();
    talk.watch.stop_after = 0;
    EXPECT_EQ(talk.ask("c d e f g h").status().code(), ErrorCode::kCancelled);
    EXPECT_LE(talk.model.conversation().turns(), turns);
    EXPECT_EQ(count_of(talk.tokens(), fakes::kImEnd), 2 * talk.model.conversation().turns() + 1)
        << "of the system prompt, and each question and answer";
  }
}

TEST(Conversation, RunsTheSystemPromptOnceOnly) {
  Talk talk(256);
  uint32_t dropped = 0;
  while (dropped == 0) {
    ASSERT_TRUE(talk.ask("q").ok());
    dropped = talk.model.conversation().take_dropped();
  }
  // BOS, <|im_start|> "system\nbe a x" <|im_end|> "\n" <|im_start|> "user\nq" ...: equal up to
  // where the first answer began.
  EXPECT_GE(talk.watch.rows.begin()->first, alone(talk, "q").size());
}

TEST(Conversation, DropsTurnsInTheMidstOfALongAnswer) {
  Talk talk(128);
  for (talk.seed = 1; talk.seed < 60; ++talk.seed) {
    talk.model.conversation().forget();
    ASSERT_TRUE(talk.ask("a", 3).ok());
    const auto made = talk.ask("b", 0);
    ASSERT_TRUE(made.ok());
    if (talk.model.conversation().take_dropped() == 0) continue;
    EXPECT_EQ(talk.model.conversation().turns(), 1u);
    EXPECT_TRUE(talk.watch.rows.contains(127)) << "before all of the context was used";
    talk.expect_logits_of_a_whole_run();
    return;
  }
  FAIL() << "all answers were short";
}

TEST(Conversation, EndsAnAnswerThatFillsTheContextAlone) {
  Talk talk(64);
  talk.system = "none";
  for (talk.seed = 1; talk.seed < 60; ++talk.seed) {
    talk.model.conversation().forget();
    const auto made = talk.ask("a", 0);
    ASSERT_TRUE(made.ok());
    if (made->reason == StopReason::kEnd) continue;
    EXPECT_EQ(talk.tokens_run().size(), 64u);
    ASSERT_TRUE(talk.ask("b", 1).ok());
    EXPECT_EQ(talk.model.conversation().turns(), 1u);
    return;
  }
  FAIL() << "all answers were short";
}

TEST(Conversation, RefusesAQuestionThatDoesNotFitAndStaysAsItWas) {
  Talk talk(64);
  talk.system = "none";
  ASSERT_TRUE(talk.ask("a", 2).ok());
  const Ids before = talk.tokens();
  for (const size_t bytes : {60u, 300u}) {
    const auto refused = talk.ask(std::string(bytes, 'z'));
    EXPECT_EQ(refused.status().code(), ErrorCode::kOutOfRange);
    EXPECT_GT(refused.status().number(0), 64u);
    EXPECT_EQ(refused.status().number(1), 64u);
  }
  EXPECT_EQ(talk.ask(std::string(600, 'z')).status().number(1), 64u) << "tokens";
  EXPECT_EQ(talk.ask(std::string(601, 'z')).status().code(), ErrorCode::kOutOfRange);
  EXPECT_EQ(talk.ask(std::string(601, 'z')).status().number(1), 600u) << "bytes";
  EXPECT_EQ(talk.ask("\xff").status().code(), ErrorCode::kInvalidArgument);
  EXPECT_EQ(talk.tokens(), before);
}

TEST(Conversation, TakesAQuestionThatFillsTheContextAndNoneThatIsLonger) {
  Talk talk(64);
  talk.system = "none";
  uint32_t longest = 0;
  for (size_t bytes = 40; bytes < 64; ++bytes) {  // a token each
    talk.model.conversation().forget();
    const auto made = talk.ask(std::string(bytes, 'z'), 1);
    if (!made.ok()) {
      EXPECT_EQ(made.status().number(0), 65u);
      EXPECT_EQ(longest, 64u);
      return;
    }
    longest = made->prompt_tokens;
  }
  FAIL() << "all were taken";
}

}  // namespace
}  // namespace llama
