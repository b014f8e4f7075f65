// Which function an address belongs to.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace pi0 {

class Symbols {
 public:
  // Of everything that no symbol is for, as function 0.
  Symbols() : names_{"(unknown)"} {}
  // The code symbols of an ELF file of 32 bits, little-endian, with names as they are written in
  // C++. Throws std::runtime_error with the path when it is not such a file, or has no symbols.
  static Symbols read_elf(const std::string& path);

  uint32_t function_at(uint32_t address) const;
  bool begins_at(uint32_t address) const;
  const std::vector<std::string>& names() const { return names_; }
  // The address of the function whose name is `name`, without its parameters. Namespaces may
  // be left out from the left.
  std::optional<uint32_t> find(const std::string& name) const;

 private:
  struct Symbol {
    uint32_t address, size;
    uint32_t function;  // in names_
  };

  std::vector<Symbol> symbols_;  // by address
  std::vector<std::string> names_;
};

}  // namespace pi0
