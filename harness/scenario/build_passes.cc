#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "harness/base/text.h"
#include "harness/plan/sound.h"
#include "harness/scenario/build.h"
#include "harness/scenario/phase_parts.h"

namespace freshet::scenario {
namespace {

using plan::PassKind;
using plan::PassStart;
using plan::Replay;

constexpr int kFewestPairs = 4;  // D2
constexpr int kMostPairs = 100;

// "unlimited" or a rate; never 0 for unlimited.
void read_cap(Reader& reader, Replay& replay) {
  const Value* value = reader.take("rate");
  if (value == nullptr || (value->is(Value::Type::text) && value->text == "unlimited")) return;
  replay.capped = true;
  replay.rate = reader.rate("rate", 1);
}

// from = "start", an offset, or "10m ago".
void read_from(Reader& reader, Replay& replay) {
  constexpr std::string_view kAgo = " ago";
  const Value* value = reader.take("from");
  if (value == nullptr) return;
  if (value->is(Value::Type::number)) {
    replay.start = PassStart::offset;
    replay.offset = reader.whole("from", 0, {0, 1LL << 53});
    return;
  }
  const std::string& text = value->text;
  if (value->is(Value::Type::text) && text == "start") return;
  if (value->is(Value::Type::text) && text.ends_with(kAgo)) {
    const auto ago = base::parse_duration(std::string_view(text).substr(0, text.size() - kAgo.size()));
    if (!ago) return reader.problem("from", ago.error().message);
    if (*ago > 0 && *ago <= plan::kLongestRun) {
      replay.start = PassStart::ago;
      replay.ago = *ago;
      return;
    }
  }
  reader.problem("from",
                 fmt::format("found {}, expected \"start\", an offset such as 12345, or a time such as "
                             "\"10m ago\"",
                             describe(*value)));
}

void read_behind(Reader& reader, Replay& replay) {
  if (!reader.has("behind")) {
    reader.problem("has no behind; expected how far the group is behind, such as \"60s\" or \"2GiB\"");
  }
  const Extent behind = reader.extent("behind");
  replay.start = behind.bytes > 0 ? PassStart::bytes : PassStart::ago;
  replay.ago = behind.time;
  replay.bytes = behind.bytes;
}

void read_cpus(Reader& reader, Replay& replay) {
  const Value* list = reader.take("cpus");
  if (list == nullptr) return;
  const char* kExpected = "a list of CPU numbers such as { 1 }";
  if (!list->is(Value::Type::table) || list->items.empty() || !list->fields.empty()) {
    reader.problem("cpus", fmt::format("found {}, expected {}", describe(*list), kExpected));
    return;
  }
  for (const Value& item : list->items) {
    const int cpu = item.is(Value::Type::number) && item.number >= 0 && item.number < plan::kMostCpus
                        ? static_cast<int>(item.number)
                        : -1;
    if (item.is(Value::Type::unknown)) continue;
    if (cpu < 0 || item.number != cpu) {
      reader.problem_at(
          item.line, "cpus",
          fmt::format("found {}, expected a CPU number, 0 to {}", describe(item), plan::kMostCpus - 1));
    } else if (std::ranges::find(replay.cpus, cpu) != replay.cpus.end()) {
      reader.problem_at(item.line, "cpus", fmt::format("{} is there twice", cpu));
    } else {
      replay.cpus.push_back(cpu);
    }
  }
}

bool has_group(const plan::Plan& plan, const std::string& name) {
  return std::ranges::any_of(plan.groups, [&](const auto& x) { return x.name == name; }) ||
         std::ranges::any_of(plan.replays, [&](const auto& x) { return x.name == name; });
}

}  // namespace

void read_pass(Reader& reader, PassKind kind, std::size_t phase, plan::Plan& plan) {
  Replay replay;
  replay.kind = kind;
  replay.phase = phase;
  replay.line = reader.line();
  replay.name = reader.name("group", plan.phases[phase].name);
  replay.members = static_cast<int>(reader.whole("members", 1, {1, plan::kMostMembers}));
  replay.streams = read_stream_list(reader, plan, all_streams(plan));
  read_cap(reader, replay);
  if (kind == PassKind::replay) read_from(reader, replay);
  if (kind == PassKind::backlog) read_behind(reader, replay);
  // Lua keeps the word `until` to itself.
  replay.lasts = reader.duration("lasts", 0, {base::kSecond, plan::kLongestRun});
  read_cpus(reader, replay);
  replay.client_settings = read_client_settings(reader);
  check_group_settings(reader, plan, replay.client_settings);
  if (has_group(plan, replay.name)) {
    reader.problem("group", fmt::format("there is another group \"{}\"; a {} has one of its own", replay.name,
                                        plan::word_of(kind)));
  }
  plan.replays.push_back(std::move(replay));
}

void spread_windows(Reader& reader, std::size_t first_pass, plan::Plan& plan) {
  const auto pairs =
      static_cast<std::size_t>(reader.whole("pairs", kFewestPairs, {kFewestPairs, kMostPairs}));
  const plan::Phase first = std::move(plan.phases.back());
  plan.phases.pop_back();
  const std::vector<Replay> passes(plan.replays.begin() + static_cast<std::ptrdiff_t>(first_pass),
                                   plan.replays.end());
  plan.replays.resize(first_pass);
  const Nanos length = first.end - first.begin;
  if (std::ranges::any_of(passes, [](const Replay& pass) { return pass.lasts > 0; }))
    reader.problem("isolation", "each pass ends with its window; expected no lasts");
  if (length > (plan::kLongestRun - first.begin) / static_cast<Nanos>(2 * pairs)) {
    reader.problem(fmt::format("its {} windows end later than 400 days after the start", 2 * pairs));
    plan.phases.push_back(first);
    return;
  }
  for (std::size_t i = 0; i < 2 * pairs; ++i) {
    plan::Phase window = first;
    window.isolation = first.name;
    window.isolation_on = i % 2 == 1;
    window.kind = window.isolation_on ? first.kind : plan::PhaseKind::steady;
    window.name = fmt::format("{}-{}-{}", first.name, window.isolation_on ? "on" : "off", i / 2 + 1);
    window.begin = first.begin + static_cast<Nanos>(i) * length;
    window.end = window.begin + length;
    if (!is_name(window.name) ||
        std::ranges::find(plan.phases, window.name, &plan::Phase::name) != plan.phases.end())
      reader.problem(
          fmt::format("its window would be called \"{}\", which is taken or too long", window.name));
    plan.phases.push_back(std::move(window));
    if (i % 2 == 0) continue;
    for (Replay pass : passes) {
      pass.phase = plan.phases.size() - 1;
      pass.name += fmt::format("-{}", i / 2 + 1);
      if (!is_name(pass.name) || has_group(plan, pass.name))
        reader.problem(
            fmt::format("its group would be called \"{}\", which is taken or too long", pass.name));
      pass.lasts = length;
      plan.replays.push_back(std::move(pass));
    }
  }
}

}  // namespace freshet::scenario
