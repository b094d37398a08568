#include "harness/judge/verdict.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

#include "harness/base/text.h"
#include "harness/judge/slo.h"
#include "harness/judge/validity.h"

namespace freshet::judge {
namespace {

std::string partial_reason(const results::Figures& figures) {
  const std::string how = figures.ending == "killed" ? "the run was killed" : "the run was stopped";
  return fmt::format("partial: {} after {}; what was measured until then is kept and not judged", how,
                     base::format_duration(figures.ended_at));
}

std::string invalid_reason(const Validity& rule) {
  std::string reason = fmt::format("{}: {}", rule.id, rule.sentence);
  reason += fmt::format(": {}", rule.figure);
  if (!rule.limit.empty()) reason += fmt::format(", limit {}", rule.limit);
  return reason;
}

std::string fail_reason(const std::vector<SloVerdict>& slos) {
  const auto failed = std::count_if(slos.begin(), slos.end(), [](const SloVerdict& s) { return !s.holds; });
  const auto first = std::find_if(slos.begin(), slos.end(), [](const SloVerdict& s) { return !s.holds; });
  return fmt::format("{} of {} SLOs {} not hold; the first: {}: {} ({})", failed, slos.size(),
                     failed == 1 ? "does" : "do", first->text, first->figure, first->count);
}

std::string pass_reason(std::size_t slos) {
  if (slos == 0) return "no SLO was asked, so nothing was judged: figures only";
  return slos == 1 ? "the one SLO holds" : fmt::format("all {} SLOs hold", slos);
}

bool anything_planned(const results::Figures& figures) {
  return std::any_of(figures.staleness.begin(), figures.staleness.end(),
                     [](const results::StalenessRow& row) { return row.outcomes.planned > 0; });
}

// Evidence that is missing is evidence of nothing: default SloEvidence never holds. Nor does an SLO that
// stands for nothing, though `check` and `run` refuse it (E9): a plan may come from a file.
std::vector<SloVerdict> decide_all(const plan::Plan& plan, const results::Figures& figures) {
  const std::vector<plan::SloInstance> instances = plan::slo_instances(plan).instances;
  std::vector<SloVerdict> slos;
  std::vector<bool> stands_for_something(plan.slos.size());
  for (std::size_t i = 0; i < instances.size(); ++i) {
    stands_for_something[instances[i].slo] = true;
    slos.push_back(
        decide(plan, instances[i], i < figures.slos.size() ? figures.slos[i] : results::SloEvidence{}));
  }
  for (std::size_t i = 0; i < plan.slos.size(); ++i) {
    if (stands_for_something[i]) continue;
    slos.push_back({fmt::format("the SLO of line {}", plan.slos[i].line), false, "n/a", "",
                    "it matches no planned event: no data is never a pass", plan.slos[i].line});
  }
  return slos;
}

std::string outcome_name(Outcome outcome) {
  switch (outcome) {
    case Outcome::pass:
      return "pass";
    case Outcome::fail:
      return "fail";
    case Outcome::invalid:
      return "invalid";
    case Outcome::interrupted:
      return "interrupted";
  }
  return "";
}

}  // namespace

int Verdict::exit_status() const {
  switch (outcome) {
    case Outcome::pass:
      return 0;
    case Outcome::fail:
      return 1;
    case Outcome::invalid:
      return 3;
    case Outcome::interrupted:
      return 130;
  }
  return 1;
}

// Interrupted before invalid: a run that was cut short is known to be no result. Invalid before fail: figures
// that cannot be trusted cannot convict either.
Verdict judge(const plan::Plan& plan, const results::Figures& figures) {
  Verdict verdict;
  verdict.slos = decide_all(plan, figures);
  verdict.validity = look_at_validity(plan, figures);
  const auto broken = std::find_if(verdict.validity.begin(), verdict.validity.end(),
                                   [](const Validity& rule) { return !rule.holds; });
  const bool all_hold =
      std::all_of(verdict.slos.begin(), verdict.slos.end(), [](const SloVerdict& slo) { return slo.holds; });
  if (figures.ending != "complete") {
    verdict.outcome = Outcome::interrupted;
    verdict.reason = partial_reason(figures);
  } else if (broken != verdict.validity.end()) {
    verdict.outcome = Outcome::invalid;
    verdict.reason = invalid_reason(*broken);
  } else if (!all_hold) {
    verdict.outcome = Outcome::fail;
    verdict.reason = fail_reason(verdict.slos);
  } else if (!anything_planned(figures)) {
    verdict.outcome = Outcome::fail;
    verdict.reason = "no event was planned, so nothing was measured: no data is never a pass";
  } else {
    verdict.outcome = Outcome::pass;
    verdict.reason = pass_reason(verdict.slos.size());
  }
  return verdict;
}

nlohmann::json to_json(const Verdict& verdict) {
  nlohmann::json slos = nlohmann::json::array();
  for (const SloVerdict& slo : verdict.slos) {
    slos.push_back({{"slo", slo.text},
                    {"holds", slo.holds},
                    {"figure", slo.figure},
                    {"bound", slo.bound},
                    {"count", slo.count},
                    {"line", slo.line}});
  }
  nlohmann::json validity = nlohmann::json::array();
  for (const Validity& rule : verdict.validity) {
    validity.push_back({{"rule", rule.id},
                        {"holds", rule.holds},
                        {"sentence", rule.sentence},
                        {"figure", rule.figure},
                        {"limit", rule.limit},
                        {"said", rule.said}});
  }
  return {{"outcome", outcome_name(verdict.outcome)},
          {"exit_status", verdict.exit_status()},
          {"reason", verdict.reason},
          {"slos", std::move(slos)},
          {"validity", std::move(validity)}};
}

}  // namespace freshet::judge
