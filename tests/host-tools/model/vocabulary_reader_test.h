// Reads vocabularies from files that a test writes.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "host-tools/model/tokenizer_builder.h"
#include "host-tools/model/vocabulary_reader.h"
#include "host-tools/support/failure.h"
#include "host-tools/support/files.h"

namespace host {

inline const std::filesystem::path kData = BARELLAMA_SHARED_DATA;

inline std::vector<std::byte> segment(const VocabularySource& source) {
  return require_value(build_tokenizer_segment(source), "the vocabulary");
}

class VocabularyFile : public testing::Test {
 protected:
  VocabularySource read(std::string_view content, std::optional<uint32_t> size = std::nullopt) {
    write_file(path_, content);
    return read_vocabulary(path_, size);
  }
  std::string failure_of(std::string_view content, std::optional<uint32_t> size = std::nullopt) {
    try {
      read(content, size);
    } catch (const Failure& failure) {
      EXPECT_THAT(failure.what(), testing::HasSubstr("vocabulary: "));
      return failure.what();
    }
    return "it was read";
  }

  TemporaryFolder folder_;
  const std::filesystem::path path_ = folder_.path() / "vocabulary";
};

}  // namespace host
