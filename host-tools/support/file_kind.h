// What a file is, told by its first bytes, so that one in the wrong place is answered with the
// command that takes it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <string>
#include <string_view>

namespace host {

enum class FileKind : uint8_t {
  kUnknown,
  kEmpty,
  kFolder,
  kModel,      // .blm
  kModelPart,  // of a model in several files, not the first
  kGguf,
  kSafetensors,
  kCheckpoint,  // of llama2.c
  kXz,
  kGzip,
  kBzip2,
  kZstandard,
  kZip,
  k7z,
  kElf,
  kKernel,      // a raw image with our header (libpi/push/image_header.h)
  kBootLoader,  //
  kCard,        // a FAT volume, or a partition table
  kRecords,     // as --record writes them
  kJson,
  kSettings,    // barellama.ini
  kWebPage,     // in place of what was to be downloaded
  kLfsPointer,  // of Git LFS, in place of the file
  kUtf16Text,
  kText,
};

// By the beginning of a file; a few KiB are enough.
FileKind kind_of(std::string_view beginning);
// Throws Failure when it can't be read.
FileKind kind_of_file(const std::filesystem::path& path);

// "is a GGUF model; `barellama convert tiny.gguf` makes a .blm model of it". Empty if not known.
std::string what_to_do_with(FileKind kind, const std::filesystem::path& path);

// Throws Failure that says what the file is, that it is not the first of `wanted`, and what to do
// with it, unless it is one of them or of no kind that is known.
void refuse_other_kinds(const std::filesystem::path& path, std::initializer_list<FileKind> wanted);
// For texts of any kind.
void refuse_all_but_text(const std::filesystem::path& path);

}  // namespace host
