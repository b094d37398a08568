-- Traffic doubles and falls back while a broker joins and takes its share of the data: what does it cost?
--   freshet run scenarios/traffic_doubles.lua --allow-commands -b "$(scripts/kafka start --brokers 3)"
local support = require "support"

return scenario {
  name = "traffic-doubles",
  about = "Twice the traffic for two minutes; a fourth broker joins and partitions move to it meanwhile.",

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
    incident { "120s", magnitude = 2, ramp = "20s", decay = "20s",
               fault { at = "20s", run = "scripts/kafka add" },
               fault { at = "50s", run = "scripts/kafka reassign 1,2,3,4 'freshet-*'" } },
    recovery { "30s" },
  },

  slos = {
    slo { "staleness p99", class = "account_lock", below = "2s" },
    slo { "staleness p99", class = "chat_turn", below = "10s" },
    slo { "time to fresh", after = "incident", below = "15s" },
    slo { "lost", exactly = 0 },
  },
}
