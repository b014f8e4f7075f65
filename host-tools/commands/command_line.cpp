#include "host-tools/commands/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <map>
#include <optional>
#include <type_traits>

#include "host-tools/commands/spelling.h"
#include "host-tools/support/failure.h"

namespace host {
namespace {

constexpr int kUsageError = 2;
constexpr std::string_view kHidden = "hidden";        // a group of options
constexpr std::string_view kNumberCheck = "numbers";  // a validator, which CLI11 finds by its name

// "--top-p FLOAT in [0 - 1]" instead of CLI11's "--top-p FLOAT:FLOAT in [0 - 1]".
class HelpFormatter : public CLI::Formatter {
 public:
  std::string make_option_opts(const CLI::Option* option) const override {
    const std::string made = CLI::Formatter::make_option_opts(option);
    const std::string_view words = made;
    if (!words.starts_with(' ')) return made;
    const std::string_view type = words.substr(1, words.find_first_of(": ", 1) - 1);
    const std::string_view range = words.substr(std::min(words.size(), type.size() + 2));
    const bool says_all = type == "TEXT" || range.starts_with(type) || range.starts_with('{');
    return words.substr(1).starts_with(std::string(type) + ":") && says_all
               ? " " + std::string(range)
               : made;
  }
  std::string make_group(std::string group, bool is_positional,
                         std::vector<const CLI::Option*> options) const override {
    return group == kHidden ? std::string()
                            : CLI::Formatter::make_group(group, is_positional, options);
  }
};

CLI::Validator number_validator(const NumberRule& rule, const std::string& name) {
  const auto check = [rule](std::string& word) {
    const std::string complaint = number_complaint(word, rule);
    // CLI11 reads "010" as 8.
    const size_t first = word.find_first_not_of('0');
    if (complaint.empty() && rule.is_whole && first > 0) {
      word.erase(0, std::min(first, word.size() - 1));
    }
    return complaint;
  };
  return {check, name, std::string(kNumberCheck)};
}

// Of what an option's target holds.
template <typename T>
struct Held {
  using Type = T;
};
template <typename T>
struct Held<std::optional<T>> : Held<T> {};
template <typename T>
struct Held<std::vector<T>> : Held<T> {};

template <typename T>
void check_numbers(CLI::Option& option) {
  using Number = typename Held<T>::Type;
  if constexpr (std::is_arithmetic_v<Number>) {
    const auto low = std::is_integral_v<Number> ? Number{0} : std::numeric_limits<Number>::lowest();
    option.transform(
        number_validator({.is_whole = std::is_integral_v<Number>,
                          .low = static_cast<double>(low),
                          .high = static_cast<double>(std::numeric_limits<Number>::max())},
                         ""));
  }
}

std::vector<std::string> option_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_group() == kHidden) continue;
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

// CLI11's, but a word that is not known explains why others are missing.
std::string complaint_of(const CLI::App& command, const CLI::ParseError& error) {
  const auto kind = static_cast<CLI::ExitCodes>(error.get_exit_code());
  std::string complaint;
  if (kind == CLI::ExitCodes::ExtrasError || kind == CLI::ExitCodes::RequiredError) {
    complaint = complaint_of_rest(command.remaining(), option_names(command));
  }
  return complaint.empty() ? error.what() : complaint;
}

std::vector<std::string> command_names(CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
  return names;
}

}  // namespace

Check::Check(const NumberRule& rule, const std::string& name)
    : validator_(std::make_shared<CLI::Validator>(number_validator(rule, name))),
      is_of_numbers_(true) {}

Check::Check(const CLI::Validator& validator)
    : validator_(std::make_shared<CLI::Validator>(validator)) {}

template <typename T>
Check range(T low, T high) {
  const NumberRule rule{.is_whole = std::is_integral_v<T>,
                        .low = static_cast<double>(low),
                        .high = static_cast<double>(high)};
  return Check(rule, CLI::detail::type_name<T>() + (" in " + rule.interval()));
}

Check whole_number() {
  constexpr auto kMost = static_cast<double>(std::numeric_limits<uint64_t>::max());
  return Check({.is_whole = true, .low = 0, .high = kMost}, "NUMBER");
}

Check duration() {
  constexpr double kTenDays = 864'000;
  return Check({.low = 0, .high = kTenDays, .excludes_low = true}, "");
}

Check one_of(const std::vector<std::string>& words) { return Check(CLI::IsMember(words)); }

Option* Option::required() {
  option_->required();
  return this;
}

Option* Option::needs(const Option* other) {
  option_->needs(other->option_);
  return this;
}

Option* Option::excludes(const Option* other) {
  option_->excludes(other->option_);
  return this;
}

Option* Option::check(const Check& check) {
  if (!check.is_of_numbers_) {
    option_->check(*check.validator_);
    return this;
  }
  try {
    option_->get_validator(std::string(kNumberCheck))->active(false);
  } catch (const CLI::OptionNotFound&) {
    // Its target is a text.
  }
  option_->transform(*check.validator_);
  return this;
}

Option* Option::one_of_in_any_case(const std::vector<std::string>& words) {
  option_->transform(CLI::IsMember(words, CLI::ignore_case));
  return this;
}

Option* Option::type_name(const std::string& name) {
  option_->type_name(name);
  return this;
}

