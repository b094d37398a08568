#include "tests/simulation/random_plan.h"

#include <algorithm>
#include <string>

#include "harness/base/random.h"
#include "harness/plan/sound.h"
#include "tests/simulation/run_fixture.h"

namespace freshet::test {
namespace {

using Fault = cluster::LoopbackFault;

class Maker {
 public:
  explicit Maker(std::uint64_t seed) : random_(seed) { made_.plan.seed = seed; }

  RandomScenario make() {
    made_.plan.name = "random";
    made_.plan.populations.push_back(
        {"tenants",
         {{"enterprise", 4, 0.4, 0}, {"rest", static_cast<std::uint32_t>(upto(1, 300)), 0.6, 1.0}}});
    for (std::uint64_t s = upto(1, 2); s > 0; --s) add_stream();
    for (std::uint64_t g = upto(1, 3); g > 0; --g) add_group();
    for (std::uint64_t p = upto(1, 4); p > 0; --p) add_phase();
    made_.plan.drain = seconds(5, 15);
    finish(made_.plan);
    for (std::size_t g = 0; g < made_.plan.groups.size(); ++g) {
      if (one_in(2)) add_changes(g);
    }
    add_loopback();
    starve();
    made_.senders = static_cast<int>(upto(1, 4));
    return std::move(made_);
  }

 private:
  std::uint64_t upto(std::uint64_t least, std::uint64_t most) {
    return least + random_.below(most - least + 1);
  }
  bool one_in(std::uint64_t n) { return random_.below(n) == 0; }
  Nanos seconds(std::uint64_t least, std::uint64_t most) {
    return static_cast<Nanos>(upto(least, most)) * kSecond;
  }
  Nanos milliseconds(std::uint64_t most) { return static_cast<Nanos>(upto(0, most)) * kMillisecond; }

  void add_stream() {
    plan::Stream stream;
    stream.name = stream.klass = "stream" + std::to_string(made_.plan.streams.size());
    stream.partitions = static_cast<int>(upto(1, 6));
    stream.lanes = plan::default_lanes(stream.partitions);
    stream.rate = static_cast<double>(upto(5, 150));
    stream.arrival = one_in(3) ? workloads::Arrival::uniform : workloads::Arrival::poisson;
    stream.size = {.kind = workloads::SizeKind::uniform, .minimum = 72, .maximum = 400, .median = 200};
    stream.bound = milliseconds(3000) + kMillisecond;
    made_.plan.streams.push_back(stream);
  }

  void add_group() {
    plan::Group group;
    group.name = "group" + std::to_string(made_.plan.groups.size());
    group.members = static_cast<int>(upto(1, 4));
    group.service_time = one_in(2) ? 0 : static_cast<Nanos>(upto(1, 8000)) * kMicrosecond;
    group.queue = static_cast<std::uint32_t>(upto(1, 200));
    group.commit = static_cast<plan::CommitPolicy>(upto(0, 2));
    group.commit_interval = milliseconds(2000) + kMillisecond;
    for (std::size_t s = 0; s < made_.plan.streams.size(); ++s) {
      if (s == 0 || one_in(2)) group.streams.push_back({s, made_.plan.streams[s].bound});
    }
    made_.plan.groups.push_back(group);
  }

  void add_phase() {
    plan::Phase phase;
    phase.name = "phase" + std::to_string(made_.plan.phases.size());
    phase.begin = made_.plan.end();
    phase.end = phase.begin + seconds(2, 12);
    const std::size_t kind = upto(0, 4);
    if (kind == 1) {
      phase.kind = plan::PhaseKind::incident;
      phase.magnitude = static_cast<double>(upto(2, 6));
      phase.ramp = kSecond * static_cast<Nanos>(upto(0, 1));
      phase.decay = kSecond * static_cast<Nanos>(upto(0, 1));
      if (one_in(2)) phase.hot_accounts = 2, phase.hot_share = 0.5;
    } else if (kind == 2) {
      phase.kind = plan::PhaseKind::ramp;
      phase.to = 0.5 * static_cast<double>(upto(0, 6));
    } else if (kind == 3) {
      phase.kind = plan::PhaseKind::replay;
      add_replay(made_.plan.phases.size());
    }
    made_.plan.phases.push_back(phase);
  }

