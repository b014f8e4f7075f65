#include "libpi/push/send_window.h"

#include <algorithm>

#include "base/check.h"
#include "libpi/push/frame.h"

namespace pi::push {

namespace {

// At one loss in 16 frames or fewer, longer ones lose less to headers than to losses.
constexpr uint32_t kGoodInARow = 16;

}  // namespace

uint32_t SendWindow::frame_bytes(uint32_t cells) {
  return static_cast<uint32_t>(encoded_bytes(kDataHeaderBytes + size_t{cells} * kCellBytes));
}

uint32_t SendWindow::bits(Cells cells) const {
  uint32_t result = 0;
  for (uint32_t cell = cells.first; cell < cells.first + cells.count; ++cell) {
    if (cell >= first_missing_) result |= 1u << (cell - first_missing_);
  }
  return result;
}

uint32_t SendWindow::in_flight() const {
  uint32_t sum = 0;
  for (size_t i = 0; i < flights_; ++i) sum += frame_bytes(flight_[i].cells.count);
  return sum;
}

std::optional<SendWindow::Cells> SendWindow::next() const {
  const uint32_t end = std::min(cells_ - first_missing_, kWindowCells);
  for (uint32_t i = 0; i < end; ++i) {
    if ((sent_ >> i & 1) != 0) continue;
    Cells cells = {first_missing_ + i, 1};
    for (uint32_t j = i + 1; j < end && cells.count < cells_per_frame_ && (sent_ >> j & 1) == 0;
         ++j) {
      ++cells.count;
    }
    const bool has_room =
        flights_ < flight_.size() && in_flight() + frame_bytes(cells.count) <= window_bytes_;
    if (has_room || flights_ == 0) return cells;
    return std::nullopt;
  }
  return std::nullopt;
}

void SendWindow::sent(Cells cells, uint16_t sequence) {
  CHECK(flights_ < flight_.size());
  flight_[flights_++] = {cells, sequence};
  sent_ |= bits(cells);
}

bool SendWindow::take(const Ack& ack) {
  if (ack.first_missing < first_missing_ || ack.first_missing > cells_ ||
      ack.first_missing - first_missing_ > kWindowCells) {
    return false;
  }
  first_missing_ = ack.first_missing;
  sent_ = ack.received;
  size_t kept = 0;
  for (size_t i = 0; i < flights_; ++i) {
    const Flight flight = flight_[i];
    const uint32_t flight_bits = bits(flight.cells);
    const auto ahead = static_cast<int16_t>(flight.sequence - ack.last_sequence);
    if (ahead <= 0) {
      adapt((flight_bits & ~ack.received) != 0);
    } else {
      sent_ |= flight_bits;
      flight_[kept++] = flight;
    }
  }
  flights_ = kept;
  return true;
}

void SendWindow::adapt(bool is_lost) {
  if (is_lost) {
    cells_per_frame_ = std::max<uint32_t>(cells_per_frame_ / 2, 1);
    good_in_a_row_ = 0;
  } else if (++good_in_a_row_ == kGoodInARow) {
    cells_per_frame_ = std::min(cells_per_frame_ * 2, kMaxCellsPerFrame);
    good_in_a_row_ = 0;
  }
}

}  // namespace pi::push
