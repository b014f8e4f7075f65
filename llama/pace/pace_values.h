// Written by `./dev bench --write-pace`, which fits it to tests/bench/figures/pace.json: not to
// be edited. Cycles, at 350 MB/s of SDRAM; llama/work.h says of what.
#pragma once

namespace llama {

struct PaceValue {
  const char* name;
  double cycles;
};
constexpr double kPaceCoreHz = 1e9;

inline constexpr PaceValue kPaceValues[] = {
    {"read", 2.8571},
    {"pass", 59417},
    {"token", 72690},
    {"chosen", 121.35},
    {"logit", 4.2936},
    {"layer", 56425},
    {"layer.token", 0},
    {"normed", 0},
    {"gated", 63.227},
    {"turned", 0},
    {"prepared", 29.333},
    {"fetched", 4.3917},
    {"fetched.4", 5.2111},
    {"row", 0},
    {"run", 0},
    {"score", 76.678},
    {"head", 2169.2},
    {"kv.head", 6239},
    {"unmasked", 3186.8},
    {"unmasked.fetched", 2.2927},
    {"checked", 8.8909},
    {"kv.f32.1", 3.0457},
    {"kv.f32.4", 15.603},
    {"kv.f32.kept", 68.548},
    {"kv.f16.1", 2.7741},
    {"kv.f16.kept", 97.465},
    {"kv.q8_0.1", 1.1047},
    {"kv.q8_0.4", 5.0662},
    {"kv.q8_0.kept", 0},
    {"f32.1", 0.040212},
    {"f32.4", 5.4998},
    {"q8_0.1", 0.089322},
    {"q8_0.4", 2.1953},
    {"q4_0.1", 0.1033},
    {"q4_0.4", 3.1908},
    {"q8_0_masked.1", 4.2109},
    {"q8_0_masked.4", 7.1672},
    {"q8_0_masked.byte", 1.3698},
    {"q4_0_masked.1", 8.0933},
    {"q4_0_masked.4", 8.9951},
    {"q4_0_masked.byte", 3.8175},
};

}  // namespace llama
