#include "tests/pi0-cycles/symbols.h"

#include <cxxabi.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <span>
#include <stdexcept>

#include "base/bytes.h"

namespace pi0 {
namespace {

using Bytes = std::span<const std::byte>;

// ELF-32 (System V ABI, chapter 4): section headers and symbols.
constexpr size_t kHeaderBytes = 52, kSectionBytes = 40, kSymbolBytes = 16;
constexpr uint32_t kSymbolTable = 2;
constexpr uint32_t kExecutable = 4;  // SHF_EXECINSTR
constexpr uint32_t kNoType = 0, kFunction = 2;
constexpr uint32_t kReservedSections = 0xff00;

struct Section {
  uint32_t type, flags, offset, size, link;
};

Section read_section(Bytes file, uint32_t index) {
  const size_t at = base::load_le32(file, 32) + size_t{index} * kSectionBytes;
  if (at + kSectionBytes > file.size()) throw std::runtime_error("a section lies outside");
  return {base::load_le32(file, at + 4), base::load_le32(file, at + 8),
          base::load_le32(file, at + 16), base::load_le32(file, at + 20),
          base::load_le32(file, at + 24)};
}

std::string text_at(Bytes file, const Section& strings, uint32_t offset) {
  std::string text;
  for (size_t at = size_t{strings.offset} + offset; at < file.size(); ++at) {
    const char letter = static_cast<char>(file[at]);
    if (letter == 0) break;
    text += letter;
  }
  return text;
}

std::string demangled(const std::string& name) {
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> text(
      abi::__cxa_demangle(name.c_str(), nullptr, nullptr, &status), &std::free);
  return status == 0 ? text.get() : name;
}

std::vector<std::byte> read_file(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  const std::vector<char> text{std::istreambuf_iterator<char>(stream), {}};
  std::vector<std::byte> bytes(text.size());
  std::transform(text.begin(), text.end(), bytes.begin(),
                 [](char letter) { return static_cast<std::byte>(letter); });
  return bytes;
}

}  // namespace

Symbols Symbols::read_elf(const std::string& path) {
  const std::vector<std::byte> content = read_file(path);
  const Bytes file = content;
  constexpr uint32_t kMagic = 0x464c457f, k32Bits = 1;
  if (file.size() < kHeaderBytes || base::load_le32(file, 0) != kMagic ||
      std::to_integer<uint32_t>(file[4]) != k32Bits) {
    throw std::runtime_error(path + ": no ELF file of 32 bits");
  }
  Symbols result;
  const uint32_t sections = base::load_le16(file, 48);
  for (uint32_t i = 0; i < sections; ++i) {
    const Section table = read_section(file, i);
    if (table.type != kSymbolTable) continue;
    const Section strings = read_section(file, table.link);
    for (size_t at = table.offset; at + kSymbolBytes <= size_t{table.offset} + table.size;
         at += kSymbolBytes) {
      const uint32_t type = std::to_integer<uint32_t>(file[at + 12]) & 0xf;
      const uint32_t home = base::load_le16(file, at + 14);
      if ((type != kFunction && type != kNoType) || home == 0 || home >= kReservedSections)
        continue;
      if ((read_section(file, home).flags & kExecutable) == 0) continue;
      const std::string name = text_at(file, strings, base::load_le32(file, at));
      if (name.empty() || name[0] == '$') continue;  // marks of code and data
      const auto function = static_cast<uint32_t>(result.names_.size());
      result.names_.push_back(demangled(name));
      result.symbols_.push_back(
          {base::load_le32(file, at + 4) & ~1u, base::load_le32(file, at + 8), function});
    }
  }
  if (result.symbols_.empty()) throw std::runtime_error(path + ": has no symbols");
  // Of several at one address the one with a size comes last, and is found.
  std::sort(result.symbols_.begin(), result.symbols_.end(), [](const auto& a, const auto& b) {
    return a.address != b.address ? a.address < b.address : a.size < b.size;
  });
  return result;
}

uint32_t Symbols::function_at(uint32_t address) const {
  const auto next =
      std::upper_bound(symbols_.begin(), symbols_.end(), address,
                       [](uint32_t value, const Symbol& one) { return value < one.address; });
  if (next == symbols_.begin()) return 0;
  const Symbol& symbol = *(next - 1);
  // Assembly's have no size, and reach up to the next one.
  if (symbol.size != 0 && address >= symbol.address + symbol.size) return 0;
  return symbol.function;
}

bool Symbols::begins_at(uint32_t address) const {
  return std::binary_search(symbols_.begin(), symbols_.end(), Symbol{address, 0, 0},
                            [](const auto& a, const auto& b) { return a.address < b.address; });
}

std::optional<uint32_t> Symbols::find(const std::string& name) const {
  for (const Symbol& symbol : symbols_) {
    const std::string& full = names_[symbol.function];
    const std::string plain = full.substr(0, full.find('('));
    if (plain == name || plain.ends_with("::" + name)) return symbol.address;
  }
  return {};
}

}  // namespace pi0
