#include "host-tools/model/folder_tokenizer.h"

#include <algorithm>
#include <set>
#include <sstream>

#include "host-tools/model/byte_level_pipeline.h"
#include "host-tools/model/mapped_file.h"
#include "host-tools/model/text_stages.h"
#include "host-tools/model/vocabulary_reader.h"
#include "host-tools/support/failure.h"
#include "host-tools/support/files.h"

namespace host {

namespace fs = std::filesystem;

using llama::TokenType;

namespace {

// An empty object where there is no such file.
Json read_if_there(const fs::path& path) {
  return fs::exists(path) ? parse_json(read_file(path), path.string()) : Json::object();
}

// A token is written as its text, or as an object with it.
std::string content_of(const Json& token) {
  if (token.is_string()) return token.get<std::string>();
  const auto found = token.is_object() ? token.find("content") : token.end();
  return token.is_object() && found != token.end() && found->is_string() ? found->get<std::string>()
                                                                         : "";
}

// The text of "eos_token" and the like, empty if there is none.
std::string named_token(const Json& json, const char* key) {
  const Json* const token = member_of(json, key);
  return token == nullptr ? "" : content_of(*token);
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

class Reader {
 public:
  Reader(const fs::path& folder, const Json& config, const std::string& config_name)
      : folder_(folder),
        config_(config),
        config_name_(config_name),
        settings_path_(folder / "tokenizer_config.json"),
        settings_(read_if_there(settings_path_)) {}

  FolderTokenizer read(const std::optional<fs::path>& named, uint32_t size) {
    read_pieces(named, size);
    if (!named || named->parent_path() == folder_) {
      read_tokenizer_json_beside();
      read_settings();
      read_added_tokens();
    }
    fill_up(made_.vocabulary, size, made_.files.front().string());
    read_ends(size);
    return std::move(made_);
  }

 private:
  VocabularySource& source() { return made_.vocabulary; }

  void read_pieces(const std::optional<fs::path>& named, uint32_t size) {
    const fs::path model = folder_ / "tokenizer.model";
    const fs::path json = folder_ / "tokenizer.json";
    const fs::path vocab = folder_ / "vocab.json";
    const fs::path merges = folder_ / "merges.txt";
    fs::path chosen;
    if (named) {
      chosen = *named;
    } else if (fs::exists(model) && is_sentencepiece_model(MappedFile(model).bytes())) {
      chosen = model;
    } else if (fs::exists(json)) {
      chosen = json;
    } else if (fs::exists(vocab) && fs::exists(merges)) {
      source() = read_vocab_and_merges(vocab, merges);
      made_.files = {vocab, merges};
      return;
    } else if (fs::exists(model)) {
      fail(
          "{}: is not a SentencePiece model{}; save the tokenizer as tokenizer.json, or name one "
          "with --tokenizer",
          model.string(), is_tiktoken(read_file(model)) ? " but a tiktoken file" : "");
    } else {
      fail("{}: has no tokenizer.model and no tokenizer.json; name one with --tokenizer",
           folder_.string());
    }
    // A tokenizer.bin doesn't say how many tokens it has.
    const bool is_bin = chosen.extension() == ".bin";
    source() = read_vocabulary(chosen, is_bin ? std::optional(size) : std::nullopt);
    made_.files = {chosen};
  }

  // Lines of a text in base64 and its rank.
  static bool is_tiktoken(const std::string& file) {
    std::istringstream words(file.substr(0, file.find('\n')));
    std::string text, rank, more;
    words >> text >> rank >> more;
    return !text.empty() && !rank.empty() && more.empty() &&
           rank.find_first_not_of("0123456789") == std::string::npos;
  }

  // The two files of GPT-2. What cuts texts into words stands in the program that knows the class.
  VocabularySource read_vocab_and_merges(const fs::path& vocab, const fs::path& merges) {
    std::string kind = text_of(settings_, "tokenizer_class", settings_path_.string()).value_or("");
    if (kind.ends_with("Fast")) kind.resize(kind.size() - 4);
    const std::string type = text_of(config_, "model_type", config_name_).value_or("");
    if (kind.empty() && type.starts_with("qwen")) kind = "Qwen2Tokenizer";
    if (kind.empty() && type == "gpt2") kind = "GPT2Tokenizer";
    if (kind != "Qwen2Tokenizer" && kind != "GPT2Tokenizer") {
      fail(
          "{}: how texts are cut into words is not known for the tokenizer \"{}\" (tokenizer_class "
          "in tokenizer_config.json); save it as tokenizer.json",
          vocab.string(), kind.empty() ? "(not named)" : kind);
    }
    if (flag_of(settings_, "add_prefix_space", settings_path_.string()).value_or(false)) {
      fail(
          "{}: puts a space before texts (add_prefix_space), which barellama doesn't do for "
          "byte-level BPE",
          settings_path_.string());
    }
    Json list = Json::array();
    std::istringstream lines(read_file(merges));
    for (std::string line; std::getline(lines, line);) {
      if (line.ends_with('\r')) line.pop_back();
      if (!line.empty() && !(list.empty() && line.starts_with("#version"))) list.push_back(line);
    }
    Json file = kind == "Qwen2Tokenizer" ? qwen2_stages() : gpt2_stages();
    file["model"] = {{"type", "BPE"},
                     {"vocab", parse_json(read_file(vocab), vocab.string())},
                     {"merges", std::move(list)}};
    return read_tokenizer_json(file, vocab.string());
  }

  // Beside a tokenizer.model, Hugging Face's programs go by the tokenizer.json.
  void read_tokenizer_json_beside() {
    const fs::path path = folder_ / "tokenizer.json";
    has_json_ = made_.files.front() == path || fs::exists(path);
    if (made_.files.front() != folder_ / "tokenizer.model" || !has_json_) return;
    const Json file = parse_json(read_file(path), path.string());
    if (is_byte_level(file, path.string())) return;
    VocabularySource spaces;
    read_spaces(file, path.string(), spaces);
    if (source().normalizer.empty()) {
      source().normalizer = spaces.normalizer;
      source().space_before_text = spaces.space_before_text;
      source().space_at_beginning_only = spaces.space_at_beginning_only;
      source().space_unless_there = spaces.space_unless_there;
      source().space_by_normalizer = spaces.space_by_normalizer;
      source().word_rules = spaces.word_rules;
    }
    const Surroundings around = read_surroundings(file, path.string());
    source().bos_before_text = !around.before.empty();
    if (!around.after.empty()) note_eos(source());
    const Json* const added = member_of(file, "added_tokens");
    if (added == nullptr || !added->is_array()) return;
    for (const Json& token : *added) {
      const auto id = whole_of(token, "id", path.string());
      if (id) add(*id, content_of(token), found_flags(token, path.string()), path.string());
    }
  }

  void read_settings() {
    const std::string name = settings_path_.string();
    if (!has_json_ && flag_of(settings_, "legacy", name) == std::optional(false)) {
      source().space_at_beginning_only = true;
    }
    source().bos_before_text =
        flag_of(settings_, "add_bos_token", name).value_or(source().bos_before_text);
    if (flag_of(settings_, "add_eos_token", name).value_or(false)) note_eos(source());
    const Json* const added = member_of(settings_, "added_tokens_decoder");
    if (added == nullptr || !added->is_object()) return;
    for (const auto& [key, token] : added->items()) {
      if (key.empty() || key.size() > 7 ||
          key.find_first_not_of("0123456789") != std::string::npos) {
        fail("{}: \"{}\" is not a token's id", name, key);
      }
      add(static_cast<uint32_t>(std::stoul(key)), content_of(token), found_flags(token, name),
          name);
    }
  }

  // {"<|im_start|>": 32000}
  void read_added_tokens() {
    const fs::path path = folder_ / "added_tokens.json";
    const Json json = read_if_there(path);
    const std::set<std::string> special = special_texts();
    for (const auto& [token, value] : json.items()) {
      const auto id = whole_of(json, token.c_str(), path.string());
      if (!id) fail("{}: \"{}\" has no id", path.string(), token);
      // Names of this form are markers to all programs.
      const bool is_marker = token.starts_with("<|") && token.ends_with("|>");
      const bool is_special = is_marker || special.contains(token);
      add(*id, token, is_special ? llama::kFoundSpecial : 0u, path.string());
    }
  }

  std::set<std::string> special_texts() const {
    std::set<std::string> texts;
    for (const Json& json : {read_if_there(folder_ / "special_tokens_map.json"), settings_}) {
      for (const auto& [key, value] : json.items()) {
        if (key == "additional_special_tokens" && value.is_array()) {
          for (const Json& token : value) texts.insert(content_of(token));
        } else if (key.ends_with("_token")) {
          texts.insert(content_of(value));
        }
      }
    }
    return texts;
  }

  // One that was named before stays as it is.
  void add(uint32_t id, const std::string& text, uint32_t flags, const std::string& name) {
    if (id >= llama::VocabularyHeader::kMaxTokens) fail("{}: \"{}\" has the id {}", name, text, id);
    const auto token = static_cast<int32_t>(id);
    if (text.empty() ||
        std::ranges::find(source().found, token, &FoundToken::id) != source().found.end()) {
      return;
    }
    if (id >= source().tokens.size()) {
      source().tokens.resize(id + 1, {.bytes = {}, .score = 0, .type = TokenType::kUnused});
    }
    TokenEntry& entry = source().tokens[id];
    const bool is_special = (flags & llama::kFoundSpecial) != 0;
    if (entry.type == TokenType::kUnused || (is_special && entry.type == TokenType::kNormal)) {
      entry = {text, 0, is_special ? TokenType::kControl : TokenType::kUserDefined};
    }
    // Programs that read a tokenizer.model look for them before they do anything else.
    if (source().merges.empty()) flags &= ~uint32_t{llama::kFoundNormalized};
    source().found.push_back({token, flags, text});
  }

  int32_t find(const std::string& text) {
    const auto& tokens = source().tokens;
    const auto found = std::ranges::find_if(tokens, [&](const TokenEntry& token) {
      return token.type != TokenType::kUnused && token.bytes == text;
    });
    return text.empty() || found == tokens.end() ? -1
                                                 : static_cast<int32_t>(found - tokens.begin());
  }

  // An id beyond the vocabulary is said, and otherwise as if it were not there.
  std::vector<int32_t> ids_within(const Json& json, const char* key, const std::string& name,
                                  uint32_t size) {
    std::vector<int32_t> ids = token_ids(json, key, name);
    std::erase_if(ids, [&](int32_t id) {
      if (id < static_cast<int32_t>(size)) return false;
      source().notes.push_back(
          text("{}: \"{}\" is {}, but there are {} tokens: left out; --bos and --eos set them",
               name, key, id, size));
      return true;
    });
    return ids;
  }

  void read_ends(uint32_t size) {
    const fs::path path = folder_ / "generation_config.json";
    const Json generation = read_if_there(path);
    auto bos = ids_within(config_, "bos_token_id", config_name_, size);
    if (bos.empty()) bos = ids_within(generation, "bos_token_id", path.string(), size);
    const int32_t named_bos = find(named_token(settings_, "bos_token"));
    if (!bos.empty()) {
      source().bos = bos.front();
    } else if (named_bos >= 0) {
      source().bos = named_bos;
    }
    std::vector<int32_t> ends = ids_within(config_, "eos_token_id", config_name_, size);
    const auto more = ids_within(generation, "eos_token_id", path.string(), size);
    ends.insert(ends.end(), more.begin(), more.end());
    if (const int32_t named_eos = find(named_token(settings_, "eos_token")); named_eos >= 0) {
      ends.push_back(named_eos);
    }
    if (ends.empty()) return;
    source().eos = -1;
    source().more_ends.clear();
    for (const int32_t id : ends) add_end(source(), id);
  }

  const fs::path folder_;
  const Json& config_;
  const std::string config_name_;
  const fs::path settings_path_;
  const Json settings_;
  bool has_json_ = false;
  FolderTokenizer made_;
};

}  // namespace

FolderTokenizer read_folder_tokenizer(const fs::path& folder, const std::optional<fs::path>& named,
                                      const Json& config, const std::string& config_name,
                                      uint32_t size) {
  return Reader(folder, config, config_name).read(named, size);
}

}  // namespace host
