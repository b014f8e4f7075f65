// The class of a character, for cutting a text into words (Unicode 15).
#pragma once

#include <cstdint>

namespace llama {

// Numbered as in unicode_classes_table.h.
enum class CharacterClass : uint8_t {
  kOther = 0,   // punctuation, symbols, marks, controls, and what is not a character
  kLetter = 1,  // general categories L*
  kNumber = 2,  // general categories N*
  kSpace = 3,   // the property White_Space
};

// Of any number; those above U+10FFFF are kOther.
CharacterClass character_class(uint32_t code_point);

}  // namespace llama
