#include "harness/engine/context.h"

#include <algorithm>

#include "harness/plan/compacted.h"

namespace freshet::engine {
namespace {

class PlanTimes final : public measure::SourceTimes {
 public:
  PlanTimes(const plan::StreamLanes& lanes, int lane) : cursor_(lanes, lane) {}
  Nanos tau() const override { return cursor_.tau(); }
  void advance() override { cursor_.advance(); }

 private:
  plan::TimeCursor cursor_;
};

void fill_pass(Pass& pass, const plan::Plan& plan, std::string name, bool live, int members,
               std::vector<std::size_t> streams) {
  pass.name = std::move(name);
  pass.live = live;
  pass.members = members;
  pass.streams = std::move(streams);
  for (const std::size_t stream : pass.streams) {
    const auto partitions = static_cast<std::size_t>(plan.streams[stream].partitions);
    pass.progress.emplace_back(partitions);
    pass.lag.emplace_back(partitions);
    pass.probed.emplace_back(partitions);
    for (auto& began : pass.began_at.emplace_back(partitions)) began.store(-1);
    for (auto& at : pass.caught_up.emplace_back(partitions)) at.store(base::kNever);
  }
}

std::unique_ptr<measure::View> make_view(const Pass& pass, const std::vector<plan::StreamLanes>& lanes) {
  std::vector<std::uint32_t> keys(lanes.size(), 0);
  for (const std::size_t stream : pass.streams) keys[stream] = lanes[stream].keys();
  return std::make_unique<measure::MemoryView>(keys);
}

}  // namespace

void Refusal::set(const std::string& why) {
  const std::lock_guard lock(mutex_);
  if (why_.empty()) why_ = why;
}

std::string Refusal::get() const {
  const std::lock_guard lock(mutex_);
  return why_;
}

void Notes::add(Nanos at, std::string kind, Json fields) {
  const std::lock_guard lock(mutex_);
  notes_.push_back({at, std::move(kind), std::move(fields)});
}

std::vector<Note> Notes::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(notes_, {});
}

Context::Context(const plan::Plan& p, std::string topic_prefix, std::uint64_t id)
    : plan(p), prefix(std::move(topic_prefix)), run_id(id) {
  for (std::size_t s = 0; s < plan.streams.size(); ++s) {
    lanes.emplace_back(plan, s);
    contents.emplace_back(plan, plan.streams[s]);
    std::vector<std::uint64_t> counts;
    for (int lane = 0; lane < lanes[s].lanes(); ++lane) counts.push_back(lanes[s].count(lane));
    acks.push_back(std::make_unique<measure::AckLog>(counts, plan.streams[s].partitions));
    totals.emplace_back();
    prefill.emplace_back();
    if (plan.streams[s].prefill > 0) prefill.back().emplace(plan::StreamLanes::of_prefill(plan, s));
    log_ends.emplace_back(static_cast<std::size_t>(plan.streams[s].partitions));
    acked_ends.emplace_back(static_cast<std::size_t>(plan.streams[s].partitions));
    for (auto* ends : {&log_ends.back(), &acked_ends.back()}) {
      for (auto& end : *ends) end.store(-1);
    }
  }
  for (std::size_t g = 0; g < plan.groups.size(); ++g) {
    const plan::Group& group = plan.groups[g];
    std::vector<std::size_t> streams;
    for (const plan::GroupStream& read : group.streams) streams.push_back(read.stream);
    auto attendance = plan::attendances(plan, g);
    Pass& pass = passes.emplace_back();
    fill_pass(pass, plan, group.name, true, static_cast<int>(attendance.size()), std::move(streams));
    pass.attendance = std::move(attendance);
    for (const plan::GroupStream& read : group.streams) pass.bounds.push_back(read.bound);
    pass.starts = !group.never_starts;
    pass.view = make_view(pass, lanes);
  }
  for (const plan::Replay& replay : plan.replays) {
    fill_pass(passes.emplace_back(), plan, replay.name, false, replay.members, replay.streams);
  }
  if (!plan.reads.empty()) reads = std::make_unique<measure::ReadLog>();
  for (Pass& pass : passes) {
    make_sights(pass);
    pass.first_member = member_status.size();
    for (int member = 0; member < pass.members; ++member) member_status.emplace_back();
  }
}

// Only a pass that is not live knows of what was written before the run (E4).
void Context::make_sights(Pass& pass) const {
  for (const std::size_t stream : pass.streams) {
    std::vector<measure::FirstSight>& sights = pass.sights.emplace_back();
    for (int lane = 0; lane < lanes[stream].lanes(); ++lane) sights.emplace_back(lanes[stream].count(lane));
    if (pass.live || !prefill[stream]) continue;
    for (int lane = 0; lane < prefill[stream]->lanes(); ++lane)
      sights.emplace_back(prefill[stream]->count(lane));
  }
}

Nanos Context::last_tau() const {
  return std::min(plan.end(), sending_until.load(std::memory_order_acquire));
}

Nanos Context::current_lag(std::size_t pass, std::size_t stream) const {
  const Pass& p = passes[pass];
  Nanos largest = 0;
  for (std::size_t topic = 0; topic < p.streams.size(); ++topic) {
    if (p.streams[topic] != stream) continue;
    for (const auto& lag : p.lag[topic]) largest = std::max(largest, lag.load(std::memory_order_relaxed));
  }
  return largest;
}

measure::ShardSpec Context::shard_spec(std::size_t pass, std::size_t topic_index, std::int32_t partition,
                                       std::int64_t start_offset) {
  Pass& p = passes[pass];
  const std::size_t stream = p.streams[topic_index];
  std::vector<measure::FirstSight>& sights = p.sights[topic_index];
  measure::ShardSpec spec;
  spec.stream = static_cast<std::uint16_t>(stream);
  spec.pass = static_cast<std::uint16_t>(pass);
  spec.partition = partition;
  spec.start_offset = start_offset;
  spec.sending_until = &sending_until;
  spec.compacted = plan::is_compacted(plan.streams[stream]);
  if (p.live) {
    spec.bound = p.bounds[topic_index];
    spec.thresholds = plan::thresholds(plan, stream, pass);
  }
  for (int lane = 0; lane < lanes[stream].lanes(); ++lane) {
    if (lanes[stream].partition_of(lane) != partition) continue;
    spec.lanes.push_back({static_cast<std::uint16_t>(lane), lanes[stream].count(lane),
                          plan_times(lanes[stream], lane), &sights[static_cast<std::size_t>(lane)]});
  }
  if (p.live || !prefill[stream]) return spec;
  for (int lane = partition; lane < prefill[stream]->lanes(); lane += prefill[stream]->partitions()) {
    const auto number = static_cast<std::uint16_t>(prefill[stream]->lanes() + lane);
    spec.lanes.push_back({number, prefill[stream]->count(lane), nullptr, &sights[number]});
  }
  return spec;
}

std::unique_ptr<measure::SourceTimes> plan_times(const plan::StreamLanes& lanes, int lane) {
  return std::make_unique<PlanTimes>(lanes, lane);
}

}  // namespace freshet::engine
