// The conductor leads the run through its stages: joining and probing until it may start (T6), the phases,
// the drain (T5), the end. Works at millisecond grain; no event passes through it.
#pragma once

#include <functional>
#include <vector>

#include "harness/engine/context.h"
#include "harness/engine/faults.h"
#include "harness/engine/progress_teller.h"
#include "harness/engine/readiness.h"
#include "harness/engine/reports.h"
#include "harness/engine/role.h"
#include "harness/engine/run.h"
#include "harness/engine/writer.h"

namespace freshet::engine {

class Conductor final : public Role {
 public:
  Conductor(Context& context, cluster::Admin& admin, std::vector<Reports*> reports, Writer& writer,
            const Faults* faults, const RunOptions& options, int senders, Nanos hold);
  Stepped step(const base::Clock& clock) override;

  bool over() const { return context_.stage.load(std::memory_order_acquire) == Stage::over; }
  // Why the run could not start; "" when it did.
  const std::string& failure() const { return failure_; }
  // Everything was ready, and a rehearsal was all that was asked for.
  bool rehearsed() const { return rehearsed_at_ > 0; }
  // Monotonic, of a rehearsal: when it was ready, and when each pass got the last of its partitions.
  Nanos rehearsed_at() const { return rehearsed_at_; }
  const std::vector<Nanos>& assigned_at() const { return assigned_at_; }
  bool interrupted() const { return interrupted_; }
  bool drained() const { return drained_; }
  Nanos start_took() const { return start_took_; }
  Nanos ended_at() const { return ended_at_; }  // since start, monotonic end of the drain
  Nanos drained_in() const { return drained_in_; }

 private:
  void joining(Nanos now);
  void probing(Nanos now, const base::Clock& clock);
  void running(Nanos now);
  void draining(Nanos now);
  void closing(Nanos now);

  // A right that the run needs and does not have; "" when none is known to be missing.
  std::string refusal() const;
  void end_rehearsal(Nanos now);
  bool all_settled() const;
  void enter(Stage stage, Nanos now);
  void fail(std::string why, Nanos now);
  void note_phases(Nanos since);
  void end_passes(Nanos now);
  void end_pass(std::size_t index, Nanos now);
  int stop_request() const;

  Context& context_;
  Readiness readiness_;
  ProgressTeller progress_;
  const Faults* faults_;  // null: none
  const RunOptions& options_;
  int senders_;
  Nanos hold_;  // how long the assignment has to stand (T6)
  std::string failure_;
  Nanos rehearsed_at_ = 0;
  std::vector<Nanos> assigned_at_;
  bool interrupted_ = false;
  bool drained_ = true;
  Nanos began_ = -1;  // first step
  Nanos stage_began_ = 0;
  Nanos held_since_ = 0;  // since when the assignment has been complete
  Nanos probes_sent_ = 0;
  Nanos start_took_ = 0, ended_at_ = 0, drained_in_ = 0;
  std::size_t phases_noted_ = 0;
};

}  // namespace freshet::engine
