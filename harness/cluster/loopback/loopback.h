// The built-in log: partitions, groups, retention and transactions in this process, for known answers and for
// the harness's own noise floor. It behaves like the real client where that matters (S3), and does on request
// what a cluster does only when it is ill: delay, lose, duplicate, reorder, refuse, stall.
//
// Lazy: it has no thread. Its state at time t is a function of the calls made and of t; every call first does
// what has become due since the last one, in order of time, as of the time at which each was due. What will
// become available to an object later is told to its Wake in advance, with that time.
//
// Deterministic: its randomness comes from (seed, "loopback") and its time from the Clock alone. Thread-safe:
// one lock, which a real cluster's client has too; figures of a loopback run are the harness's noise floor.
//
// A record sent at t into an empty batch is appended at t + linger + network, may be fetched at
// t + linger + 2 network, and is reported at append + ack (drawn anew for each batch from ack ± ack_spread).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "harness/cluster/cluster.h"

namespace freshet::cluster {

// A disturbance of one topic (or all) in a window of time [from, until). Times are monotonic ns of the given
// clock. `every` = 0: each record; k: each k-th record that the partition takes within the window, so n of
// them give exactly ⌊n/k⌋.
struct LoopbackFault {
  enum class Kind {
    delay,      // records appended in the window become fetchable `amount` later (the log stays in order, so
                // what follows them waits too)
    ack_delay,  // reports come `amount` later
    lose,       // acknowledged, but never readable (its offset stays empty)
    duplicate,  // appended twice
    reorder,    // swapped with the producer's next record of the partition; alone if none follows within
                // `amount` (0: a second)
    refuse,     // send() refuses
    fail,       // reported as not persisted
    timeout,    // reported as possibly persisted; `appears` tells whether it is in the log
    stall,      // the partition takes and gives nothing until the window ends
    cut,  // before the record, the log's last `amount` records go, and their offsets are given again, as
          // after an unclean election; at most those of its last chunk
  };
  Kind kind = Kind::delay;
  Nanos from = 0, until = base::kNever;
  std::string topic;            // "" = all
  std::int32_t partition = -1;  // -1 = all
  Nanos amount = 0;
  std::uint32_t every = 0;
  bool appears = false;
};

struct LoopbackOptions {
  std::uint64_t seed = 1;
  Nanos linger = 5 * base::kMillisecond;     // producer: batch wait (overridden by a linger.ms setting)
  Nanos network = 200 * base::kMicrosecond;  // one way
  Nanos ack = 150 * base::kMicrosecond;      // append to report, mean
  double ack_spread = 0.5;  // part of `ack`, either way: some records are read before their report
  Nanos fetch_wait = 500 * base::kMillisecond;  // an empty fetch waits this long at most (fetch.wait.max.ms)
  Nanos end_notice = base::kMillisecond;  // End comes with the first answer this long after the last record …
                                          // … or when the fetch wait is over, whichever is first
  Nanos join = 50 * base::kMillisecond;          // from the last member's joining to the new assignment
  Nanos lost_notice = 200 * base::kMillisecond;  // a member that was thrown out learns it this late
  std::size_t queue_messages = 100'000;          // over all partitions of a producer handle
  std::size_t queue_bytes = 1'073'741'824;
  std::size_t retention_bytes = 1'073'741'824;  // of a topic whose configuration names no retention.bytes
  std::vector<LoopbackFault> faults;
};

// `clock` must outlive the cluster, the cluster and the clock every object made with it.
std::unique_ptr<Cluster> make_loopback(const base::Clock& clock, LoopbackOptions options);

// Adds a fault to a running loopback, once its time is known. Topics made before and after obey it.
// REQUIRES: `loopback` was made by make_loopback. Thread-safe.
void add_fault(Cluster& loopback, const LoopbackFault& fault);

}  // namespace freshet::cluster
