// Any tokenizer segment and any text: opened and used, or refused, and never a read elsewhere.
//
// The first two bytes of the input are the length of the text that follows them; the rest is the
// segment.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <span>
#include <string_view>

#include "base/arena.h"
#include "llama/text/tokenizer.h"

namespace {

constexpr size_t kMaxText = 1024;

alignas(base::Arena::kAlignment) std::array<std::byte, 256 * 1024> memory;

void encode_and_decode(const llama::Tokenizer& tokenizer, std::string_view text) {
  static std::array<int32_t, 4 * kMaxText> room;
  base::Arena arena(memory);
  const auto ids = tokenizer.encode(text, llama::AddBos::kYes, arena, room);
  if (!ids.ok()) {
    // A text may become too long by being normalized, and by nothing else.
    if (!tokenizer.vocabulary().normalizer().has_steps()) std::abort();
    return;
  }
  int32_t previous = -1;
  for (const int32_t id : *ids) {
    const std::string_view piece = tokenizer.decode(previous, id);
    // A read of each byte, for the sanitizer.
    if (std::count(piece.begin(), piece.end(), 'x') > static_cast<ptrdiff_t>(piece.size())) {
      std::abort();
    }
    previous = id;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const size_t wanted = data[0] | static_cast<size_t>(data[1]) << 8;
  const size_t length = std::min({wanted, kMaxText, size - 2});
  const std::string_view text(reinterpret_cast<const char*>(data) + 2, length);
  const std::span segment(reinterpret_cast<const std::byte*>(data) + 2 + length, size - 2 - length);
  const auto tokenizer = llama::Tokenizer::open(segment);
  if (tokenizer.ok()) encode_and_decode(*tokenizer, text);
  return 0;
}
