#include <fmt/format.h>

#include <algorithm>

#include "harness/plan/sound.h"
#include "harness/scenario/build.h"

namespace freshet::scenario {
namespace {

constexpr Nanos kLongestBound = 24 * 3600 * base::kSecond;
constexpr Nanos kLongestService = 3600 * base::kSecond;

// bound = "60s" for all it reads, bounds = { chat_turn = "60s" } by class; else the class's own (E9).
void read_bounds(Reader& reader, const std::string& where, plan::Group& group, const plan::Plan& plan,
                 Errors& errors) {
  const Range<Nanos> range{base::kMillisecond, kLongestBound};
  const Nanos own = reader.duration("bound", 0, range);
  for (plan::GroupStream& reads : group.streams) {
    reads.bound = own > 0 ? own : plan.streams[reads.stream].bound;
  }
  const Value* bounds = reader.take("bounds");
  if (bounds == nullptr) return;
  Reader by_class(*bounds, where + ": bounds", errors);
  for (plan::GroupStream& reads : group.streams) {
    reads.bound = by_class.duration(plan.streams[reads.stream].klass.c_str(), reads.bound, range);
  }
  by_class.finish(0);
}

// service_time = "1ms", or { exponential = "1ms" }: of that mean.
void read_service(Reader& reader, plan::Group& group) {
  const Range<Nanos> range{0, kLongestService};
  const Value* value = reader.take("service_time");
  if (value == nullptr || !value->is(Value::Type::table)) {
    group.service_time = reader.duration("service_time", 0, range);
    return;
  }
  Reader drawn = reader.within("service_time", *value);
  if (!drawn.has("exponential") && value->fields.empty() && value->items.empty())
    drawn.problem("expected a time such as \"1ms\", or { exponential = \"1ms\" }");
  group.service_time = drawn.duration("exponential", 0, range);
  group.service = workloads::ServiceKind::exponential;
  drawn.finish(0);
}

void read_commit(Reader& reader, plan::Group& group) {
  using plan::CommitPolicy;
  group.commit = reader.choice("commit", CommitPolicy::interval,
                               {{"interval", CommitPolicy::interval},
                                {"after_apply", CommitPolicy::after_apply},
                                {"none", CommitPolicy::none}});
  group.commit_interval =
      reader.duration("commit_interval", base::kSecond, {base::kMillisecond, 3600 * base::kSecond});
}

// A word of the scenario for one of librdkafka's settings.
void set_by_word(Reader& reader, const char* word, const char* setting, const std::string& value,
                 plan::Group& group) {
  if (value.empty()) return;
  if (!group.client_settings.emplace(setting, value).second)
    reader.problem(word, fmt::format("client says it too, as \"{}\"; leave one of them out", setting));
}

// protocol and assignor. With KIP-848 the broker assigns, with assignors of its own.
void read_protocol(Reader& reader, plan::Group& group, const plan::Plan& plan) {
  using Words = std::initializer_list<std::pair<const char*, std::string>>;
  static const Words kProtocols = {{"classic", "classic"}, {"consumer", "consumer"}};
  static const Words kOnClients = {
      {"range", "range"}, {"roundrobin", "roundrobin"}, {"cooperative-sticky", "cooperative-sticky"}};
  static const Words kOnBroker = {{"uniform", "uniform"}, {"range", "range"}};
  set_by_word(reader, "protocol", "group.protocol", reader.choice<std::string>("protocol", "", kProtocols),
              group);
  plan::Settings all = group.client_settings;
  all.insert(plan.client_settings.begin(), plan.client_settings.end());
  const bool on_broker = all["group.protocol"] == "consumer";
  set_by_word(reader, "assignor", on_broker ? "group.remote.assignor" : "partition.assignment.strategy",
              reader.choice<std::string>("assignor", "", on_broker ? kOnBroker : kOnClients), group);
  check_group_settings(reader, plan, group.client_settings);
}

// racks = { "a", "b" }: client.rack of its members in turn.
std::vector<std::string> read_racks(Reader& reader) {
  const Value* list = reader.take("racks");
  std::vector<std::string> racks;
  if (list == nullptr) return racks;
  if (!list->is(Value::Type::table) || list->items.empty() || !list->fields.empty()) {
    reader.problem("racks", fmt::format("found {}, expected a list of racks such as {{ \"a\", \"b\" }}",
                                        list->is(Value::Type::table) ? "no list" : describe(*list)));
    return racks;
  }
  for (const Value& item : list->items) {
    if (item.is(Value::Type::text) && is_name(item.text)) {
      racks.push_back(item.text);
    } else if (!item.is(Value::Type::unknown)) {
      reader.problem_at(item.line, "racks",
                        fmt::format("found {}, expected {}", describe(item), kNameExpected));
    }
  }
  return racks;
}

plan::Group read_group(const Value& value, const plan::Plan& plan, Errors& errors) {
  const std::string where = fmt::format("group \"{}\"", value.key);
  Reader reader(value, where, errors);
  plan::Group group;
  group.name = value.key;
  group.members = static_cast<int>(reader.whole("members", 1, {1, plan::kMostMembers}));
  for (const std::size_t stream : read_stream_list(reader, plan, all_streams(plan))) {
    group.streams.push_back({stream, 0});
  }
  read_bounds(reader, where, group, plan, errors);
  read_service(reader, group);
  group.queue = static_cast<std::uint32_t>(reader.whole("queue", 4096, {1, 1'000'000}));
  read_commit(reader, group);
  group.start = reader.choice("start", plan::Start::end,
                              {{"end", plan::Start::end}, {"beginning", plan::Start::beginning}});
  group.read_committed =
      reader.choice("isolation", true, {{"read_committed", true}, {"read_uncommitted", false}});
  group.never_starts = reader.flag("never_starts", false);
  group.client_settings = read_client_settings(reader);
  read_protocol(reader, group, plan);
  group.static_membership = reader.flag("static_membership", false);
  group.racks = read_racks(reader);
  reader.finish(0);
  return group;
}

// What a scenario gets that names no group.
plan::Group only_group(const plan::Plan& plan) {
  plan::Group group;
  group.name = "copilot";
  for (std::size_t i = 0; i < plan.streams.size(); ++i) group.streams.push_back({i, plan.streams[i].bound});
  return group;
}

}  // namespace

void build_groups(const Value* groups, plan::Plan& plan, Errors& errors) {
  if (groups == nullptr) {
    plan.groups.push_back(only_group(plan));
    return;
  }
  if (groups->is(Value::Type::table) && groups->fields.empty() && groups->items.empty()) {
    errors.add(groups->line, "groups: found an empty table, expected groups = { copilot = { members = 2 } }");
  }
  for (const Value* value : named_parts(*groups, "group", "copilot = { members = 2 }", errors)) {
    plan.groups.push_back(read_group(*value, plan, errors));
  }
}

}  // namespace freshet::scenario
