// What tests of the commands for models share: a checkpoint and its tokenizer in a folder, and the
// program as a user types it.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "host-tools/support/files.h"
#include "tests/fakes/checkpoint_bytes.h"
#include "tests/host-tools/support/folder_names.h"
#include "tests/host-tools/support/program.h"

namespace host {

inline constexpr uint32_t kVocabulary = 300;

class CommandModel : public testing::Test {
 protected:
  CommandModel() {
    write_file(path("story.bin"), fakes::make_checkpoint(fakes::checkpoint_config(true), 0));
    write_file(path("tokenizer.bin"), fakes::make_tokenizer_bin(kVocabulary));
  }
  std::string path(const std::string& name) const { return folder_.path() / name; }
  // story.bin to story.blm, unless the options say otherwise.
  Outcome convert(std::vector<std::string> options = {}) const {
    options.insert(options.begin(), {"convert", path("story.bin")});
    return barellama(options);
  }
  // Greedy, so that the text is always the same.
  Outcome run(std::vector<std::string> options = {}) const {
    options.insert(options.begin(), {"run", path("story.blm"), "-t", "0"});
    return barellama(options);
  }
  std::vector<std::string> files() const { return names_in(folder_.path()); }

  TemporaryFolder folder_;
};

}  // namespace host
