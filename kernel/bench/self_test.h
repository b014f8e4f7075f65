// /selftest: does this board compute what other computers compute, and is what it has in memory
// what is on the card? Each line names what was compared.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/format.h"
#include "kernel/bench/stop_request.h"
#include "kernel/reports/record_writer.h"
#include "llama/model.h"
#include "llama/model/weight_source.h"

namespace kernel {

// What is known beforehand: of matrices, WeightTraits::known_products. The values come from the
// host: tests/kernel/bench/self_test_test.cpp computes them again, and prints them when they
// differ. For a model it is what `barellama run MODEL --prompt "Once upon a time" --temperature 0
// --steps 24 --hash` prints.
struct KnownModel {
  std::string_view name;
  uint32_t directory_crc;  // llama::ModelFile::directory_crc(), by which a model is recognized
  uint64_t logits_hash;
};
uint32_t known_operations_crc();
std::span<const KnownModel> known_models();

inline constexpr std::string_view kSelfTestPrompt = "Once upon a time";
inline constexpr uint32_t kSelfTestPositions = 24;

// CRC-32C of the product of a small matrix of pseudo-random weights with as many columns.
uint32_t kernel_crc(llama::WeightType type, uint32_t columns);
// The same of other operations of a pass: norm, RoPE, softmax, SwiGLU.
uint32_t operations_crc();

// The hash of the logits of kSelfTestPositions positions (llama/logits_hash.h), the most likely
// token each time. The context is at least as long (CHECKed by the transformer).
base::Result<uint64_t> greedy_hash(llama::Model& model, llama::Interrupt* interrupt);

class SelfTest {
 public:
  // `records` may be null. All outlive the test.
  SelfTest(base::TextSink& out, RecordSink* records, StopRequest& stop)
      : out_(out), records_(records), stop_(stop) {}

  // Arithmetic on known numbers.
  void check_kernels();
  // A loaded model: its weights in memory against their CRCs and against the card, and what it
  // computes, during whose passes `interrupt` is asked. kCancelled when it or `stop` ended it.
  base::Status check_model(llama::Model& model, llama::WeightSource& source,
                           llama::Interrupt& interrupt);
  // How many passed and failed.
  void finish();

 private:
  base::Status check_pinned(const llama::Model& model);
  base::Status check_card(const llama::Model& model, llama::WeightSource& source);
  base::Status check_logits(llama::Model& model, llama::Interrupt& interrupt);
  base::Status check_known(llama::Model& model, const KnownModel& known,
                           llama::Interrupt& interrupt);
  base::Status check_twice(llama::Model& model, llama::Interrupt& interrupt);
  void say(bool passed, std::string_view what);

  base::TextSink& out_;
  RecordSink* records_;
  StopRequest& stop_;
  uint32_t passed_ = 0;
  uint32_t failed_ = 0;
};

}  // namespace kernel
