#include "host-tools/model/source_model.h"

#include "host-tools/model/checkpoint.h"
#include "host-tools/model/gguf_model.h"
#include "host-tools/model/hugging_face.h"
#include "host-tools/model/vocabulary_reader.h"
#include "host-tools/support/failure.h"
#include "host-tools/support/file_kind.h"

namespace host {

namespace fs = std::filesystem;

namespace {

// The tokenizer.bin of a checkpoint is in the same folder, unless the user names another.
fs::path tokenizer_of(const fs::path& checkpoint, const SourceOptions& options) {
  if (options.tokenizer) return *options.tokenizer;
  const fs::path beside = checkpoint.parent_path() / "tokenizer.bin";
  if (!fs::exists(beside)) {
    fail("{}: no tokenizer.bin beside it; name one with --tokenizer", checkpoint.string());
  }
  return beside;
}

SourceModel open_llama2c(const fs::path& path, const SourceOptions& options) {
  SourceModel source;
  source.weights = open_checkpoint(path);
  const fs::path tokenizer = tokenizer_of(path, options);
  source.vocabulary = read_vocabulary(tokenizer, source.weights->config().vocab_size);
  source.files = {path, tokenizer};
  return source;
}

SourceModel open_as_it_is(const fs::path& path, const SourceOptions& options) {
  refuse_other_kinds(
      path, {FileKind::kGguf, FileKind::kFolder, FileKind::kSafetensors, FileKind::kCheckpoint});
  if (fs::is_directory(path) || path.extension() == ".safetensors") {
    return open_hugging_face(path, options);
  }
  if (Gguf::has_magic(MappedFile(path).bytes())) return open_gguf(path, options);
  if (path.extension() == ".gguf") {
    fail("{}: is not a GGUF file: it does not begin with \"GGUF\"", path.string());
  }
  return open_llama2c(path, options);
}

int32_t within(const char* option, uint32_t id, const VocabularySource& vocabulary) {
  if (id >= vocabulary.tokens.size()) {
    fail("{}: {} is not a token; there are 0 to {}", option, id, vocabulary.tokens.size() - 1);
  }
  return static_cast<int32_t>(id);
}

}  // namespace

SourceModel open_source_model(const fs::path& path, const SourceOptions& options) {
  SourceModel source = open_as_it_is(path, options);
  VocabularySource& vocabulary = source.vocabulary;
  if (options.bos) vocabulary.bos = within("--bos", *options.bos, vocabulary);
  if (options.eos) {
    vocabulary.eos = within("--eos", *options.eos, vocabulary);
    vocabulary.more_ends.clear();
  }
  return source;
}

}  // namespace host
