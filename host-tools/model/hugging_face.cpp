#include "host-tools/model/hugging_face.h"

#include <algorithm>
#include <set>

#include "host-tools/model/architectures.h"
#include "host-tools/model/chat_template.h"
#include "host-tools/model/folder_tokenizer.h"
#include "host-tools/model/hugging_face_config.h"
#include "host-tools/model/safetensors.h"
#include "host-tools/support/failure.h"
#include "host-tools/support/files.h"

namespace host {

namespace fs = std::filesystem;

namespace {

Json read_json(const fs::path& path) { return parse_json(read_file(path), path.string()); }

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

}  // namespace

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
  const Architecture& architecture = hugging_face_architecture(config, config_path.string());
  model.architecture = architecture.hugging_face;
  for (const ExtraTensor& extra : architecture.extras) {
    const bool has =
        extra.flag == nullptr || flag_of(config, extra.flag, config_path.string()).value_or(false);
    model.extras[static_cast<size_t>(extra.role)] = has ? Presence::kAlways : Presence::kNever;
  }
  model.config = read_hugging_face_config(config, config_path.string());
  model.config.chat_template = read_chat_template(folder);

  SourceModel source;
  FolderTokenizer tokenizer = read_folder_tokenizer(folder, options.tokenizer, config,
                                                    config_path.string(), model.config.vocab_size);
  source.vocabulary = std::move(tokenizer.vocabulary);
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
  source.files.insert(source.files.end(), tokenizer.files.begin(), tokenizer.files.end());
  source.weights = std::make_unique<StoredWeights>(std::move(model));
  return source;
}

}  // namespace host
