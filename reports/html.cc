#include "reports/html.h"

#include "reports/html_data.h"
#include "reports/html_template.h"

namespace freshet::reports {

std::string html(const results::Settled& settled, const judge::Verdict& verdict) {
  const std::string data =
      html_data(settled, verdict).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  std::string page(html_before_data());
  page.reserve(page.size() + data.size() + html_after_data().size() + data.size() / 64);
  for (const char c : data) {
    if (c == '<') {
      page += "\\u003c";
    } else {
      page += c;
    }
  }
  page += html_after_data();
  return page;
}

}  // namespace freshet::reports
