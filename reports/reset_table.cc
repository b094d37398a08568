#include <fmt/format.h>

#include <cstdlib>
#include <map>
#include <tuple>

#include "harness/base/text.h"
#include "reports/names.h"
#include "reports/tables.h"

namespace freshet::reports {
namespace {

using results::ResetRow;

const char* words_of(ResetRow::Cause cause) {
  switch (cause) {
    case ResetRow::Cause::expired:
      return "expired";
    case ResetRow::Cause::truncated:
      return "truncated";
    case ResetRow::Cause::no_start_offset:
      return "no offset";
    case ResetRow::Cause::unknown:
      break;
  }
  return "unknown";
}

struct Sum {
  std::uint64_t times = 0, skipped = 0, back = 0;
  base::Nanos first = 0;
};

std::string count_cell(std::uint64_t n) {
  return n == 0 ? "" : base::format_count(n);
}

}  // namespace

std::string reset_table(const results::Settled& settled, const Style& style) {
  std::map<std::tuple<int, int, ResetRow::Cause>, Sum> sums;
  for (const ResetRow& row : settled.figures.resets) {
    Sum& sum = sums[{row.pass, row.stream, row.cause}];
    if (sum.times++ == 0) sum.first = row.at;
    const auto distance = static_cast<std::uint64_t>(std::llabs(row.goes_on_at - row.position));
    (row.goes_on_at < row.position ? sum.back : sum.skipped) += distance;
  }
  Table table("Positions outside the log", {"cause", "times", "first at", "skipped", "went back"});
  for (const auto& [key, sum] : sums) {
    const auto& [pass, stream, cause] = key;
    table.row(class_name(settled.plan, stream) + " at " + pass_name(settled.plan, pass),
              {words_of(cause), base::format_count(sum.times), base::format_duration(sum.first),
               count_cell(sum.skipped), count_cell(sum.back)},
              1, Paint::warning);
  }
  return table.empty() ? "" : table.text(style);
}

}  // namespace freshet::reports
