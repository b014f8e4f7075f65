#include "llama/text/unicode_classes.h"

#include <algorithm>
#include <iterator>

#include "llama/text/unicode_classes_table.h"

namespace llama {

CharacterClass character_class(uint32_t code_point) {
  if (code_point > 0x10ffff) return CharacterClass::kOther;
  // The last stretch that begins here or before. Its class is in the two lowest bits, so that a
  // stretch that begins just here is at most code_point * 4 + 3. The first begins at 0.
  const uint32_t* const after = std::upper_bound(std::begin(kCharacterClasses),
                                                 std::end(kCharacterClasses), code_point * 4 + 3);
  return static_cast<CharacterClass>(*(after - 1) & 3);
}

}  // namespace llama
