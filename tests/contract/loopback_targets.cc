// The loopback under contract: on a clock that the case moves, and on the real one.
#include <algorithm>

#include "harness/cluster/loopback/loopback.h"
#include "tests/contract/contract.h"

namespace freshet::cluster {
namespace {

// A Wake of the simulation: remembers the earliest request, and forgets it when time has got there.
class ManualWake final : public base::Wake {
 public:
  void at(Nanos t) override { earliest_ = std::min(earliest_, t); }
  Nanos take() { return std::exchange(earliest_, base::kNever); }

 private:
  Nanos earliest_ = base::kNever;
};

class ManualBench final : public Bench {
 public:
  Cluster& cluster() override { return *cluster_; }
  const base::Clock& clock() const override { return clock_; }
  base::Wake& wake() override { return wake_; }
  void wait(Nanos deadline) override {
    const Nanos next = std::min(wake_.take(), deadline);
    clock_.move_to(std::max(next, clock_.now() + 1));
  }

 private:
  base::ManualClock clock_{base::kSecond};
  ManualWake wake_;
  std::unique_ptr<Cluster> cluster_ = make_loopback(clock_, {});
};

class RealBench final : public Bench {
 public:
  Cluster& cluster() override { return *cluster_; }
  const base::Clock& clock() const override { return clock_; }
  base::Wake& wake() override { return wake_; }
  void wait(Nanos deadline) override { wake_.wait_until(clock_, deadline); }

 private:
  base::RealClock clock_;
  base::EventWake wake_;
  std::unique_ptr<Cluster> cluster_ = make_loopback(clock_, {});
};

}  // namespace

std::vector<Target> targets() {
  return {{"LoopbackSimulated", [] { return std::make_unique<ManualBench>(); }},
          {"LoopbackReal", [] { return std::make_unique<RealBench>(); }}};
}

}  // namespace freshet::cluster
