// What the program says of words that it cannot take: commands, options and numbers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/host-tools/support/program.h"

namespace host {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(CommandLine, NamesTheCommandThatIsSpelledMostLikeIt) {
  expect_failure(barellama({"emulat", "card.img"}), 2,
                 "barellama: there is no command `emulat`; did you mean `emulate`?");
  expect_failure(barellama({"rnu", "story.blm"}), 2, "did you mean `run`?");
  expect_failure(barellama({"conv", "x.gguf"}), 2, "did you mean `convert`?");
  const Outcome outcome = barellama({"dance"});
  expect_failure(outcome, 2, "there is no command `dance`\n`barellama --help` lists them.");
  EXPECT_THAT(outcome.errors, Not(HasSubstr("did you mean")));
}

TEST(CommandLine, NamesTheOptionThatIsSpelledMostLikeIt) {
  expect_failure(barellama({"run", "story.blm", "--promt", "x"}), 2,
                 "barellama run: there is no option `--promt`; did you mean `--prompt`?");
  expect_failure(barellama({"run", "story.blm", "--temp=0"}), 2, "did you mean `--temperature`?");
  expect_failure(barellama({"emulate", "c.img", "--tmeperature", "0"}), 2,
                 "did you mean `--temperature`?");
  expect_failure(barellama({"--promt", "x"}), 2, "there is no option `--promt`");
  // Also where words that it needs are missing because of it.
  expect_failure(barellama({"prune", "m.blm", "-o", "p.blm", "--ratoi", "0.5"}), 2,
                 "did you mean `--ratio`?");
  expect_failure(barellama({"push", "kernel.img", "--", "--sedn", "x"}), 2,
                 "after --: there is no option `--sedn`; did you mean `--send`?");
}

TEST(CommandLine, SaysThatATextNeedsQuotationMarks) {
  expect_failure(barellama({"run", "story.blm", "--prompt", "Once", "upon"}), 2,
                 "\"upon\" is one word too many; texts and names with blanks need quotation marks");
}

struct Number {
  const char* what;  // for the test's name
  std::vector<std::string> line;
  std::vector<std::string> bad;
  const char* must_be;
};

class CommandLineNumbers : public testing::TestWithParam<Number> {};

const std::vector<std::string> kNoNumbers = {"",     "hot", "0,7",  "nan",   "inf", "-inf",
                                             "0x10", "1 2", "1e9x", "1e400", "١"};
const std::vector<std::string> kNoWholeNumbers = {
    "", "many", "-1", "1.5", "1,5", "nan", "inf", "0x10", "1e3", "99999999999999999999999"};

TEST_P(CommandLineNumbers, NamesTheWordAndWhatItMustBe) {
  const auto& [what, line, bad, must_be] = GetParam();
  for (const std::string& word : bad) {
    std::vector<std::string> arguments = line;
    arguments.push_back(word);
    const Outcome outcome = barellama(arguments);
    expect_failure(outcome, 2, line.back() + ": " + (word.empty() ? "is empty" : "\"" + word));
    EXPECT_THAT(outcome.errors, HasSubstr(std::string("must be ") + must_be)) << word;
    EXPECT_LT(outcome.errors.size(), 250u) << outcome.errors;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Options, CommandLineNumbers,
    testing::Values(
        Number{
            "run_temperature", {"run", "m", "--temperature"}, kNoNumbers, "a number from 0 to 100"},
        Number{"run_top_p", {"run", "m", "--top-p"}, kNoNumbers, "a number from 0 to 1"},
        Number{"run_top_k",
               {"run", "m", "--top-k"},
               kNoWholeNumbers,
               "a whole number from 0 to 4294967295"},
        Number{"run_min_p", {"run", "m", "--min-p"}, kNoNumbers, "a number from 0 to 1"},
        Number{"run_penalty",
               {"run", "m", "--repeat-penalty"},
               kNoNumbers,
               "a number from 0.01 to 100"},
        Number{"run_steps", {"run", "m", "--steps"}, kNoWholeNumbers, "a whole number"},
        Number{"run_seed", {"run", "m", "--seed"}, kNoWholeNumbers, "a whole number, 0 or more"},
        Number{"run_ctx", {"run", "m", "--ctx"}, kNoWholeNumbers, "a whole number"},
        Number{"run_ram", {"run", "m", "--ram-mib"}, kNoNumbers, "a number from 0.001 to 1048576"},
        Number{"emulate_temperature",
               {"emulate", "c", "--temperature"},
               kNoNumbers,
               "a number from 0 to 100"},
        Number{"emulate_seed",
               {"emulate", "c", "--seed"},
               kNoWholeNumbers,
               "a whole number, 0 or more"},
        Number{"emulate_steps", {"emulate", "c", "--steps"}, kNoWholeNumbers, "a whole number"},
        Number{"emulate_ram", {"emulate", "c", "--ram-mib"}, kNoNumbers, "a number from 0.001"},
        Number{"console_timeout",
               {"console", "--timeout"},
               kNoNumbers,
               "a number greater than 0, at most 864000"},
        Number{"console_baud",
               {"console", "--baud"},
               kNoWholeNumbers,
               "a whole number from 300 to 12000000"},
        Number{"push_baud", {"push", "k", "--baud"}, kNoWholeNumbers, "a whole number from 300"},
        Number{"plan_card", {"plan", "m", "--card-mb-s"}, kNoNumbers, "a number from 0.001"},
        Number{"plan_core", {"plan", "m", "--core-mhz"}, kNoNumbers, "a number from 0.001"},
        Number{"plan_position", {"plan", "m", "--position"}, kNoWholeNumbers, "a whole number"},
        Number{"plan_prompt", {"plan", "m", "--prompt"}, kNoWholeNumbers, "a whole number from 1"},
        Number{"prune_ratio",
               {"prune", "m", "-o", "p", "--ratio"},
               kNoNumbers,
               "a number from 0 to 1"},
        Number{"convert_tile",
               {"convert", "m", "--tile-kib"},
               kNoWholeNumbers,
               "a whole number from 1 to 1024"},
        Number{"synth_layers",
               {"synth", "--shape", "x", "-o", "y", "--layers"},
               kNoWholeNumbers,
               "a whole number from 1 to 1024"},
        Number{"tokenize_size",
               {"tokenize", "--tokenizer", "t", "--vocab-size"},
               kNoWholeNumbers,
               "a whole number from 1"},
        Number{
            "report_answer", {"report", "r", "--answer"}, kNoWholeNumbers, "a whole number from 1"},
        Number{"perplexity_ctx",
               {"perplexity", "m", "--text", "t", "--ctx"},
               kNoWholeNumbers,
               "a whole number"}),
    [](const auto& number) { return std::string(number.param.what); });

TEST(CommandLineNumber, IsWrittenWithAPoint) {
  expect_failure(barellama({"run", "m", "--temperature", "0,7"}), 2,
                 "\"0,7\" is not a number: must be a number from 0 to 100, written as 0.7");
  expect_failure(barellama({"run", "m", "--steps", "1,000"}), 2, "written as 1000");
}

TEST(CommandLineNumber, IsDecimalWhateverItsZeros) {
  // The model is what is missing.
  expect_failure(barellama({"synth", "--shape", "x", "-o", "y", "--layers", "01024"}), 2,
                 "--shape x: known are");
  expect_failure(barellama({"run", "absent.blm", "--temperature", "1e-1"}), 1, "absent.blm");
}

TEST(CommandLineNumber, IsOneThatTheKernelTakes) {
  expect_failure(barellama({"emulate", "c.img", "--temperature", "1e-1"}), 2, "--temperature 1e-1");
  expect_failure(barellama({"push", "kernel.img", "baud=fast"}), 2,
                 "baud=fast: it must be a speed");
}

}  // namespace
}  // namespace host
