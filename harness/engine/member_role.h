// A member of a pass: polls, serves each record for its service time (T3), applies it to the group's view and
// stamps it visible. Opens a shard for each assignment of a partition and seals it when the partition goes
// (P2).
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "harness/engine/context.h"
#include "harness/engine/role.h"
#include "harness/engine/tracing.h"
#include "harness/engine/waiting.h"
#include "harness/measure/envelope.h"
#include "harness/plan/passes.h"

namespace freshet::engine {

struct MemberSpec {
  std::size_t pass = 0;
  int index = 0;                    // within the pass
  workloads::ServiceTimes service;  // a capped replay's pace is one too
  std::uint32_t queue = plan::Group{}.queue;
  plan::CommitPolicy commit = plan::CommitPolicy::interval;
  plan::Attendance attendance;  // when it is there; a first stay from before the start: it joins for T6
  // Of a pass that is not live: τ from which on it reads; kWholeLog: `options.start` says where.
  Nanos starts_at = plan::kWholeLog;
  cluster::MemberOptions options;
  bool joins_before_start() const { return attendance.stays.front().from == plan::Stay::kBeforeStart; }
};

class MemberRole final : public Role {
 public:
  MemberRole(Context& context, cluster::Cluster& cluster, base::Wake& wake, measure::Recorder& recorder,
             MemberSpec spec, MemberStatus& status);
  ~MemberRole() override;

  // Creates the client. Those that are there from before the start are made before the roles run (an error
  // ends the run before τ = 0); the others by the role, when their stay begins.
  base::Status join();
  Stepped step(const base::Clock& clock) override;

  // What its shards saw, sealed. After the run.
  const std::vector<measure::Sealed>& sealed() const { return sealed_; }

 private:
  struct Assignment {  // one assignment of a partition
    cluster::TopicPartition from;
    std::int64_t start = 0;
    std::int64_t position = -1;
    std::int64_t next_to_store = -1;  // applied but not stored yet
    std::int64_t end = -1;  // an End that came while records were waiting: passed once they are visible
    // The first event applied since it was given, or since its member stood still: when, and its τ.
    Nanos resumed = -1, resumed_tau = 0;
    bool resumed_told = false;
    std::unique_ptr<measure::LiveShard> live;
    std::unique_ptr<measure::ReplayShard> replay;
  };

  Pass& pass() const { return context_.passes[spec_.pass]; }
  void start_at_time(const base::Clock& clock);
  void note_resumed(Nanos now);
  std::uint16_t stream_of(cluster::TopicPartition from) const;
  Assignment* find(cluster::TopicPartition from);

  bool poll_some(const base::Clock& clock);
  void on(const cluster::Record& record, const base::Clock& clock);
  void on(const cluster::Assigned& assigned, Nanos now);
  void on(const cluster::Revoked& revoked, Nanos now) { release(revoked.partitions, true, now); }
  void on(const cluster::Lost& lost, Nanos now) { release(lost.partitions, false, now); }
  void on(const cluster::End& end, Nanos now);
  void on(const cluster::Reset& reset, Nanos now);
  void on(const cluster::MemberError& error, Nanos now);

  void receive(Assignment& assignment, const cluster::Record& record, const base::Clock& clock);
  // member_resets.cc: positions outside the log (P4).
  void settle_resets(Nanos now);
  void settle_reset(Assignment& assignment, const cluster::Reset& reset, Nanos now);
  void note_missing_offsets(const cluster::Assigned& assigned, Nanos now);
  void note_reset(cluster::TopicPartition from, const char* cause, std::int64_t position,
                  std::int64_t goes_on_at, Nanos now);

  void note_other(const cluster::Record& record, measure::Decoded decoded, Nanos monotonic);
  bool apply_due(const base::Clock& clock);
  void pass_ends(Nanos now);
  void look_whether_caught_up(Nanos now);
  void caught_up(const Assignment& assignment, Nanos now);
  void apply(Waiting::Item& item, Nanos visible);
  void store_applied();
  void release(const std::vector<cluster::TopicPartition>& partitions, bool clean, Nanos now);
  void seal(Assignment& assignment, bool clean, Nanos now);
  TracePlace place_of(cluster::TopicPartition from) const;
  void open_shards(Nanos now);
  void open(Assignment& assignment, Nanos now);
  void roll(const base::Clock& clock);
  void look_for_settled(Nanos since);
  Nanos next_look() const;
  void receiver_second(const base::Clock& clock);
  void report_status();

  // member_attendance.cc: joining, leaving, vanishing and pausing as planned.
  std::optional<Stepped> attend(const base::Clock& clock, Stage stage);
  std::optional<Stepped> wait_for_stay(const base::Clock& clock, Stage stage);
  std::optional<Stepped> pause(const base::Clock& clock, Stage stage);
  void vanish(Nanos now);
  bool leave(const base::Clock& clock);
  void gone(bool clean, Nanos now);
  void note_move(const char* kind, std::size_t change, Nanos now, Json fields = Json::object());
  Json partitions_held() const;

  Nanos next_due(Nanos now) const;  // of what waits; REQUIRES: something does
  Nanos next_step(Nanos now) const;

  Context& context_;
  cluster::Cluster& cluster_;
  base::Wake& wake_;
  measure::Recorder& recorder_;
  MemberSpec spec_;
  MemberStatus& status_;
  std::unique_ptr<cluster::Member> member_;
  std::vector<std::unique_ptr<Assignment>> assignments_;
  std::vector<std::vector<Assignment*>> by_partition_;  // topic index, partition -> assignment or null
  std::vector<measure::Sealed> sealed_;
  Waiting waiting_;
  std::vector<cluster::Reset> resets_;  // not settled yet: records from before them are waiting
  Nanos busy_until_ = 0;                // T3
  std::int64_t second_ = -1;
  Nanos looked_ = 0;  // for what reports have settled
  Nanos cpu_at_second_ = 0;
  bool idle_in_second_ = false;  // at some moment of the second nothing was waiting (V3)
  bool started_ = false;
  bool leaving_ = false;
  std::size_t stay_ = 0, pause_ = 0;  // of the attendance: the current or next one
  bool pausing_ = false;
};

}  // namespace freshet::engine
