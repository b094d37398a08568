#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "harness/plan/sound.h"
#include "harness/scenario/build.h"
#include "harness/scenario/phase_parts.h"

namespace freshet::scenario {
namespace {

using plan::Phase;
using plan::PhaseKind;

constexpr std::array<std::pair<const char*, PhaseKind>, 11> kKinds{{{"warmup", PhaseKind::warmup},
                                                                    {"steady", PhaseKind::steady},
                                                                    {"ramp", PhaseKind::ramp},
                                                                    {"incident", PhaseKind::incident},
                                                                    {"replay", PhaseKind::replay},
                                                                    {"backlog", PhaseKind::backlog},
                                                                    {"bootstrap", PhaseKind::bootstrap},
                                                                    {"change", PhaseKind::change},
                                                                    {"fault", PhaseKind::fault},
                                                                    {"recovery", PhaseKind::recovery},
                                                                    {"rest", PhaseKind::rest}}};
constexpr double kGreatestMultiple = 10'000;

// A phase whose length is wrong: long enough that nothing else is blamed for it.
constexpr Nanos kLengthUnknown = 3600 * base::kSecond;

const char* find_word(PhaseKind kind) {
  return std::ranges::find(kKinds, kind, &std::pair<const char*, PhaseKind>::second)->first;
}

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

// ---- What happens in a phase ----------------------------------------------------------------------------

bool is_part(PhaseKind kind) {
  switch (kind) {
    case PhaseKind::replay:
    case PhaseKind::backlog:
    case PhaseKind::bootstrap:
    case PhaseKind::change:
    case PhaseKind::fault:
      return true;
    default:
      return false;
  }
}

void read_part(Reader& reader, PhaseKind kind, std::size_t phase, plan::Plan& plan) {
  if (kind == PhaseKind::change) return read_change(reader, phase, plan);
  if (kind == PhaseKind::fault) return read_fault(reader, phase, plan);
  read_pass(reader,
            kind == PhaseKind::replay    ? plan::PassKind::replay
            : kind == PhaseKind::backlog ? plan::PassKind::backlog
                                         : plan::PassKind::bootstrap,
            phase, plan);
}

// A table after the phase's length: of the kind that its word says, or a plain one of the phase's own.
struct Part {
  const Value* table;
  PhaseKind kind;
};

// Tables after the length; what cannot stand there is an error.
std::vector<Part> parts_of(Reader& reader, const Phase& phase, std::size_t place) {
  std::vector<Part> parts;
  for (std::size_t i = place + 1; i < reader.items().size(); ++i) {
    const Value& item = reader.items()[i];
    if (item.is(Value::Type::unknown)) continue;
    const auto* kind = find_kind(item.word);
    const bool plain = item.is(Value::Type::table) && item.word.empty() && is_part(phase.kind);
    if (plain || (kind != nullptr && is_part(kind->second))) {
      parts.push_back({&item, plain ? phase.kind : kind->second});
    } else {
      reader.problem_item(i,
                          "expected what happens in it: replay, backlog, bootstrap, change or fault { … }");
    }
  }
  if (phase.disturbance() || parts.empty()) return parts;
  reader.problem_item(
      place + 1,
      "but what disturbs ends with a phase of its own (D1); expected it in incident { … }, or as a phase");
  return {};
}

// The phase's own fields say what happens in it, unless tables after its length do.
void read_parts(Reader& reader, std::size_t place, plan::Plan& plan) {
  const std::size_t index = plan.phases.size() - 1;
  const Phase phase = plan.phases[index];
  const std::vector<Part> parts = parts_of(reader, phase, place);
  const bool in_tables =
      std::ranges::any_of(parts, [&](const Part& part) { return part.kind == phase.kind; });
  if (is_part(phase.kind) && !in_tables) read_part(reader, phase.kind, index, plan);
  for (const Part& part : parts) {
    Reader inner = reader.within(find_word(part.kind), *part.table);
    read_part(inner, part.kind, index, plan);
    inner.finish(0);
  }
  if (in_tables) reader.hint("; the tables after the length say what happens");
}

// isolation = true (D2).
void read_isolation(Reader& reader, std::size_t first_pass, plan::Plan& plan) {
  const bool isolated = reader.flag("isolation", false);
  if (!isolated) {
    if (reader.has("pairs")) reader.problem("pairs", "expected isolation = true with it");
    reader.take("pairs");
    return;
  }
  const std::size_t phase = plan.phases.size() - 1;
  const bool others = std::ranges::any_of(plan.changes, [&](const auto& x) { return x.phase == phase; }) ||
                      std::ranges::any_of(plan.faults, [&](const auto& x) { return x.phase == phase; });
  if (others) {
    reader.problem("isolation",
                   "the windows may differ in nothing but the passes (D2); expected no change and no fault");
    return;
  }
  spread_windows(reader, first_pass, plan);
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
    std::string words;
    for (const auto& [word_of_kind, kind] : kKinds) {
      words += fmt::format("{}\"{}\"",
                           words.empty()             ? ""
                           : kind == PhaseKind::rest ? " or "
                                                     : ", ",
                           word_of_kind);
    }
    reader.problem(fmt::format("has no kind; expected kind = {}", words));
  }
  phase.kind = reader.choice("kind", named == nullptr ? PhaseKind::steady : named->second,
                             std::span<const std::pair<const char*, PhaseKind>>(kKinds));
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
  const auto same = [&](const Phase& other) {
    return phase.name == other.name || phase.name == other.isolation;
  };
  if (std::ranges::any_of(plan.phases, same)) {
    reader.problem(
        fmt::format("is there twice; give one of them a name of its own, as in {} {{ …, name = \"{}-2\" }}",
                    value.word, phase.name));
  }
  if (phase.kind == PhaseKind::ramp) read_ramp(reader, phase, plan);
  if (phase.kind == PhaseKind::incident) read_incident(reader, phase, plan);
  plan.phases.push_back(phase);
  const std::size_t first_pass = plan.replays.size();
  read_parts(reader, place, plan);
  if (phase.kind == PhaseKind::replay) read_isolation(reader, first_pass, plan);
  reader.finish(reader.items().size());
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
  for (const auto& [count, what] :
       {std::pair{plan.replays.size(), "passes"}, std::pair{plan.changes.size(), "changes"},
        std::pair{plan.faults.size(), "faults"}, std::pair{plan.phases.size(), "phases and windows"}}) {
    if (count > kMostParts)
      errors.add(phases->line,
                 fmt::format("phases: found {} {}, expected at most {}", count, what, kMostParts));
  }
  std::ranges::stable_sort(plan.changes, {}, &plan::Change::at);
  std::ranges::stable_sort(plan.faults, {}, &plan::Fault::at);
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
