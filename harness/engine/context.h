// What the roles of one run share. Everything mutable in here is atomic or belongs to one role; nothing is
// locked on the path of an event.
#pragma once

#include <array>
#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/clock.h"
#include "harness/cluster/cluster.h"
#include "harness/measure/ack_log.h"
#include "harness/measure/read_log.h"
#include "harness/measure/recorder.h"
#include "harness/measure/shard.h"
#include "harness/measure/view.h"
#include "harness/plan/attendance.h"
#include "harness/plan/contents.h"
#include "harness/plan/lanes.h"
#include "harness/plan/plan.h"
#include "harness/plan/thresholds.h"

namespace freshet::engine {

using base::Nanos;
using Json = nlohmann::json;

// The stages of a run, in order. Only the conductor moves it on.
enum class Stage : int { joining, probing, running, draining, closing, over };

// A thing that happened, for events.jsonl. `at` is monotonic.
struct Note {
  Nanos at = 0;
  std::string kind;
  Json fields;
};

// Notes come from any role, seldom; never from the path of an event.
class Notes {
 public:
  void add(Nanos at, std::string kind, Json fields = Json::object());
  std::vector<Note> take();

 private:
  std::mutex mutex_;
  std::vector<Note> notes_;
};

// The first thing that the cluster refused a member for good; it ends a run that has not started. Any thread.
class Refusal {
 public:
  void set(const std::string& why);
  std::string get() const;  // "" when there is none

 private:
  mutable std::mutex mutex_;
  std::string why_;
};

// Running totals for progress; relaxed, written by their roles, read by the conductor.
struct Totals {
  std::atomic<std::uint64_t> sent{0}, acked{0}, received{0};
};

// One pass over the log: a live group or a replay (P1).
struct Pass {
  std::string name;
  bool live = true;
  bool starts = true;                        // false: its members never join (Group::never_starts)
  int members = 1;                           // all that ever are
  std::size_t first_member = 0;              // index into Context::member_status
  std::vector<plan::Attendance> attendance;  // live: who of them is there when
  std::vector<std::size_t> streams;          // by the member's topic index
  std::vector<Nanos> bounds;                 // of (class, group), by topic index; empty for a replay
  std::unique_ptr<measure::View> view;
  // By topic index, then partition: what the pass has applied so far.
  std::vector<std::vector<measure::Progress>> progress;
  // By topic index, then lane as envelopes number it: what any member of the pass has seen.
  std::vector<std::vector<measure::FirstSight>> sights;
  // By topic index, then partition: the freshness lag when its member last looked, ns; for progress.
  std::vector<std::vector<std::atomic<Nanos>>> lag;
  // By topic index, then partition: a probe was seen (T6).
  std::vector<std::vector<std::atomic<bool>>> probed;
  // Of a pass that is not live. By topic index, then partition: where it began, -1: not given to a member
  // yet; when it had read to the end for the first time (monotonic), kNever: not yet.
  std::vector<std::vector<std::atomic<std::int64_t>>> began_at;
  std::vector<std::vector<std::atomic<Nanos>>> caught_up;
  std::atomic<bool> over{false};  // it has caught up or given up: its members leave
};

// What a member tells the conductor, once a step at most.
struct MemberStatus {
  std::atomic<int> owned{0};          // partitions assigned now
  std::atomic<Nanos> assigned_at{0};  // monotonic time of the last change
  std::atomic<bool> drained{false};   // nothing planned up to the sending end is pending in its shards
  std::atomic<bool> closed{false};
};

class Context {
 public:
  Context(const plan::Plan& plan, std::string prefix, std::uint64_t run_id);

  const plan::Plan& plan;
  const std::string prefix;
  const std::uint64_t run_id;

  std::vector<plan::StreamLanes> lanes;                       // by stream
  std::vector<plan::Contents> contents;                       // by stream
  std::vector<std::unique_ptr<measure::AckLog>> acks;         // by stream
  std::deque<Pass> passes;                                    // groups, then replays
  std::deque<MemberStatus> member_status;                     // one a member of each pass, in order
  std::deque<measure::Recorder> recorders;                    // one a role that records
  std::vector<std::unique_ptr<cluster::Producer>> producers;  // by stream
  std::deque<Totals> totals;                                  // by stream
  std::unique_ptr<measure::ReadLog> reads;                    // null: the plan has none

  // By stream: what was written before the run (E4); no lanes where the stream has no prefill.
  std::vector<std::optional<plan::StreamLanes>> prefill;
  // By stream, then partition: one more than the highest offset that a report told and that is believed (E6);
  // -1: none yet. Goes on at once, where log_ends is asked for once a second.
  std::vector<std::vector<std::atomic<std::int64_t>>> acked_ends;
  // By stream, then partition: the end of the log when the cluster last told it (L3); -1: never yet.
  std::vector<std::vector<std::atomic<std::int64_t>>> log_ends;

  base::RunTime time;
  // Wall clock of the τ that prefilled records carry as their CreateTime: the prefill's begin stands for τ =
  // 0, which is not known then.
  Nanos prefill_wall = 0;
  std::atomic<Stage> stage{Stage::joining};
  // Events with τ beyond it are not sent (Ctrl-C); kNever while the run goes its way.
  std::atomic<Nanos> sending_until{base::kNever};
  std::atomic<bool> give_up{false};     // the drain is over: what is unsent stays so
  std::atomic<bool> unwritable{false};  // the folder takes nothing more (a full disk): the run ends at once
  std::atomic<int> senders_done{0};
  Notes notes;
  Refusal refusal;

  const MemberStatus& status_of(const Pass& pass, int member) const {
    return member_status[pass.first_member + static_cast<std::size_t>(member)];
  }
  std::string topic(std::size_t stream) const { return prefix + plan.streams[stream].name; }
  std::string group(const std::string& name) const { return prefix + name; }
  // The last τ that counts: the plan's end, or where Ctrl-C cut it.
  Nanos last_tau() const;

  // The largest freshness lag of (pass, stream) as its members last told it, ns; for progress only.
  Nanos current_lag(std::size_t pass, std::size_t stream) const;

  // A shard for one assignment of a partition to a member of a pass.
  measure::ShardSpec shard_spec(std::size_t pass, std::size_t topic, std::int32_t partition,
                                std::int64_t start_offset);

 private:
  void make_sights(Pass& pass) const;
};

// τ of a lane's events, from the plan (E4).
std::unique_ptr<measure::SourceTimes> plan_times(const plan::StreamLanes& lanes, int lane);

}  // namespace freshet::engine