  void add_replay(std::size_t phase) {
    plan::Replay replay;
    replay.name = "replay" + std::to_string(phase);
    replay.phase = phase;
    replay.members = static_cast<int>(upto(1, 3));
    replay.streams = {0};
    replay.capped = one_in(2);
    replay.rate = static_cast<double>(upto(20, 2000));
    made_.plan.replays.push_back(replay);
  }

  // Members of the group come and go, at most as many as there are. A group without commits would begin anew
  // at the end of the log after each.
  void add_changes(std::size_t g) {
    plan::Group& group = made_.plan.groups[g];
    if (group.commit == plan::CommitPolicy::none) return;
    group.static_membership = one_in(4);
    for (std::uint64_t c = upto(1, 3); c > 0; --c) {
      plan::Change change;
      change.group = g;
      change.kind = static_cast<plan::ChangeKind>(upto(0, 3));
      change.members = static_cast<int>(upto(1, static_cast<std::uint64_t>(group.members)));
      change.at = static_cast<Nanos>(random_.below(static_cast<std::uint64_t>(made_.plan.end())));
      while (change.at >= made_.plan.phases[change.phase].end) ++change.phase;
      // Not for good: somebody has to be there at the end.
      if (change.kind != plan::ChangeKind::add) change.lasts = milliseconds(3000) + kMillisecond;
      std::vector<plan::Change> before = made_.plan.changes;
      made_.plan.changes.push_back(change);
      std::ranges::stable_sort(made_.plan.changes, {}, &plan::Change::at);
      // One that takes more members than are there at that time is none.
      if (!plan::sound(made_.plan)) made_.plan.changes = std::move(before);
    }
  }

  void add_loopback() {
    made_.loopback.seed = random_.next();
    made_.loopback.linger = milliseconds(20);
    made_.loopback.network = static_cast<Nanos>(upto(0, 3000)) * kMicrosecond;
    made_.loopback.ack = static_cast<Nanos>(upto(0, 3000)) * kMicrosecond;
    made_.loopback.queue_messages = upto(20, 2000);
    for (std::uint64_t f = upto(0, 5); f > 0; --f) {
      Fault fault;
      fault.kind = static_cast<Fault::Kind>(upto(0, static_cast<std::uint64_t>(Fault::Kind::stall)));
      fault.from = kStart + static_cast<Nanos>(random_.below(static_cast<std::uint64_t>(made_.plan.end())));
      fault.until = fault.from + milliseconds(4000);
      fault.partition = one_in(2) ? -1 : static_cast<std::int32_t>(upto(0, 5));
      fault.amount = milliseconds(1500);
      fault.every = static_cast<std::uint32_t>(upto(1, 20));
      fault.appears = one_in(2);
      made_.loopback.faults.push_back(fault);
    }
  }

  // Some role works at a tenth or a thousandth of its speed for a while.
  void starve() {
    if (one_in(2)) return;
    static constexpr const char* kRoles[] = {"sender-0", "acks-stream0", "group0-0", "writer", "observer"};
    const std::string victim = kRoles[upto(0, 4)];
    const Nanos from =
        kStart + static_cast<Nanos>(random_.below(static_cast<std::uint64_t>(made_.plan.end())));
    const Nanos until = from + milliseconds(3000), stall = milliseconds(200);
    made_.cost = [=](const std::string& role, Nanos now, bool worked) -> Nanos {
      return worked && role == victim && now >= from && now < until ? stall : kMicrosecond;
    };
  }

  base::Random random_;
  RandomScenario made_;
};

}  // namespace

RandomScenario random_scenario(std::uint64_t seed) {
  return Maker(seed).make();
}

}  // namespace freshet::test
