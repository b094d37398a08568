// What a context read decides on (metrics 2.4): how far each key's events are known at a time, and who runs
// the user's function on it. The plan itself cannot: its `decide` is a function of the scenario's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "harness/base/result.h"
#include "harness/plan/plan.h"

namespace freshet::plan {

// What is known of one key: its planned events up to some τ. A view whose word is w knows those with τ ≤ w,
// for it answers as the latest of them says; the truth at r is those with τ ≤ r.
struct KnownKey {
  std::uint64_t events = 0;  // since the run's start
  Nanos latest = 0;          // τ of the last of them; of no meaning when there is none
};

class Decisions {
 public:
  virtual ~Decisions() = default;

  // Whether the read with this index of the plan decides the same, at time `at`, on two states of what is
  // known. Each is by the read's streams in their order and an account's keys in theirs: keys_of() of them.
  // Error: the function failed, with file and line; nothing can be said of that read's decisions then.
  // REQUIRES: the read has a decide function.
  virtual base::Result<bool> same(std::size_t read, Nanos at, std::span<const KnownKey> one,
                                  std::span<const KnownKey> other) = 0;

  // To be asked at the end. Error: the read's function hangs on more than what it was given, so none of its
  // answers is worth anything.
  virtual base::Status pure(std::size_t read) = 0;
};

// Makes the decisions of a plan. Error: why its functions cannot be run.
using DecisionsOf = std::function<base::Result<std::unique_ptr<Decisions>>(const Plan&)>;

}  // namespace freshet::plan
