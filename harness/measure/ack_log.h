// The producing side's shard (P3): what became of every planned event of a stream, by (lane, n).
//
// One sender writes "handed over", the one role that handles delivery reports writes the end; both publish by
// a release store, members and the observer read by acquire. 4 bytes an event, allocated at set-up.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

namespace freshet::measure {

enum class AckState : std::uint8_t {
  planned,           // not handed over (yet)
  in_flight,         // handed over, no report
  acked,             // offset known
  acked_unknown,     // acknowledged, offset not believed (E6)
  failed,            // NOT_PERSISTED
  indeterminate,     // POSSIBLY_PERSISTED
  not_sent_own,      // not handed over for the harness's own causes
  not_sent_cluster,  // refused, or never handed over because the client's queue was full
};

struct Ack {
  AckState state = AckState::planned;
  std::int64_t offset = -1;  // when acked
};

class AckLog {
 public:
  // `counts[lane]` = planned events of the lane.
  AckLog(const std::vector<std::uint64_t>& counts, int partitions);

  int lanes() const { return static_cast<int>(lanes_.size()); }
  std::uint64_t planned(int lane) const;
  Ack get(int lane, std::uint64_t n) const;

  // Sender's side.
  void handed_over(int lane, std::uint64_t n);
  void withdrawn(int lane, std::uint64_t n);  // send() did not take it after all: planned again
  void not_sent(int lane, std::uint64_t n, bool own);

  // Report handler's side. acked() decides whether the offset is believed (E6).
  void acked(int lane, std::uint64_t n, std::int64_t offset);
  void failed(int lane, std::uint64_t n, bool possibly);

 private:
  struct Belief {  // per partition: highest offset believed, acks without one since
    std::int64_t highest = -1;
    std::uint64_t without = 0;
  };
  std::atomic<std::uint32_t>& word(int lane, std::uint64_t n) const;
  void set(int lane, std::uint64_t n, std::uint32_t value);

  std::vector<std::unique_ptr<std::atomic<std::uint32_t>[]>> lanes_;
  std::vector<std::uint64_t> counts_;
  std::vector<Belief> beliefs_;
};

}  // namespace freshet::measure
