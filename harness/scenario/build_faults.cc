#include <algorithm>

#include "harness/plan/sound.h"
#include "harness/scenario/build.h"
#include "harness/scenario/phase_parts.h"

namespace freshet::scenario {
namespace {

constexpr Nanos kTimeout = 60 * base::kSecond;
constexpr Nanos kLongestTimeout = 24 * 3600 * base::kSecond;

std::string read_command(Reader& reader, const char* key) {
  std::string command = reader.text(key, "");
  const bool blank = command.find_first_not_of(" \t\n") == std::string::npos;
  if (reader.take(key) != nullptr && reader.take(key)->is(Value::Type::text) && blank)
    reader.problem(key, "found no command, expected one such as \"scripts/kafka kill 2\"");
  return command;
}

}  // namespace

void read_fault(Reader& reader, std::size_t phase, plan::Plan& plan) {
  plan::Fault fault;
  fault.phase = phase;
  fault.line = reader.line();
  fault.at = plan.phases[phase].begin + reader.duration("at", 0, {0, plan::kLongestRun});
  if (!reader.has("run")) reader.problem("has no run; expected a command such as \"scripts/kafka kill 2\"");
  fault.run = read_command(reader, "run");
  fault.undo = read_command(reader, "undo");
  fault.after = reader.duration("after", 0, {0, plan::kLongestRun});
  fault.timeout = reader.duration("timeout", kTimeout, {base::kSecond, kLongestTimeout});
  if (reader.has("undo") && !reader.has("after")) {
    reader.problem("undo", "expected after with it: how long after run it is run, such as \"15s\"");
  } else if (reader.has("after") && !reader.has("undo")) {
    reader.problem("after", "expected undo with it: the command that is run then");
  }
  plan.faults.push_back(std::move(fault));
}

}  // namespace freshet::scenario
