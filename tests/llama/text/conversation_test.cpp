// What is kept of a conversation, what is run again, and that no bit depends on it.
#include "llama/text/conversation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <optional>

#include "host-tools/model/host_model.h"
#include "llama/kernels/fp_mode.h"
#include "tests/fakes/chat_model.h"
#include "tests/fakes/random_model.h"
#include "tests/llama/text/test_tokenizer.h"
#include "tests/llama/text/test_vocabulary.h"

namespace llama {
namespace {

using base::ErrorCode;
using Ids = std::vector<int32_t>;

// Keeps the logits of each position, and stops where it is told to.
class Watch final : public LogitsObserver, public Interrupt {
 public:
  void observe(uint32_t position, std::span<const float> row) override {
    rows[position].assign(row.begin(), row.end());
    ++observed;
  }
  bool should_stop(uint32_t, uint32_t) override { return observed >= stop_after; }

  std::map<uint32_t, std::vector<float>> rows;
  uint32_t observed = 0;
  uint32_t stop_after = UINT32_MAX;
};

// Written once for all tests.
const std::vector<std::byte>& chat_model(uint32_t context, ChatTemplate chat) {
  static std::map<std::pair<uint32_t, ChatTemplate>, std::vector<std::byte>> models;
  auto& model = models[{context, chat}];
  if (model.empty()) model = fakes::make_chat_model(context, chat);
  return model;
}

class Talk {
 public:
  explicit Talk(uint32_t context, ChatTemplate chat = ChatTemplate::kChatMl)
      : source(chat_model(context, chat)), memory(8 << 20), arena(memory.span()) {
    enter_flush_to_zero();
    EXPECT_TRUE(model
                    .open(source, clock, arena,
                          {.transformer = {.max_columns = 8, .all_logits = true, .weights = {}},
                           .max_prompt_bytes = 600})
                    .ok());
    EXPECT_TRUE(model.load(nullptr).ok());
  }

  base::Result<Generation> ask(std::string_view question, uint32_t most = 12) {
    text.clear();
    watch.rows.clear();
    watch.observed = 0;
    return model.generate({.prompt = question,
                           .steps = most,
                           .sampling = {.temperature = 1, .top_p = 1, .seed = seed},
                           .chat = &*model.chat(),
                           .system = system,
                           .interrupt = &watch,
                           .observer = &watch},
                          text);
  }
  Ids tokens() {
    const auto ids = model.conversation().tokens();
    return {ids.begin(), ids.end()};
  }
  // The logits of each of `ids`, from nothing, one by one.
  std::vector<std::vector<float>> run_alone(const Ids& ids) {
    std::vector<std::vector<float>> rows;
    for (uint32_t at = 0; at < ids.size(); ++at) {
      const auto logits =
          model.transformer().forward({&ids[at], 1}, at, Logits::kLast, nullptr).value();
      rows.emplace_back(logits.begin(), logits.end());
    }
    return rows;
  }
  void expect_logits_of_a_whole_run() {
    const auto rows = run_alone(tokens_run());
    for (const auto& [position, row] : watch.rows) {
      if (position >= rows.size()) continue;  // before turns were dropped
      EXPECT_EQ(row, rows[position]) << position;
    }
  }
  Ids tokens_run() {
    Ids ids = tokens();
    ids.resize(model.conversation().cached());
    return ids;
  }

  struct Text final : base::TextSink {
    void write(std::string_view piece) override { all += piece; }
    void clear() { all.clear(); }
    std::string all;
  };
  uint64_t seed = 1;
  std::string system = "be a x";
  Watch watch;
  Text text;
  tests::MemorySource source;
  tests::AlignedMemory memory;
  base::Arena arena;
  host::HostClock clock;
  Model model;
};

size_t count_of(const Ids& ids, int32_t id) {
  return static_cast<size_t>(std::ranges::count(ids, id));
}

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

// What the first turn of a conversation is when the given question is the first.
Ids alone(Talk& talk, std::string_view question) {
  Talk other(talk.model.transformer().context(), talk.model.config().chat_template);
  other.system = talk.system;
  const auto made = other.ask(question, 1);
  EXPECT_TRUE(made.ok());
  Ids ids = other.tokens();
  ids.resize(made->prompt_tokens);
  return ids;
}

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
      // The oldest that is left stands there as if it had been the first.
      const Ids begin = alone(talk, question(dropped));
      ASSERT_GT(ids.size(), begin.size());
      EXPECT_TRUE(std::ranges::equal(begin, std::span(ids).first(begin.size()))) << turn;
    }
    talk.expect_logits_of_a_whole_run();
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
