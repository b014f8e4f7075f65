#include "tests/bench/paced_stretches.h"

#include <algorithm>
#include <cmath>

#include "base/crc32c.h"
#include "host-tools/model/model_layout.h"
#include "host-tools/model/model_plan.h"
#include "host-tools/model/synthetic_model.h"
#include "host-tools/model/tokenizer_builder.h"
#include "host-tools/model/type_choice.h"
#include "host-tools/support/failure.h"
#include "host-tools/support/files.h"
#include "tests/bench/pace_shapes.h"

namespace bench {
namespace {

using nlohmann::ordered_json;

// Of the emulated board, for models; a little less.
constexpr double kRamMib = 440;

// Header, directory and tokenizer of a model with random weights, which are not there.
class OutlineSource final : public llama::WeightSource {
 public:
  OutlineSource(const llama::ModelConfig& config, const std::string& type) {
    const host::TypeChoice types = host::type_choice(type);
    tokenizer_ = host::require_value(
        host::build_tokenizer_segment(host::synthetic_vocabulary(config.vocab_size)), "tokenizer");
    const auto type_of = [&](llama::TensorKey tensor) {
      const bool is_vocabulary = tensor.role == llama::TensorRole::kEmbedding ||
                                 tensor.role == llama::TensorRole::kClassifier;
      return is_vocabulary ? types.vocabulary_type : types.type;
    };
    host::ModelLayout layout =
        host::lay_out(config, {.type_of = type_of, .tokenizer_bytes = tokenizer_.size()});
    for (llama::Segment& segment : layout.segments) {
      if (segment.kind != llama::SegmentKind::kTokenizer) continue;
      tokenizer_.resize(static_cast<size_t>(segment.bytes));
      tokenizer_at_ = segment.offset;
      segment.crc = base::crc32c(tokenizer_);
    }
    const llama::DirectoryTables tables = layout.tables();
    std::vector<std::byte> directory(static_cast<size_t>(tables.bytes()));
    llama::write_directory(tables, directory);
    head_.resize(llama::kHeaderBytes);
    llama::write_header(config, "outline", layout.file_bytes, tables, directory, head_);
    head_.insert(head_.end(), directory.begin(), directory.end());
    bytes_ = layout.file_bytes;
  }

 private:
  uint64_t do_size_bytes() const override { return bytes_; }
  base::Status do_start_read(uint64_t offset, std::span<std::byte> target) override {
    std::ranges::fill(target, std::byte{0});
    copy(head_, 0, offset, target);
    copy(tokenizer_, tokenizer_at_, offset, target);
    return base::ok_status();
  }
  base::Status do_finish_read() override { return base::ok_status(); }

  static void copy(std::span<const std::byte> from, uint64_t at, uint64_t offset,
                   std::span<std::byte> target) {
    for (uint64_t i = std::max(at, offset); i < std::min(at + from.size(), offset + target.size());
         ++i) {
      target[static_cast<size_t>(i - offset)] = from[static_cast<size_t>(i - at)];
    }
  }

