// Summation that keeps its last digits: Neumaier's variant of Kahan's. Deterministic in the order of the
// terms.
#pragma once

namespace freshet::base {

class CompensatedSum {
 public:
  void add(double term) {
    const double next = sum_ + term;
    const bool larger = (sum_ < 0 ? -sum_ : sum_) >= (term < 0 ? -term : term);
    lost_ += larger ? (sum_ - next) + term : (term - next) + sum_;
    sum_ = next;
  }
  double value() const { return sum_ + lost_; }

 private:
  double sum_ = 0;
  double lost_ = 0;
};

}  // namespace freshet::base
