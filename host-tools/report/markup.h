// Text for a page: escaped names, and numbers with their units.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace host {

// Safe between tags and within quotes; control characters become U+FFFD.
std::string escaped(std::string_view text);

// "1.85 s", "12.3 ms", "45.0 µs", "17 ns": three digits or more.
std::string duration(uint64_t ns);
// For columns of one unit: "12.345", milliseconds.
std::string milliseconds(uint64_t ns);
// "1.23 MB": decimal, as cards and rates count.
std::string bytes_moved(uint64_t bytes);
// "448.0 MiB", "12.5 KiB", "300 B": binary, as memory counts.
std::string bytes_held(uint64_t bytes);
// "536 870 912", with thin spaces that do not break.
std::string grouped(uint64_t number);
// "12.3 %"; "0.0 %" of nothing.
std::string share(uint64_t part, uint64_t whole);
// With `decimals` places, never in exponents.
std::string decimal(double value, int decimals);

}  // namespace host
