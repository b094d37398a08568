// Pages that open from disk or mail without a network: a page without its data is put together from
// reports/html/ and the chart library when freshet is built.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace freshet::reports {

// Valid HTML when JSON stands between the two.
struct PageFrame {
  std::string_view before_data, after_data;
};
PageFrame run_page();      // of one run
PageFrame compare_page();  // of runs side by side

// The page with its data as JSON in which no '<' stands, so that no text of a scenario, a key or an error can
// end the block. The page's own script writes it as text only. Pure.
std::string html_page(const PageFrame& frame, const nlohmann::json& data);

}  // namespace freshet::reports
