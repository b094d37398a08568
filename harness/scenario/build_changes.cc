#include <fmt/format.h>

#include "harness/plan/sound.h"
#include "harness/scenario/build.h"
#include "harness/scenario/phase_parts.h"

namespace freshet::scenario {
namespace {

using plan::Change;
using plan::ChangeKind;

constexpr std::pair<const char*, ChangeKind> kKinds[] = {{"add", ChangeKind::add},
                                                         {"stop", ChangeKind::stop},
                                                         {"kill", ChangeKind::kill},
                                                         {"pause", ChangeKind::pause}};

// add = { copilot = 1 }: of how many members of which groups. Returns how many groups it names.
std::size_t read_members(Reader& reader, const char* word, Change change, plan::Plan& plan) {
  const Value* counts = reader.take(word);
  if (counts == nullptr) return 0;
  if (!counts->is(Value::Type::table) || counts->fields.empty() || !counts->items.empty()) {
    reader.problem(word,
                   fmt::format("found {}, expected groups and how many members, such as {{ copilot = 1 }}",
                               counts->is(Value::Type::table) ? "no group" : describe(*counts)));
    return 1;
  }
  Reader by_group = reader.within(word, *counts);
  std::size_t named = 0;
  for (std::size_t group = 0; group < plan.groups.size(); ++group) {
    const char* name = plan.groups[group].name.c_str();
    change.group = group;
    change.members = static_cast<int>(by_group.whole(name, 0, {1, plan::kMostMembers}));
    if (change.members == 0) continue;
    ++named;
    plan.changes.push_back(change);
  }
  if (!plan.groups.empty()) by_group.finish(0);
  return std::max<std::size_t>(named, 1);
}

void check_lasts(Reader& reader) {
  if (reader.has("pause") && !reader.has("lasts")) {
    reader.problem("pause", "expected lasts with it: how long its members do not poll, such as \"5s\"");
  }
  if (reader.has("lasts") && !reader.has("pause") && !reader.has("stop") && !reader.has("kill")) {
    reader.problem("lasts", "members that are added stay to the end; expected it with pause, stop or kill");
  }
}

}  // namespace

void read_change(Reader& reader, std::size_t phase, plan::Plan& plan) {
  Change change;
  change.phase = phase;
  change.line = reader.line();
  change.at = plan.phases[phase].begin + reader.duration("at", 0, {0, plan::kLongestRun});
  const Nanos lasts = reader.duration("lasts", 0, {base::kMillisecond, plan::kLongestRun});
  std::size_t named = 0;
  for (const auto& [word, kind] : kKinds) {
    change.kind = kind;
    change.lasts = kind == ChangeKind::add ? 0 : lasts;
    named += read_members(reader, word, change, plan);
    if (reader.has(word)) named = std::max<std::size_t>(named, 1);
  }
  check_lasts(reader);
  if (named == 0) {
    reader.problem("changes nothing; expected add, stop, kill or pause, such as stop = { copilot = 1 }");
  }
}

}  // namespace freshet::scenario
