// The sender: waits for each event's intended time, stamps it and hands it to the stream's producer. Open
// loop: what the cluster does never moves the schedule; a full client queue parks that stream only.
#pragma once

#include <memory>
#include <vector>

#include "harness/engine/context.h"
#include "harness/engine/role.h"

namespace freshet::engine {

class Sender final : public Role {
 public:
  // Owns the lanes l with l mod senders == index, of every stream.
  Sender(Context& context, measure::Recorder& recorder, int index, int senders);
  Stepped step(const base::Clock& clock) override;

  // Proof of what was handed over (E3): per stream, (lane, events, running hash). After the run.
  struct LaneProof {
    int lane = 0;
    std::uint64_t events = 0;
    std::uint64_t hash = 0;
  };
  const std::vector<std::vector<LaneProof>>& proofs() const { return proofs_; }

 private:
  struct Stream {
    std::size_t index;
    plan::MergeCursor events;
    Nanos retry = 0;       // parked until then (since start); 0: not parked
    bool stalled = false;  // in a stall episode (V1)
  };
  Stepped wait_for_start(const base::Clock& clock) const;
  Stream* next_due();
  bool send(Stream& stream, const base::Clock& clock, Nanos wall_ahead);
  void account(Stream& stream, const plan::Event& event, Nanos sent, cluster::Sent result);
  void finish(bool given_up, Nanos now);
  void cut_each_second(Nanos now);

  Context& context_;
  measure::Recorder& recorder_;
  std::vector<Stream> streams_;
  std::vector<std::vector<LaneProof>> proofs_;
  std::vector<std::byte> value_;
  std::int64_t second_ = -1;
  bool done_ = false;
};

}  // namespace freshet::engine
