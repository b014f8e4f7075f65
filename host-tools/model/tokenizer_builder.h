// Makes the tokenizer segment of a model file (docs/format.md, "Tokenizer segment") from a
// vocabulary.
#pragma once

#include <cstddef>
#include <vector>

#include "base/status.h"
#include "host-tools/model/vocabulary_source.h"

namespace host {

// The segment's bytes, without padding. A piece that several normal tokens have is made from text
// as the first of them only. kInvalidArgument: an id, score, type or size that a segment cannot
// hold, with the token's id in the message.
base::Result<std::vector<std::byte>> build_tokenizer_segment(const VocabularySource& source);

}  // namespace host
