#include "tests/bench/pace_fit.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "host-tools/support/failure.h"
#include "tests/bench/pace_shapes.h"

namespace bench {
namespace {

// Of the core's model, at its usual bandwidth.
constexpr double kReadCycles = 1e9 / 350e6;
constexpr const char* kRead = "read";

std::string name_of_work(size_t index) {
  host::StringSink name;
  llama::WorkCounts::print_name(index, name);
  return name.text();
}

// Bytes are a measure of their own only where not each weight has as many.
bool is_unknown(const std::string& name) {
  if (!name.ends_with(".byte")) return name != kRead;
  const auto* const type =
      llama::find_weight_type(std::string_view(name).substr(0, name.rfind('.')));
  return type != nullptr && type->has_own_sizes();
}

}  // namespace

std::vector<double> nonnegative_least_squares(const std::vector<std::vector<double>>& rows,
                                              const std::vector<double>& targets) {
  constexpr int kSweeps = 200'000;
  constexpr double kSettled = 1e-12;
  const size_t count = rows.empty() ? 0 : rows.front().size();
  // Columns of length 1.
  std::vector<double> lengths(count, 0);
  for (const auto& row : rows) {
    for (size_t i = 0; i < count; ++i) lengths[i] += row[i] * row[i];
  }
  for (double& length : lengths) length = length > 0 ? std::sqrt(length) : 1;
  std::vector<std::vector<double>> products(count, std::vector<double>(count, 0));
  std::vector<double> slope(count, 0);  // of the half of the squares
  for (size_t r = 0; r < rows.size(); ++r) {
    for (size_t i = 0; i < count; ++i) {
      const double value = rows[r][i] / lengths[i];
      if (value == 0) continue;
      slope[i] -= value * targets[r];
      for (size_t j = 0; j < count; ++j) products[i][j] += value * rows[r][j] / lengths[j];
    }
  }
  std::vector<double> x(count, 0);
  for (int sweep = 0; sweep < kSweeps; ++sweep) {
    double largest = 0;
    for (size_t i = 0; i < count; ++i) {
      if (products[i][i] == 0) continue;
      const double next = std::max(0.0, x[i] - slope[i] / products[i][i]);
      const double change = next - x[i];
      if (change == 0) continue;
      x[i] = next;
      largest = std::max(largest, std::abs(change));
      for (size_t j = 0; j < count; ++j) slope[j] += change * products[j][i];
    }
    if (largest < kSettled) break;
  }
  for (size_t i = 0; i < count; ++i) x[i] /= lengths[i];
  return x;
}

namespace {

// Of masked rows alone: known when all else is, which they could only blur.
bool is_of_masked_rows(const std::string& name) {
  return name.starts_with("unmasked") || name.find("_masked.") != std::string::npos;
}

bool has_masked_rows(const PacedStretch& stretch) {
  for (size_t i = 0; i < llama::WorkCounts::kSize; ++i) {
    if (stretch.work.all()[i] > 0 && is_of_masked_rows(name_of_work(i))) return true;
  }
  return false;
}

// Least squares, again and again, with more weight each time for what is further off than others:
// what is promised is the largest error.
std::vector<double> fit_rounds(std::vector<std::vector<double>> rows, std::vector<double> targets) {
  constexpr int kRounds = 2;
  std::vector<double> weights(rows.size(), 1);
  std::vector<double> fitted;
  for (int round = 0; round < kRounds; ++round) {
    fitted = nonnegative_least_squares(rows, targets);
    std::vector<double> errors;
    double squares = 0;
    for (size_t r = 0; r < rows.size(); ++r) {
      double error = targets[r];
      for (size_t i = 0; i < fitted.size(); ++i) error -= rows[r][i] * fitted[i];
      errors.push_back(std::abs(error) / weights[r]);
      squares += errors[r] * errors[r];
    }
    const double usual = std::sqrt(squares / static_cast<double>(rows.size()));
    for (size_t r = 0; r < rows.size(); ++r) {
      const double factor = usual > 0 ? 0.7 + 0.3 * errors[r] / usual : 1;
      weights[r] *= factor;
      targets[r] *= factor;
      for (double& value : rows[r]) value *= factor;
    }
  }
  return fitted;
}

// Adds what of `unknowns` explains the rest of the cycles, beside what `known` does.
void fit_some(std::span<const PacedStretch> stretches, bool of_masked_rows,
              const std::vector<size_t>& unknowns, std::vector<double>& known) {
  std::vector<std::vector<double>> rows;
  std::vector<double> targets;
  for (const PacedStretch& stretch : stretches) {
    if (!stretch.is_fitted || has_masked_rows(stretch) != of_masked_rows) continue;
    const auto counts = stretch.work.all();
    double explained = 0;
    for (size_t i = 0; i < counts.size(); ++i) explained += counts[i] * known[i];
    targets.push_back(1 - explained / stretch.cycles);
    auto& row = rows.emplace_back();
    for (const size_t i : unknowns) row.push_back(counts[i] / stretch.cycles);
  }
  if (rows.size() < unknowns.size()) {
    host::fail("{} measurements are too few for {} values", rows.size(), unknowns.size());
  }
  const std::vector<double> fitted = fit_rounds(rows, targets);
  for (size_t i = 0; i < fitted.size(); ++i) known[unknowns[i]] = fitted[i];
}

}  // namespace

std::vector<FittedValue> fit_pace(std::span<const PacedStretch> stretches) {
  std::vector<size_t> unknowns, of_masked_rows;
  std::vector<double> cycles(llama::WorkCounts::kSize, 0);
  for (size_t i = 0; i < cycles.size(); ++i) {
    const std::string name = name_of_work(i);
    if (name == kRead) cycles[i] = kReadCycles;
    const bool is_done = std::ranges::any_of(stretches, [&](const PacedStretch& stretch) {
      return stretch.is_fitted && stretch.work.all()[i] > 0;
    });
    if (!is_done || !is_unknown(name)) continue;
    (is_of_masked_rows(name) ? of_masked_rows : unknowns).push_back(i);
  }
  fit_some(stretches, false, unknowns, cycles);
  fit_some(stretches, true, of_masked_rows, cycles);
  std::vector<FittedValue> values = {{kRead, kReadCycles}};
  unknowns.insert(unknowns.end(), of_masked_rows.begin(), of_masked_rows.end());
  std::ranges::sort(unknowns);
  for (const size_t i : unknowns) values.push_back({name_of_work(i), cycles[i]});
  return values;
}

std::string pace_header(std::span<const FittedValue> values) {
  std::string text =
      "// Written by `./dev bench --write-pace`, which fits it to tests/bench/figures/pace.json: "
      "not "
      "to\n"
      "// be edited. Cycles, at 350 MB/s of SDRAM; llama/work.h says of what.\n"
      "#pragma once\n\nnamespace llama {\n\n"
      "struct PaceValue {\n  const char* name;\n  double cycles;\n};\n"
      "constexpr double kPaceCoreHz = 1e9;\n\n"
      "inline constexpr PaceValue kPaceValues[] = {\n";
  for (const FittedValue& value : values) {
    char line[96];
    std::snprintf(line, sizeof line, "    {\"%s\", %.5g},\n", value.name.c_str(), value.cycles);
    text += line;
  }
  return text + "};\n\n}  // namespace llama\n";
}

std::optional<llama::Pace> pace_of(std::span<const FittedValue> values) {
  llama::Pace pace;
  for (const FittedValue& value : values) {
    if (!pace.set(value.name, value.cycles)) return std::nullopt;
  }
  return pace;
}

void print_pace_errors(std::span<const PacedStretch> stretches, const llama::Pace& pace) {
  std::printf("\nWhat the plan says of a token, beside what the bench measured: cycles\n");
  std::printf("%-44s %-5s %-5s %-18s %12s %12s %8s\n", "model", "type", "kv", "tokens", "measured",
              "planned", "error");
  for (const PacedStretch& one : stretches) {
    std::printf("%-44s %-5s %-5s %-18s %12.0f %12.0f %+7.1f%%%s\n", one.model.c_str(),
                one.type.c_str(), one.request.kv.c_str(), name_of(one.request).c_str(), one.cycles,
                one.work.cycles(pace), 100 * one.error(pace), one.is_fitted ? "" : " (not fitted)");
  }
}

}  // namespace bench
