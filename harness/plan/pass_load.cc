#include "harness/plan/pass_load.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "harness/base/text.h"
#include "harness/plan/expected.h"
#include "harness/plan/fluid.h"
#include "harness/plan/rates.h"

namespace freshet::plan {
namespace {

double seconds(Nanos span) {
  return static_cast<double>(span) / static_cast<double>(base::kSecond);
}

// Written with τ in [from, to); before 0 at the base rate (E4).
double written(const Plan& plan, std::size_t stream, Nanos from, Nanos to) {
  const Stream& s = plan.streams[stream];
  const Nanos start = std::max(from, -s.prefill);
  const double before = start < 0 ? s.rate * seconds(std::min<Nanos>(to, 0) - start) : 0;
  return before + (to > 0 ? expected_events(plan, stream, -1, std::max<Nanos>(start, 0), to) : 0);
}

double mean_size(const Stream& stream) {
  return workloads::SizeTable(stream.size).mean();
}

constexpr Nanos kMostFinish = 100LL * 365 * 86'400 * base::kSecond;  // as good as never

struct Volume {
  double events = 0, bytes = 0;
};

// All that its streams hold when the pass begins.
Volume log_of(const Plan& plan, const Replay& replay) {
  Volume log;
  for (const std::size_t s : replay.streams) {
    const double events = written(plan, s, -plan.streams[s].prefill, plan.phases[replay.phase].begin);
    log.events += events;
    log.bytes += events * mean_size(plan.streams[s]);
  }
  return log;
}

// From where the pass starts to the log's end.
Volume to_read(const Plan& plan, const Replay& replay) {
  const Volume log = log_of(plan, replay);
  if (replay.start == PassStart::bytes) {
    const double part = log.bytes > 0 ? std::min(1.0, replay.bytes / log.bytes) : 0;
    return {log.events * part, log.bytes * part};
  }
  Volume volume;
  for (const std::size_t s : replay.streams) {
    const Nanos begin = plan.phases[replay.phase].begin;
    const Nanos from = replay.start == PassStart::ago ? begin - replay.ago : -plan.streams[s].prefill;
    double events = written(plan, s, from, begin);
    if (replay.start == PassStart::offset)
      events = std::max(0.0, events - static_cast<double>(replay.offset) * plan.streams[s].partitions);
    volume.events += events;
    volume.bytes += events * mean_size(plan.streams[s]);
  }
  return volume;
}

double inflow_at(const Plan& plan, const Replay& replay, Nanos tau) {
  double rate = 0;
  for (const std::size_t s : replay.streams) rate += rate_at(plan.streams[s], tau);
  return rate;
}

// Times between which every rate of the pass's streams is linear, from the pass's begin on.
std::vector<Nanos> bends(const Plan& plan, const Replay& replay) {
  std::vector<Nanos> times = {plan.phases[replay.phase].begin, plan.end()};
  for (const std::size_t s : replay.streams) {
    for (const auto& segment : plan.streams[s].segments) {
      if (segment.begin > times[0]) times.push_back(segment.begin);
    }
  }
  std::ranges::sort(times);
  times.erase(std::unique(times.begin(), times.end()), times.end());
  return times;
}

// Past the run's end the last rates go on, as for a group (T4).
Nanos finish_at_cap(const Plan& plan, const Replay& replay, double waiting) {
  const std::vector<Nanos> times = bends(plan, replay);
  for (std::size_t i = 0; i + 1 < times.size(); ++i) {
    const FluidStep step =
        flow(waiting, inflow_at(plan, replay, times[i]), inflow_at(plan, replay, times[i + 1] - 1),
             replay.rate, seconds(times[i + 1] - times[i]));
    if (step.empty_at >= 0)
      return times[i] - times[0] + static_cast<Nanos>(step.empty_at * static_cast<double>(base::kSecond));
    waiting = step.waiting;
  }
  const double net = replay.rate - inflow_at(plan, replay, plan.end() - 1);
  if (net <= 0 || waiting / net > seconds(kMostFinish)) return base::kNever;
  return plan.end() - times[0] + static_cast<Nanos>(waiting / net * static_cast<double>(base::kSecond));
}

std::string out_of_time(const Plan& plan, const Replay& replay) {
  const Nanos begin = plan.phases[replay.phase].begin;
  for (const std::size_t s : replay.streams) {
    const Nanos held = begin + plan.streams[s].prefill;
    if (replay.ago <= held) continue;
    return fmt::format(
        "starts {} back, but the log of {} begins {}; expected at most that, or prefill = \"{:.0f}s\"",
        base::format_duration(replay.ago), plan.streams[s].name,
        held == 0 ? "with it" : base::format_duration(held) + " before it",
        std::ceil(seconds(replay.ago - begin)));
  }
  return "";
}

std::string out_of_bytes(const Plan& plan, const Replay& replay) {
  const Volume log = log_of(plan, replay);
  if (replay.bytes <= log.bytes) return "";
  return fmt::format(
      "starts {} back, but {} are expected in the log by then; expected at most that, or a longer "
      "prefill",
      base::format_bytes(replay.bytes), base::format_bytes(log.bytes));
}

std::string past_the_end(const Plan& plan, const Replay& replay) {
  for (const std::size_t s : replay.streams) {
    const Stream& stream = plan.streams[s];
    const double each =
        written(plan, s, -stream.prefill, plan.phases[replay.phase].begin) / stream.partitions;
    if (static_cast<double>(replay.offset) < each) continue;
    return fmt::format(
        "starts at offset {}, but about {:.0f} records are expected in a partition of {} by then",
        replay.offset, each, stream.name);
  }
  return "";
}

}  // namespace

PassLoad pass_load(const Plan& plan, std::size_t index) {
  const Replay& replay = plan.replays[index];
  const Volume volume = to_read(plan, replay);
  PassLoad load;
  load.replay = index;
  load.events = volume.events;
  load.bytes = volume.bytes;
  for (const Nanos t : bends(plan, replay)) {
    load.inflow = std::max(load.inflow, inflow_at(plan, replay, t));
    if (t > plan.phases[replay.phase].begin)
      load.inflow = std::max(load.inflow, inflow_at(plan, replay, t - 1));
  }
  if (replay.capped) load.finish = finish_at_cap(plan, replay, volume.events);
  return load;
}

std::vector<PlanError> passes_out_of_the_log(const Plan& plan) {
  std::vector<PlanError> errors;
  for (const Replay& replay : plan.replays) {
    const std::string problem = replay.start == PassStart::ago      ? out_of_time(plan, replay)
                                : replay.start == PassStart::bytes  ? out_of_bytes(plan, replay)
                                : replay.start == PassStart::offset ? past_the_end(plan, replay)
                                                                    : "";
    if (problem.empty()) continue;
    errors.push_back({fmt::format("{} \"{}\": {}", word_of(replay.kind), replay.name, problem), replay.line});
  }
  return errors;
}

Prefill prefill_of(const Stream& stream) {
  const double events = stream.rate * seconds(stream.prefill);
  return {events, events * mean_size(stream)};
}

}  // namespace freshet::plan
