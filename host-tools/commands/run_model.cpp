#include "host-tools/commands/run_model.h"

#include <unistd.h>

#include <algorithm>
#include <bit>
#include <chrono>
#include <cinttypes>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/bytes.h"
#include "host-tools/commands/question_input.h"
#include "host-tools/commands/stop_on_signal.h"
#include "host-tools/console/character_columns.h"
#include "host-tools/console/word_wrap.h"
#include "host-tools/model/host_model.h"
#include "host-tools/support/failure.h"
#include "host-tools/support/files.h"
#include "host-tools/support/output.h"
#include "llama/logits_hash.h"

namespace host {
namespace {

constexpr size_t kMaxQuestionBytes = 65536;

// At a terminal, lines end between words.
class Output final : public base::TextSink {
 public:
  Output() : wraps_(::isatty(STDOUT_FILENO) == 1) {
    if (wraps_) use_utf8();
  }
  void write(std::string_view text) override {
    write_output(wraps_ ? wrap_.feed(text, terminal_columns()) : std::string(text));
  }

 private:
  bool wraps_;
  WordWrap wrap_;
};

// Hash and file of all logits, whichever was asked for.
class Observer final : public llama::LogitsObserver {
 public:
  explicit Observer(const std::optional<std::string>& path) : keeps_(path.has_value()) {}

  void observe(uint32_t position, std::span<const float> logits) override {
    hash_.observe(position, logits);
    if (!keeps_) return;
    for (const float logit : logits) {
      char bytes[4];
      base::store_le32(std::as_writable_bytes(std::span(bytes)), 0, std::bit_cast<uint32_t>(logit));
      content_.append(bytes, sizeof bytes);
    }
  }
  uint64_t hash() const { return hash_.value(); }
  const std::string& content() const { return content_; }

 private:
  llama::LogitsHash hash_;
  bool keeps_;
  std::string content_;
};

// 0 means another one each time, as on a board.
uint64_t seed_of(const RunOptions& options) {
  if (options.seed != 0) return options.seed;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(now).count());
}

double rate(uint64_t count, uint64_t time_us) {
  return time_us == 0 ? 0 : static_cast<double>(count) * 1e6 / static_cast<double>(time_us);
}

void report(const RunOptions& options, HostModel& host, const llama::Generation& made,
            uint64_t seed) {
  const auto& weights = host.model().transformer().weights();
  // The first token comes out of the prompt; speed is that of the others.
  const uint64_t decode_us = made.total_us - made.prompt_us;
  const uint64_t decoded = made.tokens > 0 ? made.tokens - 1 : 0;
  if (options.json) {
    const nlohmann::ordered_json json = {
        {"reason", made.reason == llama::StopReason::kEnd ? "stop" : "length"},
        {"prompt_tokens", made.prompt_tokens},
        {"tokens", made.tokens},
        {"seed", seed},
        {"first_token_s", static_cast<double>(made.prompt_us) / 1e6},
        {"total_s", static_cast<double>(made.total_us) / 1e6},
        {"tokens_per_s", decoded > 0 ? nlohmann::ordered_json(rate(decoded, decode_us)) : nullptr},
        {"memory_bytes", host.arena().high_water()},
        {"pinned_bytes", weights.pinned_bytes()},
        {"streamed_bytes_per_pass", weights.streamed_bytes()},
        {"bytes_read", weights.counters().bytes_read},
        {"crc_retries", weights.counters().crc_retries}};
    if (std::fprintf(stderr, "%s\n", json.dump().c_str()) < 0) {
      fail("standard error: {}", system_error());
    }
  } else if (::isatty(STDERR_FILENO) == 1) {
    std::string speed;
    if (decoded > 0) speed = text(", {:.1} tokens/s", rate(decoded, decode_us));
    std::fprintf(stderr, "%u token%s%s, first after %.3f s, seed %" PRIu64 "\n", made.tokens,
                 made.tokens == 1 ? "" : "s", speed.c_str(),
                 static_cast<double>(made.prompt_us) / 1e6, seed);
  } else if (options.is_seed_told) {
    std::fprintf(stderr, "seed %" PRIu64 "\n", seed);
  }
}

HostModelOptions model_options(const RunOptions& options, RunProfile& profile) {
  HostModelOptions model{.ram_bytes = std::nullopt,
                         .context = options.context,
                         .kv = options.kv,
                         .all_logits = options.hash || options.logits,
                         .profiler = profile.profiler(),
                         .profile_spans = profile.spans()};
  if (options.ram_mib) {
    model.ram_bytes = static_cast<uint64_t>(*options.ram_mib * 1048576) / 32 * 32;
  }
  // Of a chat, what is typed comes later.
  model.max_prompt_bytes = std::max<size_t>(options.prompt.size() + options.system.size(), 1);
  if (options.chat) model.max_prompt_bytes += kMaxQuestionBytes;
  return model;
}

// The keys that stop an answer, too.
class StopOnKey final : public llama::Interrupt {
 public:
  StopOnKey(StopOnSignal& signal, QuestionInput& input) : signal_(signal), input_(input) {}

