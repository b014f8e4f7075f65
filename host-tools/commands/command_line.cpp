#include "host-tools/commands/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <optional>

#include "host-tools/support/failure.h"

namespace host {
namespace {

constexpr int kUsageError = 2;
constexpr std::string_view kHidden = "hidden";  // a group of options

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

}  // namespace

Check::Check(const CLI::Validator& validator)
    : validator_(std::make_shared<CLI::Validator>(validator)) {}

Check::Check(std::function<std::string(const std::string& word)> complaint, const std::string& name)
    : Check(CLI::Validator([complaint](std::string& word) { return complaint(word); }, name)) {}

template <typename T>
Check range(T low, T high) {
  const CLI::Range range(low, high);
  return Check(
      [range](const std::string& word) {
        // CLI11 finds NaN in any range.
        std::string value = word;
        T number{};
        const bool is_number = CLI::detail::lexical_cast(word, number) && !std::isnan(number);
        return is_number ? range(value) : "\"" + word + "\" is not a number";
      },
      range.get_description());
}

Check positive_number() { return Check(CLI::PositiveNumber); }

Check non_negative_number() { return Check(CLI::NonNegativeNumber); }

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
  option_->check(*check.validator_);
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
  return keep(app_->add_option(names, target, description));
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
  std::reverse(words.begin(), words.end());  // CLI11 takes them from the end
  try {
    app_->parse(std::move(words));
  } catch (const CLI::ParseError& error) {
    return app_->exit(error) == 0 ? 0 : kUsageError;
  }
  return 0;
}

void CommandLine::parse(std::vector<std::string> words, std::string_view where) {
  app_->set_help_flag();
  std::reverse(words.begin(), words.end());
  try {
    app_->parse(std::move(words));
  } catch (const CLI::ParseError& error) {
    throw Failure(std::string(where) + error.what(), kUsageError);
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
