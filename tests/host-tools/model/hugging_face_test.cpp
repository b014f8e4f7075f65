// Hugging Face folders that are damaged, or of another kind; and chat templates.
#include "host-tools/model/hugging_face.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "host-tools/model/chat_template.h"
#include "host-tools/model/hugging_face_config.h"
#include "host-tools/model/safetensors.h"
#include "host-tools/support/failure.h"
#include "host-tools/support/files.h"
#include "tests/fakes/foreign_models.h"
#include "tests/fakes/random_model.h"

namespace host {
namespace {

using testing::HasSubstr;

class HuggingFace : public testing::Test {
 protected:
  HuggingFace() {
    config_.vocab_size = 300;
    config_.n_layers = 1;
    tests::RandomWeights weights(config_, 1);
    fakes::write_hugging_face(weights, StoredType::kBF16, folder_.path());
    json_ = Json::parse(read_file(path("config.json")));
  }
  std::filesystem::path path(const char* name) const { return folder_.path() / name; }
  std::string failure(const SourceOptions& options = {}) const {
    try {
      open_hugging_face(folder_.path(), options);
    } catch (const Failure& failure) {
      return failure.what();
    }
    return "it was read";
  }
  std::string failure_with(const char* key, const Json& value) {
    Json json = json_;
    json[key] = value;
    write_file(path("config.json"), json.dump());
    return failure();
  }
  // The safetensors file with `from` in its header replaced by `to` of the same length.
  std::string failure_replacing(const std::string& from, const std::string& to) {
    const std::string whole = read_file(path("model.safetensors"));
    std::string changed = whole;
    const size_t at = changed.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    if (at != std::string::npos) changed.replace(at, from.size(), to);
    write_file(path("model.safetensors"), changed);
    const std::string message = failure();
    write_file(path("model.safetensors"), whole);
    return message;
  }

