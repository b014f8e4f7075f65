#include "host-tools/support/file_kind.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/bytes.h"
#include "host-tools/support/failure.h"
#include "host-tools/support/files.h"

namespace host {

namespace fs = std::filesystem;

namespace {

constexpr size_t kEnough = 4096;

using namespace std::string_view_literals;

constexpr std::pair<std::string_view, FileKind> kMagics[] = {
    {"BLM1"sv, FileKind::kModel},
    {"BLMP"sv, FileKind::kModelPart},
    {"GGUF"sv, FileKind::kGguf},
    {"\x32\x34\x6b\x61"sv, FileKind::kCheckpoint},  // 0x616b3432, versions 1 and 2
    {"\xfd"
     "7zXZ\0"sv,
     FileKind::kXz},
    {"\x1f\x8b"sv, FileKind::kGzip},
    {"BZh"sv, FileKind::kBzip2},
    {"\x28\xb5\x2f\xfd"sv, FileKind::kZstandard},
    {"PK\x03\x04"sv, FileKind::kZip},
    {"7z\xbc\xaf\x27\x1c"sv, FileKind::k7z},
    {"\x7f"
     "ELF"sv,
     FileKind::kElf},
    {"version https://git-lfs"sv, FileKind::kLfsPointer},
    {"\xff\xfe"sv, FileKind::kUtf16Text},
    {"\xfe\xff"sv, FileKind::kUtf16Text},
};

uint32_t word_at(std::string_view bytes, size_t at) {
  return base::load_le32(std::as_bytes(std::span(bytes)), at);
}

FileKind kind_of_image(std::string_view bytes) {
  // libpi/push/image_header.h; a boot loader lies above the place of the kernels that it starts.
  constexpr uint32_t kKernelAddress = 0x8000;
  if (bytes.size() >= 24 && bytes.substr(4, 8) == "barellam") {
    return word_at(bytes, 12) == kKernelAddress ? FileKind::kKernel : FileKind::kBootLoader;
  }
  // Boot sectors and partition tables both end so.
  if (bytes.size() >= 512 && bytes.substr(510, 2) == "\x55\xaa") return FileKind::kCard;
  return FileKind::kUnknown;
}

// Version 0: seven numbers and nothing else, of which these must be small, and hang together.
bool is_old_checkpoint(std::string_view bytes) {
  if (bytes.size() < 28) return false;
  const auto number = [&](size_t i) { return static_cast<int32_t>(word_at(bytes, 4 * i)); };
  const int32_t dim = number(0), heads = number(3), kv_heads = number(4), context = number(6);
  const int64_t vocabulary = number(5);
  const auto is_within = [](int64_t value, int64_t most) { return value > 0 && value <= most; };
  return is_within(dim, 1 << 16) && is_within(number(1), 1 << 18) &&
         is_within(number(2), 1 << 10) && is_within(heads, dim) && is_within(kv_heads, heads) &&
         dim % heads == 0 && heads % kv_heads == 0 && is_within(std::abs(vocabulary), 1 << 20) &&
         is_within(context, 1 << 22);
}

bool is_safetensors(std::string_view bytes) {
  // The length of a JSON object, and the object.
  return bytes.size() > 9 && word_at(bytes, 4) == 0 && bytes[8] == '{';
}

bool is_text(std::string_view bytes) {
  return std::ranges::all_of(bytes, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x20 || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == '\x1b';
  });
}

// Of text that is mostly ASCII, every other byte is 0.
bool is_utf16(std::string_view bytes) {
  if (bytes.size() < 4) return false;
  std::array<size_t, 2> zeros{};
  for (size_t i = 0; i < bytes.size(); ++i) zeros[i % 2] += bytes[i] == '\0' ? 1 : 0;
  const auto [few, many] = std::minmax(zeros[0], zeros[1]);
  return few == 0 && many * 4 >= bytes.size();
}

FileKind kind_of_text(std::string_view text) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  const size_t first = text.find_first_not_of(" \t\r\n");
  if (first == text.npos) return FileKind::kText;
  text.remove_prefix(first);
  std::string line(text.substr(0, text.find('\n')));
  std::ranges::transform(line, line.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  if (line.starts_with("<!doctype html") || line.starts_with("<html")) return FileKind::kWebPage;
  if (line.starts_with("{") && line.find("\"event\":") != line.npos) return FileKind::kRecords;
  if (line.starts_with("{") || line.starts_with("[{")) return FileKind::kJson;
  // A comment, a section or KEY = VALUE.
  const size_t equals = line.find('=');
  const std::string_view key = std::string_view(line).substr(0, equals);
  const bool is_setting =
      equals != line.npos && equals > 0 &&
      key.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_ \t") == key.npos;
  if (is_setting || line.starts_with("# barellama") || line.starts_with("; barellama")) {
    return FileKind::kSettings;
  }
  return FileKind::kText;
}

// As a shell takes it.
std::string quoted(const fs::path& path) {
  const std::string name = path.string();
  const bool is_plain =
      name.find_first_not_of(
          "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+./,:=@%") ==
      std::string::npos;
  if (is_plain) return name;
  std::string result = "'";
  for (const char letter : name) result += letter == '\'' ? "'\\''" : std::string(1, letter);
  return result + "'";
}

struct Advice {
  FileKind kind;
  std::string_view text;  // {}: the file
};

constexpr Advice kAdvice[] = {
    {FileKind::kEmpty, "is empty"},
    {FileKind::kFolder, "is a folder, not a file"},
    {FileKind::kModel,
     "is a .blm model; `barellama run {}` runs it, `barellama card -o card.img {}` makes a card "
     "with it"},
    {FileKind::kModelPart,
     "is a later part of a .blm model; name the first one, which ends in .blm"},
    {FileKind::kGguf, "is a GGUF model; `barellama convert {}` makes a .blm model of it"},
    {FileKind::kSafetensors,
     "has the weights of a Hugging Face model; `barellama convert {}` makes a .blm model of it and "
     "the files beside it"},
    {FileKind::kCheckpoint,
     "is a llama2.c checkpoint; `barellama convert {} --tokenizer tokenizer.bin` makes a .blm "
     "model of it"},
    {FileKind::kXz, "is an xz archive; `xz -dk {}` unpacks it"},
    {FileKind::kGzip, "is a gzip archive; `gzip -dk {}` unpacks it"},
    {FileKind::kBzip2, "is a bzip2 archive; `bzip2 -dk {}` unpacks it"},
    {FileKind::kZstandard, "is a Zstandard archive; `zstd -d {}` unpacks it"},
    {FileKind::kZip, "is a zip archive; `unzip {}` unpacks it"},
    {FileKind::k7z, "is a 7z archive; `7z x {}` unpacks it"},
    {FileKind::kElf, "is an ELF file; a Pi boots the raw image, such as the kernel.img beside it"},
    {FileKind::kKernel,
     "is a kernel image; `barellama push {}` starts it on a board, `barellama card --kernel {} -o "
     "card.img MODEL.blm` puts it onto a card"},
    {FileKind::kBootLoader,
     "is the image of the boot loader; `barellama card --bootloader-image {} -o card.img "
     "MODEL.blm` puts it onto a card"},
    {FileKind::kCard,
     "is the image of a card; `barellama emulate {}` boots it, `barellama card --check {}` looks "
     "at it"},
    {FileKind::kRecords, "has records; `barellama report {}` makes a page of them"},
    {FileKind::kJson, "is JSON text"},
    {FileKind::kSettings, "has settings; `barellama card --settings {}` puts them onto a card"},
    {FileKind::kWebPage,
     "is a web page; where a file was to be downloaded, the server sent this instead"},
    {FileKind::kLfsPointer,
     "only names a file of Git LFS; `git lfs pull` in its folder gets the file itself"},
    {FileKind::kUtf16Text, "is text in UTF-16; save it as UTF-8 (`iconv -f UTF-16 -t UTF-8 {}`)"},
    {FileKind::kText, "is text; `barellama run MODEL.blm --prompt-file {}` continues it"},
};

// What was to be there, after what is.
std::string_view but_not(FileKind is, FileKind wanted) {
  if (is == FileKind::kEmpty || is == FileKind::kModelPart) return "";
  switch (wanted) {
    case FileKind::kModel:
      return ", not a .blm model";
    case FileKind::kGguf:
      return ", not a model of another format";
    case FileKind::kKernel:
      return ", not a kernel image";
    case FileKind::kCard:
      return ", not the image of a card";
    case FileKind::kRecords:
      return ", not a recording";
    case FileKind::kText:
      return ", not text";
    default:
      return "";
  }
}

}  // namespace

