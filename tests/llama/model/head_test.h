// Opens models of which there is a header and a directory only.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "host-tools/support/failure.h"
#include "llama/model/model_file.h"
#include "tests/fakes/model_head.h"
#include "tests/fakes/random_model.h"

namespace llama {

inline host::LayoutOptions plain_layout() {
  return {.type_of = [](TensorKey) { return WeightType::kQ8_0; },
          .tile_bytes = 4096,
          .tokenizer_bytes = 100};
}

class HeadTest : public testing::Test {
 protected:
  base::Status open(Accept accept = Accept::kComputed) { return open(head_.bytes(), accept); }
  base::Status open(const std::vector<std::byte>& bytes, Accept accept = Accept::kComputed) {
    fakes::HeadSource source(bytes, head_.layout.file_bytes);
    arena_.emplace(memory_.span());
    auto opened = ModelFile::open(source, *arena_, accept);
    if (!opened.ok()) return opened.status();
    file_ = *opened;
    return base::ok_status();
  }
  std::string refusal(Accept accept = Accept::kComputed) {
    const base::Status status = open(accept);
    EXPECT_EQ(status.code(), base::ErrorCode::kUnsupported) << host::text(status);
    return host::text(status);
  }
  void expect_corrupt(const char* why) {
    const base::Status status = open();
    EXPECT_EQ(status.code(), base::ErrorCode::kCorrupt) << why << ": " << host::text(status);
  }
  void expect_opens() {
    const base::Status status = open();
    ASSERT_TRUE(status.ok()) << host::text(status);
  }

  // Lays the model out again, with these tensors besides those that it must have.
  void add_roles(std::vector<TensorRole> roles) {
    host::LayoutOptions options = plain_layout();
    options.has = [roles, config = head_.config](TensorKey tensor) {
      return is_required(row_of(tensor.role), config) ||
             std::ranges::find(roles, tensor.role) != roles.end();
    };
    head_ = fakes::ModelHead(head_.config, options);
  }

  fakes::ModelHead head_{tests::small_config(), plain_layout()};
  tests::AlignedMemory memory_{1 << 20};
  std::optional<base::Arena> arena_;
  ModelFile file_;
};

}  // namespace llama
