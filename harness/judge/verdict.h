// judge(plan, figures) -> Verdict. Validity first (V), then every SLO by exact counts (E7). Pure.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "harness/plan/plan.h"
#include "harness/results/figures.h"

namespace freshet::judge {

enum class Outcome { pass, fail, invalid, interrupted };

// One SLO instance (class, group, tier, phase filled in), decided.
struct SloVerdict {
  std::string text;  // "staleness p99 of account_lock at copilot in incident below 2 s"
  bool holds = false;
  std::string figure;  // "24.1 ms", ">= 3.2 s", "0", "> 20 s"
  std::string bound;   // "below 2 s"
  std::string count;   // "3 bad of 3000, 30 allowed"
  int line = 0;
};

// A validity rule that was looked at (V1 … V9): holds = the run may be trusted as far as this rule goes.
struct Validity {
  std::string id;  // "V1 own-delay"
  bool holds = true;
  std::string sentence;  // what it means, in words
  std::string figure, limit;
  bool said = false;  // worth saying though it holds
};

struct Verdict {
  Outcome outcome = Outcome::fail;
  std::string reason;  // one sentence; the first line printed
  std::vector<SloVerdict> slos;
  std::vector<Validity> validity;
  int exit_status() const;  // design 4: 0 1 3 130
};

Verdict judge(const plan::Plan& plan, const results::Figures& figures);
nlohmann::json to_json(const Verdict& verdict);

}  // namespace freshet::judge
