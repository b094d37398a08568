// Which reads decided otherwise than they would have on the truth (metrics 2.4): the user's function is asked
// only where the view lacked something, for on equal views it answers alike.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "harness/plan/decisions.h"
#include "harness/plan/plan.h"

namespace freshet::results {

using base::Nanos;

struct WrongDecision {
  bool wrong = false;
  bool critical = false;             // seeing the critical classes in time would have put it right
  std::optional<std::size_t> cause;  // the one stream, by its place in the read, of which that is true
};

class WrongDecisions {
 public:
  // `of` may be empty: then nothing is known. What fails is named in `damage`, which outlives the object.
  WrongDecisions(const plan::Plan& plan, const plan::DecisionsOf& of, std::vector<std::string>& damage);

  // Whether the read's decisions can be told. Becomes false when its function fails.
  bool known(std::size_t read) const { return known_[read]; }
  // A read at `at` that knew `seen`, where `truth` was to be known; as plan::Decisions::same() has them.
  // REQUIRES: known(read).
  WrongDecision judge(std::size_t read, Nanos at, std::span<const plan::KnownKey> seen,
                      std::span<const plan::KnownKey> truth);
  // After the last read: functions that were no functions of what they were given are not known.
  void finish();

 private:
  bool same(std::size_t read, Nanos at, std::span<const plan::KnownKey> one,
            std::span<const plan::KnownKey> other);
  void fail(std::size_t read, const std::string& why);
  // `seen` with the truth at the places for which `chosen` is true.
  template <class Chosen>
  const std::vector<plan::KnownKey>& put_right(std::size_t read, std::span<const plan::KnownKey> seen,
                                               std::span<const plan::KnownKey> truth, Chosen&& chosen);
  // The places of which the keys differ.
  std::vector<std::size_t> differing(std::size_t read, std::span<const plan::KnownKey> seen,
                                     std::span<const plan::KnownKey> truth) const;

  const plan::Plan& plan_;
  std::vector<std::string>& damage_;
  std::unique_ptr<plan::Decisions> decisions_;
  std::vector<char> known_;  // by read
  std::vector<plan::KnownKey> mixed_;
};

}  // namespace freshet::results
