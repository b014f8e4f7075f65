#include "host-tools/model/gguf_model.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>

#include "host-tools/model/architectures.h"
#include "host-tools/model/chat_template.h"
#include "host-tools/model/gguf_keys.h"
#include "host-tools/model/rope_source.h"
#include "host-tools/model/vocabulary_reader.h"
#include "host-tools/support/failure.h"
#include "llama/model/rope_scaling.h"

namespace host {

namespace fs = std::filesystem;

namespace {

constexpr uint32_t kMostParts = 9999;

constexpr const char* kRopeDivisors = "rope_freqs.weight";

std::string embedding_name() { return stored_name(NamedBy::kGguf, llama::TensorRole::kEmbedding); }

const StoredTensor* find(const TensorTable& tensors, std::string_view name) {
  const auto found = tensors.find(name);
  return found == tensors.end() ? nullptr : &found->second;
}

const Architecture& architecture_of(const Gguf& gguf) {
  const auto name = gguf.text("general.architecture");
  if (!name) fail("{}: the value general.architecture is missing", gguf.name());
  const Architecture* const known = find_gguf_architecture(*name);
  if (known != nullptr) return *known;
  fail("{}: is a model of the architecture \"{}\"; barellama runs {}", gguf.name(), *name,
       architecture_names(NamedBy::kGguf));
}

// The values of a model under its architecture's name.
class Values {
 public:
  Values(const Gguf& gguf, const Architecture& architecture)
      : gguf_(gguf), architecture_(architecture.gguf) {}

  uint32_t required(std::string_view name) const {
    const auto value = whole(name);
    if (!value) fail("{}: the value {} is missing", gguf_.name(), key_of(architecture_, name));
    return *value;
  }
  std::optional<uint32_t> whole(std::string_view name) const {
    return gguf_.whole(key_of(architecture_, name));
  }
  std::optional<double> number(std::string_view name) const {
    return gguf_.number(key_of(architecture_, name));
  }
  std::optional<std::string_view> text(std::string_view name) const {
    return gguf_.text(key_of(architecture_, name));
  }

