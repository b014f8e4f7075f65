// tokenizer.json, as Hugging Face's "tokenizers" writes it: a BPE model is pieces with ids, and
// merges in the order of their rank. One that was made from a SentencePiece model has its byte
// tokens ("byte_fallback") and U+2581 for spaces.
#include <algorithm>
#include <initializer_list>

#include "host-tools/model/byte_level.h"
#include "host-tools/model/byte_level_pipeline.h"
#include "host-tools/model/json_file.h"
#include "host-tools/model/text_stages.h"
#include "host-tools/model/vocabulary_reader.h"
#include "host-tools/support/failure.h"

namespace host {
namespace {

using llama::TokenType;

struct Piece {
  std::string text;
  TokenType type = TokenType::kUnused;
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
  const bool has_bytes = flag_of(model, "byte_fallback", name).value_or(false);
  for (const auto& [text, value] : vocabulary->items()) {
    Piece& piece = place(pieces, id_at(value, text, name));
    if (piece.type != TokenType::kUnused) {
      fail("{}: the tokens \"{}\" and \"{}\" have the same id", name, piece.text, text);
    }
    const bool is_byte = has_bytes && is_byte_token(text);
    piece = {text, is_byte           ? TokenType::kByte
                   : text == unknown ? TokenType::kUnknown
                                     : TokenType::kNormal};
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

// A token that is a piece of the model, too, may be made of other text by merges.
std::vector<FoundToken> read_added(const Json& file, const std::string& name,
                                   std::vector<Piece>& pieces) {
  std::vector<FoundToken> found;
  const Json* const added = member_of(file, "added_tokens");
  if (added == nullptr) return found;
  if (!added->is_array()) fail("{}: \"added_tokens\" is not a list", name);
  for (const Json& token : *added) {
    const std::string text = text_of(token, "content", name).value_or("");
    const Json* const value = member_of(token, "id");
    Piece& piece = place(pieces, id_at(value == nullptr ? Json() : *value, text, name));
    const uint32_t flags = found_flags(token, name);
    const bool is_special = (flags & llama::kFoundSpecial) != 0;
    found.push_back({static_cast<int32_t>(&piece - pieces.data()), flags, text});
    if (piece.type == TokenType::kUnknown || piece.type == TokenType::kByte) continue;
    if (piece.type == TokenType::kNormal && piece.text == text && !is_special) continue;
    piece = {text, is_special ? TokenType::kControl : TokenType::kUserDefined};
  }
  return found;
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

// Which tokens stand before and after a text. By name, as in Llama's tokenizers and GPT-2's, where
// no stage says it; a configuration next to the file may say otherwise.
void read_ends(const Json& file, const std::string& name, const std::vector<Piece>& pieces,
               VocabularySource& source) {
  const Surroundings around = read_surroundings(file, name);
  source.bos_before_text = !around.before.empty();
  source.bos = find_first(pieces, {"<s>", "<bos>", "<|begin_of_text|>", "<|endoftext|>"});
  source.eos = find_first(pieces, {"</s>", "<eos>", "<|end_of_text|>", "<|endoftext|>"});
  if (source.bos_before_text) source.bos = find(pieces, around.before);
  if (!around.after.empty()) note_eos(source);
}

void read_byte_level(const Json& file, const Json& model, const std::string& name,
                     const std::vector<Piece>& pieces, VocabularySource& source) {
  const ByteLevelPipeline pipeline = read_byte_level_pipeline(file, name);
  source.kind = llama::TokenizerKind::kByteLevel;
  source.space_before_text = false;
  source.word_rules = pipeline.word_rules;
  source.whole_words_first = pipeline.whole_words_first;
  source.normalizer = read_normalizer(file, name);
  for (const Piece& piece : pieces) {
    source.tokens.push_back(require_value(from_byte_level(piece.text, piece.type),
                                          text("{}: token {}", name, source.tokens.size())));
  }
  if (const auto unknown = text_of(model, "unk_token", name)) {
    source.unknown = find(pieces, *unknown);
  }
}

void read_characters(const Json& file, const Json& model, const std::string& name,
                     const std::vector<Piece>& pieces, VocabularySource& source) {
  if (flag_of(model, "ignore_merges", name).value_or(false)) {
    fail("{}: takes whole texts as tokens (\"ignore_merges\"), which barellama does for words only",
         name);
  }
  read_spaces(file, name, source);
  for (const Piece& piece : pieces) {
    source.tokens.push_back(require_value(from_sentencepiece(piece.text, 0, piece.type),
                                          text("{}: token {}", name, source.tokens.size())));
    // No text has such a space, and the piece with U+2581 is the one that is meant.
    TokenEntry& token = source.tokens.back();
    if (token.type == TokenType::kNormal && piece.text.find(' ') != std::string::npos) {
      token.type = TokenType::kUserDefined;
    }
  }
  source.unknown = find(pieces, text_of(model, "unk_token", name).value_or("<unk>"));
  source.one_unknown_for_many = flag_of(model, "fuse_unk", name).value_or(false);
}

}  // namespace

VocabularySource read_tokenizer_json(const Json& file, const std::string& name) {
  const Json* const model = member_of(file, "model");
  if (model == nullptr) fail("{}: is not a tokenizer.json: it has no \"model\"", name);
  const auto kind = text_of(*model, "type", name).value_or("BPE");
  if (kind != "BPE") {
    fail("{}: has a tokenizer of the kind \"{}\"; barellama runs BPE", name, kind);
  }
  check_model(*model, name);
  std::vector<Piece> pieces;
  read_pieces(*model, name, pieces);
  VocabularySource source;
  source.found = read_added(file, name, pieces);
  if (is_byte_level(file, name)) {
    read_byte_level(file, *model, name, pieces, source);
  } else {
    read_characters(file, *model, name, pieces, source);
  }
  std::vector<std::string_view> texts;
  for (const Piece& piece : pieces) texts.push_back(piece.text);
  set_merges(source, texts, merges_of(*model, name), name);
  read_ends(file, name, pieces, source);
  return source;
}

}  // namespace host
