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

void read_commit(Reader& reader, plan::Group& group) {
  using plan::CommitPolicy;
  group.commit = reader.choice("commit", CommitPolicy::interval,
                               {{"interval", CommitPolicy::interval},
                                {"after_apply", CommitPolicy::after_apply},
                                {"none", CommitPolicy::none}});
  group.commit_interval =
      reader.duration("commit_interval", base::kSecond, {base::kMillisecond, 3600 * base::kSecond});
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
  group.service_time = reader.duration("service_time", 0, {0, kLongestService});
  group.queue = static_cast<std::uint32_t>(reader.whole("queue", 4096, {1, 1'000'000}));
  read_commit(reader, group);
  group.start = reader.choice("start", plan::Start::end,
                              {{"end", plan::Start::end}, {"beginning", plan::Start::beginning}});
  group.read_committed =
      reader.choice("isolation", true, {{"read_committed", true}, {"read_uncommitted", false}});
  group.never_starts = reader.flag("never_starts", false);
  group.client_settings = read_client_settings(reader);
  const std::string protocol =
      reader.choice<std::string>("protocol", "", {{"classic", "classic"}, {"consumer", "consumer"}});
  if (!protocol.empty()) group.client_settings["group.protocol"] = protocol;
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
