// Every context read before it happens (E1, R3): a pure function of plan and seed, like the events.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "harness/plan/lanes.h"
#include "harness/plan/plan.h"

namespace freshet::plan {

// Keys that one read may look at, over all its streams.
inline constexpr std::uint32_t kMostReadKeys = 64;
// Keys that each of the plan's reads looks at: those of the account in the read's streams, in their order.
std::uint32_t keys_of(const Plan& plan, const Read& read);

struct PlannedRead {
  std::uint64_t n = 0;  // of its Read, in order of `due`
  Nanos due = 0;        // intended r
  std::uint32_t account = 0;
};

// The reads of one Read in order of `due`, all within [0, Plan::end()). Belongs to one thread; plan and lanes
// outlive it. A triggered one walks the events of its stream (some 50 ns each) and holds those whose read is
// still to come: as many as fall between the shortest and the longest delay.
class ReadCursor {
 public:
  // `lanes`: by stream.
  ReadCursor(const Plan& plan, const std::vector<StreamLanes>& lanes, std::size_t read);
  ~ReadCursor();
  ReadCursor(ReadCursor&&) noexcept;
  ReadCursor& operator=(ReadCursor&&) noexcept;

  bool done() const { return current_.due == base::kNever; }
  Nanos due() const { return current_.due; }  // kNever when done
  const PlannedRead& read() const { return current_; }
  void advance();

  class Source;  // internal

 private:
  std::unique_ptr<Source> source_;
  Nanos end_;
  PlannedRead current_;
};

// Expected number of reads due in [begin, end): rate × time × share, so that legality does not hang on the
// seed (E8). Of a triggered one with its mean delay.
double expected_reads(const Plan& plan, const Read& read, Nanos begin, Nanos end);

}  // namespace freshet::plan
