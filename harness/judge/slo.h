// One SLO instance decided by counting (E7). Every decision is made on integers: a percentile or a share is
// the number of bad events that it allows, a time is whole nanoseconds. Pure.
#pragma once

#include <cstdint>
#include <string>

#include "harness/judge/verdict.h"
#include "harness/plan/plan.h"
#include "harness/plan/slo_instances.h"
#include "harness/results/figures.h"

namespace freshet::judge {

using base::Nanos;

// floor(n * part), exact, for a part of 1 given to the billionth: 30 of 3000 for 0.01.
std::uint64_t allowed_of(std::uint64_t n, double part);

// How many of `planned` events, or reads, may be bad at the SLO's threshold. REQUIRES: a percentile or share
// SLO.
std::uint64_t allowed_bad(const plan::Slo& slo, std::uint64_t planned);

// Whether the SLO holds. Evidence without data (nothing planned, no figure, unknown) never
// holds.
//   percentile, share   "below": bad <= allowed; "above": bad > allowed (a percentile lies above its
//   threshold
//                       exactly then); "exactly": bad = allowed
//   counts              "below", "above" are strict; "exactly" is equality
//   times               "below": figure <= threshold (as D > threshold is bad); "above": figure > threshold.
//   A
//                       figure known only as "at least" is never below.
bool holds(const plan::Slo& slo, const results::SloEvidence& evidence);
// The same if events that are bad for the harness's own causes alone were not counted bad (V1).
bool holds_without_own(const plan::Slo& slo, const results::SloEvidence& evidence);

SloVerdict decide(const plan::Plan& plan, const plan::SloInstance& instance,
                  const results::SloEvidence& evidence);

// What the instance is measured against (V): the SLO's threshold, or for shares, late events and the time
// over the bound the class's bound at that group (of a decision the smallest of its classes'); 0 when there
// is none (counts).
Nanos gated_bound(const plan::Plan& plan, const plan::SloInstance& instance);

// Words.
// A time as a person writes a bound: "2 s", "1.5 s", "250 ms".
std::string bound_words(Nanos bound);
// "24.1 ms", "≥ 3.20 s", "n/a"
std::string quantile_words(const results::Quantile& quantile);

}  // namespace freshet::judge