  llama::ModelConfig config_ = tests::small_config();
  TemporaryFolder folder_;
  Json json_;
};

TEST_F(HuggingFace, ReadsWhatTransformersSaves) {
  EXPECT_EQ(failure(), "it was read");
  const auto source = open_hugging_face(folder_.path(), {});
  EXPECT_EQ(source.weights->config().head_size, config_.head_size);
  EXPECT_EQ(source.weights->description(), "Hugging Face model in 1 file, tensors: 12 BF16");
  EXPECT_EQ(source.vocabulary.tokens.size(), 300u);
}

TEST_F(HuggingFace, NamesWhatBarellamaDoesNotRun) {
  EXPECT_THAT(failure_with("model_type", "phi3"),
              HasSubstr("config.json: is a model of the architecture \"phi3\"; barellama runs "
                        "\"llama\", \"mistral\", \"qwen2\" and \"qwen3\""));
  EXPECT_THAT(failure_with("hidden_act", "gelu"), HasSubstr("activation \"gelu\""));
  EXPECT_THAT(failure_with("attention_bias", true), HasSubstr("q_proj.bias is missing"));
  EXPECT_THAT(failure_with("mlp_bias", true), HasSubstr("gate_proj.bias is missing"));
  EXPECT_THAT(failure_with("model_type", "qwen2"), HasSubstr("q_proj.bias is missing"));
  EXPECT_THAT(failure_with("model_type", "qwen3"), HasSubstr("q_norm.weight is missing"));
  EXPECT_THAT(failure_with("partial_rotary_factor", 0.5), HasSubstr("a part of each head only"));
  EXPECT_THAT(failure_with("final_logit_softcapping", 30.0), HasSubstr("logits are capped"));
  EXPECT_THAT(failure_with("use_bidirectional_attention", true), HasSubstr("those after it"));
  EXPECT_THAT(failure_with("layer_types", {"full_attention", "linear_attention"}),
              HasSubstr("layers of the type \"linear_attention\""));
  EXPECT_THAT(failure_with("layer_types", {"sliding_attention"}), HasSubstr("sliding_attention"));
  EXPECT_EQ(failure_with("layer_types", {"full_attention"}), "it was read");
}

TEST_F(HuggingFace, ReadsEachKindOfRopeScaling) {
  using llama::RopeScaling;
  const auto config_with = [&](const char* key, const Json& value) {
    Json json = json_;
    json[key] = value;
    return read_hugging_face_config(Json::parse(json.dump()), "config.json");
  };
  for (const char* type : {"type", "rope_type"}) {
    const auto linear = config_with("rope_scaling", {{type, "linear"}, {"factor", 2.0}});
    EXPECT_EQ(linear.rope_scaling, RopeScaling::kLinear);
    EXPECT_EQ(linear.rope_factor, 2.0f);
    const auto none = config_with("rope_scaling", {{type, "linear"}, {"factor", 1.0}});
    EXPECT_EQ(none.rope_scaling, RopeScaling::kNone);
  }
  // As transformers 5 writes them, with the base.
  json_.erase("rope_theta");
  json_.erase("rope_scaling");
  const auto yarn = config_with("rope_parameters", {{"rope_type", "yarn"},
                                                    {"rope_theta", 5e5},
                                                    {"factor", 4.0},
                                                    {"original_max_position_embeddings", 16},
                                                    {"beta_slow", 2}});
  EXPECT_EQ(yarn.rope_base, 5e5f);
  EXPECT_EQ(yarn.rope_scaling, RopeScaling::kYarn);
  EXPECT_EQ(yarn.rope_original_context, 16u);
  EXPECT_EQ(yarn.rope_low_freq_factor, 2.0f);
  EXPECT_EQ(yarn.rope_high_freq_factor, 32.0f);
  EXPECT_FLOAT_EQ(yarn.rope_turn_factor, 0.1f * std::log(4.0f) + 1);
  const auto given = config_with(
      "rope_parameters", {{"rope_type", "yarn"}, {"factor", 4.0}, {"attention_factor", 1.5}});
  EXPECT_EQ(given.rope_turn_factor, 1.5f);
  EXPECT_EQ(given.rope_original_context, config_.context);
  const auto scaled = config_with(
      "rope_parameters",
      {{"rope_type", "yarn"}, {"factor", 4.0}, {"mscale", 2.0}, {"mscale_all_dim", 1.0}});
  EXPECT_FLOAT_EQ(scaled.rope_turn_factor,
                  (0.2f * std::log(4.0f) + 1) / (0.1f * std::log(4.0f) + 1));
  // Up to the context that it was trained for, dynamic scaling is none.
  const auto dynamic = config_with(
      "rope_parameters",
      {{"rope_type", "dynamic"}, {"factor", 4.0}, {"original_max_position_embeddings", 40}});
  EXPECT_EQ(dynamic.rope_scaling, RopeScaling::kNone);
  EXPECT_EQ(dynamic.context, 40u);
}

TEST_F(HuggingFace, NamesRopeScalingThatItDoesNotKnow) {
  EXPECT_THAT(failure_with("rope_scaling", {{"rope_type", "longrope"}, {"factor", 2.0}}),
              HasSubstr("RoPE scaling of the kind \"longrope\""));
  EXPECT_THAT(failure_with("rope_scaling", {{"rope_type", "llama3"}, {"factor", 2.0}}),
              HasSubstr("no \"low_freq_factor\""));
  EXPECT_THAT(failure_with("rope_scaling", {{"type", "linear"}}), HasSubstr("no \"factor\""));
  EXPECT_THAT(failure_with("rope_scaling", {{"factor", 2.0}}), HasSubstr("no \"rope_type\""));
  EXPECT_THAT(failure_with("rope_scaling", {{"type", "linear"}, {"rope_type", "yarn"}}),
              HasSubstr("of two kinds, \"yarn\" and \"linear\""));
  EXPECT_THAT(failure_with("rope_scaling", {{"rope_type", "default"}, {"mrope_section", {2, 4}}}),
              HasSubstr("\"mrope_section\", which barellama doesn't know"));
  EXPECT_THAT(failure_with("rope_scaling", {{"rope_type", "default"}, {"rope_theta", 7.0}}),
              HasSubstr("has two RoPE bases"));
  EXPECT_THAT(failure_with("rope_scaling", {{"full_attention", {{"rope_type", "default"}}}}),
              HasSubstr("RoPE of several kinds (\"full_attention\")"));
  EXPECT_THAT(failure_with("rope_scaling", {{"type", "linear"}, {"factor", 0.0}}),
              HasSubstr("RoPE scaling has values that are out of range"));
  EXPECT_THAT(
      failure_with("rope_scaling", {{"type", "yarn"}, {"factor", 2.0}, {"truncate", false}}),
      HasSubstr("\"truncate\": false"));
  EXPECT_THAT(failure_with("rope_scaling", "linear"), HasSubstr("is not an object"));
}

TEST_F(HuggingFace, KnowsWhatItsArchitecturesLeaveUnsaid) {
  const auto config_with = [&](const char* type, const Json& changes) {
    Json json = json_;
    json["model_type"] = type;
    json.merge_patch(changes);  // null removes
    return read_hugging_face_config(Json::parse(json.dump()), "config.json");
  };
  const Json absent = {{"max_position_embeddings", nullptr}};
  EXPECT_EQ(config_with("llama", absent).context, 2048u);
  EXPECT_EQ(config_with("mistral", absent).context, 131072u);
  EXPECT_EQ(config_with("qwen2", absent).context, 32768u);
  EXPECT_EQ(config_with("llama", {{"head_dim", nullptr}}).head_size, 12u);
  EXPECT_EQ(config_with("qwen3", {{"head_dim", nullptr}}).head_size, 128u);
  EXPECT_EQ(config_with("llama", {{"num_key_value_heads", nullptr}}).n_kv_heads, 6u);
  EXPECT_EQ(config_with("llama", {{"sliding_window", 8}}).window, 0u);

  EXPECT_EQ(config_with("mistral", {{"sliding_window", 8}}).window, 8u);
  EXPECT_EQ(config_with("mistral", {{"max_position_embeddings", 8192}}).window, 4096u);
  EXPECT_EQ(config_with("mistral", {{"sliding_window", 64}}).window, 0u);  // the whole context
  Json none = json_;
  none["model_type"] = "mistral";
  none["sliding_window"] = nullptr;
  EXPECT_EQ(read_hugging_face_config(none, "config.json").window, 0u);

  const auto qwen = [&](bool uses, uint32_t first) {
    return config_with(
               "qwen2",
               {{"use_sliding_window", uses}, {"sliding_window", 8}, {"max_window_layers", first}})
        .window;
  };
  EXPECT_EQ(qwen(false, 0), 0u);
  EXPECT_EQ(qwen(true, 0), 8u);
  EXPECT_EQ(qwen(true, 1), 0u);  // it has one layer
  EXPECT_EQ(
      config_with("qwen3", {{"layer_types", {"sliding_attention"}}, {"sliding_window", 8}}).window,
      8u);
}

TEST_F(HuggingFace, RefusesAbsurdConfigurations) {
  for (const char* key : {"hidden_size", "intermediate_size", "num_hidden_layers",
                          "num_attention_heads", "vocab_size", "max_position_embeddings"}) {
    for (const Json& value : {Json(0), Json(-1), Json(4294967295u), Json(1e300), Json("7"),
                              Json(nullptr), Json::array(), Json(uint64_t{1} << 40)}) {
      if (value.is_null() && key == std::string_view("max_position_embeddings")) continue;
      EXPECT_THAT(failure_with(key, value), HasSubstr("config.json: ")) << key << value;
    }
  }
  EXPECT_THAT(failure_with("rms_norm_eps", "small"), HasSubstr("\"rms_norm_eps\" is not a number"));
  EXPECT_THAT(failure_with("bos_token_id", -1), HasSubstr("\"bos_token_id\" is not a token's id"));
  write_file(path("config.json"), "[]");
  EXPECT_THAT(failure(), HasSubstr("\"model_type\" is missing"));
  write_file(path("config.json"), "{\"a\": 1,}");
  EXPECT_THAT(failure(), HasSubstr("config.json: is not JSON"));
}

TEST_F(HuggingFace, RefusesShapesThatDoNotAgree) {
  EXPECT_THAT(failure_with("intermediate_size", 180),
              HasSubstr("model.layers.0.mlp.gate_proj.weight has 172 rows of 72, but its "
                        "configuration asks for 180 rows of 72"));
  EXPECT_THAT(failure_with("tie_word_embeddings", true), HasSubstr("it was read"));
  EXPECT_THAT(failure_with("num_hidden_layers", 2),
              HasSubstr("model.layers.1.input_layernorm.weight is missing"));
}

TEST_F(HuggingFace, SaysWhatIsWrongWithSafetensors) {
  EXPECT_THAT(failure_replacing("\"BF16\"", "\"F8_X\""), HasSubstr("of type F8_X, which is not"));
  EXPECT_THAT(failure_replacing("\"dtype\"", "\"dtyp_\""), HasSubstr("of type (none)"));
  EXPECT_THAT(failure_replacing("\"shape\"", "\"shap_\""), HasSubstr("has no shape"));
  EXPECT_THAT(failure_replacing("[72]", "[71]"), HasSubstr("bytes for 1 rows of 71"));
  EXPECT_THAT(failure_replacing("[72]", "\"72\""), HasSubstr("has no shape"));
  EXPECT_THAT(failure_replacing("lm_head.weight", "model_head.wei"),
              HasSubstr("lm_head.weight is missing"));
  EXPECT_THAT(failure_replacing("lm_head.weight", "../head.weight"),
              HasSubstr("lm_head.weight is missing"));
  const std::string whole = read_file(path("model.safetensors"));
  for (size_t size = 0; size < whole.size(); size += size < 100 ? 1 : 7919) {
    write_file(path("model.safetensors"), whole.substr(0, size));
    EXPECT_THAT(failure(), HasSubstr("model.safetensors")) << size;
  }
  write_file(path("model.safetensors"), fakes::le64(~uint64_t{0}) + "{}");
  EXPECT_THAT(failure(), HasSubstr("is not a safetensors file"));
}

TEST(Safetensors, RefusesPlacesOutsideAndNamesTwice) {
  const auto failure_of = [](std::string_view header, std::string_view data) {
    const std::string file = fakes::safetensors_bytes(header, data);
    TensorTable tensors;
    try {
      read_safetensors(std::as_bytes(std::span(file.data(), file.size())), "x", tensors);
    } catch (const Failure& failure) {
      return std::string(failure.what());
    }
    return std::string("it was read");
  };
  const std::string entry = R"("t": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]})";
  EXPECT_EQ(failure_of("{" + entry + "}", "abcd"), "it was read");
  EXPECT_THAT(failure_of("{" + entry + "}", "abc"), HasSubstr("the tensor t lies beyond"));
  EXPECT_THAT(failure_of("{" + entry + "," + entry + "}", "abcd"), HasSubstr("\"t\" twice"));
  EXPECT_THAT(failure_of("[]", ""), HasSubstr("not a JSON object"));
  for (const char* bad :
       {R"({"t": {"dtype": "F32", "shape": [1], "data_offsets": [4, 0]}})",
        R"({"t": {"dtype": "F32", "shape": [1], "data_offsets": [18446744073709551612, 4]}})",
        R"({"t": {"dtype": "F32", "shape": [4294967296, 4294967296], "data_offsets": [0, 0]}})",
        R"({"t": {"dtype": "F32", "shape": [1, 1, 1], "data_offsets": [0, 4]}})",
        R"({"t": {"dtype": "F32", "shape": [], "data_offsets": [0, 4]}})",
        R"({"t": {"dtype": "F32", "shape": [-1], "data_offsets": [0, 4]}})",
        R"({"t": {"dtype": "F32", "shape": [1], "data_offsets": [0]}})", R"({"t": 7})"}) {
    EXPECT_THAT(failure_of(bad, "abcd"), HasSubstr("x: the tensor t")) << bad;
  }
}

TEST_F(HuggingFace, SaysWhichFilesAreMissing) {
  std::filesystem::rename(path("model.safetensors"), path("a.safetensors"));
  EXPECT_EQ(failure(), "it was read");
  std::filesystem::copy(path("a.safetensors"), path("b.safetensors"));
  EXPECT_THAT(failure(), HasSubstr("has 2 *.safetensors but no model.safetensors.index.json"));
  std::filesystem::remove(path("a.safetensors"));
  std::filesystem::remove(path("b.safetensors"));
  EXPECT_THAT(failure(), HasSubstr("has no *.safetensors"));
  write_file(path("model.safetensors.index.json"),
             R"({"weight_map": {"lm_head.weight": "../../etc/passwd"}})");
  EXPECT_THAT(failure(), HasSubstr("is not the name of a file beside it"));
  std::filesystem::remove(path("tokenizer.model"));
  EXPECT_THAT(failure(), HasSubstr("has no tokenizer.model and no tokenizer.json"));
  std::filesystem::remove(path("config.json"));
  EXPECT_THAT(failure(), HasSubstr("has no config.json"));
}

TEST_F(HuggingFace, AddsTokensAndTemplatesFromTheirFiles) {
  config_.vocab_size = 304;
  tests::RandomWeights weights(config_, 1);
  fakes::write_hugging_face(weights, StoredType::kBF16, folder_.path());
  write_file(path("tokenizer.model"), fakes::make_sentencepiece_model(fakes::make_vocabulary(300)));
  write_file(path("added_tokens.json"), R"({"<|im_start|>": 300, "<|im_end|>": 301})");
  write_file(path("tokenizer_config.json"),
             R"({"chat_template": [{"name": "tool_use", "template": "[INST]<<SYS>>"},
                 {"name": "default", "template": "{{'<|im_start|>' + role}}"}]})");
  const auto source = open_hugging_face(folder_.path(), {});
  EXPECT_EQ(source.vocabulary.tokens.size(), 304u);
  EXPECT_EQ(source.vocabulary.tokens[301].bytes, "<|im_end|>");
  EXPECT_EQ(source.vocabulary.tokens[301].type, llama::TokenType::kControl);
  EXPECT_EQ(source.weights->config().chat_template, llama::ChatTemplate::kChatMl);
}

