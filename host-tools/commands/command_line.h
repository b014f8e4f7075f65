// The command line: subcommands, their options, and what is wrong with the words typed. CLI11
// parses; only command_line.cpp includes it, since each file that does takes three seconds more.
#pragma once

#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "host-tools/commands/number_check.h"

namespace CLI {  // NOLINT(readability-identifier-naming): that library's
class App;
class Option;
class ParseError;
class Validator;
}  // namespace CLI

namespace host {

// What a value must be, and how the help says so.
class Check {
 public:
  // `name`: in the help.
  Check(const NumberRule& rule, const std::string& name);
  explicit Check(const CLI::Validator& validator);

 private:
  friend class Option;
  std::shared_ptr<const CLI::Validator> validator_;
  bool is_of_numbers_ = false;
};

// Both ends belong to it. T: uint32_t, float, double, and in the help its name. Options with
// numbers for a target that have no check of their own take what the target holds.
template <typename T>
Check range(T low, T high);
// 0 or more, for options whose target is a text.
Check whole_number();
// Seconds to wait: more than 0.
Check duration();
Check one_of(const std::vector<std::string>& words);

// One option of a command, or a word without a name. Lives as long as its command; functions that
// describe it return it.
class Option {
 public:
  explicit Option(CLI::Option* option) : option_(option) {}
  Option* required();
  Option* needs(const Option* other);
  Option* excludes(const Option* other);
  Option* check(const Check& check);
  // Like check(one_of(words)), and upper or lower case does not matter.
  Option* one_of_in_any_case(const std::vector<std::string>& words);
  // In the help: what the value is called, and the heading that the option is listed under.
  Option* type_name(const std::string& name);
  Option* group(const std::string& name);
  // Help does not list it.
  Option* hide();
  Option* show_default();
  // One value after each mention, also where the option may be repeated.
  Option* one_at_a_time();

 private:
  friend class Command;
  CLI::Option* option_;
};

// A subcommand, or all of them.
class Command {
 public:
  explicit Command(CLI::App* app) : app_(app) {}
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;

  Command* add_subcommand(const std::string& name, const std::string& description);
  void footer(const std::string& text);

  // `names`: "-o,--output", or of a word without dashes "output". `target` is written when the line
  // is right, and outlives the command. T: see the end of command_line.cpp.
  template <typename T>
  Option* add_option(const std::string& names, T& target, const std::string& description);
  // For texts(): may be repeated.
  Option* add_option(const std::string& names, const std::string& description);
  Option* add_option_function(const std::string& names,
                              const std::function<void(const std::string&)>& take,
                              const std::string& description);
  Option* add_flag(const std::string& names, bool& target, const std::string& description);

  // Called when the words are right: first one, then the other, which does the command's work.
  void when_parsed(const std::function<void()>& check);
  void callback(const std::function<void()>& work);

  // The texts of these options, in the order in which they were given.
  std::vector<std::pair<const Option*, std::string>> texts(
      std::initializer_list<const Option*> options) const;

 private:
  Option* keep(CLI::Option* option);

  CLI::App* app_;
  std::vector<std::unique_ptr<Option>> options_;
  std::vector<std::unique_ptr<Command>> commands_;
};

// A whole line.
class CommandLine {
 public:
  CommandLine(const std::string& description, const std::string& name);
  ~CommandLine();

  Command& command() { return command_; }

  // The option --version, which prints `text` and ends.
  void add_version(const std::string& text);

  // Runs the subcommand that the words name; Failure passes. Help and complaints are printed.
  // Returns the exit code: 0, or 2 if the words are wrong. Of a command or an option that does not
  // exist, the one that is spelled most like it is named.
  int run(std::vector<std::string> words);
  // For options alone, without --help. Throws Failure(2) with `where` before what is wrong.
  void parse(std::vector<std::string> words, std::string_view where);

 private:
  int complain(const CLI::ParseError& error) const;

  std::unique_ptr<CLI::App> app_;
  Command command_;
};

}  // namespace host
