// Has an emulated machine tell stories, and takes their text from its console.
#pragma once

#include <chrono>
#include <optional>
#include <queue>
#include <string>
#include <string_view>

#include "host-tools/emulator/emulator.h"
#include "host-tools/serial/console_files.h"
#include "host-tools/serial/records.h"

namespace host {

class StoryReader {
 public:
  struct Limits {
    // Of everything together, counted from now on; none if it is not given.
    std::optional<std::chrono::milliseconds> total;
    // Of the console, without a byte.
    std::chrono::milliseconds silence{std::chrono::minutes(5)};
  };

  // The machine runs with the setting records=1. Text goes to standard output as it comes, each
  // story followed by a newline; all else that the console says goes to standard error. With
  // `awaits_hash` a story is complete only with the console's line "logits-hash: ...". Machine and
  // files outlive the reader.
  StoryReader(Emulator& machine, const Limits& limits, bool awaits_hash, ConsoleFiles& files);

  // Waits for the story that begins by itself, up to its end. Throws Failure when the machine
  // reports an error, ends, or exceeds a limit.
  void read_story();
  // Waits until the console is ready, types the line, and reads what it leads to: a story, or the
  // answer to a command.
  void type_line(std::string_view line);

 private:
  ConsoleEvent next();
  void show_console(std::string_view bytes);
  void await_ready();
  void finish_story(const ConsoleEvent& end);

  Emulator& machine_;
  Limits limits_;
  bool awaits_hash_;
  ConsoleFiles& files_;
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
  RecordParser parser_;
  std::queue<ConsoleEvent> events_;
  std::string console_line_;
  bool is_ready_ = false;
  bool hash_seen_ = false;
};

}  // namespace host
