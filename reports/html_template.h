// The page without its data, put together from reports/html/ and the chart library when freshet is built.
#pragma once

#include <string_view>

namespace freshet::reports {

// Valid HTML when the JSON stands between the two.
std::string_view html_before_data();
std::string_view html_after_data();

}  // namespace freshet::reports
