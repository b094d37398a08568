-- A new copilot has to read everything before it is live, and analytics comes back from a weekend: who pays?
local support = require "support"

return scenario {
  name = "cold-start",
  about = "A bootstrap from the start of the log and a backlog of two minutes, beside live readers.",

  prefill = "3m",
  streams = {
    account_lock = support.account_lock { rate = "200/s" },
    chat_turn    = support.chat_turn { rate = "1000/s" },
  },

  groups = {
    agent_desktop = { members = 2 },
    copilot       = { members = 2, service_time = "50us" },
  },

  phases = {
    warmup    { "20s" },
    bootstrap { "20s", group = "new_copilot", members = 2 },
    recovery  { "20s", name = "started" },
    backlog   { "30s", group = "analytics", behind = "2m", rate = "10k/s" },
    recovery  { "20s", name = "caught_up" },
  },

  slos = {
    slo { "staleness p99", class = "account_lock", below = "2s" },
    slo { "staleness p99", class = "chat_turn", below = "10s" },
    slo { "time to fresh", below = "10s" },
    slo { "lost", exactly = 0 },
  },
}
