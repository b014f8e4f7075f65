#include "host-tools/card/card_time.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <string_view>

#include "base/version.h"
#include "host-tools/support/failure.h"

namespace host {

uint64_t card_time() {
  constexpr uint64_t kFirst = 315'532'800;   // 1980-01-01
  constexpr uint64_t kLast = 4'354'819'198;  // 2107-12-31 23:59:58
  uint64_t seconds = base::version_epoch();
  const char* given = std::getenv("SOURCE_DATE_EPOCH");
  if (const std::string_view text = given == nullptr ? "" : given; !text.empty()) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (error != std::errc() || end != text.data() + text.size()) {
      fail("SOURCE_DATE_EPOCH is \"{}\"; it must be seconds since 1970", text);
    }
  }
  return std::clamp(seconds, kFirst, kLast);
}

}  // namespace host
