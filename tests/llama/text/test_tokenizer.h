// A tokenizer that is easy to call from tests.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "host-tools/model/tokenizer_builder.h"
#include "llama/text/tokenizer.h"

namespace llama {

// A tokenizer with its segment, and vectors for strings.
class TestTokenizer {
 public:
  explicit TestTokenizer(const host::VocabularySource& source)
      : segment_(host::build_tokenizer_segment(source).value()),
        tokenizer_(Tokenizer::open(segment_).value()) {}
  // A copy's tokenizer would still look at the original's segment.
  TestTokenizer(const TestTokenizer&) = delete;
  TestTokenizer(TestTokenizer&&) = default;

  const Tokenizer& get() const { return tokenizer_; }

  std::vector<int32_t> encode(std::string_view text, AddBos add_bos = AddBos::kNo,
                              TextKind kind = {}) const {
    // Exactly what was announced, so that a byte more would fail.
    std::vector<std::byte> memory(tokenizer_.scratch_bytes(text.size()) + base::Arena::kAlignment);
    void* aligned = memory.data();
    size_t space = memory.size();
    std::align(base::Arena::kAlignment, space - base::Arena::kAlignment, aligned, space);
    base::Arena arena(
        std::span(static_cast<std::byte*>(aligned), tokenizer_.scratch_bytes(text.size())));
    std::vector<int32_t> ids(tokenizer_.max_tokens(text.size()));
    const auto result = tokenizer_.encode(text, add_bos, arena, ids, kind);
    EXPECT_TRUE(result.ok()) << result.status().text();
    EXPECT_EQ(arena.used(), 0u);
    ids.resize(result->size());
    return ids;
  }

  std::string decode(const std::vector<int32_t>& ids) const {
    std::string text;
    int32_t previous = -1;
    for (const int32_t id : ids) {
      text += tokenizer_.decode(previous, id);
      previous = id;
    }
    return text;
  }

 private:
  std::vector<std::byte> segment_;
  Tokenizer tokenizer_;
};

}  // namespace llama
