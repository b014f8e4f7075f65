// Files of the host, owned: descriptors are closed, temporary files removed, and results appear
// under their name only when they are whole. All functions throw Failure and name the file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace host {

// A file descriptor that is closed at the end.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor() { close(); }

  int get() const { return number_; }
  bool is_open() const { return number_ >= 0; }
  int release();
  void close();

 private:
  int number_ = -1;
};

// A folder under $TMPDIR (or /tmp), removed with all that is in it.
class TemporaryFolder {
 public:
  TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder();

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// A file that is created next to its final place, so that the last step is a rename within one file
// system. Without commit() it is removed, and what was at `target` before stays as it was.
class PendingFile {
 public:
  // Creates an empty file beside `target`. Fails when the folder does not exist or can't be
  // written to, or when `target` is something other than a file, or read-only.
  explicit PendingFile(const std::filesystem::path& target);
  PendingFile(const PendingFile&) = delete;
  PendingFile& operator=(const PendingFile&) = delete;
  ~PendingFile();

  const std::filesystem::path& path() const { return path_; }
  // All of its content; a Failure names `target`.
  void write(std::string_view content);
  // Bytes on the disk, then the rename.
  void commit();

 private:
  std::filesystem::path target_;
  std::filesystem::path path_;
  bool committed_ = false;
};

// Refuses to put `target`, a result, in place of `source`, what it is made from: the rename at the
// end would.
void refuse_to_overwrite(const std::filesystem::path& source, const std::filesystem::path& target);

std::string read_file(const std::filesystem::path& path);
void write_file(const std::filesystem::path& path, std::string_view content);

// Opens for reading; says what is wrong when it is missing, unreadable, or a folder.
Descriptor open_to_read(const std::filesystem::path& path);

// Reads exactly target.size() bytes from `offset` on; a Failure names `path` when they aren't
// there.
void read_at(const Descriptor& file, uint64_t offset, std::span<std::byte> target,
             const std::filesystem::path& path);

// The folder of this program's own file.
std::filesystem::path program_folder();

}  // namespace host
