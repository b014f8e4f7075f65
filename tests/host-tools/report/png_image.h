// Reads the PNG files that a browser's screenshots are: 8 bits per channel, RGB or RGBA, not
// interlaced.
#pragma once

#include <zlib.h>

#include <cstdint>
#include <cstdlib>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace host {

class PngImage {
 public:
  explicit PngImage(std::string_view file) {
    if (file.substr(0, 8) != "\x89PNG\r\n\x1a\n") throw std::runtime_error("no PNG");
    std::string packed;
    for (size_t at = 8; at + 12 <= file.size();) {
      const uint32_t size = number(file, at);
      const std::string_view kind = file.substr(at + 4, 4), data = file.substr(at + 8, size);
      if (kind == "IHDR") take_header(data);
      if (kind == "IDAT") packed += data;
      at += 12 + size;
    }
    unpack(packed);
  }

  size_t width() const { return width_; }
  size_t height() const { return height_; }
  // 0xRRGGBB
  uint32_t color(size_t x, size_t y) const {
    const size_t at = y * row_bytes_ + x * channels_;
    return static_cast<uint32_t>(pixels_[at] << 16 | pixels_[at + 1] << 8 | pixels_[at + 2]);
  }
  std::set<uint32_t> colors_in(size_t left, size_t top, size_t right, size_t bottom) const {
    std::set<uint32_t> colors;
    for (size_t y = top; y < bottom && y < height_; ++y) {
      for (size_t x = left; x < right && x < width_; ++x) colors.insert(color(x, y));
    }
    return colors;
  }

 private:
  static uint32_t number(std::string_view bytes, size_t at) {
    uint32_t value = 0;
    for (size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<uint8_t>(bytes.at(at + i));
    return value;
  }

  void take_header(std::string_view data) {
    width_ = number(data, 0);
    height_ = number(data, 4);
    if (data.at(8) != 8 || (data.at(9) != 2 && data.at(9) != 6) || data.at(12) != 0) {
      throw std::runtime_error("a PNG of another kind");
    }
    channels_ = data.at(9) == 2 ? 3 : 4;
    row_bytes_ = width_ * channels_;
  }

  void unpack(const std::string& packed) {
    std::vector<uint8_t> raw(height_ * (row_bytes_ + 1));
    uLongf size = raw.size();
    if (uncompress(raw.data(), &size, reinterpret_cast<const Bytef*>(packed.data()),
                   packed.size()) != Z_OK ||
        size != raw.size()) {
      throw std::runtime_error("a damaged PNG");
    }
    pixels_.resize(height_ * row_bytes_);
    for (size_t y = 0; y < height_; ++y) {
      const uint8_t* row = raw.data() + y * (row_bytes_ + 1);
      for (size_t i = 0; i < row_bytes_; ++i) {
        const uint8_t left = i >= channels_ ? at(y, i - channels_) : uint8_t{0};
        const uint8_t up = y > 0 ? at(y - 1, i) : uint8_t{0};
        const uint8_t corner = y > 0 && i >= channels_ ? at(y - 1, i - channels_) : uint8_t{0};
        pixels_[y * row_bytes_ + i] =
            static_cast<uint8_t>(row[i + 1] + predicted(row[0], left, up, corner));
      }
    }
  }

  uint8_t at(size_t y, size_t i) const { return pixels_[y * row_bytes_ + i]; }

  // PNG specification, section 9.2: filter types 0 to 4.
  static int predicted(uint8_t filter, int left, int up, int corner) {
    switch (filter) {
      case 0:
        return 0;
      case 1:
        return left;
      case 2:
        return up;
      case 3:
        return (left + up) / 2;
      default: {
        const int guess = left + up - corner;
        const int to_left = std::abs(guess - left), to_up = std::abs(guess - up);
        const int to_corner = std::abs(guess - corner);
        if (to_left <= to_up && to_left <= to_corner) return left;
        return to_up <= to_corner ? up : corner;
      }
    }
  }

  size_t width_ = 0, height_ = 0, channels_ = 3, row_bytes_ = 0;
  std::vector<uint8_t> pixels_;
};

}  // namespace host
