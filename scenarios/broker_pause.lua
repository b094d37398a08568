-- A broker freezes without dying, as in a long garbage collection or a stalled disk: who waits for it?
--   freshet run scenarios/broker_pause.lua --allow-commands -b "$(scripts/kafka start --brokers 3)"
local support = require "support"

return scenario {
  name = "broker-pause",
  about = "One of three brokers stands still for eight seconds.",

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
    fault    { "30s", at = "5s", run = "scripts/kafka pause 2",
               undo = "scripts/kafka resume 2", after = "8s" },
    recovery { "30s" },
  },

  slos = {
    slo { "staleness p99", class = "account_lock", phase = "steady", below = "2s" },
    slo { "freshness lag", class = "account_lock", phase = "fault", below = "15s" },
    slo { "time to fresh", after = "fault", below = "10s" },
    slo { "lost", exactly = 0 },
  },
}
