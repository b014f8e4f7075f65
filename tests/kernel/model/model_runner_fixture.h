// A model runner with a card of its own.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "kernel/model/model_runner.h"
#include "libpi/fs/ram_disk.h"
#include "tests/fakes/fake_machine.h"
#include "tests/fakes/story_card.h"
#include "tests/libpi/fs/card_image.h"

namespace kernel {

class Sink final : public base::TextSink {
 public:
  void write(std::string_view piece) override { text += piece; }
  std::string text;
};

inline const fakes::Bytes& small_model() {
  static const fakes::Bytes model = fakes::make_story_model(llama::WeightType::kQ8_0);
  return model;
}

class ModelRunnerTest : public testing::Test {
 protected:
  void SetUp() override { SKIP_WITHOUT_FAT_TOOLS(); }

  void insert(const fakes::Files& files) {
    image_ = fakes::make_card(files);
    disk_ = std::make_unique<pi::RamDisk>(image_);
    machine_.insert(disk_.get());
    ASSERT_OK(runner_->mount());
  }

  fakes::Bytes image_;
  std::unique_ptr<pi::RamDisk> disk_;
  fakes::FakeMachine machine_;
  std::unique_ptr<ModelRunner> runner_ = std::make_unique<ModelRunner>(machine_);
  Settings settings_;
  Sink sink_;
};

}  // namespace kernel
