// A program of everyday statements, in the manner of Dhrystone 2.1 (Weicker 1984 and 1988): a depot
// that relabels, compares and passes on its items. A round has statements of the sorts that those
// papers found in programs of their time, about as often as a round of Dhrystone has them; it is
// another program all the same, so that its score is like a Dhrystone's and not one.
//
//   executed in a round                      here   Dhrystone
//   assignments                              52     52
//     with an array's element                 7      7
//     with a record's component, a record     9      6
//     with one operator, + or - mostly       17     14
//     with * or /; with two or more          2; 2   2; 2
//     of a variable, a constant, a function  15     21
//   conditions of if, for, while, do; switch 29     27
//   calls of procedures, of functions      10; 6  11; 6
//     of the library's among them             2      2
//
// The library's are a copy and a comparison of strings of 30 characters, which differ in the
// twentieth. Records are of 48 bytes and reached through pointers, one is copied as a whole; the
// arrays are int[50] and int[50][50].
#pragma once

#include <cstdint>

namespace mix {

// Rounds after each other; libpi0_cycles.so counts from one entry to the next.
void run(uint32_t rounds);

// The parts are in a file of their own, and noipa, so that a call stays a call.

enum class Grade : int32_t { kNone, kLow, kUsual, kHigh };

struct Item {
  Item* next;
  Grade grade;
  int32_t count, weight;
  char label[32];
};
static_assert(sizeof(void*) != 4 || sizeof(Item) == 48);

constexpr int32_t kPlaces = 50;

// Globals, as programs of the time had them.
extern Item* shelf;  // a ring
extern Item desk;
extern int32_t moved;
extern bool is_open;
extern char mark;
extern int32_t places[kPlaces];
extern int32_t distances[kPlaces][kPlaces];

void make_depot();
void open_day();
void close_day();
void bump(int32_t* value);
void settle(int32_t paid, int32_t due, int32_t* rest);
void relabel(Item* item, const char* label);
void tally(int32_t (&row)[kPlaces], int32_t (&grid)[kPlaces][kPlaces], int32_t at, int32_t by);
void pass_on(Item* item);
Grade grade_of(int32_t weight);
bool is_vowel(char letter);
bool comes_later(const char* a, const char* b);

// The library's, of strings that are aligned to words: less than, equal to, greater than zero.
int32_t compare_text(const char* a, const char* b);

}  // namespace mix
