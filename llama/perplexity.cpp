#include "llama/perplexity.h"

#include <algorithm>
#include <array>

#include "llama/kernels/math.h"

namespace llama {

using base::ErrorCode;
using base::Status;

namespace {

constexpr uint32_t kMaxBatch = 8;

// -ln(softmax(logits)[token]). Overwrites the logits.
double surprise(std::span<float> logits, int32_t token) {
  const float largest = *std::max_element(logits.begin(), logits.end());
  // Before the exponential, which would make 0 of what is merely unlikely.
  const double below = double{largest} - double{logits[static_cast<size_t>(token)]};
  for (float& logit : logits) logit -= largest;
  exp(logits);
  double sum = 0;
  for (const float part : logits) sum += double{part};
  return double{log(static_cast<float>(sum))} + below;
}

// A window's tokens by position, BOS included.
class Window {
 public:
  Window(std::span<const int32_t> ids, std::span<const int32_t> begin) : ids_(ids), begin_(begin) {}

  uint32_t size() const { return static_cast<uint32_t>(begin_.size() + ids_.size()); }
  int32_t at(uint32_t position) const {
    return position < begin_.size() ? begin_[position] : ids_[position - begin_.size()];
  }

 private:
  std::span<const int32_t> ids_;
  std::span<const int32_t> begin_;
};

// Runs positions `from` to `to` and adds how surprising the token after each of them is.
Status add_surprises(Transformer& transformer, const Window& window, uint32_t from, uint32_t to,
                     Interrupt* interrupt, Perplexity& measured) {
  std::array<int32_t, kMaxBatch> tokens;
  for (uint32_t i = 0; i < to - from; ++i) tokens[i] = window.at(from + i);
  const size_t vocabulary = transformer.config().vocab_size;
  const Logits wanted = transformer.gives_all_logits() ? Logits::kAll : Logits::kLast;
  TRY_ASSIGN(const auto logits,
             transformer.forward(std::span(tokens).first(to - from), from, wanted, interrupt));
  for (uint32_t i = 0; i < to - from; ++i) {
    measured.nats += surprise(logits.subspan(i * vocabulary, vocabulary), window.at(from + i + 1));
    ++measured.tokens;
  }
  // A NaN is not below anything.
  if (measured.nats < 1e300) return base::ok_status();
  return Status::error(ErrorCode::kCorrupt,
                       "position {} has logits that are not numbers: the model is damaged: "
                       "convert it again",
                       from);
}

}  // namespace

float Perplexity::value() const {
  return tokens == 0 ? 0 : exp(static_cast<float>(nats / static_cast<double>(tokens)));
}

base::Result<Perplexity> measure_perplexity(Transformer& transformer, std::span<const int32_t> ids,
                                            int32_t bos, Interrupt* interrupt,
                                            PerplexityProgress* progress) {
  const auto begin = ids.first(!ids.empty() && ids.front() == bos ? 1 : 0);
  ids = ids.subspan(begin.size());
  const uint32_t context = transformer.context();
  const size_t room = context - std::min<size_t>(context, begin.size());
  const uint32_t batch =
      transformer.gives_all_logits() ? std::min(transformer.max_columns(), kMaxBatch) : 1;
  Perplexity measured;
  // Without BOS a window's first token has none before it.
  const uint64_t total =
      begin.empty() && room > 0 ? ids.size() - base::divide_up(ids.size(), room) : ids.size();
  while (room > 0 && !ids.empty()) {
    const Window window(ids.first(std::min(room, ids.size())), begin);
    for (uint32_t from = 0; from + 1 < window.size();) {
      const uint32_t to = std::min(from + batch, window.size() - 1);
      TRY(add_surprises(transformer, window, from, to, interrupt, measured));
      if (progress != nullptr) progress->measured(measured, total);
      from = to;
    }
    ids = ids.subspan(window.size() - begin.size());
  }
  if (measured.tokens > 0) return measured;
  return Status::error(ErrorCode::kInvalidArgument,
                       "there is no token to predict: the text is too short, or the context is");
}

}  // namespace llama
