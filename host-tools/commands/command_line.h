// CLI11, for all subcommands. Each has a header with one function that adds it to the program.
#pragma once

#include <CLI/CLI.hpp>
