// V6: whether the two halves of a steady phase agree.
#pragma once

#include <cstdint>
#include <vector>

#include "harness/base/time.h"

namespace freshet::results {

// Of one percentile: what a typical second of each half showed, and whether the halves disagree.
struct Halves {
  bool known = false;  // each half has values enough
  bool disagree = false;
  base::Nanos first = 0, second = 0;  // geometric means
};

// `seconds`: the percentile of each second of the phase, ns; -1: a second without events.
//
// Each half is cut into blocks of whole seconds, at most ten, so that what lingers for a second or two does
// not count twice; a block's value is the mean logarithm of its seconds. The halves disagree when their means
// differ by at least a tenth, and by more than chance: |difference| ÷ (s·√(2/b)) beyond Student's t of b − 1
// degrees of freedom at a level of 0.25 % on both sides, where s is the deviation of the b blocks of *one*
// half. Either half may be the quiet one that says what noise is: a cluster that warms up, or one that begins
// to labour, makes only the other half restless. With two percentiles and two choices of s that is a false
// alarm in at most 1 % of phases whose blocks are independent and alike.
Halves compare_halves(const std::vector<base::Nanos>& seconds);

}  // namespace freshet::results