  bool should_stop(uint32_t done, uint32_t all) override {
    return signal_.should_stop(done, all) || input_.wants_stop();
  }

 private:
  StopOnSignal& signal_;
  QuestionInput& input_;
};

// One story, or one conversation.
class Run {
 public:
  explicit Run(const RunOptions& options)
      : options_(options), profile_(options.profile), observer_(options.logits) {
    if (!options_.chat) signal_.emplace();
    // Before the work, so that a place that cannot be written to is known at once.
    if (options_.logits) logits_file_.emplace(*options_.logits);
    host_.emplace(options_.model, model_options(options_, profile_));
    if (!options_.chat) return;
    require_ok(host_->model().chat().status(), options_.model);
    signal_.emplace(StopOnSignal::CtrlC::kStops);
  }

  void story() {
    require_ok(tell(options_.prompt), options_.model);
    finish();
  }

  // A question and its answer; without one, lines of standard input up to its end.
  void conversation() {
    if (!options_.prompt.empty()) return story();
    QuestionInput input(signal_->interrupts());
    StopOnKey stop(*signal_, input);
    interrupt_ = &stop;
    if (input.is_terminal()) {
      std::fputs("Ctrl-C stops an answer, /new begins a new conversation, Ctrl-D leaves.\n",
                 stderr);
    }
    while (const auto line = input.next()) {
      if (line->empty()) continue;
      if (*line == "/quit" || *line == "/exit") break;
      const base::Status done = obey(*line);
      if (done.ok()) continue;
      const bool is_refused = done.code() == base::ErrorCode::kOutOfRange ||
                              done.code() == base::ErrorCode::kInvalidArgument;
      if (!input.is_terminal() || !is_refused) require_ok(done, options_.model);
      std::fprintf(stderr, "%s\n", text(done).c_str());
    }
    interrupt_ = nullptr;
    finish();
  }

 private:
  // A command or a question.
  base::Status obey(const std::string& line) {
    if (line == "/new" || line == "/clear") {
      host_->model().conversation().forget();
      return base::ok_status();
    }
    if (line == "/help" || line == "/?") {
      std::fputs("/new begins a new conversation, /quit leaves\n", stderr);
      return base::ok_status();
    }
    if (line.starts_with('/')) {
      return base::Status::error(
          base::ErrorCode::kInvalidArgument,
          "there is no such command; /new begins a new conversation, /quit leaves");
    }
    return tell(line);
  }

  base::Status tell(const std::string& prompt) {
    llama::Model& model = host_->model();
    llama::SamplerSettings sampling = options_.sampling;
    sampling.seed = seed_of(options_);
    profile_.begin(*host_, std::filesystem::path(options_.model).filename().string());
    const auto made =
        model.generate({.prompt = prompt,
                        .steps = options_.steps,
                        .ignore_eos = options_.ignore_eos,
                        .sampling = sampling,
                        .chat = options_.chat ? &*model.chat() : nullptr,
                        .system = options_.system,
                        .interrupt = interrupt_ != nullptr ? interrupt_ : &*signal_,
                        .observer = options_.hash || options_.logits ? &observer_ : nullptr},
                       output_);
    const bool is_stopped = made.status().code() == base::ErrorCode::kCancelled;
    if (made.ok() || is_stopped) output_.write("\n");
    const uint32_t forgotten = model.conversation().take_dropped();
    profile_.end(*host_, made, sampling.seed, forgotten);
    if (made.ok()) report(options_, *host_, *made, sampling.seed);
    if (forgotten > 0) {
      std::fprintf(stderr, "the context of %u tokens is full: %u earlier turn%s forgotten\n",
                   model.transformer().context(), forgotten, forgotten == 1 ? "" : "s");
    }
    return is_stopped ? base::ok_status() : made.status();
  }

  void finish() {
    if (options_.hash) std::printf("logits-hash: %016" PRIx64 "\n", observer_.hash());
    if (!logits_file_) return;
    logits_file_->write(observer_.content());
    logits_file_->commit();
  }

  const RunOptions& options_;
  RunProfile profile_;
  Observer observer_;
  Output output_;
  std::optional<StopOnSignal> signal_;
  llama::Interrupt* interrupt_ = nullptr;  // in place of the signal alone
  std::optional<PendingFile> logits_file_;
  std::optional<HostModel> host_;
};

}  // namespace

void run_model(const RunOptions& options) {
  Run run(options);
  if (options.chat) {
    run.conversation();
  } else {
    run.story();
  }
}

}  // namespace host
