// The blocks of 256 values of GGUF's K types, each 8 or 16 groups with scales that have scales of
// their own. Decodes one block: `out` has its 256 values. The operations and their order are those
// of ggml's reference.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace host {

constexpr uint32_t kSuperBlock = 256;  // values

void decode_q2_k(std::span<const std::byte> block, std::span<float> out);
void decode_q3_k(std::span<const std::byte> block, std::span<float> out);
void decode_q4_k(std::span<const std::byte> block, std::span<float> out);
void decode_q5_k(std::span<const std::byte> block, std::span<float> out);
void decode_q6_k(std::span<const std::byte> block, std::span<float> out);

}  // namespace host
