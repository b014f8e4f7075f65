#include "tests/fakes/fake_sd_card.h"

#include <utility>

namespace pi {

using sd::CardState;

namespace {

void set_bits(SdLongRegister& target, unsigned high, unsigned low, uint32_t value) {
  for (unsigned bit = low; bit <= high; ++bit) {
    if ((value >> (bit - low) & 1) != 0) target.words[bit / 32] |= uint32_t{1} << bit % 32;
  }
}

}  // namespace

void FakeSdCard::fill(uint64_t block, std::span<std::byte> target) {
  uint32_t state = static_cast<uint32_t>(block * 2654435761u + 12345);
  for (std::byte& byte : target) {
    state = state * 1664525 + 1013904223;
    byte = static_cast<std::byte>(state >> 24);
  }
}

void FakeSdCard::leave_in_transfer_state() {
  state_ = CardState::kTran;
  four_bit_bus_ = true;
  high_speed_ = kind_.high_speed;
}

FakeSdCard::Answer FakeSdCard::r1() {
  Answer answer;
  answer.bits.words[0] = static_cast<uint32_t>(state_) << 9 | 1 << 8 |
                         (std::exchange(illegal_, false) ? 1u << 22 : 0) |
                         (application_ ? sd::kR1AppCommand : 0);
  return answer;
}

std::optional<FakeSdCard::Answer> FakeSdCard::illegal() {
  illegal_ = true;
  return std::nullopt;
}

FakeSdCard::Answer FakeSdCard::data(std::vector<std::byte> bytes) {
  Answer answer = r1();
  answer.block_size = bytes.size();
  register_data_ = std::move(bytes);
  reading_blocks_ = false;
  state_ = CardState::kData;
  return answer;
}

std::vector<std::byte> FakeSdCard::next_block() {
  if (!reading_blocks_) return register_data_;
  std::vector<std::byte> block(512);
  fill(next_block_++, block);
  return block;
}

void FakeSdCard::end_single_block() { state_ = CardState::kTran; }

std::optional<FakeSdCard::Answer> FakeSdCard::command(uint32_t index, uint32_t argument) {
  if (index == 0) {
    state_ = CardState::kIdle;
    application_ = four_bit_bus_ = high_speed_ = illegal_ = false;
    polls_ = 0;
    return Answer{};
  }
  if (std::exchange(application_, false)) return application_command(index, argument);
  const bool addressed = argument >> 16 == kRca;
  Answer answer;
  switch (index) {
    case 2:
      if (state_ != CardState::kReady) return illegal();
      state_ = CardState::kIdent;
      set_bits(answer.bits, 127, 120, 0x03);
      for (unsigned i = 0; i < 5; ++i) {
        set_bits(answer.bits, 103 - 8 * i, 96 - 8 * i, static_cast<uint32_t>("SL16G"[i]));
      }
      set_bits(answer.bits, 63, 56, 0x80);
      set_bits(answer.bits, 55, 24, kind_.serial);
      return answer;
    case 3:
      if (state_ != CardState::kIdent && state_ != CardState::kStby) return illegal();
      state_ = CardState::kStby;
      answer.bits.words[0] = uint32_t{kRca} << 16 | 0x500;
      return answer;
    case 6: {
      if (state_ != CardState::kTran || !kind_.knows_switch) return illegal();
      std::vector<std::byte> status(64);
      status[13] = kind_.high_speed ? std::byte{0x03} : std::byte{0x01};
      status[16] = kind_.high_speed ? std::byte{0x01} : std::byte{0x0f};
      if ((argument >> 31) != 0) high_speed_ = kind_.high_speed;
      return data(status);
    }
    case 7:
      if (state_ != CardState::kStby || !addressed) return illegal();
      answer = r1();
      state_ = CardState::kTran;
      return answer;
    case 8:
      if (state_ != CardState::kIdle || !kind_.version_2) return illegal();
      answer.bits.words[0] = argument & 0xfff;
      return answer;
    case 9: {
      if (state_ != CardState::kStby || !addressed) return illegal();
      const uint32_t c_size = static_cast<uint32_t>(kind_.block_count / 1024 - 1);
      set_bits(answer.bits, 95, 84, kind_.knows_switch ? 0x5b5 : 0x1b5);
      set_bits(answer.bits, 103, 96, 0x32);
      if (kind_.high_capacity) {
        set_bits(answer.bits, 127, 126, 1);
        set_bits(answer.bits, 83, 80, 9);
        set_bits(answer.bits, 69, 48, c_size);
      } else {
        set_bits(answer.bits, 83, 80, 10);
        set_bits(answer.bits, 49, 47, 7);
        set_bits(answer.bits, 73, 62, c_size);
      }
      return answer;
    }
    case 12:
      if (state_ != CardState::kData) return illegal();
      answer = r1();
      if (std::exchange(media_error_, false)) answer.bits.words[0] |= sd::kR1CardEccFailed;
      state_ = CardState::kTran;
      return answer;
    case 13:
      if (!identified() || !addressed) return illegal();
      return r1();
    case 16:
      if (state_ != CardState::kTran || argument != 512) return illegal();
      return r1();
    case 17:
    case 18: {
      if (state_ != CardState::kTran) return illegal();
      if (!kind_.high_capacity && argument % 512 != 0) return illegal();
      answer = r1();
      next_block_ = kind_.high_capacity ? argument : argument / 512;
      if (next_block_ >= kind_.block_count) {
        answer.bits.words[0] |= sd::kR1OutOfRange;
        return answer;
      }
      reading_blocks_ = true;
      answer.block_size = 512;
      state_ = CardState::kData;
      return answer;
    }
    case 55:
      if (state_ == CardState::kReady || state_ == CardState::kIdent) return illegal();
      if (state_ != CardState::kIdle && !addressed) return illegal();
      application_ = true;
      return r1();
    default:
      return illegal();
  }
}

std::optional<FakeSdCard::Answer> FakeSdCard::application_command(uint32_t index,
                                                                  uint32_t argument) {
  Answer answer;
  switch (index) {
    case 6:
      if (state_ != CardState::kTran || argument != 2) return illegal();
      four_bit_bus_ = true;
      return r1();
    case 41: {
      if (state_ != CardState::kIdle) return illegal();
      const bool wanted = (argument & sd::kOcrHighCapacity) != 0 || !kind_.high_capacity;
      answer.bits.words[0] = sd::kOcrVoltages;
      if (++polls_ > kind_.polls_until_ready && wanted) {
        answer.bits.words[0] |=
            sd::kOcrPoweredUp | (kind_.high_capacity ? sd::kOcrHighCapacity : 0);
        state_ = CardState::kReady;
      }
      return answer;
    }
    case 51: {
      if (state_ != CardState::kTran) return illegal();
      std::vector<std::byte> scr(8);
      scr[0] = std::byte{0x02};
      scr[1] = std::byte{0x35};
      return data(scr);
    }
    default:
      return illegal();
  }
}

}  // namespace pi
