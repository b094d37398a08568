#include "harness/plan/sound.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "harness/plan/misplaced.h"
#include "harness/plan/reads.h"

namespace freshet::plan {
namespace {

using Wrong = std::optional<std::string>;

bool within(double value, double low, double high) {
  return value >= low && value <= high;
}  // false for NaN

Wrong population(const workloads::Population& population) {
  if (population.tiers.empty() || population.tiers.size() > 16) {
    return fmt::format("population {} has {} tiers, expected 1 to 16", population.name,
                       population.tiers.size());
  }
  double shares = 0;
  for (const workloads::Tier& tier : population.tiers) {
    if (!within(tier.share, 0, 1))
      return fmt::format("the share of tier {} is not between 0% and 100%", tier.name);
    if (tier.accounts == 0 && tier.share > 0)
      return fmt::format("tier {} has a share but no accounts", tier.name);
    if (!within(tier.skew, 0, 20))
      return fmt::format("the skew of tier {} is not between 0 and 20", tier.name);
    shares += tier.share;
  }
  if (!within(shares, 1 - 1e-9, 1 + 1e-9)) {
    return fmt::format("the shares of population {} sum to {} %, expected 100 %", population.name,
                       shares * 100);
  }
  return {};
}

std::uint64_t keys_of(const workloads::Population& population, std::uint32_t per_account) {
  std::uint64_t accounts = 0;
  for (const workloads::Tier& tier : population.tiers) accounts += tier.accounts;
  return accounts * per_account;
}

Wrong size(const Stream& stream) {
  const workloads::SizeModel& size = stream.size;
  constexpr std::uint32_t kLargest = 1U << 30;
  if (size.minimum > size.maximum || size.maximum > kLargest || !within(size.median, 0, kLargest) ||
      !within(size.sigma, 0, 100)) {
    return fmt::format("the sizes of stream {} are not in order", stream.name);
  }
  const bool empirical = size.kind == workloads::SizeKind::empirical;
  const std::vector<std::uint32_t>& samples = size.samples;
  if (samples.empty() == empirical || samples.size() > workloads::kMostSamples ||
      !std::ranges::is_sorted(samples) ||
      (empirical && (samples.front() < size.minimum || samples.back() > size.maximum))) {
    return fmt::format("the measured sizes of stream {} are not in order", stream.name);
  }
  return {};
}

Wrong segments(const Stream& stream, const workloads::Tier& first_tier, Nanos end) {
  Nanos at = 0;
  double events = 0;
  for (const workloads::Segment& segment : stream.segments) {
    if (segment.begin != at || segment.end <= segment.begin || segment.end > end) {
      return fmt::format("the rate of stream {} has a gap", stream.name);
    }
    at = segment.end;
    if (!within(segment.rate_begin, 0, 1e9) || !within(segment.rate_end, 0, 1e9)) {
      return fmt::format("a rate of stream {} is not between 0 and 1e9 events/s", stream.name);
    }
    if (!within(segment.hot_share, 0, 1))
      return fmt::format("a hot share of stream {} is over 100 %", stream.name);
    if (segment.hot_share > 0 && (segment.hot_accounts == 0 || segment.hot_accounts > first_tier.accounts)) {
      return fmt::format("stream {} asks for {} hot accounts of the {} of tier {}", stream.name,
                         segment.hot_accounts, first_tier.accounts, first_tier.name);
    }
    events += segment.mass();
  }
  if (at != end) return fmt::format("the rate of stream {} does not cover the run", stream.name);
  if (events > kMostEvents)
    return fmt::format("stream {} has more than {:.0e} events", stream.name, kMostEvents);
  return {};
}

Wrong stream(const Plan& plan, const Stream& stream) {
  if (stream.population >= plan.populations.size())
    return fmt::format("stream {} has no population", stream.name);
  const auto& population = plan.populations[stream.population];
  if (stream.partitions < 1 || stream.lanes < 1 || stream.lanes > kMostLanes ||
      stream.lanes % stream.partitions != 0) {
    return fmt::format("stream {} has {} lanes over {} partitions, expected a multiple, at most {}",
                       stream.name, stream.lanes, stream.partitions, kMostLanes);
  }
  const std::uint32_t per_account = std::max<std::uint32_t>(1, stream.keys_per_account);
  if (const auto keys = keys_of(population, per_account); keys == 0 || keys > kMostKeys) {
    return fmt::format("stream {} has {} keys, expected 1 to {}", stream.name, keys, kMostKeys);
  }
  if (!within(stream.rate, 0, 1e9)) return fmt::format("the rate of stream {} is out of range", stream.name);
  if (stream.bound < 0) return fmt::format("the bound of stream {} is negative", stream.name);
  if (stream.prefill < 0 || stream.prefill > kLongestRun)
    return fmt::format("the prefill of stream {} is negative or too long", stream.name);
  if (stream.rate * static_cast<double>(stream.prefill) / static_cast<double>(base::kSecond) > kMostEvents)
    return fmt::format("the prefill of stream {} has more than {:.0e} events", stream.name, kMostEvents);
  if (stream.prefill > 0 && 2 * stream.lanes > kMostLanes)
    return fmt::format("stream {} has {} lanes, with prefill at most {}", stream.name, stream.lanes,
                       kMostLanes / 2);
  if (!within(stream.compresses, 1, kMostCompression))
    return fmt::format("stream {} is to compress by {}, expected 1 to {}", stream.name, stream.compresses,
                       kMostCompression);
  if (const Wrong wrong = size(stream)) return wrong;
  return segments(stream, population.tiers[0], plan.end());
}

Wrong phases(const Plan& plan) {
  Nanos at = 0;
  for (const Phase& phase : plan.phases) {
    if (phase.begin != at || phase.end <= phase.begin || phase.end > kLongestRun) {
      return fmt::format("phase {} does not follow the one before it, or has no length", phase.name);
    }
    at = phase.end;
    if (phase.end % base::kSecond != 0)
      return fmt::format("phase {} does not end on a whole second", phase.name);
    const Nanos length = phase.end - phase.begin;
    if (phase.ramp < 0 || phase.decay < 0 || phase.ramp > length || phase.decay > length - phase.ramp) {
      return fmt::format("ramp and decay of phase {} are longer than the phase", phase.name);
    }
    for (const std::size_t index : phase.streams) {
      if (index >= plan.streams.size())
        return fmt::format("phase {} names a stream that is not there", phase.name);
    }
  }
  return {};
}

Wrong group(const Plan& plan, const Group& group) {
  if (group.members < 1 || group.members > kMostMembers) {
    return fmt::format("group {} has {} members, expected 1 to {}", group.name, group.members, kMostMembers);
  }
  for (const GroupStream& reads : group.streams) {
    if (reads.stream >= plan.streams.size())
      return fmt::format("group {} reads a stream that is not there", group.name);
    if (reads.bound < 0) return fmt::format("a bound of group {} is negative", group.name);
  }
  if (group.service_time < 0 || group.service_time > kLongestRun || group.commit_interval < 0) {
    return fmt::format("a time of group {} is negative or too long", group.name);
  }
  return {};
}

Wrong replay(const Plan& plan, const Replay& replay) {
  if (replay.phase >= plan.phases.size()) return fmt::format("replay {} has no phase", replay.name);
  if (replay.members < 1 || replay.members > kMostMembers)
    return fmt::format("replay {} has no members", replay.name);
  for (const std::size_t index : replay.streams) {
    if (index >= plan.streams.size())
      return fmt::format("replay {} reads a stream that is not there", replay.name);
  }
  if (replay.capped && !(replay.rate > 0)) return fmt::format("replay {} is capped at no rate", replay.name);
  if (replay.offset < 0 || replay.ago < 0 || !(replay.bytes >= 0) || replay.lasts < 0)
    return fmt::format("replay {} starts or lasts out of range", replay.name);
  for (const int cpu : replay.cpus) {
    if (cpu < 0 || cpu >= kMostCpus)
      return fmt::format("replay {} keeps to a CPU that cannot be", replay.name);
  }
  return {};
}

bool is_span(Nanos at, Nanos length) {
  return at >= 0 && at <= kLongestRun && length >= 0 && length <= kLongestRun;
}

Wrong change(const Plan& plan, const Change& change) {
  if (change.phase >= plan.phases.size()) return "a change has no phase";
  if (change.group >= plan.groups.size()) return "a change names a group that is not there";
  if (change.members < 1 || change.members > kMostMembers) return "a change has no members";
  if (!is_span(change.at, change.lasts)) return "a change lies out of range";
  if (&change != plan.changes.data() && change.at < (&change - 1)->at) return "the changes are not in order";
  return {};
}

Wrong fault(const Plan& plan, const Fault& fault) {
  if (fault.phase >= plan.phases.size()) return "a fault has no phase";
  if (fault.run.empty()) return "a fault has no command";
  if (&fault != plan.faults.data() && fault.at < (&fault - 1)->at) return "the faults are not in order";
  if (!is_span(fault.at, fault.after) || !is_span(fault.at, fault.timeout))
    return "a fault lies out of range";
  return {};
}

bool reads_stream(const Group& group, std::size_t stream) {
  return std::ranges::any_of(group.streams, [&](const GroupStream& reads) { return reads.stream == stream; });
}

Wrong when_read(const Plan& plan, const Read& read) {
  constexpr double kFastest = 1e7;
  if (!read.triggered) {
    return within(read.rate, 1e-9, kFastest) ? Wrong{} : fmt::format("reads {} have no rate", read.name);
  }
  if (read.after >= plan.streams.size() ||
      plan.streams[read.after].population != plan.streams[read.streams.front()].population)
    return fmt::format("reads {} follow a stream of other accounts", read.name);
  if (!is_span(read.delay_min, 0) || !is_span(read.delay_max, 0) || read.delay_min > read.delay_max)
    return fmt::format("the delay of reads {} is out of range", read.name);
  if (!within(read.share, 1e-9, 1)) return fmt::format("the share of reads {} is out of range", read.name);
  return {};
}

Wrong read(const Plan& plan, const Read& read) {
  if (read.group >= plan.groups.size()) return fmt::format("reads {} have no group", read.name);
  if (read.streams.empty()) return fmt::format("reads {} look at no stream", read.name);
  for (const std::size_t stream : read.streams) {
    if (!reads_stream(plan.groups[read.group], stream) ||
        plan.streams[stream].population != plan.streams[read.streams.front()].population)
      return fmt::format("reads {} look at a stream that the group's view does not know", read.name);
    if (std::ranges::count(read.streams, stream) > 1)
      return fmt::format("reads {} look at a stream twice", read.name);
  }
  if (keys_of(plan, read) > kMostReadKeys)
    return fmt::format("reads {} look at more than {} keys", read.name, kMostReadKeys);
  return when_read(plan, read);
}

Wrong first_wrong(const Plan& plan) {
  if (const Wrong wrong = phases(plan)) return wrong;
  for (const auto& x : plan.populations) {
    if (const Wrong wrong = population(x)) return wrong;
  }
  for (const Stream& x : plan.streams) {
    if (const Wrong wrong = stream(plan, x)) return wrong;
  }
  for (const Group& x : plan.groups) {
    if (const Wrong wrong = group(plan, x)) return wrong;
  }
  for (const Replay& x : plan.replays) {
    if (const Wrong wrong = replay(plan, x)) return wrong;
  }
  for (const Change& x : plan.changes) {
    if (const Wrong wrong = change(plan, x)) return wrong;
  }
  for (const Fault& x : plan.faults) {
    if (const Wrong wrong = fault(plan, x)) return wrong;
  }
  for (const Read& x : plan.reads) {
    if (const Wrong wrong = read(plan, x)) return wrong;
  }
  if (const auto errors = misplaced(plan); !errors.empty()) return errors.front().message;
  if (plan.drain < 0 || plan.hold < 0) return "drain or hold is negative";
  return {};
}

}  // namespace

base::Status sound(const Plan& plan) {
  if (const Wrong wrong = first_wrong(plan)) return base::usage_error(*wrong);
  return base::Ok{};
}

}  // namespace freshet::plan
