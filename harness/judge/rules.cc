#include "harness/judge/rules.h"

#include <algorithm>
#include <array>

namespace freshet::judge {
namespace {

constexpr std::array kRules{
    Rule{"V1 own-delay",
         "the harness itself sent late: its own send delay at the quantile that an SLO asks for; or an SLO "
         "fails by events alone that the harness made late",
         "5 % of the SLO's bound"},
    Rule{"V2 own-not-sent", "the harness itself did not send what was planned: events of a phase", "1 %"},
    Rule{"V3 receiver-bound",
         "a member was too slow to measure: its own work filled over 80 % of a second in which data was "
         "queued "
         "all the time",
         "1 % of the measured seconds, or two of them"},
    Rule{"V4 host-stall",
         "this machine stood still: lateness of a 1 ms timer, weighted by time, at the quantile that an SLO "
         "asks for",
         "5 % of the SLO's bound"},
    Rule{"V5 clock",
         "the wall clock moved against the monotonic one, by a step or by drift; or an event was visible "
         "before its time",
         "10 % of the smallest bound; 0 events"},
    Rule{
        "V6 cold",
        "the halves of a steady phase disagree by a tenth and by more than chance: it was not steady yet, or "
        "not any more. Said, and no reason unless an SLO has steady = true",
        "0 of the steady phases that such an SLO is judged in"},
    Rule{"V7 durability",
         "a topic or a client was less durable than the scenario asks: replication, min.insync.replicas, "
         "acks, "
         "enable.idempotence",
         "what is asked"},
    Rule{"V8 payload",
         "a full batch of a stream's records, compressed as its producer does, misses the ratio that the "
         "scenario "
         "asks for (compresses = 4)",
         "a quarter of it either way"},
    Rule{"V9 disturbance",
         "a command of the scenario's faults failed: what was to be measured did not happen", "0"},
};

}  // namespace

std::span<const Rule> rules() {
  return kRules;
}

const Rule& rule(std::string_view number) {
  return *std::ranges::find_if(kRules,
                               [&](const Rule& r) { return r.id.substr(0, r.id.find(' ')) == number; });
}

}  // namespace freshet::judge
