// A block device that goes wrong on purpose, keeps count, and takes time: it wraps a good one.
//
//   ModelClock clock;
//   FailingBlockDevice card(disk);
//   card.fail_at(3, FailingBlockDevice::Mode::kOnce);   // the 3rd read, counted from now
//   card.set_speed({.clock = &clock, .bytes_per_second = 20'000'000, .latency_us = 300});
#pragma once

#include <cstring>
#include <vector>

#include "base/clock.h"
#include "libpi/fs/block_device.h"

namespace fakes {

// Time that passes only when somebody says so.
class ModelClock final : public base::Clock {
 public:
  uint64_t now_us() override { return now_us_; }
  void advance_us(uint64_t duration) { now_us_ += duration; }
  void advance_to_us(uint64_t moment) { now_us_ = moment > now_us_ ? moment : now_us_; }

 private:
  uint64_t now_us_ = 0;
};

class FailingBlockDevice final : public pi::BlockDevice {
 public:
  enum class Mode {
    kOnce,     // this read fails, all others work
    kForever,  // this read and all later ones fail
    kStale,    // this read is silently answered with the data of the read before it
  };
  // Where the error shows: when the read is started, or when it is waited for.
  enum class Half { kStart, kFinish };

  struct Speed {
    ModelClock* clock = nullptr;
    uint64_t bytes_per_second = 0;
    uint64_t latency_us = 0;  // of each read command
  };

  explicit FailingBlockDevice(pi::BlockDevice& good) : good_(good) {}

  // The `read`-th read from now on, counted from 1, goes wrong. 0: none does.
  void fail_at(uint64_t read, Mode mode, Half half = Half::kFinish) {
    failing_read_ = read == 0 ? 0 : reads_ + read;
    mode_ = mode;
    half_ = half;
    failed_ = false;
  }
  void set_speed(const Speed& speed) { speed_ = speed; }

  // Whether a read has gone wrong since fail_at().
  bool has_failed() const { return failed_; }
  uint64_t reads() const { return reads_; }
  uint64_t blocks() const { return blocks_; }
  uint64_t max_blocks_per_read() const { return max_blocks_; }
  void reset_counts() {
    // A failure that was ordered stays as far ahead as it was.
    failing_read_ = failing_read_ > reads_ ? failing_read_ - reads_ : 0;
    reads_ = blocks_ = max_blocks_ = 0;
  }

 private:
  uint64_t do_block_count() const override { return good_.block_count(); }

  base::Status do_start_read(uint64_t first_block, std::span<std::byte> target) override {
    ++reads_;
    const uint64_t count = target.size() / kBlockSize;
    blocks_ += count;
    max_blocks_ = count > max_blocks_ ? count : max_blocks_;
    block_ = first_block;
    target_ = target;
    goes_wrong_ = failing_read_ != 0 &&
                  (mode_ == Mode::kForever ? reads_ >= failing_read_ : reads_ == failing_read_);
    failed_ = failed_ || goes_wrong_;
    start_transfer(target.size());
    if (goes_wrong_ && mode_ != Mode::kStale && half_ == Half::kStart) {
      return base::Status::error(base::ErrorCode::kTimeout, "block {} did not come (on purpose)",
                                 first_block);
    }
    return good_.start_read(first_block, target);
  }

  base::Status do_finish_read() override {
    const base::Status status = good_.finish_read();
    if (speed_.clock != nullptr) speed_.clock->advance_to_us(done_us_);
    TRY(status);
    if (goes_wrong_ && mode_ == Mode::kStale) {
      for (size_t i = 0; i < target_.size(); ++i) {
        target_[i] = previous_.empty() ? std::byte{0} : previous_[i % previous_.size()];
      }
      return base::ok_status();
    }
    if (goes_wrong_) {
      // What a failed transfer leaves behind is not what was asked for.
      std::memset(target_.data(), 0xa5, target_.size());
      return base::Status::error(base::ErrorCode::kIo, "block {} cannot be read (on purpose)",
                                 block_);
    }
    if (mode_ == Mode::kStale) previous_.assign(target_.begin(), target_.end());
    return base::ok_status();
  }

  void start_transfer(uint64_t bytes) {
    if (speed_.clock == nullptr) return;
    const uint64_t transfer_us =
        speed_.bytes_per_second == 0 ? 0 : bytes * 1'000'000 / speed_.bytes_per_second;
    done_us_ = speed_.clock->now_us() + speed_.latency_us + transfer_us;
  }

  pi::BlockDevice& good_;
  uint64_t failing_read_ = 0;
  Mode mode_ = Mode::kOnce;
  Half half_ = Half::kFinish;
  Speed speed_;
  bool goes_wrong_ = false;
  bool failed_ = false;
  uint64_t reads_ = 0;
  uint64_t blocks_ = 0;
  uint64_t max_blocks_ = 0;
  uint64_t block_ = 0;
  uint64_t done_us_ = 0;
  std::span<std::byte> target_;
  std::vector<std::byte> previous_;
};

}  // namespace fakes
