// Byte-level BPE as GPT-2 has it and the files of others write it: each byte of a piece as a
// printable character, and merges as pairs of such pieces.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "host-tools/model/tokenizer_builder.h"

namespace host {

// The bytes that such characters stand for ("\u0120a" is " a"); nullopt if one of them stands for
// none. `text` is UTF-8 (CHECKed).
std::optional<std::string> bytes_of_byte_level(std::string_view text);

// A token as the files have it. One of the type kNormal that has other characters is never made of
// text, and becomes kUserDefined; so do other types keep their text. kCorrupt: it is not UTF-8.
base::Result<TokenEntry> from_byte_level(std::string_view text, llama::TokenType type);

// Two pieces, as the file has them.
using MergeTexts = std::pair<std::string_view, std::string_view>;

// Sets the merges of `source`, whose tokens are read, from pairs in the order of their rank;
// `texts` are its tokens as the file has them. Those with tokens that are not normal are left out:
// such are never made of text. Throws Failure, with `name`: a piece that is not a token.
void set_merges(VocabularySource& source, const std::vector<std::string_view>& texts,
                const std::vector<MergeTexts>& merges, const std::string& name);

// The pieces of "a b"; nullopt without a space between two.
std::optional<MergeTexts> split_merge(std::string_view merge);

// Of the names that tokenizer.ggml.pre has; kNone for others.
llama::WordRules word_rules_of_gguf(std::string_view name);

}  // namespace host
