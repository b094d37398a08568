#include "harness/results/carriers.h"

#include <fmt/format.h>

#include <iterator>

#include "harness/results/line_file.h"

namespace freshet::results {

const Table TableOf<measure::Carrier>::table{"carriers.csv", "# freshet carriers 1",
                                             "stream,pass,lane,n,staleness_ns,without_own_ns,send_ns,log_ns"};

void append(std::string& out, const measure::Carrier& row) {
  fmt::format_to(std::back_inserter(out), "{},{},{},{},{},{},{},{}\n", row.stream, row.pass, row.lane, row.n,
                 row.staleness, row.without_own, row.send, row.log);
}

bool parse(std::string_view line, measure::Carrier& row) {
  Fields fields(line);
  fields >> row.stream >> row.pass >> row.lane >> row.n >> row.staleness >> row.without_own >> row.send >>
      row.log;
  return fields.complete();
}

}  // namespace freshet::results
