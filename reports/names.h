// What the plan's indices are called, and figures as cells of a table.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "harness/plan/plan.h"
#include "harness/results/figures.h"

namespace freshet::reports {

std::string class_name(const plan::Plan& plan, int stream);
std::string pass_name(const plan::Plan& plan, int pass);
std::string tier_name(const plan::Plan& plan, int stream, int tier);
// "incident (35 s to 50 s)"; -1: "the measured phases".
std::string phase_name(const plan::Plan& plan, int phase);

// "24.1 ms", "≥3.20 s", "n/a": as judge::quantile_words, narrower.
std::string cell(const results::Quantile& quantile);
// p50 p90 p99 p99.9 max, in that order; "" for one that is not there.
std::vector<std::string> cells(const std::vector<results::Quantile>& quantiles);
// Of client -> profile: "low-latency", or who has which where they differ; "" when all have the default.
std::string profiles_text(const std::map<std::string, std::string>& profiles);
std::string share_cell(std::uint64_t part, std::uint64_t whole);

inline const std::vector<std::string> kQuantileHeads = {"p50", "p90", "p99", "p99.9", "max"};

}  // namespace freshet::reports
