#include "harness/plan/check_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "harness/base/text.h"
#include "harness/plan/broken_slos.h"
#include "harness/plan/decide.h"
#include "harness/plan/expected.h"
#include "harness/plan/fluid.h"
#include "harness/plan/misplaced.h"
#include "harness/plan/rates.h"

namespace freshet::plan {
namespace {

std::string key_text(const StreamLanes& lanes, std::uint32_t key) {
  char bytes[StreamLanes::kMaximumKey];
  return {bytes, lanes.write_key(key, bytes)};
}

void find_hottest_partition(const StreamLanes& lanes, const Phase& phase, StreamLoad& load) {
  std::vector<double> events(static_cast<std::size_t>(lanes.partitions()));
  for (int lane = 0; lane < lanes.lanes(); ++lane) {
    events[static_cast<std::size_t>(lanes.partition_of(lane))] +=
        lanes.expected_lane(lane, phase.begin, phase.end);
  }
  const auto hottest = std::max_element(events.begin(), events.end());
  load.hottest_partition = static_cast<int>(hottest - events.begin());
  load.hottest_partition_share = *hottest / load.events;
  // The mix is the same throughout a phase, so the share at the peak is that of the phase.
  load.hottest_partition_peak_rate = load.peak_rate * load.hottest_partition_share;
  load.hottest_partition_peak_bytes = load.hottest_partition_peak_rate * lanes.mean_size();
}

double hot_accounts_share(const Plan& plan, const StreamLanes& lanes, const StreamLoad& load) {
  const Phase& phase = plan.phases[load.phase];
  if (phase.hot_accounts == 0 || phase.hot_share <= 0 || !changes(phase, load.stream)) return 0;
  const std::uint32_t accounts = plan.populations[plan.streams[load.stream].population].accounts();
  const std::uint32_t keys_per_account = lanes.keys() / accounts;
  double events = 0;
  for (const std::uint32_t account : lanes.hot_accounts(phase.hot_accounts)) {
    events += keys_per_account * lanes.expected_key(account * keys_per_account, phase.begin, phase.end);
  }
  return events / load.events;
}

StreamLoad stream_load(const Plan& plan, const StreamLanes& lanes, std::size_t stream, std::size_t index) {
  const Phase& phase = plan.phases[index];
  StreamLoad load;
  load.stream = stream;
  load.phase = index;
  load.events = lanes.expected(phase.begin, phase.end);
  if (load.events <= 0) return load;
  load.bytes = load.events * lanes.mean_size();
  load.peak_rate = peak_rate(plan.streams[stream], phase.begin, phase.end);
  const std::uint32_t hottest = lanes.hottest_key(phase.begin, phase.end);
  load.hottest_key = key_text(lanes, hottest);
  load.hottest_key_share = lanes.expected_key(hottest, phase.begin, phase.end) / load.events;
  find_hottest_partition(lanes, phase, load);
  load.enterprise_share = lanes.expected_tier(0, phase.begin, phase.end) / load.events;
  load.hot_accounts_share = hot_accounts_share(plan, lanes, load);
  return load;
}

// T3: max.poll.interval.ms, the group's own before everybody's before the client's default.
Nanos poll_interval(const Plan& plan, const Group& group) {
  for (const Settings* settings : {&group.client_settings, &plan.client_settings}) {
    const auto found = settings->find("max.poll.interval.ms");
    if (found == settings->end()) continue;
    std::int64_t ms = 0;
    const std::string& text = found->second;
    if (std::from_chars(text.data(), text.data() + text.size(), ms).ec == std::errc{}) {
      return std::clamp<std::int64_t>(ms, 1, 86'400'000) * base::kMillisecond;
    }
  }
  return 300 * base::kSecond;
}

double hottest_partition_busy(const PlanFacts& facts, const Group& group, std::size_t phase) {
  double most = 0;
  for (const StreamLoad& load : facts.streams) {
    const bool reads = std::any_of(group.streams.begin(), group.streams.end(),
                                   [&](const GroupStream& stream) { return stream.stream == load.stream; });
    if (reads && load.phase == phase) most = std::max(most, load.hottest_partition_peak_rate);
  }
  return most * static_cast<double>(group.service_time) / static_cast<double>(base::kSecond);
}

void fill_from_fluid(const Phase& phase, const GroupFluid& fluid, GroupLoad& load) {
  double waiting = 0;
  std::vector<double> together;  // rate of all members, cell by cell: the grid is the same for each
  for (int member = 0; member < fluid.members(); ++member) {
    std::size_t i = 0;
    for (const FluidCell& cell : fluid.cells(member)) {
      if (cell.begin < phase.begin || cell.end > phase.end) continue;
      if (i == together.size()) together.push_back(0);
      together[i++] += cell.rate;
      load.worst_member = std::max(load.worst_member, cell.rate / fluid.capacity());
      waiting = std::max(waiting, cell.waiting_peak);
    }
  }
  const double most = together.empty() ? 0.0 : *std::max_element(together.begin(), together.end());
  load.utilisation = most / (fluid.capacity() * fluid.members());
  load.backlog = waiting;
  load.longest_wait = static_cast<Nanos>(fluid.wait(waiting) * static_cast<double>(base::kSecond));
  load.drain_time = fluid.drain_time(phase.end);
}

void check_group(const Plan& plan, const std::vector<StreamLanes>& lanes, std::size_t index,
                 PlanFacts& facts) {
  const Group& group = plan.groups[index];
  const bool works = group.service_time > 0 && !group.streams.empty();
  std::optional<GroupFluid> fluid;
  if (works) fluid.emplace(plan, lanes, index);
  for (std::size_t phase = 0; phase < plan.phases.size(); ++phase) {
    GroupLoad load;
    load.group = index;
    load.phase = phase;
    if (fluid) {
      fill_from_fluid(plan.phases[phase], *fluid, load);
      load.hottest_partition = hottest_partition_busy(facts, group, phase);
      const double held = static_cast<double>(group.service_time) * group.queue;
      load.queue_outlasts_poll_interval = held > 0.8 * static_cast<double>(poll_interval(plan, group));
    }
    facts.groups.push_back(load);
  }
  if (!fluid) return;
  for (const SloInstance& instance : facts.slos) {
    if (instance.group != index) continue;
    if (auto sentence = broken_by_model(plan, *fluid, instance)) {
      facts.broken.push_back({instance, std::move(*sentence)});
    }
  }
}

// Views: a word per key for each group. Recorders: pages of histograms, some per stream, pass and tier.
Memory memory_of(const Plan& plan, const std::vector<StreamLanes>& lanes) {
  constexpr double kSeriesBytes = 256 * 1024;
  Memory memory;
  for (const StreamLanes& stream : lanes) {
    memory.lanes += static_cast<double>(stream.memory());
    memory.recorders += kSeriesBytes;
  }
  for (const Group& group : plan.groups) {
    for (const GroupStream& reads : group.streams) {
      memory.views += 8.0 * lanes[reads.stream].keys();
      const auto tiers = plan.populations[plan.streams[reads.stream].population].tiers.size();
      memory.recorders += kSeriesBytes * static_cast<double>(tiers + 1) * group.members;
    }
  }
  return memory;
}

// The greatest sum of the streams' rates: at a boundary of some segment, since all are linear between.
double peak_of_all(const Plan& plan) {
  double peak = 0;
  for (const Stream& stream : plan.streams) {
    for (const auto& segment : stream.segments) {
      for (const Nanos t : {segment.begin, segment.end - 1}) {
        double together = 0;
        for (const Stream& other : plan.streams) together += rate_at(other, t);
        peak = std::max(peak, together);
      }
    }
  }
  return peak;
}

void check_drain(const Plan& plan, PlanFacts& facts) {
  const Nanos least = smallest_drain(plan);
  if (plan.drain >= least) return;
  facts.errors.push_back(
      {fmt::format("drain is {}, expected at least {}: the greater of 30 s and the largest "
                   "bound of a group + 5 s (T5)",
                   base::format_duration(plan.drain), base::format_duration(least)),
       0});
}

void check_parts(const Plan& plan, PlanFacts& facts) {
  for (const auto& errors : {misplaced(plan), passes_out_of_the_log(plan)})
    facts.errors.insert(facts.errors.end(), errors.begin(), errors.end());
  for (std::size_t replay = 0; replay < plan.replays.size(); ++replay)
    facts.passes.push_back(pass_load(plan, replay));
  for (const Stream& stream : plan.streams) {
    const Prefill prefill = prefill_of(stream);
    facts.prefill.events += prefill.events;
    facts.prefill.bytes += prefill.bytes;
  }
}

}  // namespace

Nanos smallest_drain(const Plan& plan) {
  Nanos largest = 0;
  for (const Group& group : plan.groups) {
    for (const GroupStream& reads : group.streams) largest = std::max(largest, reads.bound);
  }
  return std::max(30 * base::kSecond, largest + 5 * base::kSecond);
}

int range_member(int partition, int partitions, int members) {
  const int each = partitions / members, extra = partitions % members;
  const int first = (each + 1) * extra;  // partitions of those that hold one more
  return partition < first ? partition / (each + 1) : extra + (partition - first) / std::max(each, 1);
}

PlanFacts check_plan(const Plan& plan, const std::vector<StreamLanes>& lanes) {
  PlanFacts facts;
  SloInstances slos = slo_instances(plan);
  facts.slos = std::move(slos.instances);
  facts.errors = std::move(slos.errors);
  for (PlanError& error : undecidable(plan, facts.slos)) facts.errors.push_back(std::move(error));
  check_drain(plan, facts);
  for (std::size_t stream = 0; stream < plan.streams.size(); ++stream) {
    facts.keys += lanes[stream].keys();
    for (std::size_t phase = 0; phase < plan.phases.size(); ++phase) {
      facts.streams.push_back(stream_load(plan, lanes[stream], stream, phase));
      facts.events += facts.streams.back().events;
      facts.bytes += facts.streams.back().bytes;
    }
  }
  for (std::size_t group = 0; group < plan.groups.size(); ++group) check_group(plan, lanes, group, facts);
  check_parts(plan, facts);
  facts.peak_rate = peak_of_all(plan);
  facts.memory = memory_of(plan, lanes);
  return facts;
}

}  // namespace freshet::plan
