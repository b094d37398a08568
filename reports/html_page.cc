#include "reports/html_page.h"

namespace freshet::reports {

std::string html_page(const PageFrame& frame, const nlohmann::json& data) {
  const std::string text = data.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  std::string page(frame.before_data);
  page.reserve(page.size() + text.size() + frame.after_data.size() + text.size() / 64);
  for (const char c : text) {
    if (c == '<') {
      page += "\\u003c";
    } else {
      page += c;
    }
  }
  page += frame.after_data;
  return page;
}

}  // namespace freshet::reports
