// A person at a console: types a line, reads the answer.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "kernel/console/console.h"
#include "tests/fakes/fake_machine.h"

namespace fakes {

class Conversation {
 public:
  // The machine outlives the conversation.
  explicit Conversation(FakeMachine& machine) : machine_(machine) {}

  // Switches on, or off and on again; returns what the console shows up to the first prompt.
  std::string start() {
    console_ = std::make_unique<kernel::Console>(machine_);
    has_ended_ = false;
    const size_t before = machine_.console().size();
    console_->start();
    return machine_.console().substr(before);
  }

  // Types a line and Return, and what the script has in store; returns what the console shows until
  // the console waits for more.
  std::string say(std::string_view line) {
    machine_.type(line);
    machine_.type("\r");
    return listen();
  }
  std::string listen() {
    const size_t before = machine_.console().size();
    try {
      while (console_->step()) {
      }
      has_ended_ = true;
    } catch (const NothingTyped&) {
    }
    return machine_.console().substr(before);
  }

  bool has_ended() const { return has_ended_; }

 private:
  FakeMachine& machine_;
  std::unique_ptr<kernel::Console> console_;  // too large for some stacks
  bool has_ended_ = false;
};

// Whether the prompt is alive: the last thing on the console, and /help is answered.
inline bool is_alive(Conversation& conversation, const FakeMachine& machine) {
  conversation.listen();
  return machine.console().ends_with("> ") &&
         conversation.say("/help").find("/models") != std::string::npos;
}

}  // namespace fakes
