-- The broker that governs the cluster dies: leaders cannot change until another one has taken over.
--   freshet run scenarios/controller_loss.lua --allow-commands -b "$(scripts/kafka start --brokers 3)"
local support = require "support"

return scenario {
  name = "controller-loss",
  about = "The active controller of three is killed, and comes back twenty seconds later.",

  streams = {
    account_lock = support.account_lock { rate = "100/s", replication = 3, partitions = 6 },
    chat_turn    = support.chat_turn { rate = "400/s", replication = 3, partitions = 6 },
  },

  groups = {
    agent_desktop = { members = 2 },
    copilot       = { members = 2, service_time = "50us" },
  },

  phases = {
    warmup   { "20s" },
    steady   { "20s" },
    fault    { "50s", at = "5s", run = "scripts/kafka kill controller",
               undo = "scripts/kafka start", after = "20s" },
    recovery { "30s" },
  },

  slos = {
    slo { "staleness p99", class = "account_lock", phase = "steady", below = "2s" },
    slo { "freshness lag", class = "account_lock", phase = "fault", below = "30s" },
    slo { "time to fresh", after = "fault", below = "10s" },
    slo { "lost", exactly = 0 },
  },
}
