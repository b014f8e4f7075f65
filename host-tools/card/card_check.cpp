#include "host-tools/card/card_check.h"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <sstream>
#include <string_view>
#include <vector>

#include "host-tools/card/card_config.h"
#include "host-tools/card/card_contents.h"
#include "host-tools/card/card_texts.h"
#include "host-tools/card/firmware.h"
#include "host-tools/model/host_model.h"
#include "host-tools/model/model_plan.h"
#include "host-tools/model/segment_checksum.h"
#include "host-tools/support/failure.h"
#include "host-tools/support/progress.h"
#include "kernel/model/card_model.h"
#include "kernel/settings/settings.h"
#include "kernel/settings/words.h"
#include "libpi/fs/file_name.h"
#include "libpi/push/image_header.h"
#include "llama/model/model_file.h"

namespace host {

namespace fs = std::filesystem;

namespace {

constexpr uint32_t kKernelAddress = 0x8000;
// The firmware takes start_cd.elf for up to so much (documentation of config.txt, "gpu_mem").
constexpr int kCutDownGpuMib = 16;
constexpr int kUsualGpuMib = 64;

class Checker {
 public:
  Checker(const fs::path& card, Interrupts& interrupts,
          const std::function<void(const CardRemark&)>& tell)
      : card_(open_card(card)), interrupts_(interrupts), tell_(tell) {}

  bool check() {
    notes(doubts_about_names(*card_));
    read_config();
    settings_ = read_card_settings(*card_);
    check_firmware();
    check_kernels();
    check_settings();
    check_model();
    return is_right_;
  }

 private:
  void fine(const std::string& text) { tell_({CardRemark::Kind::kFine, text}); }
  void note(const std::string& text) { tell_({CardRemark::Kind::kNote, text}); }
  void wrong(const std::string& text) {
    is_right_ = false;
    tell_({CardRemark::Kind::kWrong, text});
  }

  void notes(const std::string& lines);

  void read_config();
  void check_firmware();
  void check_kernels();
  struct Image {
    uint32_t address;
    std::string version;
  };
  // Of an image of ours.
  std::optional<Image> check_image(const std::string& name);
  void check_settings();
  std::optional<std::string> model_name();
  void check_model();
  void check_segments(const llama::ModelFile& file, llama::WeightSource& source,
                      const std::string& name);

  std::string value(const std::string& key, const std::string& usual) const {
    return config_.value(key, usual);
  }

  std::unique_ptr<CardContents> card_;
  Interrupts& interrupts_;
  const std::function<void(const CardRemark&)>& tell_;
  CardConfig config_;
  kernel::Settings settings_;
  bool is_right_ = true;
};

bool has_ending(std::string_view name, std::string_view ending) {
  return name.size() >= ending.size() &&
         pi::is_same_name(name.substr(name.size() - ending.size()), ending);
}

void Checker::notes(const std::string& text) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) note(line);
}

// ---- config.txt, for the firmware

void Checker::read_config() {
  if (!card_->contains("config.txt")) {
    note("config.txt is missing: the GPU takes 64 MiB, and a Zero W's serial line stays silent");
    return;
  }
  const std::string content = card_->read_file("config.txt");
  if (const char* const encoding = kernel::foreign_encoding(content)) {
    return wrong(host::text(
        "config.txt is {}: the firmware reads nothing in it; save it as plain text", encoding));
  }
  if (content.starts_with("\xef\xbb\xbf")) {
    note(
        "config.txt begins with a byte order mark, which the firmware takes for part of its first "
        "line; save it as UTF-8 without one");
  }
  config_ = CardConfig(content);
  for (const std::string& line : config_.includes()) {
    note("config.txt: what it includes is not looked at here: " + line);
  }
  const std::string address = value("kernel_address", "0x8000");
  if (std::strtoul(address.c_str(), nullptr, 0) != kKernelAddress) {
    wrong("config.txt: kernel_address=" + address + ", but kernels are made for 0x8000");
  }
  if (value("arm_64bit", "0") != "0") wrong("config.txt: arm_64bit=1, but a Zero has 32 bits");
  if (value("enable_uart", "0") != "1") {
    note("config.txt: without enable_uart=1 a Zero W's serial line stays silent");
  }
  const std::vector<std::string> names = card_->names();
  const bool has_trees =
      std::ranges::any_of(names, [](const std::string& name) { return has_ending(name, ".dtb"); });
  if (has_trees && !value("device_tree", "the board's").empty()) {
    note(
        "config.txt: with .dtb files on the card it must have the line \"device_tree=\", or no "
        "RAM disk is found");
  }
  if (is_right_) fine("config.txt");
}

