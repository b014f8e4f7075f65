#include "host-tools/support/files.h"

#include <fcntl.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <utility>

#include "host-tools/support/failure.h"

namespace host {

namespace fs = std::filesystem;

namespace {

// `name`: for messages.
void write_named(const fs::path& path, const fs::path& name, std::string_view content) {
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
  if (!file.is_open()) fail("{}: can't be written: {}", name.string(), system_error());
  while (!content.empty()) {
    const ssize_t count = ::write(file.get(), content.data(), content.size());
    if (count < 0) fail("{}: can't be written: {}", name.string(), system_error());
    content.remove_prefix(static_cast<size_t>(count));
  }
}

}  // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this != &other) {
    close();
    number_ = other.release();
  }
  return *this;
}

int Descriptor::release() { return std::exchange(number_, -1); }

void Descriptor::close() {
  if (number_ >= 0) ::close(std::exchange(number_, -1));
}

TemporaryFolder::TemporaryFolder() {
  std::error_code error;
  const fs::path base = fs::temp_directory_path(error);
  std::string pattern = (error ? fs::path("/tmp") : base) / "barellama-XXXXXX";
  if (::mkdtemp(pattern.data()) == nullptr) {
    fail("{}: can't make a temporary folder: {}", pattern, system_error());
  }
  path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

PendingFile::PendingFile(const fs::path& target) : target_(target) {
  std::error_code error;
  const fs::file_status status = fs::status(target, error);
  if (fs::exists(status) && !fs::is_regular_file(status)) {
    fail("{}: is not a file, and is not overwritten", target.string());
  }
  // The rename would replace it whatever its permissions are.
  constexpr fs::perms kWritable =
      fs::perms::owner_write | fs::perms::group_write | fs::perms::others_write;
  if (fs::exists(status) && (status.permissions() & kWritable) == fs::perms::none) {
    fail("{}: is read-only; make it writable, or name another file", target.string());
  }
  fs::path folder = target.parent_path();
  if (folder.empty()) folder = ".";
  if (!fs::is_directory(folder, error)) {
    fail("{}: the folder {} does not exist", target.string(), folder.string());
  }
  std::string pattern = folder / ("." + target.filename().string() + ".XXXXXX");
  const Descriptor file(::mkstemp(pattern.data()));
  if (!file.is_open()) {
    fail("{}: can't write into the folder {}: {}", target.string(), folder.string(),
         system_error());
  }
  path_ = pattern;
  // mkstemp() makes private files; ours are as public as the user's umask wants.
  const mode_t mask = ::umask(0);
  ::umask(mask);
  if (::fchmod(file.get(), 0666 & ~mask) != 0 && errno != EPERM) {
    fail("{}: {}", path_.string(), system_error());
  }
}

PendingFile::~PendingFile() {
  if (!committed_) ::unlink(path_.c_str());
}

void PendingFile::write(std::string_view content) { write_named(path_, target_, content); }

void PendingFile::commit() {
  const Descriptor file(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open() || ::fsync(file.get()) != 0) {
    fail("{}: can't be written out: {}", target_.string(), system_error());
  }
  if (::rename(path_.c_str(), target_.c_str()) != 0) {
    fail("{}: can't be renamed into place: {}", target_.string(), system_error());
  }
  committed_ = true;
}

void refuse_to_overwrite(const fs::path& source, const fs::path& target) {
  std::error_code error;
  if (fs::equivalent(source, target, error)) {
    fail("{}: this is what it would be made from; name another file with --output",
         target.string());
  }
}

Descriptor open_to_read(const fs::path& path) {
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) fail("{}: can't be read: {}", path.string(), system_error());
  struct stat status;
  if (::fstat(file.get(), &status) != 0) fail("{}: {}", path.string(), system_error());
  if (S_ISDIR(status.st_mode)) fail("{}: is a folder, not a file", path.string());
  return file;
}

std::string read_file(const fs::path& path) {
  const Descriptor file = open_to_read(path);
  std::string content;
  char buffer[65536];
  ssize_t count = 0;
  while ((count = ::read(file.get(), buffer, sizeof buffer)) > 0) {
    content.append(buffer, static_cast<size_t>(count));
  }
  if (count < 0) fail("{}: can't be read: {}", path.string(), system_error());
  return content;
}

void write_file(const fs::path& path, std::string_view content) {
  write_named(path, path, content);
}

void read_at(const Descriptor& file, uint64_t offset, std::span<std::byte> target,
             const fs::path& path) {
  while (!target.empty()) {
    const ssize_t count =
        ::pread(file.get(), target.data(), target.size(), static_cast<off_t>(offset));
    if (count < 0) fail("{}: can't be read at byte {}: {}", path.string(), offset, system_error());
    if (count == 0) fail("{}: ends at byte {}, too early", path.string(), offset);
    target = target.subspan(static_cast<size_t>(count));
    offset += static_cast<uint64_t>(count);
  }
}

fs::path program_folder() {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  if (!error) return program.parent_path();
  // A tree without /proc: how we were called, which is a path, also for what was found on the PATH.
  const auto* called = reinterpret_cast<const char*>(::getauxval(AT_EXECFN));
  const fs::path found = fs::canonical(called != nullptr ? called : "", error);
  if (error) fail("the folder of this program can't be found: {}", error.message());
  return found.parent_path();
}

}  // namespace host
