// The kernel itself on the emulated board, with a card of the test's own, and the same model on the
// host to compare with.
//
// With the setting records=1 a conversation is read as programs do it: start(), then ask() line by
// line. Without, as a person does it: boot_kernel(), then type() and expect().
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "host-tools/card/card_writer.h"
#include "host-tools/serial/records.h"
#include "llama/kernels/attention.h"
#include "llama/sampler.h"
#include "tests/system/qemu_machine.h"

namespace host {

// What the console said up to its next prompt.
struct Answer {
  std::string console;  // for people: log, echo, statistics
  std::string text;     // of the story, prompt included
  std::string reason;   // why the story ended; empty: there was none
  std::string error;    // the message of the last error; empty: there was none
  // The digits after "logits-hash: "; empty: there was no such line.
  std::string hash() const;
};

struct HostRequest {
  std::string prompt;
  uint32_t steps = 0;  // 0: the whole context
  llama::SamplerSettings sampling;
  uint32_t context = 0;  // 0: the model's
  llama::KvType kv = llama::KvType::kF32;
};
struct HostStory {
  std::string text;
  std::string hash;  // as Answer::hash()
};
// The story that a .blm file tells on the host.
HostStory tell_on_host(const std::filesystem::path& model, const HostRequest& request);

class KernelMachine : public QemuMachine {
 protected:
  // How long the console may be without a byte: longer than the emulator needs for a pass through
  // the test's model.
  std::chrono::seconds silence_{60};

  // Names and contents of a card's files.
  using Files = std::vector<std::pair<std::string, std::string>>;

  // A FAT card with these files.
  std::filesystem::path make_card(const Files& files);
  // A FAT card with a model of any size.
  std::filesystem::path make_model_card(const std::filesystem::path& model);
  // A file of the test's own.
  std::filesystem::path make_file(const std::string& name, std::string_view content);
  // The model that comes with the repository.
  static std::filesystem::path tales_path();
  static std::string tales() { return read_file(tales_path()); }

  // Boots kernel.img. An empty `card`: none. No story begins by itself unless `settings` say so.
  void boot_kernel(const std::filesystem::path& card, Settings settings = {},
                   const std::vector<std::string>& qemu_arguments = {});
  // The same with records; returns what was said up to the first prompt.
  Answer start(const std::filesystem::path& card, const Settings& settings = {},
               const std::vector<std::string>& qemu_arguments = {});

  // Types the line at the prompt and reads up to the next one.
  Answer ask(std::string_view line);
  // Reads up to the next prompt, from where the last answer ended. Throws Failure with the whole
  // console when it does not come.
  Answer read_answer();
  // "/set" of each of them.
  void set(const Settings& settings);

  // Sets ram_mib so small that no matrix stays in memory: asks the kernel what the model needs.
  void leave_only_the_least_memory();

  // For QEMU's own arguments: the card's image through another layer, such as "blkdebug:x.cfg:".
  static std::vector<std::string> card_drive(const std::string& options);

  // What QEMU still has to say: waits for its end and returns its exit code.
  int wait_for_end();

  const TemporaryFolder& folder() const { return folder_; }

 private:
  std::filesystem::path write_card(const std::vector<CardFile>& files);

  TemporaryFolder folder_;
  RecordParser parser_;
  size_t parsed_ = 0;                 // of the console's log
  std::vector<ConsoleEvent> events_;  // parsed, not yet part of an answer
};

}  // namespace host
