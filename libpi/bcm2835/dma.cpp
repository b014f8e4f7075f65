#include "libpi/bcm2835/dma.h"

#include "base/align.h"
#include "base/check.h"

namespace pi {

namespace {

// 4.2.1.2. END and INT are cleared by writing 1.
struct Cs : Register<Cs, 0x00, Access::kReadWrite> {
  using Active = Field<Cs, 0, 1, bool>;
  using End = Field<Cs, 1, 1, bool>;
  using Int = Field<Cs, 2, 1, bool>;
  using WaitingForOutstandingWrites = Field<Cs, 6, 1, bool>;
  using Error = Field<Cs, 8, 1, bool>;
  using Priority = Field<Cs, 16, 4>;
  using PanicPriority = Field<Cs, 20, 4>;
  using WaitForOutstandingWrites = Field<Cs, 28, 1, bool>;
  using Reset = Field<Cs, 31, 1, bool>;
};

struct ConblkAd : Register<ConblkAd, 0x04, Access::kReadWrite> {
  using ScbAddr = Field<ConblkAd, 0, 32>;
};

// The word "transfer information" of a control block; the channel shows it at 0x08.
struct Ti : Register<Ti, 0x08, Access::kRead> {
  using WaitResp = Field<Ti, 3, 1, bool>;
  using DestInc = Field<Ti, 4, 1, bool>;
  using DestWidth128 = Field<Ti, 5, 1, bool>;
  using SrcDreq = Field<Ti, 10, 1, bool>;
  using Permap = Field<Ti, 16, 5, Dma::Dreq>;
};

// Error flags are cleared by writing 1.
struct Debug : Register<Debug, 0x20, Access::kReadWrite> {
  using Errors = Field<Debug, 0, 3>;
};

// Of the controller, not of a channel.
struct Enable : Register<Enable, 0xff0, Access::kReadWrite> {};

constexpr uint32_t kChannelStride = 0x100;
constexpr uint32_t kAllErrors = 7;

}  // namespace

base::Result<unsigned> Dma::choose_channel(uint32_t usable_channels,
                                           std::span<const uint8_t> preferred) {
  for (const uint8_t channel : preferred) {
    if ((usable_channels >> channel & 1) != 0) return channel;
  }
  return base::Status::error(base::ErrorCode::kNotFound,
                             "no DMA channel is free for the card (mask {:x}); it is read without",
                             usable_channels);
}

Dma::Dma(base::Clock& clock, MmioBase controller, const Bus& bus, unsigned channel)
    : clock_(clock), controller_(controller), bus_(bus), channel_(channel) {
  CHECK(channel < 7);
}

MmioBase Dma::channel_base() const { return {controller_.address + channel_ * kChannelStride}; }

void Dma::reset() {
  core::data_synchronization_barrier();
  Enable::write(controller_, {Enable::read(controller_).raw | 1u << channel_});
  Cs::set(channel_base(), Cs::Reset{true});
  Debug::set(channel_base(), Debug::Errors{kAllErrors});
  core::data_memory_barrier();
}

void Dma::prepare(uint32_t source_bus_address, Dreq dreq, std::span<std::byte> target) {
  CHECK(!target.empty() && target.size() % base::kCacheLineBytes == 0);
  CHECK(reinterpret_cast<uintptr_t>(target.data()) % base::kCacheLineBytes == 0);
  target_ = target;
  // 4.2.1.2, TI: the peripheral's DREQ paces reads of 32 bits, bursts of one (the FIFO promises no
  // more); writes gather to 128 bits, and each is answered before the next, so that END means "in
  // memory".
  block_.transfer_information = Ti::Permap{dreq}.bits() | Ti::SrcDreq{true}.bits() |
                                Ti::DestInc{true}.bits() | Ti::DestWidth128{true}.bits() |
                                Ti::WaitResp{true}.bits();
  block_.source = source_bus_address;
  block_.destination = bus_.address_of_memory(target.data());
  block_.length = static_cast<uint32_t>(target.size());
  block_.next = 0;
  // A dirty line that was evicted later would overwrite the device's data, so none may be left
  // when it starts; the control block must be in memory, where the channel reads it.
  core::clean_invalidate_data_cache(target_);
  core::clean_data_cache(std::as_bytes(std::span(&block_, 1)));
}

void Dma::start() {
  CHECK(!target_.empty());
  error_bits_ = 0;
  // After the cache maintenance, and as another peripheral was used before (1.3).
  core::data_synchronization_barrier();
  // Flags of the last user would look like ours.
  Debug::set(channel_base(), Debug::Errors{kAllErrors});
  Cs::set(channel_base(), Cs::End{true}, Cs::Int{true});
  ConblkAd::set(channel_base(), ConblkAd::ScbAddr{bus_.address_of_memory(&block_)});
  Cs::set(channel_base(), Cs::Active{true}, Cs::Priority{1}, Cs::PanicPriority{15},
          Cs::WaitForOutstandingWrites{true});
  core::data_synchronization_barrier();
}

Dma::State Dma::poll() {
  if (target_.empty()) return State::kIdle;
  const Value<Cs> cs = Cs::read(channel_base());
  core::data_memory_barrier();
  if (cs.get<Cs::Error>()) {
    error_bits_ = Debug::read(channel_base()).get<Debug::Errors>();
    core::data_memory_barrier();
    return State::kFailed;
  }
  return cs.get<Cs::End>() && !cs.get<Cs::Active>() ? State::kDone : State::kActive;
}

void Dma::finish() {
  core::data_synchronization_barrier();
  Cs::set(channel_base(), Cs::End{true}, Cs::Int{true});
  core::data_synchronization_barrier();
  // Lines that were filled meanwhile, by accesses to neighbours, hold what was there before.
  core::invalidate_data_cache(target_);
  target_ = {};
}

base::Status Dma::abort() {
  target_ = {};
  core::data_synchronization_barrier();
  // Pause, let the writes that are on their way arrive, reset (order as in Linux bcm2835-dma.c: a
  // channel that is reset under a write can hang the bus).
  Cs::set(channel_base(), Cs::Active{false});
  core::data_synchronization_barrier();
  const uint64_t begin = clock_.now_us();
  bool drained = false;
  for (bool late = false; !drained && !late;) {
    late = clock_.now_us() - begin > kAbortTimeoutUs;
    drained = !Cs::read(channel_base()).get<Cs::WaitingForOutstandingWrites>();
    core::data_memory_barrier();
  }
  core::data_synchronization_barrier();
  Cs::set(channel_base(), Cs::Reset{true});
  Debug::set(channel_base(), Debug::Errors{kAllErrors});
  core::data_synchronization_barrier();
  if (drained) return base::ok_status();
  return base::Status::error(base::ErrorCode::kTimeout,
                             "DMA channel {} does not stop; reset the board", channel_);
}

}  // namespace pi
