#include "llama/pace/pace.h"

#include "base/numbers.h"

namespace llama {
namespace {

using base::ErrorCode;
using base::Status;

constexpr std::string_view kCard = "card";  // MB/s
constexpr double kMostValue = 1e9;

}  // namespace

Pace::Pace() {
  for (size_t i = 0; i < cycles_.size(); ++i) cycles_[i] = kPaceValues[i].cycles;
}

std::optional<double> Pace::cycles(std::string_view name) const {
  for (size_t i = 0; i < cycles_.size(); ++i) {
    if (name == kPaceValues[i].name) return cycles_[i];
  }
  return std::nullopt;
}

double Pace::most_cycles(std::string_view ending) const {
  double most = 0;
  for (size_t i = 0; i < cycles_.size(); ++i) {
    const std::string_view name = kPaceValues[i].name;
    if (name.ends_with(ending) && cycles_[i] > most) most = cycles_[i];
  }
  return most;
}

bool Pace::set(std::string_view name, double value) {
  if (name == kCard) {
    card_bytes_per_s = value * 1e6;
    return true;
  }
  for (size_t i = 0; i < cycles_.size(); ++i) {
    if (name != kPaceValues[i].name) continue;
    cycles_[i] = value;
    return true;
  }
  return false;
}

Status Pace::apply(std::string_view line) {
  Pace changed = *this;
  while (!line.empty()) {
    const size_t end = line.find(',');
    const std::string_view part = line.substr(0, end);
    line.remove_prefix(end == std::string_view::npos ? line.size() : end + 1);
    const size_t colon = part.find(':');
    const auto name = part.substr(0, colon);
    const auto value = colon == std::string_view::npos
                           ? std::nullopt
                           : base::parse_fraction(part.substr(colon + 1));
    const bool is_card = name == kCard;
    if (!value || *value < 0 || *value > kMostValue || (is_card && *value == 0)) {
      return Status::error(ErrorCode::kInvalidArgument,
                           "it must be as /bench prints it, \"NAME:NUMBER,NAME:NUMBER\"; \"{}\" is "
                           "not",
                           part);
    }
    if (!changed.set(name, *value)) {
      return Status::error(ErrorCode::kInvalidArgument, "there is no pace \"{}\"", name);
    }
  }
  *this = changed;
  return base::ok_status();
}

}  // namespace llama
