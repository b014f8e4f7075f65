#include <cstdio>
#include <iostream>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "base/arena.h"
#include "host-tools/commands/commands.h"
#include "host-tools/model/file_source.h"
#include "host-tools/model/host_model.h"
#include "host-tools/model/tokenizer_builder.h"
#include "host-tools/model/vocabulary_reader.h"
#include "host-tools/support/failure.h"
#include "host-tools/support/files.h"
#include "llama/model/model_file.h"
#include "llama/text/tokenizer.h"

namespace host {

namespace {

struct Options {
  std::string model;
  std::string vocabulary;
  uint32_t vocabulary_size = 0;
  bool decode = false;
  bool json_lines = false;
  bool no_bos = false;
  bool special = false;
};

std::vector<std::byte> segment_of_vocabulary(const Options& options) {
  const auto size =
      options.vocabulary_size == 0 ? std::nullopt : std::optional(options.vocabulary_size);
  const VocabularySource source = read_vocabulary(options.vocabulary, size);
  show_notes(source);
  return require_value(build_tokenizer_segment(source), options.vocabulary);
}

std::vector<std::byte> segment_of_model(const std::string& path) {
  FileSource source(path);
  Memory memory(source.size_bytes() + (64 << 20));
  base::Arena arena(memory.span());
  const auto file = require_value(llama::ModelFile::open(source, arena), path);
  const llama::Segment& segment = file.tokenizer_segment();
  Memory content(segment.bytes);
  require_ok(source.read(segment.offset, content.span()), path);
  return {content.span().begin(), content.span().end()};
}

class Coder {
 public:
  Coder(const llama::Tokenizer& tokenizer, llama::AddBos add_bos, llama::Specials specials)
      : tokenizer_(tokenizer), add_bos_(add_bos), specials_(specials) {}

  std::vector<int32_t> encode(std::string_view text) const {
    return encode_text(tokenizer_, text, add_bos_, "the text", {.specials = specials_});
  }

  // As a whole text, with or without BOS in front.
  std::string decode(const std::vector<int64_t>& ids) const {
    std::string text;
    int32_t previous = llama::Tokenizer::kBeginning;
    for (const int64_t id : ids) {
      if (id < 0 || id >= int64_t{tokenizer_.vocabulary().size()}) {
        fail("{} is not a token; there are 0 to {}", id, tokenizer_.vocabulary().size() - 1);
      }
      const auto token = static_cast<int32_t>(id);
      text += tokenizer_.decode(previous, token);
      previous = token;
    }
    return text;
  }

 private:
  const llama::Tokenizer& tokenizer_;
  llama::AddBos add_bos_;
  llama::Specials specials_;
};

std::vector<int64_t> parse_ids(const std::string& text) {
  std::istringstream words(text);
  std::vector<int64_t> ids;
  for (std::string word; words >> word;) {
    size_t used = 0;
    try {
      ids.push_back(std::stoll(word, &used));
    } catch (const std::exception&) {
      used = 0;
    }
    if (used != word.size()) fail("\"{}\" is not a token id", word);
  }
  return ids;
}

void convert_lines(const Coder& coder, bool decode) {
  uint64_t number = 0;
  for (std::string line; std::getline(std::cin, line);) {
    ++number;
    const auto value = nlohmann::json::parse(line, nullptr, false);
    if (decode) {
      bool are_ids = value.is_array();
      for (const auto& id : value) are_ids = are_ids && id.is_number_integer();
      if (!are_ids) fail("line {}: is not a JSON array of token ids", number);
      // JSON is UTF-8; what is none becomes U+FFFD.
      const nlohmann::json text = coder.decode(value.get<std::vector<int64_t>>());
      std::cout << text.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
    } else {
      if (!value.is_string()) fail("line {}: is not a JSON string", number);
      std::cout << nlohmann::json(coder.encode(value.get<std::string>())).dump() << '\n';
    }
  }
}

void convert_all(const Coder& coder, bool decode) {
  const std::string input(std::istreambuf_iterator<char>(std::cin), {});
  if (decode) {
    std::cout << coder.decode(parse_ids(input));
    return;
  }
  const char* separator = "";
  for (const int32_t id : coder.encode(input)) {
    std::cout << separator << id;
    separator = " ";
  }
  std::cout << '\n';
}

void run_tokenize(const Options& options) {
  if (options.model.empty() == options.vocabulary.empty()) {
    throw Failure("say whose tokenizer: MODEL.blm, or --tokenizer FILE", 2);
  }
  const bool is_model = options.vocabulary.empty();
  const std::vector<std::byte> segment =
      is_model ? segment_of_model(options.model) : segment_of_vocabulary(options);
  const auto tokenizer =
      require_value(llama::Tokenizer::open(segment), is_model ? options.model : options.vocabulary);
  const Coder coder(tokenizer, options.no_bos ? llama::AddBos::kNo : llama::AddBos::kYes,
                    options.special ? llama::Specials::kFound : llama::Specials::kAsText);
  if (options.json_lines) {
    convert_lines(coder, options.decode);
  } else {
    convert_all(coder, options.decode);
  }
}

}  // namespace

void add_tokenize_command(Command& app) {
  const auto options = std::make_shared<Options>();
  Command* command = app.add_subcommand("tokenize", "Text to token ids, and back");
  command->footer("Reads standard input, all of it as one text, and writes the ids on one line.");
  auto* model = command->add_option("model", options->model, "Model file (.blm)");
  auto* vocabulary =
      command
          ->add_option("--tokenizer", options->vocabulary, "tokenizer.bin, .model, .json or GGUF")
          ->excludes(model);
  command
      ->add_option("--vocab-size", options->vocabulary_size,
                   "Tokens in it (default: as many as it has)")
      ->check(range(1u, 1u << 20))
      ->needs(vocabulary);
  command->add_flag("--decode", options->decode, "Ids to text");
  command->add_flag("--jsonl", options->json_lines,
                    "Line by line: a JSON string in, a JSON array of ids out");
  command->add_flag("--no-bos", options->no_bos, "Without the token that begins a text");
  command->add_flag("--special", options->special,
                    "Names of special tokens become these tokens, not text");
  command->callback([options] { run_tokenize(*options); });
}

}  // namespace host
