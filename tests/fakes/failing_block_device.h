// A block device that goes wrong on purpose, keeps count, and takes time: it wraps a good one.
//
//   ModelClock clock;
//   FailingBlockDevice card(disk);
//   card.fail_at(3, FailingBlockDevice::Mode::kOnce);   // the 3rd read, counted from now
//   card.set_speed({.clock = &clock, .bytes_per_second = 20'000'000, .latency_us = 300});
#pragma once

#include <cstring>
#include <vector>

#include "libpi/fs/block_device.h"
#include "tests/fakes/model_clock.h"

namespace fakes {

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
    // Of each read: until its first block is here, which start_read() waits for, as SdCard does.
    uint64_t latency_us = 0;
    // Each `stall_every`-th read takes this much longer; 0: none does.
    uint64_t stall_every = 0;
    uint64_t stall_us = 0;
  };

  explicit FailingBlockDevice(pi::BlockDevice& good) : good_(good) {}

  // The `read`-th read from now on, counted from 1, goes wrong. 0: none does.
  void fail_at(uint64_t read, Mode mode, Half half = Half::kFinish) {
    failing_read_ = read == 0 ? 0 : reads_ + read;
    every_ = 0;
    mode_ = mode;
    half_ = half;
    failed_ = false;
  }
  // So do all reads that come a multiple of `every` after it; 0: none. As kOnce or kStale say.
  void repeat_every(uint64_t every) { every_ = every; }
  void set_speed(const Speed& speed) { speed_ = speed; }

  // Whether a read has gone wrong since fail_at().
  bool has_failed() const { return failed_; }
  uint64_t reads() const { return reads_; }
  uint64_t blocks() const { return blocks_; }
  uint64_t max_blocks_per_read() const { return max_blocks_; }
  uint64_t busy_ns() const { return busy_ns_; }
  void reset_counts() {
    // A failure that was ordered stays as far ahead as it was.
    failing_read_ = failing_read_ > reads_ ? failing_read_ - reads_ : 0;
    reads_ = blocks_ = max_blocks_ = busy_ns_ = 0;
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
    goes_wrong_ = is_wrong_read();
    failed_ = failed_ || goes_wrong_;
    start_transfer(target.size());
    if (goes_wrong_ && mode_ != Mode::kStale && half_ == Half::kStart) {
      return base::Status::error(base::ErrorCode::kTimeout, "block {} did not come (on purpose)",
                                 first_block);
    }
    return good_.start_read(first_block, target);
  }

  bool do_poll() override {
    return good_.poll() && (speed_.clock == nullptr || speed_.clock->now_ns() >= done_ns_);
  }

  base::Status do_finish_read() override {
    const base::Status status = good_.finish_read();
    if (speed_.clock != nullptr) speed_.clock->advance_to_ns(done_ns_);
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

  bool is_wrong_read() const {
    if (failing_read_ == 0 || reads_ < failing_read_) return false;
    if (mode_ == Mode::kForever) return true;
    return every_ == 0 ? reads_ == failing_read_ : (reads_ - failing_read_) % every_ == 0;
  }

  void start_transfer(uint64_t bytes) {
    if (speed_.clock == nullptr) return;
    uint64_t latency_ns = 1000 * speed_.latency_us;
    if (speed_.stall_every != 0 && reads_ % speed_.stall_every == 0) {
      latency_ns += 1000 * speed_.stall_us;
    }
    const uint64_t transfer_ns =
        speed_.bytes_per_second == 0 ? 0 : bytes * 1'000'000'000 / speed_.bytes_per_second;
    busy_ns_ += latency_ns + transfer_ns;
    speed_.clock->advance_ns(latency_ns);
    done_ns_ = speed_.clock->now_ns() + transfer_ns;
  }

  pi::BlockDevice& good_;
  uint64_t failing_read_ = 0;
  uint64_t every_ = 0;
  Mode mode_ = Mode::kOnce;
  Half half_ = Half::kFinish;
  Speed speed_;
  bool goes_wrong_ = false;
  bool failed_ = false;
  uint64_t reads_ = 0;
  uint64_t blocks_ = 0;
  uint64_t max_blocks_ = 0;
  uint64_t busy_ns_ = 0;
  uint64_t block_ = 0;
  uint64_t done_ns_ = 0;
  std::span<std::byte> target_;
  std::vector<std::byte> previous_;
};

}  // namespace fakes
