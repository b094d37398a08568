// E5: of a key of a compacted topic only its last event is sure to stay in the log.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include "harness/plan/compacted.h"

namespace freshet::results {

// Of a topic that is not compacted it knows nothing, and nothing in it is superseded.
class LastOfKeys {
 public:
  LastOfKeys(const plan::Stream& stream, std::uint32_t keys) {
    if (plan::is_compacted(stream)) last_.assign(keys, std::numeric_limits<plan::Nanos>::min());
  }
  bool compacted() const { return !last_.empty(); }
  // An event of the key is in the log. REQUIRES: compacted().
  void in_log(std::uint32_t key, plan::Nanos tau) { last_[key] = std::max(last_[key], tau); }
  // A later event of its key is in the log.
  bool supersede(std::uint32_t key, plan::Nanos tau) const { return compacted() && last_[key] > tau; }

 private:
  std::vector<plan::Nanos> last_;  // by key: greatest τ
};

}  // namespace freshet::results
