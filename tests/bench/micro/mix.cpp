#include "tests/bench/micro/mix.h"

namespace mix {
namespace {

alignas(4) constexpr char kSpring[32] = "THINGS OF THE DEPOT IN SPRING.";
alignas(4) constexpr char kAutumn[32] = "THINGS OF THE DEPOT, IN AUTUMN";

void one_round() {
  int32_t total = 0;
  int32_t level = 12;
  int32_t step = 4;
  Item* item = shelf;
  open_day();
  settle(level, step, &level);
  relabel(item, step == level ? kAutumn : kSpring);
  is_open = comes_later(item->label, item->next->label);
  if (is_open) {
    mark = 'A';
  } else {
    mark = 'B';
  }
  for (int32_t i = 0; i < 2; ++i) total += places[i + step];
  if (total > level) {
    total = level;
  } else {
    bump(&total);
  }
  tally(places, distances, step, level);
  const int32_t average = total / level;
  const int32_t area = level * average;
  const int32_t rest = area - total + step;
  const int32_t weight = (rest + level) * step - area;
  item->grade = grade_of(weight);
  pass_on(item);
  while (step > 2) {
    if (is_vowel(item->label[step])) bump(&moved);
    step -= 1;
  }
  settle(total, moved, &item->weight);
  shelf = item->next;
  close_day();
}

}  // namespace

[[gnu::noipa]] void run(uint32_t rounds) {
  for (uint32_t i = 0; i < rounds; ++i) one_round();
}

}  // namespace mix
