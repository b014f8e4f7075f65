// The boot loader's side of a push, in a thread of the test: the same receiver that runs on the
// board, behind a socket in place of the serial line.
#pragma once

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <span>
#include <string>
#include <thread>

#include "host-tools/support/files.h"
#include "tests/libpi/push/push_rig.h"

namespace host {

class LoaderThread final : public pi::push::ByteSink {
 public:
  // `farewell`: what a kernel that was running answers to the first bytes. The loader runs once
  // `called_bytes` came, with a farewell the first one at the latest.
  explicit LoaderThread(uint64_t capacity = 4 << 20, std::string farewell = {},
                        size_t called_bytes = 0)
      : target_([](uint32_t) { return true; }),
        farewell_(std::move(farewell)),
        called_bytes_(farewell_.empty() ? called_bytes : 1) {
    target_.capacity = capacity;
    listener_ = Descriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    socket_path().copy(address.sun_path, sizeof address.sun_path - 1);
    EXPECT_EQ(::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address),
              0);
    EXPECT_EQ(::listen(listener_.get(), 1), 0);
    thread_ = std::thread([this] { run(); });
  }
  ~LoaderThread() {
    is_over_ = true;
    thread_.join();
  }

  std::string socket_path() const { return (folder_.path() / "pi").string(); }
  std::string port() const { return "unix:" + socket_path(); }
  // Waits until the loader would start what it has.
  bool is_complete() {
    for (int i = 0; i < 300 && !is_complete_; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return is_complete_;
  }
  // Once it is complete.
  std::string part(pi::push::Part part) {
    const auto bytes = target_.memory(part);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
  // The bytes that came before the first frame.
  std::string first_words() const { return first_words_; }

  void write(std::span<const std::byte> bytes) override {
    ::send(laptop_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  }

 private:
  void run() {
    pi::push::ReceiverOptions options;
    options.beacon = {.board_revision = 0x900093,
                      .max_baud = 3'000'000,
                      .free_begin = 0x8000,
                      .free_end = 0x8000 + (100 << 20)};
    pi::push::Receiver receiver(options, *this, target_);
    while (!is_over_ && !is_complete_) {
      pollfd ready = {laptop_.is_open() ? laptop_.get() : listener_.get(), POLLIN, 0};
      const bool is_ready = ::poll(&ready, 1, 5) > 0;
      const auto now_us = static_cast<uint64_t>(
          std::chrono::steady_clock::now().time_since_epoch() / std::chrono::microseconds(1));
      if (!laptop_.is_open()) {
        if (is_ready) laptop_ = Descriptor(::accept(listener_.get(), nullptr, nullptr));
      } else if (is_ready) {
        std::array<std::byte, 4096> buffer;
        const ssize_t count = ::read(laptop_.get(), buffer.data(), buffer.size());
        if (count <= 0) {
          laptop_.close();
        } else {
          const auto bytes = std::span(buffer).first(static_cast<size_t>(count));
          if (first_words_.empty()) write(std::as_bytes(std::span(farewell_)));
          if (first_words_.size() < 36) {
            first_words_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
          }
          receiver.feed(bytes, now_us);
        }
      }
      // A kernel that was not called yet runs in the loader's place.
      if (first_words_.size() >= called_bytes_) receiver.tick(now_us);
      is_complete_ = receiver.is_complete();
    }
  }

  TemporaryFolder folder_;
  pi::push::FakeTarget target_;
  Descriptor listener_, laptop_;
  std::string farewell_;
  size_t called_bytes_;
  std::string first_words_;
  std::atomic<bool> is_complete_ = false;
  std::atomic<bool> is_over_ = false;
  std::thread thread_;
};

}  // namespace host