TEST_F(HuggingFace, KeepsAllTokensThatEndAText) {
  json_["eos_token_id"] = {7, 2, 9};
  write_file(path("config.json"), json_.dump());
  const auto source = open_hugging_face(folder_.path(), {});
  EXPECT_EQ(source.vocabulary.eos, 7);
  EXPECT_EQ(source.vocabulary.more_ends, (std::vector<int32_t>{2, 9}));
  EXPECT_THAT(failure_with("eos_token_id", {7, -1}),
              HasSubstr("\"eos_token_id\" is not a token's id"));
  json_["eos_token_id"] = 5;
  write_file(path("config.json"), json_.dump());
  EXPECT_EQ(open_hugging_face(folder_.path(), {}).vocabulary.eos, 5);
}

TEST(ChatTemplate, IsRecognisedByItsTokens) {
  using enum llama::ChatTemplate;
  EXPECT_EQ(recognize_chat_template("{% if x %}{{ '<|im_start|>' + m['role'] }}"), kChatMl);
  EXPECT_EQ(recognize_chat_template("'<|start_header_id|>' + m['role']"), kLlama3);
  EXPECT_EQ(recognize_chat_template("'<|start_header_id|>system<|end_header_id|>\n\n' + "
                                    "'Cutting Knowledge Date: December 2023\n'"),
            kLlama31);
  EXPECT_EQ(recognize_chat_template("'<|user|>\n' + m['content'] + eos_token"), kZephyr);
  EXPECT_EQ(recognize_chat_template("'<|user|>' + m['content'] + '<|end|>'"), kNone);
  EXPECT_EQ(recognize_chat_template("bos_token + '[INST] ' + '<<SYS>>\n' + s"), kLlama2);
  EXPECT_EQ(recognize_chat_template("bos_token + '[INST] ' + m"), kNone);
  EXPECT_EQ(recognize_chat_template(""), kNone);
}

}  // namespace
}  // namespace host