FileKind kind_of(std::string_view beginning) {
  if (beginning.empty()) return FileKind::kEmpty;
  beginning = beginning.substr(0, kEnough);
  for (const auto& [magic, kind] : kMagics) {
    if (beginning.starts_with(magic)) return kind;
  }
  if (const FileKind kind = kind_of_image(beginning); kind != FileKind::kUnknown) return kind;
  if (is_safetensors(beginning)) return FileKind::kSafetensors;
  if (is_text(beginning)) return kind_of_text(beginning);
  if (is_utf16(beginning)) return FileKind::kUtf16Text;
  if (is_old_checkpoint(beginning)) return FileKind::kCheckpoint;
  return FileKind::kUnknown;
}

FileKind kind_of_file(const fs::path& path) {
  std::error_code error;
  if (fs::is_directory(path, error)) return FileKind::kFolder;
  const Descriptor file = open_to_read(path);
  // What can be read only once is not looked at.
  if (!fs::is_regular_file(path, error) && !fs::is_block_file(path, error)) {
    return FileKind::kUnknown;
  }
  std::array<char, kEnough> bytes;
  const ssize_t count = ::pread(file.get(), bytes.data(), bytes.size(), 0);
  if (count < 0) fail("{}: can't be read: {}", path.string(), system_error());
  return kind_of({bytes.data(), static_cast<size_t>(count)});
}

std::string what_to_do_with(FileKind kind, const fs::path& path) {
  const auto found = std::ranges::find(kAdvice, kind, &Advice::kind);
  if (found == std::end(kAdvice)) return {};
  const std::string name = quoted(path);
  return text(found->text, name, name);
}

void refuse_other_kinds(const fs::path& path, std::initializer_list<FileKind> wanted) {
  const FileKind kind = kind_of_file(path);
  if (kind == FileKind::kUnknown || std::ranges::count(wanted, kind) > 0) return;
  const std::string advice = what_to_do_with(kind, path);
  const size_t end = std::min(advice.find(';'), advice.size());
  fail("{}: {}{}{}", path.string(), advice.substr(0, end), but_not(kind, *wanted.begin()),
       advice.substr(end));
}

void refuse_all_but_text(const fs::path& path) {
  refuse_other_kinds(path, {FileKind::kText, FileKind::kEmpty, FileKind::kSettings, FileKind::kJson,
                            FileKind::kRecords, FileKind::kWebPage});
}

}  // namespace host
