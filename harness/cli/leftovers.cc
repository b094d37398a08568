#include "harness/cli/leftovers.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/base/clock.h"
#include "harness/base/text.h"

namespace freshet::cli {
namespace {

constexpr std::string_view kDefaultPrefix = "freshet-";
constexpr std::size_t kDigits = 8;

bool is_hex_digit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

// Asks all topics at once; waits for the answers at most `timeout`.
void count_records(cluster::Admin& admin, Leftovers& leftovers, base::Nanos timeout) {
  std::map<std::string, LeftTopic*> open;
  for (auto& [prefix, run] : leftovers.runs) {
    for (LeftTopic& left : run.topics) {
      left.records = -1;
      admin.request_end_offsets(left.topic.name, left.topic.partitions, timeout);
      open[left.topic.name] = &left;
    }
  }
  const base::RealClock clock;
  const base::Nanos deadline = clock.now() + timeout;
  base::EventWake pause;
  while (!open.empty() && clock.now() < deadline) {
    const auto ends = admin.poll_end_offsets();
    if (!ends) {
      pause.wait_until(clock, std::min(deadline, clock.now() + 5 * base::kMillisecond));
      continue;
    }
    const auto found = ends->empty() ? open.end() : open.find(ends->front().topic);
    if (found == open.end()) continue;
    std::int64_t sum = 0;
    for (const cluster::EndOffsets& end : *ends) {
      sum = sum < 0 || end.high_watermark < 0 ? -1 : sum + end.high_watermark;
    }
    found->second->records = sum;
    open.erase(found);
  }
}

// Notes the runs whose topics grow within `watch`.
void watch_growth(cluster::Admin& admin, Leftovers& leftovers, base::Nanos timeout, base::Nanos watch) {
  Leftovers before = leftovers;
  const base::RealClock clock;
  base::EventWake pause;
  const base::Nanos until = clock.now() + watch;
  while (clock.now() < until) pause.wait_until(clock, until);
  count_records(admin, leftovers, timeout);
  for (auto& [prefix, run] : leftovers.runs) {
    const LeftRun& was = before.runs.at(prefix);
    for (std::size_t i = 0; i < run.topics.size(); ++i) {
      if (run.topics[i].records > was.topics[i].records) run.written = true;
    }
  }
}

}  // namespace

bool LeftRun::has_members() const {
  return std::ranges::any_of(groups, &cluster::ListedGroup::has_members);
}

std::size_t Leftovers::removable(bool force) const {
  std::size_t count = 0;
  for (const auto& [prefix, run] : runs) {
    if (force || !run.live()) count += run.topics.size() + run.groups.size();
  }
  return count;
}

std::string run_prefix_of(const std::string& name, const std::string& prefix) {
  if (name.starts_with("__")) return "";
  if (!prefix.empty()) return name.starts_with(prefix) ? prefix : "";
  const std::size_t length = kDefaultPrefix.size() + kDigits + 1;
  if (name.size() <= length || !name.starts_with(kDefaultPrefix) || name[length - 1] != '-') return "";
  const auto digits = name.begin() + static_cast<std::ptrdiff_t>(kDefaultPrefix.size());
  return std::all_of(digits, digits + kDigits, is_hex_digit) ? name.substr(0, length) : "";
}

base::Result<Leftovers> find_leftovers(cluster::Admin& admin, const std::string& prefix, base::Nanos timeout,
                                       base::Nanos watch) {
  auto topics = admin.list_topics(timeout);
  if (!topics) return topics.error();
  auto groups = admin.list_groups(timeout);
  if (!groups) return groups.error();
  Leftovers leftovers;
  for (cluster::ListedTopic& topic : *topics) {
    const std::string run = run_prefix_of(topic.name, prefix);
    if (!run.empty()) leftovers.runs[run].topics.push_back({std::move(topic), 0});
  }
  for (cluster::ListedGroup& group : *groups) {
    const std::string run = run_prefix_of(group.name, prefix);
    if (!run.empty()) leftovers.runs[run].groups.push_back(std::move(group));
  }
  count_records(admin, leftovers, timeout);
  const auto maybe_over = [](const auto& run) { return !run.second.live() && !run.second.topics.empty(); };
  if (std::ranges::any_of(leftovers.runs, maybe_over)) watch_growth(admin, leftovers, timeout, watch);
  return leftovers;
}

void remove(cluster::Admin& admin, Leftovers& leftovers, bool force, base::Nanos timeout) {
  const auto note = [&](const std::string& name, const base::Status& status) {
    if (status) {
      ++leftovers.removed;
    } else {
      leftovers.left.emplace_back(name, status.error().message);
    }
  };
  for (const auto& [prefix, run] : leftovers.runs) {
    if (run.live() && !force) continue;
    for (const LeftTopic& left : run.topics) {
      note("topic " + left.topic.name, admin.delete_topics({left.topic.name}, timeout));
    }
    for (const cluster::ListedGroup& group : run.groups) {
      note("group " + group.name, admin.delete_groups({group.name}, timeout));
    }
  }
}

std::string leftovers_text(const Leftovers& leftovers, bool force, const reports::Style& style) {
  if (leftovers.runs.empty()) return fmt::format("no run has left anything at {}\n", leftovers.address);
  std::string text = fmt::format("left by runs at {}\n", leftovers.address);
  for (const auto& [prefix, run] : leftovers.runs) {
    reports::Table table(prefix + "…", {"what", "partitions", "records"});
    if (run.live()) {
      table.heading(fmt::format("{}{}",
                                run.has_members() ? "has group members: on, or killed a moment ago"
                                                  : "is being written to",
                                force ? "" : "; kept unless --force"),
                    1);
    }
    for (const LeftTopic& left : run.topics) {
      table.row(left.topic.name.substr(prefix.size()),
                {"topic", std::to_string(left.topic.partitions),
                 left.records < 0 ? "?" : base::format_count(static_cast<std::uint64_t>(left.records))});
    }
    for (const cluster::ListedGroup& group : run.groups) {
      table.row(group.name.substr(prefix.size()),
                {group.has_members ? "group, has members" : "group, empty", "", ""});
    }
    text += "\n" + table.text(style);
  }
  return text + "\n";
}

nlohmann::json to_json(const Leftovers& leftovers) {
  nlohmann::json runs = nlohmann::json::array();
  for (const auto& [prefix, run] : leftovers.runs) {
    nlohmann::json topics = nlohmann::json::array(), groups = nlohmann::json::array();
    for (const LeftTopic& left : run.topics) {
      nlohmann::json topic = {{"name", left.topic.name}, {"partitions", left.topic.partitions}};
      topic["records"] = left.records < 0 ? nlohmann::json() : nlohmann::json(left.records);
      topics.push_back(std::move(topic));
    }
    for (const cluster::ListedGroup& group : run.groups) {
      groups.push_back({{"name", group.name}, {"has_members", group.has_members}});
    }
    runs.push_back({{"prefix", prefix}, {"live", run.live()}, {"topics", topics}, {"groups", groups}});
  }
  nlohmann::json left = nlohmann::json::array();
  for (const auto& [name, why] : leftovers.left) left.push_back({{"name", name}, {"why", why}});
  return {{"address", leftovers.address}, {"runs", runs}, {"removed", leftovers.removed}, {"left", left}};
}

}  // namespace freshet::cli
