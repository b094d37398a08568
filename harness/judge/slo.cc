#include "harness/judge/slo.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "harness/base/text.h"

namespace freshet::judge {
namespace {

using plan::Comparison;
using plan::Figure;
using results::Quantile;

constexpr std::uint64_t kBillion = 1'000'000'000;

bool counts_bad(Figure figure) {
  return figure == Figure::staleness_percentile || figure == Figure::staleness_share ||
         plan::is_of_reads(figure);
}

bool is_share(Figure figure) {
  return figure == Figure::staleness_share || plan::is_of_decisions(figure);
}

bool is_count(Figure figure) {
  return figure == Figure::lost || figure == Figure::duplicate || figure == Figure::out_of_order ||
         figure == Figure::late || figure == Figure::missed;
}

template <class T>
bool compare(T value, Comparison comparison, T threshold) {
  switch (comparison) {
    case Comparison::below:
      return value < threshold;
    case Comparison::above:
      return value > threshold;
    case Comparison::exactly:
      return value == threshold;
  }
  return false;
}

bool bad_holds(const plan::Slo& slo, std::uint64_t planned, std::uint64_t bad) {
  if (planned == 0) return false;
  const std::uint64_t allowed = allowed_bad(slo, planned);
  switch (slo.comparison) {
    case Comparison::below:
      return bad <= allowed;
    case Comparison::above:
      return bad > allowed;
    case Comparison::exactly:
      return bad == allowed;
  }
  return false;
}

bool time_holds(const plan::Slo& slo, const Quantile& figure) {
  if (figure.kind == Quantile::Kind::not_available) return false;
  const Nanos threshold = std::llround(slo.threshold);
  if (slo.comparison == Comparison::above) return figure.value > threshold;
  return figure.kind == Quantile::Kind::exact && figure.value <= threshold;
}

std::string comparison_words(Comparison comparison) {
  switch (comparison) {
    case Comparison::below:
      return "below";
    case Comparison::above:
      return "above";
    case Comparison::exactly:
      return "exactly";
  }
  return "";
}

std::string threshold_words(const plan::Slo& slo) {
  if (is_count(slo.figure))
    return base::format_count(static_cast<std::uint64_t>(std::llround(slo.threshold)));
  if (is_share(slo.figure)) return fmt::format("{:.9g} %", slo.threshold * 100);
  return bound_words(std::llround(slo.threshold));
}

std::string figure_words(const plan::Slo& slo, const results::SloEvidence& evidence) {
  if (evidence.unknown) return "n/a";
  if (is_count(slo.figure)) return evidence.planned == 0 ? "n/a" : base::format_count(evidence.count);
  if (is_share(slo.figure)) {
    if (evidence.planned == 0) return "n/a";
    return base::format_share(static_cast<double>(evidence.bad) / static_cast<double>(evidence.planned));
  }
  if (slo.figure == Figure::time_to_fresh && evidence.figure.kind == Quantile::Kind::at_least) {
    return "> " + base::format_duration(evidence.figure.value);
  }
  return quantile_words(evidence.figure);
}

std::string count_words(const plan::Slo& slo, const results::SloEvidence& evidence) {
  if (evidence.unknown) return "the decide function could not be run: no data is never a pass";
  if (counts_bad(slo.figure)) {
    const char* what = plan::is_of_reads(slo.figure) ? "read" : "event";
    if (evidence.planned == 0) return fmt::format("no {} was planned: no data is never a pass", what);
    return fmt::format("{} bad of {} {}s, {} allowed", base::format_count(evidence.bad),
                       base::format_count(evidence.planned), what,
                       base::format_count(allowed_bad(slo, evidence.planned)));
  }
  if (is_count(slo.figure)) {
    if (evidence.planned == 0) {
      return slo.figure == Figure::late ? "no read looked, or no event was planned: no data is never a pass"
                                        : "no event was planned: no data is never a pass";
    }
    return fmt::format("{} of {} events", base::format_count(evidence.count),
                       base::format_count(evidence.planned));
  }
  if (evidence.figure.kind == Quantile::Kind::not_available) {
    return "nothing was measured: no data is never a pass";
  }
  if (slo.figure == Figure::freshness_lag) return "its highest value in the phase";
  if (slo.figure == Figure::time_over_bound) return "in which some key was over its bound in the phase";
  return evidence.figure.kind == Quantile::Kind::at_least ? "not reached before the run ended"
                                                          : "from the end of the disturbance";
}

// Of the classes that the read looks at.
Nanos smallest_bound(const plan::Plan& plan, const plan::SloInstance& instance, bool critical) {
  Nanos smallest = base::kNever;
  for (const std::size_t stream : plan.reads[instance.read].streams) {
    if (!critical || plan.streams[stream].critical)
      smallest = std::min(smallest, plan::bound_of(plan, instance.group, stream));
  }
  return smallest;
}

}  // namespace

std::uint64_t allowed_of(std::uint64_t n, double part) {
  const auto q = static_cast<std::uint64_t>(std::llround(part * static_cast<double>(kBillion)));
  // n = a billions + b: both products stay below 2^64 for any n up to 10^19 and q up to a billion.
  return n / kBillion * q + n % kBillion * q / kBillion;
}

std::uint64_t allowed_bad(const plan::Slo& slo, std::uint64_t planned) {
  // The billionths of p are rounded before 1 - p is taken: 0.999 is not exact in binary, 999 000 000 is.
  if (is_share(slo.figure)) return allowed_of(planned, slo.threshold);
  const double billionths = std::round(slo.percentile * static_cast<double>(kBillion));
  return allowed_of(planned, (static_cast<double>(kBillion) - billionths) / static_cast<double>(kBillion));
}

bool holds(const plan::Slo& slo, const results::SloEvidence& evidence) {
  if (evidence.unknown) return false;
  if (counts_bad(slo.figure)) return bad_holds(slo, evidence.planned, evidence.bad);
  if (is_count(slo.figure)) {
    if (evidence.planned == 0) return false;
    return compare(evidence.count, slo.comparison, static_cast<std::uint64_t>(std::llround(slo.threshold)));
  }
  return time_holds(slo, evidence.figure);
}

bool holds_without_own(const plan::Slo& slo, const results::SloEvidence& evidence) {
  if (evidence.unknown || !counts_bad(slo.figure)) return holds(slo, evidence);
  return bad_holds(slo, evidence.planned, evidence.bad_without_own);
}

SloVerdict decide(const plan::Plan& plan, const plan::SloInstance& instance,
                  const results::SloEvidence& evidence) {
  const plan::Slo& slo = plan.slos[instance.slo];
  SloVerdict verdict;
  verdict.text = plan::describe(plan, instance);
  verdict.holds = holds(slo, evidence);
  verdict.figure = figure_words(slo, evidence);
  verdict.bound = comparison_words(slo.comparison) + " " + threshold_words(slo);
  verdict.count = count_words(slo, evidence);
  verdict.line = slo.line;
  return verdict;
}

Nanos gated_bound(const plan::Plan& plan, const plan::SloInstance& instance) {
  const plan::Slo& slo = plan.slos[instance.slo];
  switch (slo.figure) {
    case Figure::lost:
    case Figure::duplicate:
    case Figure::out_of_order:
    case Figure::missed:
      return 0;
    case Figure::staleness_share:
    case Figure::late:
    case Figure::time_over_bound:
      return plan::bound_of(plan, instance.group, instance.stream);
    case Figure::stale_decisions:
    case Figure::critical_stale_decisions:
    case Figure::wrong_decisions:
    case Figure::critical_wrong_decisions:
      return smallest_bound(plan, instance, plan::is_of_critical_decisions(slo.figure));
    default:
      return std::llround(slo.threshold);
  }
}

std::string bound_words(Nanos bound) {
  std::string text = base::format_duration(bound);
  const std::size_t space = text.find(' ');
  if (text.find('.') >= space) return text;
  std::size_t keep = text.find_last_not_of('0', space - 1);
  if (text[keep] == '.') --keep;
  return text.substr(0, keep + 1) + text.substr(space);
}

std::string quantile_words(const Quantile& quantile) {
  switch (quantile.kind) {
    case Quantile::Kind::exact:
      return base::format_duration(quantile.value);
    case Quantile::Kind::at_least:
      return "≥ " + base::format_duration(quantile.value);
    case Quantile::Kind::not_available:
      return "n/a";
  }
  return "n/a";
}

}  // namespace freshet::judge
