// config.txt on a card, as the firmware of a Zero reads it.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace host {

class CardConfig {
 public:
  CardConfig() = default;
  // Of the file's text.
  explicit CardConfig(const std::string& text);

  // Of the key's last line that counts, or `usual`.
  std::string value(const std::string& key, const std::string& usual) const;
  // Lines that take in other files, which were not looked at.
  const std::vector<std::string>& includes() const { return includes_; }

 private:
  std::map<std::string, std::string> values_;
  std::vector<std::string> includes_;
};

}  // namespace host
