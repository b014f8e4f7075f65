// What measurements of stories on the emulated board have in common: the card, the marks between
// which the plugin counts, and what the kernel's records say.
#pragma once

#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "host-tools/support/interrupts.h"
#include "llama/model/config.h"

namespace bench {

constexpr std::chrono::minutes kPatience{15};

// Entered once for each token that is chosen, and once for each pass through the layers.
constexpr const char* kSample = "llama::Sampler::sample";
constexpr const char* kForward = "llama::Transformer::forward";

// A card image in `folder` with the model and the kernel.
std::filesystem::path make_card(const std::filesystem::path& model,
                                const std::filesystem::path& kernel,
                                const std::filesystem::path& folder, host::Interrupts& interrupts);

// The fields of the first record of this name. Throws host::Failure, with the console, when there
// is none, or when the kernel reports an error before.
nlohmann::json first_record(const std::string& console, std::string_view name);

// The profiler's table as the plugin takes it, by the kernel's record `model`: operations of all
// layers together, or of each of n_layers + 1 rows for itself.
enum class ScopesOf { kToken, kLayers };
std::string scope_table(const nlohmann::json& model_record, const llama::ModelConfig& config,
                        ScopesOf which);

}  // namespace bench
