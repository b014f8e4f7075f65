// `barellama`: all of the host's tools, one subcommand each.
#include <cstdio>
#include <exception>

#include "host-tools/command_card.h"
#include "host-tools/command_console.h"
#include "host-tools/command_convert.h"
#include "host-tools/command_emulate.h"
#include "host-tools/command_inspect.h"
#include "host-tools/command_line.h"
#include "host-tools/command_push.h"
#include "host-tools/command_report.h"
#include "host-tools/command_run.h"
#include "host-tools/command_synth.h"
#include "host-tools/command_tokenize.h"
#include "host-tools/failure.h"

namespace {

constexpr int kUsageError = 2;

int run(int argc, char** argv) {
  CLI::App app("Stories from a Raspberry Pi Zero without an operating system", "barellama");
  app.require_subcommand(1);
  host::add_run_command(app);
  host::add_convert_command(app);
  host::add_synth_command(app);
  host::add_inspect_command(app);
  host::add_tokenize_command(app);
  host::add_card_command(app);
  host::add_emulate_command(app);
  host::add_console_command(app);
  host::add_push_command(app);
  host::add_report_command(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kUsageError;
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const host::Failure& failure) {
    std::fprintf(stderr, "barellama: %s\n", failure.what());
    return failure.exit_code();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "barellama: %s\n", error.what());
    return 1;
  }
}
