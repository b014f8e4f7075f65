// A conversation with a model that was made for it, and what it runs.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "host-tools/model/host_model.h"
#include "llama/kernels/fp_mode.h"
#include "llama/text/conversation.h"
#include "tests/fakes/chat_model.h"
#include "tests/fakes/random_model.h"
#include "tests/llama/text/test_tokenizer.h"
#include "tests/llama/text/test_vocabulary.h"

namespace llama {

using Ids = std::vector<int32_t>;

// Keeps the logits of each position, and stops where the test wants it.
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
inline const std::vector<std::byte>& chat_model(uint32_t context, ChatTemplate chat) {
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

inline size_t count_of(const Ids& ids, int32_t id) {
  return static_cast<size_t>(std::ranges::count(ids, id));
}

// What the first turn of a conversation is when the given question is the first.
inline Ids alone(Talk& talk, std::string_view question) {
  Talk other(talk.model.transformer().context(), talk.model.config().chat_template);
  other.system = talk.system;
  const auto made = other.ask(question, 1);
  EXPECT_TRUE(made.ok());
  Ids ids = other.tokens();
  ids.resize(made->prompt_tokens);
  return ids;
}

}  // namespace llama
