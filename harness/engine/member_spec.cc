#include "harness/engine/member_spec.h"

#include "harness/engine/client_log.h"

namespace freshet::engine {
namespace {

MemberSpec of_group(const plan::Plan& plan, std::size_t g) {
  const plan::Group& group = plan.groups[g];
  MemberSpec spec;
  spec.service = plan::service_times(plan, g);
  spec.queue = group.queue;
  spec.commit = group.commit;
  if (group.start == plan::Start::beginning) spec.options.start = cluster::kFromBeginning;
  spec.options.read_committed = group.read_committed;
  spec.options.commit_by_interval = group.commit == plan::CommitPolicy::interval;
  spec.options.commit_interval = group.commit_interval;
  spec.options.settings = merged(plan.client_settings, group.client_settings);
  return spec;
}

// Its rate is shared evenly by the members, as a service time (T3). They commit, as a job does that is to go
// on after a rebalance and not to begin again.
MemberSpec of_replay(const plan::Plan& plan, std::size_t r) {
  const plan::Replay& replay = plan.replays[r];
  MemberSpec spec;
  spec.attendance.stays = {{.from = plan.phases[replay.phase].begin}};
  if (replay.capped)
    spec.service = workloads::ServiceTimes(static_cast<Nanos>(base::kSecond * replay.members / replay.rate));
  spec.starts_at = plan::starts_at(plan, replay);
  spec.options.start = cluster::kFromBeginning;
  if (replay.start == plan::PassStart::offset) {
    spec.options.start = {cluster::StartAt::From::offset, replay.offset};
  }
  spec.options.settings = merged(plan.client_settings, replay.client_settings);
  return spec;
}

}  // namespace

cluster::Settings merged(cluster::Settings weaker, const cluster::Settings& stronger) {
  for (const auto& [key, value] : stronger) weaker[key] = value;
  return weaker;
}

MemberSpec member_spec(const Context& context, std::size_t p, int index) {
  const plan::Plan& plan = context.plan;
  const Pass& pass = context.passes[p];
  MemberSpec spec = pass.live ? of_group(plan, p) : of_replay(plan, p - plan.groups.size());
  spec.pass = p;
  spec.index = index;
  spec.options.group = context.group(pass.name);
  spec.options.client_id = client_id(pass, index);
  for (const std::size_t stream : pass.streams) spec.options.topics.push_back(context.topic(stream));
  if (!pass.live) return spec;
  const auto member = static_cast<std::size_t>(index);
  const plan::Group& group = plan.groups[p];
  spec.attendance = pass.attendance[member];
  if (group.static_membership) spec.options.instance_id = spec.options.client_id;
  if (!group.racks.empty()) spec.options.rack = group.racks[member % group.racks.size()];
  return spec;
}

}  // namespace freshet::engine
