// A console on a fake machine, with a card of its own.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "libpi/fs/ram_disk.h"
#include "tests/fakes/conversation.h"
#include "tests/fakes/story_card.h"
#include "tests/libpi/fs/card_image.h"

namespace kernel {

class ConsoleTest : public testing::Test {
 protected:
  void SetUp() override { SKIP_WITHOUT_FAT_TOOLS(); }

  static const fakes::Bytes& model() {
    static const fakes::Bytes bytes = fakes::make_story_model(llama::WeightType::kQ8_0);
    return bytes;
  }
  static std::string told(std::string_view prompt, uint32_t steps,
                          const llama::SamplerSettings& sampling) {
    return fakes::tell_directly(model(), prompt, steps, sampling).text;
  }

  void insert(const fakes::Files& files) { insert_image(fakes::make_card(files)); }
  // The card before stays readable: a console that does not notice shows as one, not as a crash.
  void insert_image(fakes::Bytes image) {
    cards_.push_back(std::make_unique<Card>(std::move(image)));
    machine_.insert(disk());
  }
  pi::BlockDevice* disk() { return &cards_.back()->disk; }
  // A card with one model and settings that make stories short and always the same.
  void insert_with_ini(const std::string& more) {
    insert({{"barellama.ini", fakes::to_bytes("steps = 20\nseed = 3\n" + more)},
            {"tales.blm", model()}});
  }

  struct Card {
    explicit Card(fakes::Bytes bytes) : image(std::move(bytes)), disk(image) {}
    fakes::Bytes image;
    pi::RamDisk disk;
  };
  std::vector<std::unique_ptr<Card>> cards_;
  fakes::FakeMachine machine_;
  fakes::Conversation console_{machine_};
};

}  // namespace kernel
