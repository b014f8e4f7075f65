#include "host-tools/card/card_files.h"

namespace host {

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
  return R"(# Settings of barellama: KEY = VALUE. What is missing or commented out has the value shown.

# The model, a file in this folder.
model = )" +
         model_name + R"(

# A story is told at each start; this is how it begins. Then the console waits for others. Of a
# model that chats it is the first question; without one, the chat begins with what you type.
# prompt =
# autostart = 1

# Chat with a model that was trained to: auto, on (and say why another one cannot), or off.
# chat = auto
# System prompt of a chat; empty: that of the model's template, none: nothing.
# system =

# Tokens of a story, the prompt's included, or of an answer; 0: as many as the context has.
# steps = 0
# 0: always the likeliest token. Higher: bolder.
# temperature = 0.8
# Choose among the likeliest tokens that make up this share.
# top_p = 0.9
# Choose among this many of the likeliest tokens; 0: among all.
# top_k = 0
# Leave out tokens less likely than this share of the likeliest; 0: none.
# min_p = 0
# Make the last repeat_last tokens less likely; 1: not at all, 1.1 is usual.
# repeat_penalty = 1
# repeat_last = 64
# The same seed tells the same story; 0: another one each time.
# seed = 0
# Context in tokens; 0: what the model was made for, if there is memory for it.
# ctx = 0
# Keys and values of the context in f32, f16 or q8_0: 4, 2 or about 1 byte each.
# kv = f32

# Speed of the serial console.
# baud = 115200
# Use only this many MiB of memory; 0: all of it.
# ram_mib = 0
# Print a hash of all logits after each story, for comparison with other machines.
# hash = 0
# Print machine-readable records on the console, for programs that read it.
# records = 0
# Measure where the time goes, for /stats and the records: off, on, or trace for each step.
# profile = on
# What /bench printed of this board, to predict speeds with; empty: a Pi Zero's.
# pace =
# Switch off after the story at start.
# poweroff = 0

# For the boot loader, if it is on the card: how many seconds it waits for a push over the serial
# line, or forever; and the kernel that it starts when none comes.
# loader_wait = 3
# loader_kernel = barellama.img
)";
}

}  // namespace host
