#include "tests/bench/micro/mix.h"

#include <cstring>

namespace mix {
namespace {

Item items[2];

}  // namespace

Item* shelf;
Item desk;
int32_t moved;
bool is_open;
char mark;
int32_t places[kPlaces];
int32_t distances[kPlaces][kPlaces];

[[gnu::noipa]] void make_depot() {
  items[0] = {&items[1], Grade::kNone, 1, 2, "THINGS OF THE DEPOT NOW"};
  items[1] = {&items[0], Grade::kNone, 3, 4, "THINGS OF THE DEPOT, LATER"};
  shelf = &items[0];
}

[[gnu::noipa]] void open_day() {
  mark = 'O';
  is_open = true;
}

[[gnu::noipa]] void close_day() {
  const bool was_marked = mark == 'A' || mark == 'B';
  is_open = !was_marked && is_open;
}

[[gnu::noipa]] void bump(int32_t* value) {
  int32_t by = 1;
  do {
    if (is_open) by += 1;
    *value += by;
  } while (*value < by);
}

[[gnu::noipa]] void settle(int32_t paid, int32_t due, int32_t* rest) {
  const int32_t left = paid - 2;
  *rest = left + due;
}

[[gnu::noipa]] void relabel(Item* item, const char* label) {
  std::memcpy(item->label, label, sizeof item->label);  // as compilers copy a literal
  item->grade = Grade::kNone;
}

[[gnu::noipa]] void tally(int32_t (&row)[kPlaces], int32_t (&grid)[kPlaces][kPlaces], int32_t at,
                          int32_t by) {
  const int32_t column = at + 6;
  row[at] = by;
  row[column + 30] = column;
  for (int32_t i = at; i < at + 2; ++i) grid[i][column] = row[at];
  grid[column][at] += 1;
}

[[gnu::noipa]] Grade grade_of(int32_t weight) {
  const int32_t known = weight;
  if (known < 0) return Grade::kNone;
  if (known > 1000) return Grade::kHigh;
  return Grade::kUsual;
}

// The item's copy on the desk goes back to the shelf as its neighbour.
[[gnu::noipa]] void pass_on(Item* item) {
  Item* const next = item->next;
  desk = *item;
  next->count = item->count + 1;
  desk.count = next->count;
  switch (desk.grade) {
    case Grade::kNone:
      desk.weight = 0;
      break;
    case Grade::kLow:
      bump(&desk.weight);
      break;
    case Grade::kUsual:
      if (desk.weight > 100) {
        desk.weight = 100;
      } else {
        desk.weight = desk.count;
      }
      settle(desk.weight, 7, &next->weight);
      break;
    case Grade::kHigh:
      desk.next = nullptr;
      break;
  }
  if (desk.next != nullptr) item->weight = desk.weight;
}

[[gnu::noipa]] bool is_vowel(char letter) {
  const char small = letter;
  if (small == 'A') return true;
  return small == 'O';
}

[[gnu::noipa]] bool comes_later(const char* a, const char* b) {
  int32_t at = 1;
  while (a[at] != b[at + 1] && at < 2) {
    if (is_vowel(a[at])) mark = 'V';
    at += 1;
  }
  if (compare_text(a, b) > 0) {
    moved = at;
    return true;
  }
  return false;
}

namespace {

constexpr uint32_t kOnes = 0x01010101, kTops = 0x80808080;

uint32_t word_at(const char* at) {
  uint32_t word;
  __builtin_memcpy(&word, __builtin_assume_aligned(at, 4), sizeof word);
  return word;
}

// One of its bytes borrows, and was not set.
bool has_zero(uint32_t word) { return ((word - kOnes) & ~word & kTops) != 0; }

}  // namespace

// By words, as libraries do it.
[[gnu::noipa]] int32_t compare_text(const char* a, const char* b) {
  for (; word_at(a) == word_at(b); a += 4, b += 4) {
    if (has_zero(word_at(a))) return 0;
  }
  for (; *a == *b; ++a, ++b) {
    if (*a == 0) return 0;
  }
  return int32_t{static_cast<uint8_t>(*a)} - int32_t{static_cast<uint8_t>(*b)};
}

}  // namespace mix
