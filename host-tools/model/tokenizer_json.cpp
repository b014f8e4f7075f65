// tokenizer.json, as Hugging Face's "tokenizers" writes it: a BPE model is pieces with ids, and
// merges in the order of their rank. One that was made from a SentencePiece model has its byte
// tokens ("byte_fallback") and U+2581 for spaces; its merges are all pairs that make a piece,
// ordered by the piece's score. So a piece's score is the rank of the first merge that makes it,
// negated. One of byte-level BPE keeps its merges as they are.
#include <algorithm>
#include <initializer_list>
#include <map>

#include "host-tools/model/byte_level.h"
#include "host-tools/model/byte_level_pipeline.h"
#include "host-tools/model/json_file.h"
#include "host-tools/model/vocabulary_reader.h"
#include "host-tools/support/failure.h"
#include "llama/text/utf8.h"

namespace host {
namespace {

using llama::TokenType;

bool puts_space_before_text(const Json& file, const std::string& name) {
  if (stage_of(member_of(file, "normalizer"), "Prepend", "normalizers", name) != nullptr) {
    return true;
  }
  const Json* const stage =
      stage_of(member_of(file, "pre_tokenizer"), "Metaspace", "pretokenizers", name);
  if (stage == nullptr) return false;
  const auto scheme = text_of(*stage, "prepend_scheme", name);
  return scheme ? *scheme != "never" : flag_of(*stage, "add_prefix_space", name).value_or(true);
}

struct Piece {
  std::string text;
  TokenType type = TokenType::kUnused;
  float score = 0;
};

uint32_t id_at(const Json& value, std::string_view piece, const std::string& name) {
  if (!value.is_number_unsigned() || value.get<uint64_t>() >= llama::VocabularyHeader::kMaxTokens) {
    fail("{}: the token \"{}\" has the id {}", name, piece, value.dump());
  }
  return value.get<uint32_t>();
}

Piece& place(std::vector<Piece>& pieces, uint32_t id) {
  if (id >= pieces.size()) pieces.resize(id + 1);
  return pieces[id];
}

bool is_byte_token(std::string_view piece) {
  return piece.size() == 6 && piece.starts_with("<0x") && piece.ends_with('>');
}

void read_pieces(const Json& model, const std::string& name, std::vector<Piece>& pieces) {
  const Json* const vocabulary = member_of(model, "vocab");
  if (vocabulary == nullptr || !vocabulary->is_object()) {
    fail("{}: has no \"vocab\" of pieces and ids", name);
  }
  const auto unknown = text_of(model, "unk_token", name);
  for (const auto& [text, value] : vocabulary->items()) {
    Piece& piece = place(pieces, id_at(value, text, name));
    if (piece.type != TokenType::kUnused) {
      fail("{}: the tokens \"{}\" and \"{}\" have the same id", name, piece.text, text);
    }
    const bool is_character = llama::utf8_character_length(text) == text.size();
    piece = {text, is_byte_token(text) ? TokenType::kByte
                   : text == unknown   ? TokenType::kUnknown
                   // Others are normal if a merge makes them, below.
                   : is_character ? TokenType::kNormal
                                  : TokenType::kUserDefined};
  }
}

// Pairs in the order of their rank, each "a b" or ["a", "b"]; the views are into `model`.
std::vector<MergeTexts> merges_of(const Json& model, const std::string& name) {
  const Json* const merges = member_of(model, "merges");
  if (merges == nullptr || !merges->is_array()) fail("{}: has no \"merges\"", name);
  std::vector<MergeTexts> texts;
  for (const Json& merge : *merges) {
    if (merge.is_string()) {
      if (const auto both = split_merge(merge.get_ref<const std::string&>())) {
        texts.push_back(*both);
        continue;
      }
    } else if (merge.is_array() && merge.size() == 2 && merge[0].is_string() &&
               merge[1].is_string()) {
      texts.emplace_back(merge[0].get_ref<const std::string&>(),
                         merge[1].get_ref<const std::string&>());
      continue;
    }
    fail("{}: merge {} is not a pair of pieces", name, texts.size());
  }
  return texts;
}

void read_scores(const Json& model, const std::string& name, std::vector<Piece>& pieces) {
  std::map<std::string_view, uint32_t> ids;
  for (uint32_t id = 0; id < pieces.size(); ++id) ids.emplace(pieces[id].text, id);
  const auto merges = merges_of(model, name);
  for (size_t rank = 0; rank < merges.size(); ++rank) {
    const std::string made = std::string(merges[rank].first).append(merges[rank].second);
    const auto found = ids.find(made);
    if (found == ids.end())
      fail("{}: merge {} makes \"{}\", which is not a token", name, rank, made);
    Piece& piece = pieces[found->second];
    if (piece.type != TokenType::kUserDefined) continue;  // an earlier merge makes it
    piece.type = TokenType::kNormal;
    piece.score = -static_cast<float>(rank);
  }
}

// What is said of an added token, in the numbers of the segment.
uint32_t added_flags(const Json& token, const std::string& name) {
  struct Flag {
    const char* name;
    llama::AddedTokenFlag bit;
  };
  uint32_t flags = 0;
  for (const Flag& flag :
       {Flag{"special", llama::kAddedSpecial}, Flag{"lstrip", llama::kAddedStripsLeft},
        Flag{"rstrip", llama::kAddedStripsRight}, Flag{"single_word", llama::kAddedSingleWord},
        Flag{"normalized", llama::kAddedNormalized}}) {
    if (flag_of(token, flag.name, name).value_or(false)) flags |= flag.bit;
  }
  return flags;
}

// Returns those that a text is not simply cut at.
std::vector<AddedToken> read_added(const Json& file, const std::string& name,
                                   std::vector<Piece>& pieces) {
  std::vector<AddedToken> list;
  const Json* const added = member_of(file, "added_tokens");
  if (added == nullptr) return list;
  if (!added->is_array()) fail("{}: \"added_tokens\" is not a list", name);
  for (const Json& token : *added) {
    const std::string text = text_of(token, "content", name).value_or("");
    const Json* const value = member_of(token, "id");
    Piece& piece = place(pieces, id_at(value == nullptr ? Json() : *value, text, name));
    const uint32_t flags = added_flags(token, name);
    // The token's type says whether it is special.
    if ((flags & ~uint32_t{llama::kAddedSpecial}) != 0) {
      list.push_back({static_cast<int32_t>(&piece - pieces.data()), flags});
    }
    if (piece.type == TokenType::kUnknown || piece.type == TokenType::kByte) continue;
    piece.text = text;
    piece.type =
        (flags & llama::kAddedSpecial) != 0 ? TokenType::kControl : TokenType::kUserDefined;
  }
  return list;
}

int32_t find(const std::vector<Piece>& pieces, std::string_view text) {
  const auto found = std::ranges::find(pieces, text, &Piece::text);
  return found == pieces.end() ? -1 : static_cast<int32_t>(found - pieces.begin());
}

int32_t find_first(const std::vector<Piece>& pieces,
                   std::initializer_list<std::string_view> texts) {
  for (const std::string_view text : texts) {
    if (const int32_t id = find(pieces, text); id >= 0) return id;
  }
  return -1;
}

VocabularySource read_byte_level(const Json& file, const Json& model, const std::string& name) {
  const ByteLevelPipeline pipeline = read_byte_level_pipeline(file, name);
  std::vector<Piece> pieces;
  read_pieces(model, name, pieces);
  for (Piece& piece : pieces) {
    if (piece.type != TokenType::kUnused) piece.type = TokenType::kNormal;
  }
  const std::vector<AddedToken> added = read_added(file, name, pieces);
  VocabularySource source = {.kind = llama::TokenizerKind::kByteLevel,
                             .added = added,
                             .space_before_text = false,
                             .word_rules = pipeline.word_rules,
                             .whole_words_first = pipeline.whole_words_first,
                             .bos_before_text = !pipeline.bos.empty()};
  std::vector<std::string_view> texts;
  for (uint32_t id = 0; id < pieces.size(); ++id) {
    source.tokens.push_back(require_value(from_byte_level(pieces[id].text, pieces[id].type),
                                          text("{}: token {}", name, id)));
    texts.push_back(pieces[id].text);
  }
  set_merges(source, texts, merges_of(model, name), name);
  // By name, as in Llama 3's tokenizers and GPT-2's; a configuration next to the file may say
  // otherwise.
  source.bos = pipeline.bos.empty() ? find_first(pieces, {"<|begin_of_text|>", "<|endoftext|>"})
                                    : find(pieces, pipeline.bos);
  source.eos = find_first(pieces, {"<|end_of_text|>", "<|endoftext|>"});
  return source;
}

}  // namespace

VocabularySource read_tokenizer_json(std::string_view content, const std::string& name) {
  const Json file = parse_json(content, name);
  const Json* const model = member_of(file, "model");
  if (model == nullptr) fail("{}: is not a tokenizer.json: it has no \"model\"", name);
  const auto kind = text_of(*model, "type", name).value_or("BPE");
  if (kind != "BPE") {
    fail("{}: has a tokenizer of the kind \"{}\"; barellama runs BPE", name, kind);
  }
  if (is_byte_level(file, name)) return read_byte_level(file, *model, name);

  std::vector<Piece> pieces;
  read_pieces(*model, name, pieces);
  read_scores(*model, name, pieces);
  VocabularySource source;
  source.added = read_added(file, name, pieces);
  for (uint32_t id = 0; id < pieces.size(); ++id) {
    const Piece& piece = pieces[id];
    source.tokens.push_back(require_value(from_sentencepiece(piece.text, piece.score, piece.type),
                                          text("{}: token {}", name, id)));
  }
  // The names of Llama's tokenizers; a configuration next to the file may say otherwise.
  source.bos = find(pieces, "<s>");
  source.eos = find(pieces, "</s>");
  source.unknown = find(pieces, text_of(*model, "unk_token", name).value_or("<unk>"));
  source.space_before_text = puts_space_before_text(file, name);
  return source;
}

}  // namespace host
