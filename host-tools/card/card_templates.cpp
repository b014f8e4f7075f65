#include <string_view>

#include "host-tools/card/card_files.h"
#include "host-tools/support/failure.h"
#include "kernel/settings/setting_table.h"

namespace host {

namespace {

constexpr size_t kCommentColumns = 94;

// Lines that begin with a #, broken between words.
std::string as_comment(std::string_view words) {
  std::string lines;
  while (words.size() > kCommentColumns) {
    const size_t end = words.rfind(' ', kCommentColumns);
    if (end == std::string_view::npos) break;
    lines += text("# {}\n", words.substr(0, end));
    words.remove_prefix(end + 1);
  }
  return lines + text("# {}\n", words);
}

// A number without the zeros that it does not need: 0.8 for 0.800.
std::string shortened(std::string value) {
  if (value.find_first_not_of("0123456789.") != value.npos || value.find('.') == value.npos) {
    return value;
  }
  value.erase(value.find_last_not_of('0') + 1);
  if (value.ends_with('.')) value.pop_back();
  return value;
}

}  // namespace

// Each key is in the documentation of the firmware, "config.txt"; init_emmc_clock and the reasons
// are in docs/bring-up.md.
std::string default_config() {
  return R"(# Read by the firmware of the Pi before the kernel starts.
kernel=kernel.img
kernel_address=0x8000
# Without a device tree the firmware tells the kernel what it needs; with this line, no .dtb file
# that may lie on the card is taken for one.
device_tree=
# The GPU gets the least that it can live with; the firmware is then start_cd.elf, fixup_cd.dat.
gpu_mem=16
# The serial console: without this line a Zero W stays silent.
enable_uart=1
init_uart_clock=48000000
# 1000 MHz from the start; nothing else would ask for them.
force_turbo=1
initial_turbo=0
boot_delay=0
disable_splash=1
)";
}

std::string default_settings(const std::string& model_name) {
  std::string ini =
      "# Settings of barellama: KEY = VALUE. What is missing or commented out has the value that "
      "is\n"
      "# shown; to change it, take the # away from its line. /set on the console changes the same\n"
      "# keys until the next start.\n";
  for (const kernel::SettingRow& row : kernel::setting_rows()) {
    StringSink shown;
    row.print(kernel::Settings(), shown);
    const std::string value = shortened(shown.text());
    ini += '\n' + as_comment(row.help);
    if (row.name == "model") {
      ini += text("model = {}\n", model_name);
    } else if (row.effect == kernel::SettingEffect::kStart) {
      ini += as_comment(text("(barellama.{}={} in cmdline.txt)", row.name, value));
    } else {
      ini += text("# {} ={}{}\n", row.name, value.empty() ? "" : " ", value);
    }
  }
  return ini;
}

}  // namespace host
