// GGUF files that are damaged, or of another kind: each is refused with its name and what is wrong.
#include "host-tools/model/gguf.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "host-tools/model/gguf_model.h"
#include "host-tools/model/vocabulary_reader.h"
#include "host-tools/support/failure.h"
#include "host-tools/support/files.h"
#include "tests/fakes/foreign_models.h"
#include "tests/fakes/random_model.h"

namespace host {
namespace {

using fakes::GgufBytes;
using fakes::le32;
using fakes::le64;
using testing::HasSubstr;

std::span<const std::byte> bytes_of(const std::string& text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

llama::ModelConfig config() {
  llama::ModelConfig config = tests::small_config();
  config.vocab_size = 300;
  config.n_layers = 1;
  return config;
}

template <typename Action>
std::string failure_of(Action action) {
  try {
    action();
  } catch (const Failure& failure) {
    return failure.what();
  }
  return "it was read";
}

std::string failure_of(const std::string& file) {
  return failure_of([&] { Gguf(bytes_of(file), "x.gguf"); });
}
std::string failure_of(const GgufBytes& file) { return failure_of(file.bytes()); }

// Opened as a model, from a file.
std::string model_failure(const std::string& file) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "x.gguf";
  write_file(path, file);
  return failure_of([&] { open_gguf(path, {}); });
}

TEST(Gguf, ReadsValuesAndTensors) {
  for (const uint32_t version : {2u, 3u}) {
    GgufBytes made(version);
    made.value("text", "caf\xc3\xa9");
    made.value("whole", 7u);
    made.value("number", 0.5f);
    made.value("flag", true);
    made.value("texts", std::vector<std::string>{"a", "", "b"});
    made.value("numbers", std::vector<float>{1, 2});
    made.tensor("t", {2, 3}, 0, fakes::le_floats(std::vector<float>{1, 2, 3, 4, 5, 6}));
    const std::string file = made.bytes();
    const Gguf gguf(bytes_of(file), "x.gguf");
    EXPECT_EQ(gguf.version(), version);
    EXPECT_EQ(gguf.text("text"), "caf\xc3\xa9");
    EXPECT_EQ(gguf.whole("whole"), 7u);
    EXPECT_EQ(gguf.number("whole"), 7.0);
    EXPECT_EQ(gguf.number("number"), 0.5);
    EXPECT_EQ(gguf.flag("flag"), true);
    EXPECT_EQ(gguf.texts("texts")->at(2), "b");
    EXPECT_EQ(gguf.numbers("numbers")->at(1), 2.0);
    EXPECT_EQ(gguf.whole("absent"), std::nullopt);
    const StoredTensor& tensor = gguf.tensors().at("t");
    EXPECT_EQ(tensor.rows, 3u);
    EXPECT_EQ(tensor.columns, 2u);
    EXPECT_EQ(tensor.bytes.size(), 24u);
    EXPECT_THAT(failure_of([&] { (void)gguf.whole("text"); }), HasSubstr("x.gguf: the value text"));
    EXPECT_THAT(failure_of([&] { (void)gguf.texts("whole"); }), HasSubstr("the value whole"));
  }
}

TEST(Gguf, RefusesEveryTruncation) {
  tests::RandomWeights weights(config(), 1);
  const std::string whole = fakes::make_gguf(weights, StoredType::kF32).bytes();
  const size_t data = whole.size() - 4 * 300 * 72;  // within the last tensor, the classifier
  for (size_t size = 0; size < whole.size(); size += size < 2000 ? 1 : size < data ? 997 : 9973) {
    ASSERT_NE(failure_of(whole.substr(0, size)), "it was read") << size;
  }
  EXPECT_EQ(failure_of(whole), "it was read");
  EXPECT_THAT(failure_of(whole.substr(0, whole.size() - 64)), HasSubstr("beyond the file's end"));
}

TEST(Gguf, RefusesOtherFilesAndVersions) {
  EXPECT_THAT(failure_of(std::string("GGML1234567890")), HasSubstr("is not a GGUF file"));
  EXPECT_THAT(failure_of(GgufBytes(1)), HasSubstr("GGUF of version 1; 2 and 3 are known"));
  EXPECT_THAT(failure_of(GgufBytes(4)), HasSubstr("version 4"));
  EXPECT_THAT(failure_of(GgufBytes(3u << 24)), HasSubstr("big-endian"));
}

TEST(Gguf, RefusesLengthsThatOverflow) {
  for (const uint64_t length : {uint64_t{1} << 20, uint64_t{1} << 32, ~uint64_t{0}}) {
    const std::string head = "GGUF" + le32(3);
    EXPECT_THAT(failure_of(head + le64(length) + le64(0)), HasSubstr("claims"));
    EXPECT_THAT(failure_of(head + le64(0) + le64(length)), HasSubstr("claims"));
    GgufBytes text;
    text.raw_value("k", 8, le64(length) + "abc");
    EXPECT_THAT(failure_of(text), HasSubstr("ends within k"));
    for (const uint32_t type : {0u, 4u, 8u, 12u}) {
      GgufBytes array;
      array.raw_value("k", 9, le32(type) + le64(length) + "abc");
      EXPECT_NE(failure_of(array), "it was read") << type;
    }
    GgufBytes wide;
    wide.tensor_at("t", {length, length}, 0, 0);
    EXPECT_THAT(failure_of(wide), HasSubstr("the tensor t"));
    GgufBytes far;
    far.tensor_at("t", {4}, 0, length / 32 * 32);
    EXPECT_THAT(failure_of(far), HasSubstr("the tensor t lies beyond the file's end"));
  }
}

TEST(Gguf, RefusesAbsurdEntries) {
  GgufBytes nested;
  nested.raw_value("k", 9, le32(9) + le64(1) + le32(9) + le64(1));
  EXPECT_THAT(failure_of(nested), HasSubstr("array of arrays"));
  GgufBytes unknown;
  unknown.raw_value("k", 13, le64(0));
  EXPECT_THAT(failure_of(unknown), HasSubstr("unknown type 13"));
  GgufBytes unnamed;
  unnamed.value(std::string_view("\x1b[2J"), 1u);
  EXPECT_THAT(failure_of(unnamed), HasSubstr("is not a name"));
  GgufBytes not_text;
  not_text.value(std::string_view("\xff\xfe"), 1u);
  EXPECT_THAT(failure_of(not_text), HasSubstr("is not a name"));
  GgufBytes alignment;
  alignment.value("general.alignment", 0u);
  alignment.tensor("t", {1}, 0, "abcd");
  EXPECT_THAT(failure_of(alignment), HasSubstr("aligned to 0 bytes"));
}

TEST(Gguf, RefusesNamesTwice) {
  GgufBytes values;
  values.value("k", 1u);
  values.value("k", 2u);
  EXPECT_THAT(failure_of(values), HasSubstr("has the value k twice"));
  GgufBytes tensors;
  tensors.tensor("t", {1}, 0, "abcd");
  tensors.tensor("t", {1}, 0, "abcd");
  EXPECT_THAT(failure_of(tensors), HasSubstr("has the tensor t twice"));
}

TEST(Gguf, NamesTensorsThatAreNotRead) {
  GgufBytes type;
  type.tensor("blk.0.x", {256}, 23, "abcd");
  EXPECT_THAT(failure_of(type), HasSubstr("the tensor blk.0.x is of type IQ4_XS (23)"));
  GgufBytes row;
  row.tensor("t", {48, 2}, 2, std::string(54, 'a'));
  EXPECT_THAT(failure_of(row), HasSubstr("rows of 48, not a multiple of Q4_0's 32"));
  GgufBytes cube;
  cube.tensor("t", {2, 2, 2}, 0, std::string(32, 'a'));
  EXPECT_THAT(failure_of(cube), HasSubstr("more than two dimensions"));
  GgufBytes many;
  many.tensor("t", {1, 1, 1, 1, 1}, 0, "abcd");
  EXPECT_THAT(failure_of(many), HasSubstr("has 5 dimensions"));
}

TEST(GgufModel, NamesAnotherArchitecture) {
  GgufBytes other;
  other.value("general.architecture", "phi3");
  other.tensor("t", {1}, 0, "abcd");
  EXPECT_THAT(model_failure(other.bytes()),
              HasSubstr("x.gguf: is a model of the architecture "
                        "\"phi3\"; barellama runs \"llama\", \"qwen2\" and \"qwen3\""));
  EXPECT_THAT(model_failure(GgufBytes().bytes()), HasSubstr("general.architecture is missing"));
  GgufBytes vocabulary;
  vocabulary.value("general.architecture", "llama");
  EXPECT_THAT(model_failure(vocabulary.bytes()), HasSubstr("holds a vocabulary only"));
}

TEST(GgufModel, NamesMissingAndStrangeTensors) {
  tests::RandomWeights weights(config(), 1);
  std::string missing = fakes::make_gguf(weights, StoredType::kF32).bytes();
  missing.replace(missing.find("blk.0.ffn_up.weight"), 19, "blk.0.ffn_uq.weight");
  EXPECT_THAT(model_failure(missing), HasSubstr("the tensor blk.0.ffn_up.weight is missing"));
  GgufBytes more = fakes::make_gguf(weights, StoredType::kF32);
  more.tensor("blk.0.attn_q_norm.weight", {12}, 0, std::string(48, '\0'));
  EXPECT_THAT(model_failure(more.bytes()),
              HasSubstr("the tensor blk.0.attn_q_norm.weight has no place in a \"llama\" model"));
  GgufBytes strange = fakes::make_gguf(weights, StoredType::kF32);
  strange.tensor("blk.0.attn_sinks.weight", {6}, 0, std::string(24, '\0'));
  EXPECT_THAT(model_failure(strange.bytes()),
              HasSubstr("the tensor blk.0.attn_sinks.weight has no place in a \"llama\" model"));
  const std::string qwen = fakes::make_gguf(weights, StoredType::kF32, "qwen2").bytes();
  EXPECT_THAT(model_failure(qwen), HasSubstr("the tensor blk.0.attn_q.bias is missing"));
  EXPECT_EQ(model_failure(fakes::make_gguf(weights, StoredType::kF32).bytes()), "it was read");
}

TEST(GgufModel, RefusesShapesThatDoNotAgree) {
  // A configuration of other sizes than the tensors have.
  const auto differing = [](auto change) {
    llama::ModelConfig other = config();
    change(other);
    tests::RandomWeights weights(config(), 1);
    tests::RandomWeights others(other, 1);
    const std::string good = fakes::make_gguf(weights, StoredType::kF32).bytes();
    std::string bad = fakes::make_gguf(others, StoredType::kF32).bytes();
    const auto values_end = [](const std::string& file) { return file.find("token_embd.weight"); };
    return bad.substr(0, values_end(bad)) + good.substr(values_end(good));
  };
  EXPECT_THAT(model_failure(differing([](auto& other) { other.hidden_dim = 180; })),
              HasSubstr("the tensor blk.0.ffn_gate.weight has 172 rows of 72, but its "
                        "configuration asks for 180 rows of 72"));
  EXPECT_THAT(model_failure(differing([](auto& other) { other.n_kv_heads = 1; })),
              HasSubstr("blk.0.attn_k.weight has 24 rows of 72"));
  EXPECT_THAT(model_failure(differing([](auto& other) { other.n_kv_heads = 4; })),
              HasSubstr("6 query heads cannot share 4 kv heads"));
}

TEST(GgufModel, RefusesScalingThatIsNotLlama3s) {
  llama::ModelConfig stretched = config();
  stretched.rope_base = 500000;
  stretched.rope_scaling = llama::RopeScaling::kLlama3;
  stretched.rope_factor = 8;
  stretched.rope_low_freq_factor = 1;
  stretched.rope_high_freq_factor = 4;
  stretched.rope_original_context = 8192;
  tests::RandomWeights weights(stretched, 1);
  EXPECT_EQ(model_failure(fakes::make_gguf(weights, StoredType::kF32).bytes()), "it was read");
  stretched.rope_original_context = 4096;
  stretched.rope_high_freq_factor = 40;
  tests::RandomWeights others(stretched, 1);
  EXPECT_THAT(model_failure(fakes::make_gguf(others, StoredType::kF32).bytes()),
              HasSubstr("rope_freqs.weight holds no RoPE scaling of Llama 3"));
}

// A model with some more values.
GgufBytes with_values(auto add) {
  tests::RandomWeights weights(config(), 1);
  GgufBytes gguf = fakes::make_gguf(weights, StoredType::kF32);
  add(gguf);
  return gguf;
}

llama::ModelConfig config_with(auto add) {
  const std::string file = with_values(add).bytes();
  const Gguf gguf(bytes_of(file), "x.gguf");
  const StoredTensor& embedding = gguf.tensors().at("token_embd.weight");
  return read_gguf_config(gguf, &embedding, nullptr);
}

TEST(GgufModel, ReadsRopeScalingInTypedAndInOlderKeys) {
  using llama::RopeScaling;
  const auto typed = config_with([](GgufBytes& gguf) {
    gguf.value("llama.rope.scaling.type", "linear");
    gguf.value("llama.rope.scaling.factor", 4.0f);
  });
  EXPECT_EQ(typed.rope_scaling, RopeScaling::kLinear);
  EXPECT_EQ(typed.rope_factor, 4.0f);
  for (const char* key : {"llama.rope.scaling.factor", "llama.rope.scale_linear"}) {
    const auto older = config_with([&](GgufBytes& gguf) { gguf.value(key, 4.0f); });
    EXPECT_EQ(older.rope_scaling, RopeScaling::kLinear) << key;
    EXPECT_EQ(older.rope_factor, 4.0f) << key;
    for (const float none : {0.0f, 1.0f}) {
      const auto plain = config_with([&](GgufBytes& gguf) { gguf.value(key, none); });
      EXPECT_EQ(plain.rope_scaling, RopeScaling::kNone) << key << none;
    }
  }
  const auto yarn = config_with([](GgufBytes& gguf) {
    gguf.value("llama.rope.scaling.type", "yarn");
    gguf.value("llama.rope.scaling.factor", 4.0f);
    gguf.value("llama.rope.scaling.original_context_length", 32u);
    gguf.value("llama.rope.scaling.yarn_beta_fast", 16.0f);
  });
  EXPECT_EQ(yarn.rope_scaling, RopeScaling::kYarn);
  EXPECT_EQ(yarn.rope_original_context, 32u);
  EXPECT_EQ(yarn.rope_low_freq_factor, 1.0f);
  EXPECT_EQ(yarn.rope_high_freq_factor, 16.0f);
  EXPECT_FLOAT_EQ(yarn.rope_turn_factor, 0.1f * std::log(4.0f) + 1);
  // As llama.cpp without the context that the model was trained for first.
  const auto bare = config_with([](GgufBytes& gguf) {
    gguf.value("llama.rope.scaling.type", "yarn");
    gguf.value("llama.rope.scaling.factor", 2.0f);
    gguf.value("llama.rope.scaling.attn_factor", 0.5f);
  });
  EXPECT_EQ(bare.rope_original_context, config().context);
  EXPECT_FLOAT_EQ(bare.rope_turn_factor, 0.5f * (0.1f * std::log(2.0f) + 1));
}

TEST(GgufModel, RefusesRopeScalingThatItDoesNotKnow) {
  const auto failure = [](auto add) { return model_failure(with_values(add).bytes()); };
  EXPECT_THAT(failure([](GgufBytes& gguf) {
                gguf.value("llama.rope.scaling.type", "longrope");
                gguf.value("llama.rope.scaling.factor", 4.0f);
              }),
              HasSubstr("RoPE scaling of the kind \"longrope\""));
  EXPECT_THAT(failure([](GgufBytes& gguf) {
                gguf.value("llama.rope.scaling.type", "llama3");
                gguf.value("llama.rope.scaling.factor", 8.0f);
              }),
              HasSubstr("no tensor rope_freqs.weight"));
  EXPECT_THAT(failure([](GgufBytes& gguf) { gguf.value("llama.rope.scale_linear", -4.0f); }),
              HasSubstr("RoPE scaling has values that are out of range"));
  EXPECT_THAT(failure([](GgufBytes& gguf) {
                gguf.value("llama.rope.scaling.factor", 4.0f);
                const std::vector<float> divisors(6, 2.0f);
                gguf.tensor("rope_freqs.weight", {6}, 0, fakes::le_floats(divisors));
              }),
              HasSubstr("has two RoPE scalings"));
}

TEST(GgufModel, NamesValuesThatChangeWhatIsComputed) {
  const auto failure = [](auto add) { return model_failure(with_values(add).bytes()); };
  EXPECT_THAT(failure([](GgufBytes& gguf) { gguf.value("llama.attention.causal", false); }),
              HasSubstr("a value llama.attention.causal by which each token looks at those after"));
  EXPECT_THAT(failure([](GgufBytes& gguf) { gguf.value("llama.attention.scale", 0.5f); }),
              HasSubstr("llama.attention.scale"));
  EXPECT_THAT(failure([](GgufBytes& gguf) { gguf.value("llama.logit_scale", 8.0f); }),
              HasSubstr("llama.logit_scale by which logits are scaled"));
  EXPECT_THAT(failure([](GgufBytes& gguf) { gguf.value("llama.expert_count", 4u); }),
              HasSubstr("mixture of experts"));
  EXPECT_THAT(failure([](GgufBytes& gguf) { gguf.value("llama.attention.sinks", 4u); }),
              HasSubstr("the value llama.attention.sinks, which barellama doesn't know"));
  EXPECT_EQ(failure([](GgufBytes& gguf) {
              gguf.value("llama.attention.causal", true);
              gguf.value("llama.attention.scale", 0.0f);
              gguf.value("llama.logit_scale", 1.0f);
              gguf.value("llama.expert_count", 0u);
              gguf.value("llama.vocab_size", 300u);
              gguf.value("other.attention.causal", false);
            }),
            "it was read");
}

TEST(GgufModel, KeepsAWindowThatContextsReach) {
  const auto window_of = [](uint32_t window) {
    return config_with(
               [&](GgufBytes& gguf) { gguf.value("llama.attention.sliding_window", window); })
        .window;
  };
  EXPECT_EQ(window_of(40), 40u);
  EXPECT_EQ(window_of(0), 0u);
  EXPECT_EQ(window_of(config().context), 0u);
}

TEST(GgufModel, RefusesPartsThatDoNotBelongTogether) {
  const TemporaryFolder folder;
  tests::RandomWeights weights(config(), 1);
  const auto first = fakes::write_gguf_parts(weights, StoredType::kF32, folder.path(), 3);
  const auto second = folder.path() / "model-00002-of-00003.gguf";
  const auto third = folder.path() / "model-00003-of-00003.gguf";
  EXPECT_EQ(failure_of([&] { open_gguf(first, {}); }), "it was read");
  const std::string content = read_file(second);
  std::filesystem::remove(second);
  EXPECT_THAT(failure_of([&] { open_gguf(first, {}); }), HasSubstr("00002-of-00003.gguf"));
  write_file(second, read_file(third));
  EXPECT_THAT(failure_of([&] { open_gguf(first, {}); }), HasSubstr("is not part 2 of 3"));
  write_file(second, content);
  const auto renamed = folder.path() / "renamed.gguf";
  std::filesystem::rename(first, renamed);
  EXPECT_THAT(failure_of([&] { open_gguf(renamed, {}); }), HasSubstr("is one of 3 parts"));
}

// One vocabulary value exchanged for another.
std::string with_tokens(const std::string& key, auto value) {
  GgufBytes gguf;
  gguf.value("tokenizer.ggml.model", "llama");
  gguf.value("tokenizer.ggml.tokens", std::vector<std::string>{"<unk>", "<s>", "</s>", "a"});
  gguf.value(key, value);
  const std::string file = gguf.bytes();
  return failure_of([&] { read_gguf_vocabulary(Gguf(bytes_of(file), "x.gguf")); });
}

TEST(GgufVocabulary, SaysWhatIsWrong) {
  EXPECT_EQ(with_tokens("other", 1u), "it was read");
  EXPECT_THAT(with_tokens("tokenizer.ggml.scores", std::vector<float>{1, 2}),
              HasSubstr("differ in length"));
  EXPECT_THAT(with_tokens("tokenizer.ggml.token_type", std::vector<int32_t>{1, 1, 1, 9}),
              HasSubstr("token 3 is of the unknown type 9"));
  EXPECT_THAT(with_tokens("tokenizer.ggml.token_type", std::vector<int32_t>{1, 1, 1, 6}),
              HasSubstr("token 3: a byte token"));
  EXPECT_EQ(with_tokens("tokenizer.ggml.bos_token_id", 4u), "it was read") << "with a note";
  GgufBytes bad;
  bad.value("tokenizer.ggml.model", "llama");
  bad.value("tokenizer.ggml.tokens", std::vector<std::string>{"<unk>", "caf\xe9"});
  std::string file = bad.bytes();
  EXPECT_THAT(failure_of([&] { read_gguf_vocabulary(Gguf(bytes_of(file), "x.gguf")); }),
              HasSubstr("x.gguf: token 1: "));
  GgufBytes kind;
  kind.value("tokenizer.ggml.model", "bert");
  file = kind.bytes();
  EXPECT_THAT(failure_of([&] { read_gguf_vocabulary(Gguf(bytes_of(file), "x.gguf")); }),
              HasSubstr("a tokenizer of the kind \"bert\""));
}

}  // namespace
}  // namespace host