  std::vector<std::byte> head_, tokenizer_;
  uint64_t tokenizer_at_ = 0;
  uint64_t bytes_ = 0;
};

const llama::ModelConfig& known_config(const std::string& name) {
  const auto shapes = host::known_shapes();
  const auto shape = std::ranges::find(shapes, name, &host::Shape::name);
  if (shape == shapes.end()) host::fail("there is no shape {}", name);
  return shape->config;
}

host::BoardOptions board_of(const StretchRequest& request) {
  const auto kv = llama::kv_type_of(request.kv);
  if (!kv) host::fail("there is no type {} of keys and values", request.kv);
  return {.ram_mib = request.ram_mib == 0 ? kRamMib : request.ram_mib,
          .context = kBenchContext,
          .kv = *kv,
          .all_logits = request.all_logits};
}

// Of the files that the bench makes, "SHAPE-TYPE.blm", or of the default model.
llama::Plan plan_of_guest(const std::string& model, const std::string& type,
                          const StretchRequest& request) {
  const std::string ending = "-" + type + ".blm";
  if (!model.ends_with(ending)) return host::plan_for_board(BENCH_DEFAULT_MODEL, board_of(request));
  return plan_of(known_config(model.substr(0, model.size() - ending.size())), type, request);
}

PaceShape shape_of(const ordered_json& json) {
  return {json.at("dim"),      json.at("hidden_dim"), json.at("layers"),       json.at("heads"),
          json.at("kv_heads"), json.at("vocabulary"), json.value("pruned", 0u)};
}

// Of a pruned one the sizes depend on the weights, so it is made.
llama::Plan plan_of(const PaceShape& shape, const std::string& type,
                    const StretchRequest& request) {
  if (shape.pruned == 0) return plan_of(config_of(shape), type, request);
  const host::TemporaryFolder folder;
  const std::filesystem::path path = folder.path() / "pruned.blm";
  write_pace_model(shape, type, path);
  return host::plan_for_board(path, board_of(request));
}

void add_guest(const ordered_json& entry, const char* part, bool is_prompt,
               std::vector<PacedStretch>& all) {
  if (!entry.contains(part)) return;
  const ordered_json& figures = entry.at(part);
  PacedStretch made;
  made.model = entry.at("model");
  made.type = entry.at("weight_type");
  made.request.kv = entry.at("kv_type");
  made.request.is_prompt = is_prompt;
  made.request.position = made.first_position = figures.at("first_position");
  made.tokens = figures.at("end_position").get<uint32_t>() - made.first_position;
  made.cycles = figures.at("cycles_per_token").at("350");
  made.work = work_of(plan_of_guest(made.model, made.type, made.request), made.request,
                      made.first_position, made.tokens);
  all.push_back(std::move(made));
}

void add_paced(const ordered_json& entry, std::vector<PacedStretch>& all) {
  const PaceShape shape = shape_of(entry.at("shape"));
  PacedStretch made;
  made.model = name_of(shape);
  made.type = entry.at("type");
  made.request = {.kv = entry.at("kv"),
                  .is_prompt = entry.at("is_prompt"),
                  .position = entry.at("first_position"),
                  .ram_mib = entry.at("ram_mib")};
  made.first_position = entry.at("first_position");
  made.tokens = entry.at("tokens");
  made.is_fitted = entry.at("is_fitted");
  made.cycles = entry.at("cycles_per_token");
  made.work = work_of(plan_of(shape, made.type, made.request), made.request, made.first_position,
                      made.tokens);
  all.push_back(std::move(made));
}

}  // namespace

llama::Plan plan_of(const llama::ModelConfig& config, const std::string& type,
                    const StretchRequest& request) {
  OutlineSource source(config, type);
  return host::plan_for_board(source, 1, "an outline", board_of(request));
}

llama::WorkCounts work_of(const llama::Plan& plan, const StretchRequest& request,
                          uint32_t first_position, uint32_t tokens) {
  llama::WorkCounts sum;
  if (request.is_prompt) {
    sum = plan.work(tokens, first_position, llama::Logits::kNone);
  } else {
    for (uint32_t i = 0; i < tokens; ++i) {
      sum.add(plan.work(1, first_position + i, llama::Logits::kLast));
    }
  }
  sum.scale(1.0 / tokens);
  return sum;
}

ordered_json planned_entries(std::span<const PacedStretch> stretches, const llama::Pace& pace) {
  auto entries = ordered_json::array();
  for (const PacedStretch& one : stretches) {
    if (one.is_fitted) continue;
    entries.push_back({{"model", one.model},
                       {"type", one.type},
                       {"kv", one.request.kv},
                       {"tokens_of", name_of(one.request)},
                       {"cycles_per_token", std::round(one.cycles)},
                       {"planned_cycles_per_token", std::round(one.work.cycles(pace))}});
  }
  return entries;
}

ordered_json seven_b_entries(const StoredFigures& figures, const llama::Pace& pace) {
  ordered_json entries = figures.of("seven_b");
  for (ordered_json& entry : entries) {
    if (!entry.contains("ram_bytes")) continue;
    const uint32_t prompt = entry.at("prompt_tokens");
    const llama::Plan plan = plan_of(known_config("llama2-7b"), entry.at("type"),
                                     {.kv = "f32",
                                      .ram_mib = entry.at("ram_bytes").get<double>() / 1048576,
                                      .all_logits = true});
    const auto seconds = [](const llama::PassTime& time) -> ordered_json {
      return {{"total", time.total_s}, {"card", time.card_s}, {"core", time.core_s}};
    };
    entry["planned_prompt_s"] = seconds(plan.pass(pace, prompt, 0, llama::Logits::kLast));
    entry["planned_token_s"] = seconds(plan.token(pace, prompt));
  }
  return entries;
}

std::vector<PacedStretch> paced_stretches(const StoredFigures& figures) {
  std::vector<PacedStretch> all;
  for (const ordered_json& entry : figures.of("pace")) add_paced(entry, all);
  for (const ordered_json& entry : figures.of("guest")) {
    add_guest(entry, "story", false, all);
    add_guest(entry, "prompt", true, all);
  }
  return all;
}

}  // namespace bench
