#include "host-tools/console/character_columns.h"

#include <langinfo.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <clocale>
#include <cwchar>

namespace host {

void use_utf8() {
  std::setlocale(LC_CTYPE, "");
  if (std::string_view(::nl_langinfo(CODESET)) != "UTF-8") std::setlocale(LC_CTYPE, "C.UTF-8");
}

std::wstring wide(std::string_view text) {
  std::wstring result;
  std::mbstate_t state{};
  while (!text.empty()) {
    wchar_t character = 0;
    const size_t bytes = std::mbrtowc(&character, text.data(), text.size(), &state);
    if (bytes == 0 || bytes > text.size()) break;
    result += character;
    text.remove_prefix(bytes);
  }
  return result;
}

size_t columns_of(std::string_view text) {
  size_t columns = 0;
  for (const wchar_t character : wide(text)) {
    columns += static_cast<size_t>(std::max(0, ::wcwidth(character)));
  }
  return columns;
}

size_t terminal_columns() {
  constexpr size_t kUsual = 80;
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return kUsual;
  return size.ws_col;
}

}  // namespace host
