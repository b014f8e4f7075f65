// How many columns of a terminal a character takes.
#pragma once

#include <cstdint>
#include <string_view>

namespace kernel {

// 0: a mark that joins the character before it; 2: East Asian wide characters and emoji (Unicode
// Standard Annex #11, blocks rather than single characters); otherwise 1.
unsigned column_width(uint32_t code_point);

// The characters of a text that may hold bytes that are not UTF-8: each of those counts as a
// character of one column. Marks belong to the character before them.
size_t next_character(std::string_view text, size_t at);      // where the one at `at` ends
size_t previous_character(std::string_view text, size_t at);  // where the one before `at` begins
// Where the code point begins, and ends, that the byte at `at` is a part of; `at` itself if it is
// the first of one, or the end of the text.
size_t code_point_begin(std::string_view text, size_t at);
size_t code_point_end(std::string_view text, size_t at);
unsigned columns_of(std::string_view text);

}  // namespace kernel
