// Small scenarios for the tests of the program.
#pragma once

#include <string>

namespace freshet::tests {

// Three seconds at 100 events/s: a whole run with every kind of SLO that so little can decide.
inline const std::string kTiny = R"(
return scenario {
  name = "tiny",
  about = "Three seconds of chat.",
  streams = { chat = { rate = "100/s", bound = "5s", partitions = 4 } },
  groups = { copilot = { members = 2 }, desktop = {} },
  phases = { warmup { "1s" }, steady { "2s" } },
  slos = {
    slo { "staleness p90", class = "chat", below = "5s" },
    slo { "lost", exactly = 0 },
  },
}
)";

// Long enough that nobody waits for its end.
inline const std::string kLong = R"(
return scenario {
  name = "long",
  streams = { chat = { rate = "100/s", bound = "5s", partitions = 4 } },
  groups = { copilot = {} },
  phases = { steady { "600s" } },
}
)";

// A fault a second after the steady second; `fault` is its body.
inline std::string with_fault(const std::string& fault) {
  return R"(
return scenario {
  name = "faulty",
  streams = { chat = { rate = "100/s", bound = "5s", partitions = 4 } },
  groups = { copilot = {} },
  phases = { steady { "1s" }, fault { "3s", )" +
         fault + R"( }, recovery { "1s" } },
}
)";
}

}  // namespace freshet::tests
