#include "reports/html.h"

#include "reports/html_data.h"
#include "reports/html_page.h"

namespace freshet::reports {

std::string html(const results::Settled& settled, const judge::Verdict& verdict) {
  return html_page(run_page(), html_data(settled, verdict));
}

}  // namespace freshet::reports