Option* Option::group(const std::string& name) {
  option_->group(name);
  return this;
}

Option* Option::hide() { return group(std::string(kHidden)); }

Option* Option::show_default() {
  option_->capture_default_str();
  return this;
}

Option* Option::one_at_a_time() {
  option_->allow_extra_args(false);
  return this;
}

Option* Command::keep(CLI::Option* option) {
  options_.push_back(std::make_unique<Option>(option));
  return options_.back().get();
}

Command* Command::add_subcommand(const std::string& name, const std::string& description) {
  commands_.push_back(std::make_unique<Command>(app_->add_subcommand(name, description)));
  return commands_.back().get();
}

void Command::footer(const std::string& text) { app_->footer(text); }

template <typename T>
Option* Command::add_option(const std::string& names, T& target, const std::string& description) {
  CLI::Option* const option = app_->add_option(names, target, description);
  check_numbers<T>(*option);
  return keep(option);
}

Option* Command::add_option(const std::string& names, const std::string& description) {
  return keep(app_->add_option(names, description)
                  ->expected(1)
                  ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll));
}

Option* Command::add_option_function(const std::string& names,
                                     const std::function<void(const std::string&)>& take,
                                     const std::string& description) {
  return keep(app_->add_option_function<std::string>(names, take, description));
}

Option* Command::add_flag(const std::string& names, bool& target, const std::string& description) {
  return keep(app_->add_flag(names, target, description));
}

void Command::when_parsed(const std::function<void()>& check) {
  app_->parse_complete_callback(check);
}

void Command::callback(const std::function<void()>& work) { app_->callback(work); }

std::vector<std::pair<const Option*, std::string>> Command::texts(
    std::initializer_list<const Option*> options) const {
  std::vector<std::pair<const Option*, std::string>> texts;
  std::map<const Option*, size_t> taken;
  for (const CLI::Option* given : app_->parse_order()) {
    for (const Option* option : options) {
      if (option->option_ == given) texts.emplace_back(option, given->results()[taken[option]++]);
    }
  }
  return texts;
}

CommandLine::CommandLine(const std::string& description, const std::string& name)
    : app_(std::make_unique<CLI::App>(description, name)), command_(app_.get()) {
  app_->formatter(std::make_shared<HelpFormatter>());
}

CommandLine::~CommandLine() = default;

void CommandLine::add_version(const std::string& text) {
  app_->set_version_flag("--version", text, "Print the version and exit");
}

int CommandLine::run(std::vector<std::string> words) {
  app_->require_subcommand(1);
  const std::string program = app_->get_name();
  const auto names = command_names(*app_);
  if (!words.empty() && !words[0].starts_with('-') && std::ranges::count(names, words[0]) == 0) {
    std::fprintf(stderr, "%s: there is no command `%s`%s\n`%s --help` lists them.\n",
                 program.c_str(), words[0].c_str(), proposal(words[0], names).c_str(),
                 program.c_str());
    return kUsageError;
  }
  std::reverse(words.begin(), words.end());  // CLI11 takes them from the end
  try {
    app_->parse(std::move(words));
  } catch (const CLI::ParseError& error) {
    return error.get_exit_code() == 0 ? app_->exit(error) : complain(error);
  }
  return 0;
}

int CommandLine::complain(const CLI::ParseError& error) const {
  const auto commands = app_->get_subcommands();
  const CLI::App& command = commands.empty() ? *app_ : *commands.front();
  const std::string name =
      commands.empty() ? app_->get_name() : app_->get_name() + " " + command.get_name();
  std::fprintf(stderr, "%s: %s\n`%s --help` shows what it takes.\n", name.c_str(),
               complaint_of(command, error).c_str(), name.c_str());
  return kUsageError;
}

void CommandLine::parse(std::vector<std::string> words, std::string_view where) {
  app_->set_help_flag();
  std::reverse(words.begin(), words.end());
  try {
    app_->parse(std::move(words));
  } catch (const CLI::ParseError& error) {
    throw Failure(std::string(where) + complaint_of(*app_, error), kUsageError);
  }
}

template Check range(uint32_t low, uint32_t high);
template Check range(float low, float high);
template Check range(double low, double high);

template Option* Command::add_option(const std::string&, std::string&, const std::string&);
template Option* Command::add_option(const std::string&, uint32_t&, const std::string&);
template Option* Command::add_option(const std::string&, std::vector<uint32_t>&,
                                     const std::string&);
template Option* Command::add_option(const std::string&, uint64_t&, const std::string&);
template Option* Command::add_option(const std::string&, float&, const std::string&);
template Option* Command::add_option(const std::string&, double&, const std::string&);
template Option* Command::add_option(const std::string&, std::optional<std::string>&,
                                     const std::string&);
template Option* Command::add_option(const std::string&, std::optional<uint32_t>&,
                                     const std::string&);
template Option* Command::add_option(const std::string&, std::optional<uint64_t>&,
                                     const std::string&);
template Option* Command::add_option(const std::string&, std::optional<double>&,
                                     const std::string&);
template Option* Command::add_option(const std::string&, std::vector<std::string>&,
                                     const std::string&);
template Option* Command::add_option(const std::string&, std::vector<size_t>&, const std::string&);

}  // namespace host