 private:
  const Gguf& gguf_;
  std::string_view architecture_;
};

// As llama.cpp understands it: without a kind, a factor is of linear scaling, whose key was another
// one at first; a factor of 0 is none. YaRN multiplies `attn_factor` by its own.
RopeDescription describe_rope(const Values& values) {
  RopeDescription rope;
  if (const auto kind = values.text("rope.scaling.type")) rope.kind = std::string(*kind);
  rope.factor = values.number("rope.scaling.factor");
  if (!rope.factor) rope.factor = values.number("rope.scale_linear");
  if (!rope.factor || *rope.factor == 0) rope.factor = 1;
  if (!rope.kind) rope.kind = "linear";
  rope.original_context = values.whole("rope.scaling.original_context_length");
  rope.beta_slow = values.number("rope.scaling.yarn_beta_slow");
  rope.beta_fast = values.number("rope.scaling.yarn_beta_fast");
  const double more = values.number("rope.scaling.attn_factor").value_or(1);
  if (more != 1) rope.turn_factor = more * (0.1 * std::log(std::max(*rope.factor, 1.0)) + 1);
  return rope;
}

// The divisors are what Llama 3's rule makes of four numbers. All its models have 1, 4 and 8192 for
// three of them; the factor is the divisor of the slowest pair.
void read_rope_divisors(const Gguf& gguf, const StoredTensor& tensor,
                        std::optional<uint32_t> original_context, llama::ModelConfig& config) {
  const auto pairs = size_t{config.head_size} / 2;
  if (tensor.rows != 1 || tensor.columns != pairs) {
    fail("{}: the tensor {} has {} values for {} pairs", gguf.name(), kRopeDivisors,
         tensor.rows * tensor.columns, pairs);
  }
  std::vector<float> divisors(pairs);
  decode_blocks(tensor.type, tensor.bytes, divisors);
  if (std::ranges::all_of(divisors, [](float divisor) { return divisor == 1; })) return;
  if (config.rope_scaling != llama::RopeScaling::kNone) {
    fail("{}: has two RoPE scalings, a factor and the tensor {}", gguf.name(), kRopeDivisors);
  }
  llama::scale_as_llama3(config, divisors.back());
  config.rope_original_context = original_context.value_or(config.rope_original_context);
  require_ok(llama::validate(config), gguf.name());
  for (size_t i = 0; i < pairs; ++i) {
    const double exponent = static_cast<double>(2 * i) / config.head_size;
    const auto frequency = static_cast<float>(std::pow(config.rope_base, -exponent));
    const float expected =
        frequency / llama::scaled_frequency(config, static_cast<uint32_t>(i), frequency);
    // Written so that NaN fails too.
    if (!(std::abs(divisors[i] - expected) <= 1e-4f * expected)) {
      fail("{}: the tensor {} holds no RoPE scaling of Llama 3: its value {} is {}, not {}",
           gguf.name(), kRopeDivisors, i, divisors[i], expected);
    }
  }
}

// Llama 3's scaling is in a tensor, if any program calls it by its name here.
void read_rope_scaling(const Gguf& gguf, const Values& values, const StoredTensor* divisors,
                       llama::ModelConfig& config) {
  RopeDescription rope = describe_rope(values);
  if (rope.kind == "llama3") {
    if (divisors == nullptr) {
      fail("{}: has RoPE scaling of the kind \"llama3\", but no tensor {}", gguf.name(),
           kRopeDivisors);
    }
    rope.kind = "none";
  }
  set_rope_scaling(rope, gguf.name(), config);
  if (divisors != nullptr) read_rope_divisors(gguf, *divisors, rope.original_context, config);
}

// "DIR/NAME-00002-of-00005.gguf" -> "DIR/NAME-" and 5; nullopt for other names.
struct PartName {
  std::string prefix;
  uint32_t count;
};
std::optional<PartName> part_name(const fs::path& path) {
  constexpr std::string_view kForm = "-00001-of-00001.gguf";
  const std::string name = path.string();
  if (name.size() <= kForm.size()) return std::nullopt;
  const std::string end = name.substr(name.size() - kForm.size());
  for (size_t i = 0; i < kForm.size(); ++i) {
    const bool is_digit = end[i] >= '0' && end[i] <= '9';
    const bool is_digit_there = kForm[i] >= '0' && kForm[i] <= '9';
    if (is_digit_there ? !is_digit : end[i] != kForm[i]) return std::nullopt;
  }
  return PartName{name.substr(0, name.size() - kForm.size()),
                  static_cast<uint32_t>(std::stoul(end.substr(10, 5)))};
}

// The files of the model that `path` is a part of, the first of them first.
std::vector<fs::path> parts_of(const fs::path& path, const Gguf& gguf) {
  const uint32_t count = gguf.whole("split.count").value_or(1);
  if (count <= 1) return {path};
  const auto name = part_name(path);
  if (!name || name->count != count || count > kMostParts) {
    fail("{}: is one of {} parts; their names must be NAME-00001-of-{:05}.gguf and so on",
         path.string(), count, count);
  }
  std::vector<fs::path> parts;
  for (uint32_t i = 1; i <= count; ++i) {
    parts.push_back(text("{}-{:05}-of-{:05}.gguf", name->prefix, i, count));
  }
  return parts;
}

void check_part(const Gguf& part, uint32_t number, uint32_t count) {
  if (count == 1) return;
  if (part.whole("split.count").value_or(1) != count ||
      part.whole("split.no").value_or(0) != number) {
    fail("{}: is not part {} of {}, as its name says", part.name(), number + 1, count);
  }
}

}  // namespace

llama::ModelConfig read_gguf_config(const Gguf& gguf, const StoredTensor* embedding,
                                    const StoredTensor* rope_divisors) {
  const Architecture& architecture = architecture_of(gguf);
  check_keys(gguf, architecture.gguf);
  const Values values(gguf, architecture);
  llama::ModelConfig config{};
  config.dim = values.required("embedding_length");
  config.hidden_dim = values.required("feed_forward_length");
  config.n_layers = values.required("block_count");
  config.n_heads = values.required("attention.head_count");
  config.n_kv_heads = values.whole("attention.head_count_kv").value_or(config.n_heads);
  config.context = values.required("context_length");
  config.window = values.whole("attention.sliding_window").value_or(0);
  if (config.window >= config.context) config.window = 0;
  if (embedding == nullptr) fail("{}: the tensor {} is missing", gguf.name(), embedding_name());
  config.vocab_size = static_cast<uint32_t>(std::min<uint64_t>(embedding->rows, uint64_t{1} << 31));
  if (config.n_heads == 0 || config.n_kv_heads == 0) fail("{}: has no heads", gguf.name());
  config.head_size = values.whole("attention.key_length").value_or(config.dim / config.n_heads);
  const uint32_t value_size = values.whole("attention.value_length").value_or(config.head_size);
  const uint32_t turned = values.whole("rope.dimension_count").value_or(config.head_size);
  if (value_size != config.head_size || turned != config.head_size) {
    fail(
        "{}: has keys of {}, values of {} and {} turned by RoPE; barellama runs models where they "
        "are equal",
        gguf.name(), config.head_size, value_size, turned);
  }
  config.rope_base = static_cast<float>(values.number("rope.freq_base").value_or(10000));
  config.norm_eps =
      static_cast<float>(values.number("attention.layer_norm_rms_epsilon").value_or(1e-5));
  require_ok(llama::validate(config), gguf.name());
  read_rope_scaling(gguf, values, rope_divisors, config);
  config.chat_template = recognize_chat_template(gguf.text("tokenizer.chat_template").value_or(""));
  require_ok(llama::validate(config), gguf.name());
  return config;
}

SourceModel open_gguf(const fs::path& path, const SourceOptions& options) {
  StoredModel model;
  std::vector<fs::path> paths;
  {
    const MappedFile file(path);
    paths = parts_of(path, Gguf(file.bytes(), path.string()));
  }
  std::vector<Gguf> parts;
  const auto count = static_cast<uint32_t>(paths.size());
  for (uint32_t i = 0; i < count; ++i) {
    model.files.emplace_back(paths[i]);
    const Gguf& part = parts.emplace_back(model.files.back().bytes(), paths[i].string());
    check_part(part, i, count);
    for (const auto& [name, tensor] : part.tensors()) {
      if (!model.tensors.emplace(name, tensor).second) {
        fail("{}: has the tensor {}, which another part has, too", part.name(), name);
      }
    }
  }
  const Gguf& first = parts.front();
  const Architecture& architecture = architecture_of(first);
  model.name = first.name();
  model.architecture = architecture.gguf;
  model.order = architecture.gguf_order;
  if (model.tensors.empty()) fail("{}: holds a vocabulary only, no weights", first.name());
  const StoredTensor* const divisors =
      architecture.has_rope_divisors ? find(model.tensors, kRopeDivisors) : nullptr;
  model.config = read_gguf_config(first, find(model.tensors, embedding_name()), divisors);
  for (const ExtraTensor& extra : architecture.extras) {
    model.extras[static_cast<size_t>(extra.role)] =
        extra.flag == nullptr ? Presence::kAlways : Presence::kMayBe;
  }
  model.config.tied_classifier =
      find(model.tensors, stored_name(NamedBy::kGguf, llama::TensorRole::kClassifier)) == nullptr;
  model.description = text("GGUF version {}{}, tensors: {}", first.version(),
                           count > 1 ? text(" in {} parts", count) : "", types_of(model.tensors));
  if (architecture.has_rope_divisors) model.tensors.erase(kRopeDivisors);

  SourceModel source;
  const uint32_t size = model.config.vocab_size;
  if (options.tokenizer) {
    source.vocabulary = read_vocabulary(*options.tokenizer, size);
    source.files.push_back(*options.tokenizer);
  } else {
    source.vocabulary = read_gguf_vocabulary(first);
    fill_up(source.vocabulary, size, first.name());
  }
  source.files.insert(source.files.end(), paths.begin(), paths.end());
  source.weights = std::make_unique<StoredWeights>(std::move(model));
  return source;
}

}  // namespace host
