#include "host-tools/model/hugging_face.h"

#include <algorithm>
#include <set>

#include "host-tools/model/chat_template.h"
#include "host-tools/model/safetensors.h"
#include "host-tools/model/vocabulary_reader.h"
#include "host-tools/support/failure.h"
#include "host-tools/support/files.h"
#include "llama/model/rope_scaling.h"

namespace host {

namespace fs = std::filesystem;

namespace {

Json read_json(const fs::path& path) { return parse_json(read_file(path), path.string()); }

uint32_t required(const Json& json, const char* key, const std::string& name) {
  const auto value = whole_of(json, key, name);
  if (!value) fail("{}: \"{}\" is missing", name, key);
  return *value;
}

void check_architecture(const Json& json, const std::string& name) {
  const auto type = text_of(json, "model_type", name);
  if (!type) fail("{}: \"model_type\" is missing", name);
  if (*type != "llama") {
    fail("{}: is a model of the architecture \"{}\"; barellama runs \"llama\"", name, *type);
  }
  const auto activation = text_of(json, "hidden_act", name).value_or("silu");
  if (activation != "silu") {
    fail("{}: has the activation \"{}\"; barellama runs \"silu\"", name, activation);
  }
  for (const char* key : {"attention_bias", "mlp_bias"}) {
    if (flag_of(json, key, name).value_or(false)) {
      fail("{}: has \"{}\", which barellama doesn't run", name, key);
    }
  }
}

// {"rope_type": "llama3", "factor": 32.0, ..}; "type" in older files. Newer ones have the base
// there, too, and call it "rope_parameters".
void read_rope(const Json& json, const std::string& name, llama::ModelConfig& config) {
  const Json* rope = member_of(json, "rope_scaling");
  if (rope == nullptr) rope = member_of(json, "rope_parameters");
  const Json none = Json::object();
  if (rope == nullptr) rope = &none;
  const auto base = number_of(json, "rope_theta", name);
  config.rope_base =
      static_cast<float>(base ? *base : number_of(*rope, "rope_theta", name).value_or(10000));
  auto type = text_of(*rope, "rope_type", name);
  if (!type) type = text_of(*rope, "type", name);
  if (!type || *type == "default") return;
  if (*type != "llama3") {
    fail("{}: has RoPE scaling of the kind \"{}\"; barellama runs \"llama3\" and none", name,
         *type);
  }
  const auto number = [&](const char* key) {
    const auto value = number_of(*rope, key, name);
    if (!value) fail("{}: the RoPE scaling has no \"{}\"", name, key);
    return static_cast<float>(*value);
  };
  // One after the other, so that the first one that is missing is named.
  const float factor = number("factor");
  const float low = number("low_freq_factor");
  const float high = number("high_freq_factor");
  llama::scale_as_llama3(config, factor, low, high,
                         required(*rope, "original_max_position_embeddings", name));
}

// The id, or several of them.
std::vector<int32_t> token_ids(const Json& json, const char* key, const std::string& name) {
  const Json* const value = member_of(json, key);
  if (value == nullptr) return {};
  std::vector<int32_t> ids;
  for (const Json& id : value->is_array() ? *value : Json::array({*value})) {
    if (!id.is_number_integer() || id.get<int64_t>() < 0 ||
        id.get<int64_t>() >= llama::VocabularyHeader::kMaxTokens) {
      fail("{}: \"{}\" is not a token's id", name, key);
    }
    ids.push_back(id.get<int32_t>());
  }
  return ids;
}

// A text, or a list of {"name": "default", "template": text}.
std::string template_of(const Json& json, const std::string& name) {
  const Json* const value = member_of(json, "chat_template");
  if (value == nullptr || !value->is_array()) {
    return text_of(json, "chat_template", name).value_or("");
  }
  std::string first;
  for (const Json& entry : *value) {
    const std::string content = text_of(entry, "template", name).value_or("");
    if (text_of(entry, "name", name) == "default") return content;
    if (first.empty()) first = content;
  }
  return first;
}

llama::ChatTemplate read_chat_template(const fs::path& folder) {
  if (const fs::path alone = folder / "chat_template.jinja"; fs::exists(alone)) {
    return recognize_chat_template(read_file(alone));
  }
  for (const char* file : {"chat_template.json", "tokenizer_config.json"}) {
    const fs::path path = folder / file;
    if (!fs::exists(path)) continue;
    const auto chat = recognize_chat_template(template_of(read_json(path), path.string()));
    if (chat != llama::ChatTemplate::kNone) return chat;
  }
  return llama::ChatTemplate::kNone;
}

// The shards that the index names, each once.
std::vector<fs::path> shards_of(const fs::path& index) {
  const Json json = read_json(index);
  const Json* const map = member_of(json, "weight_map");
  if (map == nullptr || !map->is_object() || map->empty()) {
    fail("{}: has no \"weight_map\"", index.string());
  }
  std::set<std::string> names;
  for (const auto& [tensor, value] : map->items()) {
    const std::string file = value.is_string() ? value.get<std::string>() : "";
    if (file.empty() || fs::path(file).filename().string() != file) {
      fail("{}: the file of the tensor {} is not the name of a file beside it", index.string(),
           tensor);
    }
    names.insert(file);
  }
  std::vector<fs::path> shards;
  for (const std::string& name : names) shards.push_back(index.parent_path() / name);
  return shards;
}

std::vector<fs::path> weight_files(const fs::path& path, const fs::path& folder) {
  if (path != folder) return {path};
  const fs::path index = folder / "model.safetensors.index.json";
  if (fs::exists(index)) return shards_of(index);
  if (fs::exists(folder / "model.safetensors")) return {folder / "model.safetensors"};
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".safetensors") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  if (files.empty()) {
    fail(
        "{}: has no *.safetensors; weights in .bin files (pickles) are not read: save the model "
        "with safe_serialization=True",
        folder.string());
  }
  if (files.size() > 1) {
    fail(
        "{}: has {} *.safetensors but no model.safetensors.index.json; name the one to convert, "
        "such as {}",
        folder.string(), files.size(), files.front().string());
  }
  return files;
}

fs::path tokenizer_of(const fs::path& folder, const SourceOptions& options) {
  if (options.tokenizer) return *options.tokenizer;
  for (const char* file : {"tokenizer.model", "tokenizer.json"}) {
    if (fs::exists(folder / file)) return folder / file;
  }
  fail("{}: has no tokenizer.model and no tokenizer.json; name one with --tokenizer",
       folder.string());
}

// Tokens that were added to a tokenizer.model are in a file of their own: {"<|im_start|>": 32000}.
void add_tokens(const fs::path& path, VocabularySource& vocabulary) {
  if (!fs::exists(path)) return;
  const Json json = read_json(path);
  for (const auto& [token, value] : json.items()) {
    const auto id = whole_of(json, token.c_str(), path.string());
    if (!id || *id >= llama::VocabularyHeader::kMaxTokens) {
      fail("{}: \"{}\" has no id", path.string(), token);
    }
    if (*id >= vocabulary.tokens.size()) {
      vocabulary.tokens.resize(*id + 1,
                               {.bytes = {}, .score = 0, .type = llama::TokenType::kUnused});
    }
    auto& entry = vocabulary.tokens[*id];
    if (entry.type == llama::TokenType::kUnused) {
      entry = {.bytes = token, .score = 0, .type = llama::TokenType::kControl};
    }
  }
}

VocabularySource read_tokenizer(const fs::path& path, const fs::path& folder, const Json& config,
                                const std::string& name, uint32_t size) {
  // A tokenizer.bin doesn't say how many tokens it has.
  const bool is_bin = path.extension() == ".bin";
  auto vocabulary = read_vocabulary(path, is_bin ? std::optional(size) : std::nullopt);
  if (path == folder / "tokenizer.model") add_tokens(folder / "added_tokens.json", vocabulary);
  fill_up(vocabulary, size, path.string());
  if (const auto ids = token_ids(config, "bos_token_id", name); !ids.empty()) {
    vocabulary.bos = ids.front();
  }
  const std::vector<int32_t> ends = token_ids(config, "eos_token_id", name);
  if (!ends.empty()) {
    vocabulary.eos = ends.front();
    vocabulary.more_ends.assign(ends.begin() + 1, ends.end());
  }
  return vocabulary;
}

}  // namespace

