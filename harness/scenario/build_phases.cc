#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "harness/plan/sound.h"
#include "harness/scenario/build.h"

namespace freshet::scenario {
namespace {

using plan::Phase;
using plan::PhaseKind;

constexpr std::array<std::pair<const char*, PhaseKind>, 7> kKinds{{{"warmup", PhaseKind::warmup},
                                                                   {"steady", PhaseKind::steady},
                                                                   {"ramp", PhaseKind::ramp},
                                                                   {"incident", PhaseKind::incident},
                                                                   {"replay", PhaseKind::replay},
                                                                   {"recovery", PhaseKind::recovery},
                                                                   {"rest", PhaseKind::rest}}};
constexpr double kGreatestMultiple = 10'000;

// A phase whose length is wrong: long enough that nothing else is blamed for it.
constexpr Nanos kLengthUnknown = 3600 * base::kSecond;

const std::pair<const char*, PhaseKind>* find_kind(std::string_view word) {
  const auto found =
      std::ranges::find(kKinds, word, [](const auto& kind) { return std::string_view(kind.first); });
  return found == kKinds.end() ? nullptr : &*found;
}

// T2: whole seconds.
Nanos read_length(Reader& reader, std::size_t place) {
  const Nanos length = reader.item_duration(place, kLengthUnknown, {base::kSecond, plan::kLongestRun});
  if (length % base::kSecond == 0) return length;
  reader.problem(fmt::format("lasts {} s, expected whole seconds (T2)",
                             static_cast<double>(length) / static_cast<double>(base::kSecond)));
  return kLengthUnknown;
}

void read_ramp(Reader& reader, Phase& phase, const plan::Plan& plan) {
  phase.from = reader.number("from", 1, {0, kGreatestMultiple});
  phase.to = reader.number("to", 2, {0, kGreatestMultiple});
  phase.streams = read_stream_list(reader, plan, {});
}

void read_hot_set(Reader& reader, Phase& phase, const plan::Plan& plan) {
  const std::uint32_t enterprise = plan.populations.front().tiers.front().accounts;
  phase.hot_accounts = static_cast<std::uint32_t>(reader.whole("hot_accounts", 0, {0, 1'000'000'000}));
  phase.hot_share = reader.share("hot_share", 0);
  if (phase.hot_accounts > enterprise) {
    reader.problem("hot_accounts",
                   fmt::format("found {}, but the enterprise tier, from which they are drawn, has {}",
                               phase.hot_accounts, enterprise));
  } else if (phase.hot_accounts > 0 && !reader.has("hot_share")) {
    reader.problem("hot_accounts", "expected hot_share with it: the part of the events that goes to them");
  } else if (phase.hot_share > 0 && phase.hot_accounts == 0) {
    reader.problem("hot_share", "expected hot_accounts with it: how many enterprise accounts share it");
  } else {
    return;
  }
  phase.hot_accounts = 0;
  phase.hot_share = 0;
}

void read_incident(Reader& reader, Phase& phase, const plan::Plan& plan) {
  const Nanos length = phase.end - phase.begin;
  phase.magnitude = reader.number("magnitude", 4, {0, kGreatestMultiple});
  phase.ramp = reader.duration("ramp", 0, {0, plan::kLongestRun});
  phase.decay = reader.duration("decay", 0, {0, plan::kLongestRun});
  if (phase.ramp + phase.decay > length) {
    reader.problem(
        reader.has("decay") ? "decay" : "ramp",
        fmt::format("ramp and decay take longer than the {} s of the phase", length / base::kSecond));
    phase.ramp = phase.decay = 0;
  }
  phase.streams = read_stream_list(reader, plan, {});
  read_hot_set(reader, phase, plan);
}

// "unlimited" or a rate; never 0 for unlimited.
void read_cap(Reader& reader, plan::Replay& replay) {
  const Value* value = reader.take("rate");
  if (value == nullptr || (value->is(Value::Type::text) && value->text == "unlimited")) return;
  replay.capped = true;
  replay.rate = reader.rate("rate", 1);
}

void read_replay(Reader& reader, std::size_t phase, plan::Plan& plan) {
  plan::Replay replay;
  replay.phase = phase;
  replay.name = reader.name("group", plan.phases[phase].name);
  replay.members = static_cast<int>(reader.whole("members", 1, {1, plan::kMostMembers}));
  replay.streams = read_stream_list(reader, plan, all_streams(plan));
  read_cap(reader, replay);
  reader.choice("from", 0, {{"start", 0}});
  replay.client_settings = read_client_settings(reader);
  const bool taken = std::ranges::any_of(plan.groups, [&](const auto& x) { return x.name == replay.name; }) ||
                     std::ranges::any_of(plan.replays, [&](const auto& x) { return x.name == replay.name; });
  if (taken) {
    reader.problem("group",
                   fmt::format("there is another group \"{}\"; a replay has one of its own, from the start",
                               replay.name));
  }
  plan.replays.push_back(std::move(replay));
}

// The phase's name and kind, and where in the list its length stands.
std::size_t read_head(Reader& reader, const std::string& word, Phase& phase) {
  if (const auto* kind = find_kind(word)) {
    phase.kind = kind->second;
    phase.name = reader.name("name", word);
    reader.set_where(fmt::format("phase \"{}\"", phase.name));
    return 0;
  }
  phase.name =
      reader.item_name(0, "the phase's name, as in phase { \"outage\", \"30s\", kind = \"incident\" }");
  reader.set_where(fmt::format("phase \"{}\"", phase.name));
  const auto* named = find_kind(phase.name);
  if (named == nullptr && !reader.has("kind")) {
    reader.problem(
        "has no kind; expected kind = \"warmup\", \"steady\", \"ramp\", \"incident\", \"replay\", "
        "\"recovery\" or \"rest\"");
  }
  phase.kind = reader.choice("kind", named == nullptr ? PhaseKind::steady : named->second,
                             {kKinds[0], kKinds[1], kKinds[2], kKinds[3], kKinds[4], kKinds[5], kKinds[6]});
  return 1;
}

void read_phase(const Value& value, plan::Plan& plan, Errors& errors) {
  Reader reader(value, "phase", errors);
  Phase phase;
  const std::size_t place = read_head(reader, value.word, phase);
  phase.begin = plan.end();
  phase.end = phase.begin + read_length(reader, place);
  if (phase.end > plan::kLongestRun) {
    reader.problem("ends later than 400 days after the start");
    phase.end = phase.begin;
  }
  if (std::ranges::find(plan.phases, phase.name, &Phase::name) != plan.phases.end()) {
    reader.problem(
        fmt::format("is there twice; give one of them a name of its own, as in {} {{ …, name = \"{}-2\" }}",
                    value.word, phase.name));
  }
  if (phase.kind == PhaseKind::ramp) read_ramp(reader, phase, plan);
  if (phase.kind == PhaseKind::incident) read_incident(reader, phase, plan);
  plan.phases.push_back(phase);
  if (phase.kind == PhaseKind::replay) read_replay(reader, plan.phases.size() - 1, plan);
  reader.finish(place + 1);
}

// What a scenario gets that names no phase.
void add_default_phases(plan::Plan& plan) {
  Phase warmup, steady;
  warmup.name = "warmup";
  warmup.kind = PhaseKind::warmup;
  warmup.end = 5 * base::kSecond;
  steady.name = "steady";
  steady.begin = warmup.end;
  steady.end = steady.begin + 20 * base::kSecond;
  plan.phases = {warmup, steady};
}

}  // namespace

void build_phases(const Value* phases, plan::Plan& plan, Errors& errors) {
  if (phases == nullptr) {
    add_default_phases(plan);
    return;
  }
  const char* kExample = "phases = { warmup { \"20s\" }, steady { \"60s\" } }";
  if (!phases->is(Value::Type::table) || (phases->items.empty() && phases->fields.empty())) {
    errors.add(phases->line,
               fmt::format("phases: found {}, expected {}",
                           phases->is(Value::Type::table) ? "an empty table" : describe(*phases), kExample));
    return;
  }
  // A table by name has no order.
  for (const Value& named : phases->fields) {
    errors.add(named.line, fmt::format("phases: found {} = …, expected a list, which has an order: {}",
                                       quoted(named.key), kExample));
  }
  bool measured = !phases->fields.empty();
  for (const Value& item : phases->items) {
    if (item.is(Value::Type::table) && (item.word == "phase" || find_kind(item.word) != nullptr)) {
      if (plan.phases.size() < kMostParts) read_phase(item, plan, errors);
    } else if (!item.is(Value::Type::unknown)) {
      errors.add(item.line, fmt::format("phases: found {}, expected a phase such as steady {{ \"60s\" }}",
                                        describe(item)));
    }
    measured = measured || !item.is(Value::Type::table);
  }
  if (phases->items.size() > kMostParts) {
    errors.add(phases->line,
               fmt::format("phases: found {}, expected at most {}", phases->items.size(), kMostParts));
  }
  measured =
      measured || std::ranges::any_of(plan.phases, [](const Phase& phase) { return phase.measured(); });
  if (!measured)
    errors.add(phases->line,
               "phases: nothing is measured in warmup and rest; expected steady { … } or the like");
}

}  // namespace freshet::scenario
