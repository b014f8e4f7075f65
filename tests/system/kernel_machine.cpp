#include "tests/system/kernel_machine.h"

#include <algorithm>

#include "host-tools/model/host_model.h"
#include "host-tools/support/failure.h"
#include "llama/logits_hash.h"

namespace host {

namespace fs = std::filesystem;

namespace {

// The rest of the line that begins with `begin`.
std::string line_after(const std::string& console, std::string_view begin) {
  size_t at = 0;
  while (at < console.size()) {
    const size_t end = std::min(console.find_first_of("\r\n", at), console.size());
    const std::string_view line(console.data() + at, end - at);
    if (line.starts_with(begin)) return std::string(line.substr(begin.size()));
    at = end + 1;
  }
  return {};
}

}  // namespace

std::string Answer::hash() const { return line_after(console, "logits-hash: "); }

HostStory tell_on_host(const fs::path& path, const HostRequest& request) {
  HostModel model(path, {.ram_bytes = {},
                         .context = request.context,
                         .kv = request.kv,
                         .all_logits = true,
                         .max_prompt_bytes = 2048});
  llama::LogitsHash hash;
  StringSink told;
  require_ok(model.model()
                 .generate({.prompt = request.prompt,
                            .steps = request.steps,
                            .sampling = request.sampling,
                            .interrupt = nullptr,
                            .observer = &hash},
                           told)
                 .status(),
             path.string());
  return {told.text(), text("{:016x}", hash.value())};
}

fs::path KernelMachine::tales_path() { return BARELLAMA_DEFAULT_MODEL; }

fs::path KernelMachine::make_file(const std::string& name, std::string_view content) {
  fs::path path = folder_.path() / name;
  write_file(path, content);
  return path;
}

fs::path KernelMachine::make_card(const Files& files) {
  std::vector<CardFile> listed;
  for (const auto& [name, content] : files) {
    listed.push_back(
        {name, make_file("of-card-" + name, content), content.size(), name.ends_with(".blm")});
  }
  return write_card(listed);
}

fs::path KernelMachine::make_model_card(const fs::path& model) {
  return write_card({{model.filename(), model, fs::file_size(model), true}});
}

fs::path KernelMachine::write_card(const std::vector<CardFile>& files) {
  Interrupts interrupts;
  fs::path path = folder_.path() / "card.img";
  // Mostly far less than the default, which is made for people's cards.
  uint64_t bytes = 0;
  for (const CardFile& file : files) bytes += file.size;
  const auto size = bytes < kMinCardBytes / 2 ? std::optional(kMinCardBytes) : std::nullopt;
  write_card_image(path, files, plan_card(files, size), "TEST", interrupts);
  return path;
}

void KernelMachine::boot_kernel(const fs::path& card, Settings settings,
                                const std::vector<std::string>& qemu_arguments) {
  settings.emplace(settings.begin(), "autostart", "0");
  EmulatorOptions options;
  options.kernel = image("kernel.img");
  options.card = card;
  options.settings = settings;
  options.extra_arguments = qemu_arguments;
  parser_ = {};
  events_.clear();
  parsed_ = 0;
  boot(options);
}

Answer KernelMachine::start(const fs::path& card, const Settings& settings,
                            const std::vector<std::string>& qemu_arguments) {
  Settings all = settings;
  all.emplace_back("records", "1");
  boot_kernel(card, all, qemu_arguments);
  return read_answer();
}

Answer KernelMachine::ask(std::string_view line) {
  type(std::string(line) + "\r");
  return read_answer();
}

Answer KernelMachine::read_answer() {
  Answer answer;
  while (true) {
    for (auto event = events_.begin(); event != events_.end(); ++event) {
      if (event->kind == ConsoleEvent::Kind::kText) answer.text += event->bytes;
      if (event->kind == ConsoleEvent::Kind::kConsole) answer.console += event->bytes;
      if (event->name == "end") answer.reason = event->fields["reason"];
      if (event->name == "error") answer.error = event->fields["message"];
      if (event->name == "ready") {
        events_.erase(events_.begin(), event + 1);
        return answer;
      }
    }
    if (machine().log().size() == parsed_ && machine().read(silence_).empty()) {
      fail("no prompt came.\n{}--- console:\n{}", machine().qemu_messages(), machine().log());
    }
    events_ = parser_.feed(std::string_view(machine().log()).substr(parsed_));
    parsed_ = machine().log().size();
  }
}

void KernelMachine::set(const Settings& settings) {
  for (const auto& [key, value] : settings) {
    const Answer answer = ask("/set " + key + " " + value);
    // The echo of the line, and nothing else.
    EXPECT_EQ(answer.console.find("cannot be"), std::string::npos) << answer.console;
  }
}

void KernelMachine::leave_only_the_least_memory() {
  // Room for the tokenizer, and not for the rest.
  set({{"ram_mib", "0.05"}});
  const std::string error = ask("x").error;
  constexpr std::string_view kBefore = "it needs at least ";
  const size_t at = error.find(kBefore);
  if (at == std::string::npos) fail("no word of what the model needs: \"{}\"", error);
  const uint64_t bytes = std::stoull(error.substr(at + kBefore.size()));
  // In millionths of a MiB, which are about a byte, rounded up.
  const uint64_t millionths = (bytes * 1'000'000 + 1048575) / 1048576;
  set({{"ram_mib", text("{}.{:06}", millionths / 1'000'000, millionths % 1'000'000)}});
}

std::vector<std::string> KernelMachine::card_drive(const std::string& options) {
  return {"-drive", "if=sd,format=raw,id=card," + options};
}

int KernelMachine::wait_for_end() {
  while (machine().is_running()) {
    if (machine().read(kPatience).empty() && machine().is_running()) {
      fail("the machine still runs.\n--- console:\n{}", machine().log());
    }
  }
  return *machine().exit_code();
}

}  // namespace host
