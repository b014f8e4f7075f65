#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "host-tools/card/card_check.h"
#include "host-tools/card/card_files.h"
#include "host-tools/card/card_manifest.h"
#include "host-tools/card/card_writer.h"
#include "host-tools/card/firmware.h"
#include "host-tools/commands/commands.h"
#include "host-tools/support/failure.h"
#include "host-tools/support/files.h"
#include "host-tools/support/interrupts.h"

namespace host {

namespace fs = std::filesystem;

namespace {

struct Options {
  std::string output;
  std::string folder;
  std::vector<std::string> models, others;
  std::string kernel;
  bool with_bootloader = false;
  std::string bootloader;
  std::optional<std::string> firmware, config, settings, size;
  bool without_firmware = false;
  std::string check;
  std::string label = "BARELLAMA";
  bool replaces = false;
};

// "512M", "4G", or bytes.
uint64_t parse_size(const std::string& word) {
  size_t used = 0;
  uint64_t number = 0;
  try {
    number = std::stoull(word, &used);
  } catch (const std::exception&) {
    used = 0;
  }
  const std::string unit = word.substr(used);
  const int shift = unit == "G" ? 30 : unit == "M" ? 20 : unit == "K" ? 10 : unit.empty() ? 0 : -1;
  if (used == 0 || shift < 0 || word[0] == '-' || number > (kMaxCardBytes >> shift)) {
    throw Failure("--size " + word + ": must be a size such as 512M or 4G", 2);
  }
  return number << shift;
}

std::string checked_label(std::string label) {
  if (label.empty() || label.size() > 11) {
    throw Failure("--label " + label + ": must have 1 to 11 characters", 2);
  }
  for (char& letter : label) {
    if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 'a' + 'A');
    const bool is_fine = (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9') ||
                         letter == '-' || letter == '_' || letter == ' ';
    if (!is_fine) throw Failure("--label: only letters, digits, '-', '_' and spaces", 2);
  }
  return label;
}

// Where the build puts it: this program is build/host/barellama.
fs::path default_image(const std::string& name, std::string_view option) {
  const fs::path folder = program_folder();
  for (const fs::path& candidate : {folder / ".." / "pi0" / name, folder / name}) {
    if (fs::exists(candidate)) return fs::weakly_canonical(candidate);
  }
  fail("there is no {} near {}; run `./dev build`, or name one with {}", name, folder.string(),
       option);
}

void print_files(const std::vector<CardFile>& files) {
  for (const CardFile& file : files) {
    std::printf("  %-24s %12llu bytes\n", file.name.c_str(),
                static_cast<unsigned long long>(file.size));
  }
}

std::optional<fs::path> firmware_for(const Options& options) {
  if (options.without_firmware) return std::nullopt;
  return options.firmware ? fs::path(*options.firmware) : find_firmware();
}

void print_firmware(const fs::path& folder) {
  for (const char* const name : {"start_cd.elf", "start.elf"}) {
    if (!fs::exists(folder / name)) continue;
    const std::string version = firmware_version(read_file(folder / name));
    std::printf("firmware of %s: %s\n", folder.c_str(),
                version.empty() ? "of no version that it tells" : version.c_str());
    return;
  }
}

// Last, so that it is what stays on the screen.
void print_lack_of_firmware(const Options& options) {
  const std::string& card = options.output.empty() ? options.folder : options.output;
  if (options.without_firmware) {
    std::printf("%s: boots an emulated Pi, and no real one (--no-firmware)\n", card.c_str());
    return;
  }
  if (!options.folder.empty() && fs::exists(fs::path(options.folder) / "bootcode.bin")) return;
  std::printf("%s: DOES NOT BOOT A PI:\n%s\n", card.c_str(), kFirmwareAdvice);
}

// What is wrong goes to standard error, too: it is why the command fails.
void run_check(const std::string& card) {
  Interrupts interrupts;
  const bool is_right = check_card(card, interrupts, [](const CardRemark& remark) {
    const char* const word = remark.kind == CardRemark::Kind::kFine   ? "fine "
                             : remark.kind == CardRemark::Kind::kNote ? "note "
                                                                      : "WRONG";
    std::printf("%s  %s\n", word, remark.text.c_str());
    std::fflush(stdout);
  });
  if (!is_right) fail("{}: would not boot a Pi Zero and tell a story; see what is WRONG", card);
  std::printf("%s: boots a Pi Zero, and tells a story\n", card.c_str());
}

void run_card(const Options& options) {
  if (!options.check.empty()) {
    if (!options.models.empty() || !options.output.empty() || !options.folder.empty()) {
      throw Failure("--check CARD looks at a card and makes none: leave out the rest", 2);
    }
    return run_check(options.check);
  }
  if (options.models.empty()) throw Failure("models: name at least one model (.blm)", 2);
  if (options.output.empty() == options.folder.empty()) {
    throw Failure("say where to write: -o IMAGE, or --into FOLDER", 2);
  }
  const std::string label = checked_label(options.label);
  std::optional<uint64_t> size;
  if (options.size) size = parse_size(*options.size);

  Interrupts interrupts;
  const TemporaryFolder folder;
  CardRequest request;
  request.models.assign(options.models.begin(), options.models.end());
  request.kernel =
      options.kernel.empty() ? default_image("kernel.img", "--kernel") : fs::path(options.kernel);
  if (!options.bootloader.empty()) {
    request.bootloader = options.bootloader;
  } else if (options.with_bootloader) {
    request.bootloader = default_image("bootloader.img", "--bootloader-image");
  }
  request.firmware = firmware_for(options);
  request.config = options.config;
  request.settings = options.settings;
  request.others.assign(options.others.begin(), options.others.end());
  std::vector<CardFile> files = gather_card_files(request, folder.path());

  if (options.output.empty()) {
    const FolderRules rules = {.replaces_settings = options.settings.has_value(),
                               .replaces_other_system = options.replaces};
    files = fill_card_folder(
        options.folder, files, rules,
        [](const std::string& line) {
          std::printf("%s\n", line.c_str());
          std::fflush(stdout);
        },
        interrupts);
    std::printf("%s: filled\n", options.folder.c_str());
  } else {
    require_image_target(options.output, files, options.replaces);
    add_manifest(files, folder.path(), interrupts);
    const CardLayout layout = plan_card(files, size);
    write_card_image(options.output, files, layout, label, interrupts);
    std::printf("%s: %llu MiB, FAT%d, clusters of %u KiB\n", options.output.c_str(),
                static_cast<unsigned long long>(layout.image_bytes >> 20), layout.fat_bits,
                layout.cluster_bytes / 1024);
  }
  print_files(files);
  if (request.firmware) {
    print_firmware(*request.firmware);
  } else {
    print_lack_of_firmware(options);
  }
}

}  // namespace

void add_card_command(Command& app) {
  const auto options = std::make_shared<Options>();
  Command* command = app.add_subcommand("card", "Make a bootable card: an image, or a folder");
  command->add_option("models", options->models,
                      "Model files (.blm); the kernel uses the first one");
  auto* output = command->add_option("-o,--output", options->output, "Image file to write");
  command
      ->add_option("--into", options->folder,
                   "Folder where a FAT card is mounted; files in the way that are not of this "
                   "program are kept as NAME.before-barellama")
      ->excludes(output);
  command->add_flag("--replace", options->replaces,
                    "Take a card that has another system on it, or put the image in place of a "
                    "file that is none");
  command->add_option("--kernel", options->kernel,
                      "Kernel image (default: the one that was built with this program)");
  command->add_flag("--bootloader", options->with_bootloader,
                    "Boot through the boot loader, which takes kernels over the serial line");
  command->add_option(
      "--bootloader-image", options->bootloader,
      "The same with this image (default: the one that was built with this program)");
  auto* firmware = command->add_option(
      "--firmware", options->firmware,
      "Folder of Raspberry Pi's firmware, from which a Pi boots (default: where `./dev card` or "
      "Debian's package raspi-firmware put it)");
  command
      ->add_flag("--no-firmware", options->without_firmware,
                 "For an emulated Pi, or a card that has it already")
      ->excludes(firmware);
  command->add_option("--config", options->config, "config.txt for the firmware");
  command->add_option("--settings", options->settings,
                      "barellama.ini for the kernel; also in place of the one that is there");
  command->add_option("--add", options->others, "Another file to go along; may be repeated")
      ->one_at_a_time();
  command->add_option(
      "--size", options->size,
      "Size of the image: a power of two, such as 512M (default: as small as fits)");
  command->add_option("--label", options->label, "Name of the volume")->show_default();
  command->add_option("--check", options->check,
                      "Only look at this card (image, folder, device), and say whether it boots");
  command->callback([options] { run_card(*options); });
}

}  // namespace host
