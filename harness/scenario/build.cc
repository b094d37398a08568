#include "harness/scenario/build.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/base/group_protocol.h"
#include "harness/base/secret.h"
#include "harness/plan/check_plan.h"
#include "harness/plan/misplaced.h"
#include "harness/plan/pass_load.h"
#include "harness/plan/rates.h"
#include "harness/plan/sound.h"

namespace freshet::scenario {
namespace {

constexpr Nanos kLongestWait = 24 * 3600 * base::kSecond;  // of drain and hold

// "incident_burst" of "scenarios/incident_burst.lua".
std::string stem(const std::string& file) {
  const std::size_t slash = file.find_last_of('/');
  std::string name = slash == std::string::npos ? file : file.substr(slash + 1);
  name = name.substr(0, name.find('.'));
  return is_name(name) ? name : "scenario";
}

void build_end(Reader& reader, plan::Plan& plan) {
  plan.hold = reader.duration("hold", plan.hold, {base::kSecond, kLongestWait});
  const Nanos smallest = plan::smallest_drain(plan);
  plan.drain = reader.duration("drain", smallest, {0, kLongestWait});
  if (plan.drain >= smallest) return;
  reader.problem("drain",
                 fmt::format("is shorter than the {} s that the bounds of the live groups ask for (T5)",
                             static_cast<double>(smallest) / static_cast<double>(base::kSecond)));
}

KnownNames known_names(const Value& scenario) {
  const auto known = [](const Value& part) { return part.is(Value::Type::table); };
  KnownNames names;
  for (const Value& part : scenario.fields) {
    if (part.key == "streams" || part.key == "groups") names.others = names.others && known(part);
    if (part.key == "phases") names.phases = known(part) && std::ranges::all_of(part.items, known);
  }
  return names;
}

}  // namespace

void build(const Value& scenario, const Options& options, plan::Plan& plan, Errors& errors) {
  Reader reader(scenario, "scenario", errors);
  plan.name = reader.name("name", stem(plan.scenario_file));
  plan.about = reader.text("about", "");
  plan.seed = static_cast<std::uint64_t>(reader.whole("seed", 1, {0, 1LL << 53}));
  if (options.seed) plan.seed = *options.seed;
  build_population(reader.take("tenants"), plan, errors);
  const Value* streams = reader.take("streams");
  if (!reader.has("streams"))
    reader.problem("has no streams; expected streams = { name = { rate = \"100/s\" } }");
  build_streams(streams, reader.extent("prefill"), plan, errors);
  plan.client_settings = read_client_settings(reader);
  build_groups(reader.take("groups"), plan, errors);
  KnownNames known = known_names(scenario);
  const Value* reads = reader.take("reads");
  known.others = known.others && build_reads(reads, plan, errors);
  build_phases(reader.take("phases"), plan, errors);
  build_end(reader, plan);
  plan::fill_segments(plan);
  const Value* slos = reader.take("slos");
  reader.finish(0);
  build_slos(slos, known, plan, errors);
  if (!errors.empty()) return;  // lengths and rates may be wrong
  for (const auto& found : {plan::misplaced(plan), plan::passes_out_of_the_log(plan)}) {
    for (const plan::PlanError& error : found) errors.add(error.line, error.message);
  }
  if (!errors.empty()) return;
  if (const auto sound = plan::sound(plan); !sound.ok()) reader.problem(sound.error().message);
}

std::vector<std::size_t> all_streams(const plan::Plan& plan) {
  std::vector<std::size_t> all(plan.streams.size());
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
  return all;
}

std::vector<std::size_t> read_stream_list(Reader& reader, const plan::Plan& plan,
                                          std::vector<std::size_t> fallback) {
  const Value* list = reader.take("streams");
  if (list == nullptr) return fallback;
  if (!list->is(Value::Type::table) || list->items.empty() || !list->fields.empty()) {
    reader.problem("streams",
                   fmt::format("found {}, expected a list of stream names such as {{ \"chat_turn\" }}",
                               list->is(Value::Type::table) ? "no list" : describe(*list)));
    return fallback;
  }
  std::vector<std::string> names;
  for (const plan::Stream& stream : plan.streams) names.push_back(stream.name);
  std::vector<std::size_t> chosen;
  bool wrong = false;
  for (const Value& item : list->items) {
    const auto found = std::ranges::find(names, item.text);
    const auto index = static_cast<std::size_t>(found - names.begin());
    if (!item.is(Value::Type::text) || found == names.end()) {
      wrong = true;
      if (item.is(Value::Type::unknown)) continue;
      reader.problem_at(item.line, "streams",
                        fmt::format("found {}, expected a stream of the scenario{}", describe(item),
                                    suggestion(item.text, names)));
    } else if (std::ranges::find(chosen, index) != chosen.end()) {
      wrong = true;
      reader.problem_at(item.line, "streams", fmt::format("{} is there twice", describe(item)));
    } else {
      chosen.push_back(index);
    }
  }
  return wrong ? fallback : chosen;
}

plan::Settings read_client_settings(Reader& reader) {
  plan::Settings settings = reader.settings("client");
  for (const char* target : {"bootstrap.servers", "metadata.broker.list"}) {
    if (settings.erase(target) > 0) {
      reader.problem("client",
                     fmt::format("\"{}\": the target is not part of a scenario; -b host:port or --target "
                                 "names it",
                                 target));
    }
  }
  for (const auto& [name, value] : settings) {
    if (!base::is_secret(name)) continue;
    reader.problem("client",
                   fmt::format("\"{}\": a scenario is recorded with its run, so secrets belong into the "
                               "file of --target, or -X",
                               name));
  }
  return settings;
}

void check_group_settings(Reader& reader, const plan::Plan& plan, const plan::Settings& own) {
  plan::Settings all = own;
  all.insert(plan.client_settings.begin(), plan.client_settings.end());  // the group's own are stronger
  if (const auto conflict = base::group_settings_conflict(all)) reader.problem("client", *conflict);
}

std::vector<const Value*> named_parts(const Value& table, const std::string& part, const std::string& example,
                                      Errors& errors) {
  std::vector<const Value*> parts;
  if (table.is(Value::Type::unknown)) return parts;
  if (!table.is(Value::Type::table)) {
    errors.add(table.line,
               fmt::format("{}s: found {}, expected a table such as {}", part, describe(table), example));
    return parts;
  }
  for (const Value& item : table.items) {
    if (item.is(Value::Type::unknown)) continue;
    errors.add(item.line,
               fmt::format("{}s: found {} without a name, expected {}", part, describe(item), example));
  }
  for (const Value& value : table.fields) {
    if (!is_name(value.key)) {
      errors.add(value.line, fmt::format("{} {}: expected {}", part, quoted(value.key), kNameExpected));
    } else if (parts.size() < kMostParts) {
      parts.push_back(&value);
    }
  }
  if (table.fields.size() > kMostParts) {
    errors.add(table.line,
               fmt::format("{}s: found {}, expected at most {}", part, table.fields.size(), kMostParts));
  }
  return parts;
}

}  // namespace freshet::scenario