void Checker::check_firmware() {
  if (!card_->contains("bootcode.bin")) {
    wrong("bootcode.bin is missing, from which a Pi boots");
  }
  // The key for boards of this memory comes first (documentation of config.txt, "gpu_mem_512").
  const std::string gpu = value("gpu_mem_512", value("gpu_mem", std::to_string(kUsualGpuMib)));
  const bool is_cut_down = std::atoi(gpu.c_str()) <= kCutDownGpuMib;
  const std::string start = value("start_file", is_cut_down ? "start_cd.elf" : "start.elf");
  const std::string fixup = value("fixup_file", is_cut_down ? "fixup_cd.dat" : "fixup.dat");
  for (const std::string& name : {start, fixup}) {
    if (!card_->contains(name)) {
      wrong(name + " is missing, which config.txt asks for (gpu_mem=" + gpu + ")");
    }
  }
  if (!card_->contains(start)) return;
  const std::string elf = card_->read_file(start);
  const std::string problem = firmware_problem(elf, start);
  if (!problem.empty()) return wrong(problem);
  const std::string version = firmware_version(elf);
  fine("firmware " + (version.empty() ? "that tells no version" : version));
  if (!card_->contains("LICENCE.broadcom")) {
    note("LICENCE.broadcom is missing: the firmware may only be handed on with it");
  }
}

// ---- Kernel, and boot loader

std::optional<Checker::Image> Checker::check_image(const std::string& name) {
  if (!card_->contains(name)) {
    wrong(name + " is missing");
    return std::nullopt;
  }
  const std::string image = card_->read_file(name);
  const auto bytes = std::as_bytes(std::span(image));
  const auto header = pi::push::read_image_header(bytes);
  if (!header.ok()) {
    StringSink why;
    base::print(why, header.status());
    wrong(name + ": " + why.text());
    return std::nullopt;
  }
  const std::string version(pi::push::image_version(bytes));
  return Image{header->address, version.empty() ? "of no version that it tells" : version};
}

void Checker::check_kernels() {
  const std::string name = value("kernel", "kernel.img");
  const auto image = check_image(name);
  if (!image) return;
  if (image->address == kKernelAddress) return fine(name + ", a kernel, " + image->version);
  const std::string loaded(settings_.loader_kernel.view());
  const auto kernel = check_image(loaded);
  if (!kernel) return;
  if (kernel->address != kKernelAddress) {
    return wrong(loaded + " is a boot loader, too, and no kernel");
  }
  fine(name + ", the boot loader, " + image->version);
  fine(loaded + ", the kernel that it starts, " + kernel->version);
}

void Checker::check_settings() {
  const std::string doubts = doubts_about_settings(*card_);
  notes(doubts);
  if (doubts.empty()) fine("barellama.ini");
}

// ---- The model

// The kernel's choice: the one that is named, or the first.
std::optional<std::string> Checker::model_name() {
  const std::string named(settings_.model.view());
  if (!named.empty()) {
    if (card_->contains(named)) return named;
    wrong(named + " is missing, which barellama.ini names as the model");
    return std::nullopt;
  }
  for (const std::string& name : card_->names()) {
    if (kernel::is_model_name(name)) return name;
  }
  wrong("there is no model: no .blm file");
  return std::nullopt;
}

void Checker::check_segments(const llama::ModelFile& file, llama::WeightSource& source,
                             const std::string& name) {
  Progress progress("checking " + name, source.size_bytes());
  for (const llama::Segment& segment : file.segments()) {
    const uint32_t crc = checksum_of(segment, source, name, [&](uint64_t offset) {
      interrupts_.check();
      progress.update(offset);
    });
    if (crc != segment.crc) {
      return wrong(host::text("{} is damaged at bytes {} to {}: copy it again", name,
                              segment.offset, segment.offset + segment.bytes - 1));
    }
  }
  fine(name + ": all checksums are right");
}

void Checker::check_model() {
  const auto name = model_name();
  if (!name) return;
  try {
    const std::unique_ptr<CardContents::Model> model = card_->open_model(*name);
    llama::WeightSource& source = model->source();
    Memory memory(source.size_bytes() + (64 << 20));
    base::Arena arena(memory.span());
    const auto file = require_value(llama::ModelFile::open(source, arena), *name);
    check_segments(file, source, *name);
    if (model->pieces > model->parts) {
      note(
          host::text("{} lies in {} pieces: reading it is slower than it could be; copy it onto "
                     "an empty card first",
                     *name, model->pieces));
    }
    const llama::Plan plan =
        plan_for_board(source, model->parts, *name,
                       {.ram_mib = settings_.ram_mib == 0 ? kPiZeroRamMib : settings_.ram_mib,
                        .context = settings_.ctx,
                        .kv = settings_.kv,
                        .all_logits = settings_.hash});
    StringSink line;
    print_short(line, plan, llama::Pace());
    fine("on a Pi Zero: " + line.text());
  } catch (const Failure& failure) {
    wrong(failure.what());
  }
}

}  // namespace

bool check_card(const fs::path& card, Interrupts& interrupts,
                const std::function<void(const CardRemark&)>& tell) {
  return Checker(card, interrupts, tell).check();
}

}  // namespace host