llama::ModelConfig read_hugging_face_config(const Json& json, const std::string& name) {
  check_architecture(json, name);
  llama::ModelConfig config{};
  config.dim = required(json, "hidden_size", name);
  config.hidden_dim = required(json, "intermediate_size", name);
  config.n_layers = required(json, "num_hidden_layers", name);
  config.n_heads = required(json, "num_attention_heads", name);
  config.n_kv_heads = whole_of(json, "num_key_value_heads", name).value_or(config.n_heads);
  config.vocab_size = required(json, "vocab_size", name);
  config.context = required(json, "max_position_embeddings", name);
  if (config.n_heads == 0 || config.n_kv_heads == 0) fail("{}: has no heads", name);
  config.head_size = whole_of(json, "head_dim", name).value_or(config.dim / config.n_heads);
  config.norm_eps = static_cast<float>(number_of(json, "rms_norm_eps", name).value_or(1e-6));
  config.tied_classifier = flag_of(json, "tie_word_embeddings", name).value_or(false);
  read_rope(json, name, config);
  require_ok(llama::validate(config), name);
  return config;
}

SourceModel open_hugging_face(const fs::path& path, const SourceOptions& options) {
  const bool is_folder = fs::is_directory(path);
  const fs::path folder = is_folder ? path : path.parent_path();
  const fs::path config_path = folder / "config.json";
  if (!fs::exists(config_path)) {
    fail("{}: has no config.json{}", path.string(), is_folder ? "" : " beside it");
  }
  const Json config = read_json(config_path);
  StoredModel model;
  model.name = path.string();
  model.order = RowOrder::kHalves;
  model.named_by = NamedBy::kHuggingFace;
  model.config = read_hugging_face_config(config, config_path.string());
  model.config.chat_template = read_chat_template(folder);

  SourceModel source;
  const fs::path tokenizer = tokenizer_of(folder, options);
  source.vocabulary =
      read_tokenizer(tokenizer, folder, config, config_path.string(), model.config.vocab_size);
  source.files = weight_files(is_folder ? folder : path, folder);
  for (const fs::path& file : source.files) {
    model.files.emplace_back(file);
    read_safetensors(model.files.back().bytes(), file.string(), model.tensors);
  }
  model.description = text("Hugging Face model in {} {}, tensors: {}", source.files.size(),
                           source.files.size() == 1 ? "file" : "files", types_of(model.tensors));
  // A classifier that is the embedding may be stored a second time; RoPE's frequencies are
  // computed.
  if (model.config.tied_classifier) {
    model.tensors.erase(stored_name(NamedBy::kHuggingFace, llama::TensorRole::kClassifier));
  }
  std::erase_if(model.tensors, [](const auto& entry) {
    return entry.first.ends_with(".self_attn.rotary_emb.inv_freq");
  });
  source.files.push_back(config_path);
  source.files.push_back(tokenizer);
  source.weights = std::make_unique<StoredWeights>(std::move(model));
  return source;
}

}  // namespace host
