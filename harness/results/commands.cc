// What became of the commands that the plan's faults run, from the events they left.
#include <algorithm>

#include "harness/results/json_fields.h"
#include "harness/results/rows.h"

namespace freshet::results {
namespace {

std::string last_line(std::string output) {
  while (!output.empty() && (output.back() == '\n' || output.back() == '\r')) output.pop_back();
  const std::size_t begin = output.find_last_of('\n');
  return begin == std::string::npos ? output : output.substr(begin + 1);
}

CommandRow command_row(const Facts& facts, const plan::Fault& fault, std::size_t index, bool undo) {
  CommandRow row{.fault = static_cast<int>(index), .undo = undo, .command = undo ? fault.undo : fault.run};
  for (const Json& event : facts.events) {
    if (integer_at(event, "fault", -1) != row.fault || bool_at(event, "undo", false) != undo) continue;
    const std::string kind = text_at(event, "kind");
    if (kind == "command_begins") {
      row.began = true;
      row.begin = integer_at(event, "t", 0);
      row.command = text_at(event, "command", row.command);
    } else if (kind == "command_ended") {
      row.ended = true;
      row.end = integer_at(event, "t", 0);
      row.status = static_cast<int>(integer_at(event, "status", -1));
      row.timed_out = bool_at(event, "timed_out", false);
      row.last_line = last_line(text_at(event, "output"));
    }
  }
  return row;
}

}  // namespace

std::vector<CommandRow> command_rows(const plan::Plan& plan, const Facts& facts) {
  std::vector<CommandRow> rows;
  for (std::size_t f = 0; f < plan.faults.size(); ++f) {
    rows.push_back(command_row(facts, plan.faults[f], f, false));
    if (!plan.faults[f].undo.empty()) rows.push_back(command_row(facts, plan.faults[f], f, true));
  }
  return rows;
}

}  // namespace freshet::results
