// page.html and page.css, built in. The former has places {{title}}, {{style}} and {{content}}.
#pragma once

#include <string_view>

namespace host {

extern const std::string_view kPageHtml;
extern const std::string_view kPageCss;

}  // namespace host
