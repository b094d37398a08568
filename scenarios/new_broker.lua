-- A broker joins a cluster with data in it: what does moving the partitions do to those that read and write?
--   freshet run scenarios/new_broker.lua --allow-commands -b "$(scripts/kafka start --brokers 3)"
local support = require "support"

return scenario {
  name = "new-broker",
  about = "A fourth broker joins, and takes its share of ten minutes of data under steady load.",

  prefill = "10m",
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
    fault    { "90s", { at = "0s",  run = "scripts/kafka add" },
                      { at = "30s", run = "scripts/kafka reassign 1,2,3,4 'freshet-*'" } },
    recovery { "30s" },
  },

  slos = {
    slo { "staleness p99", class = "account_lock", below = "2s" },
    slo { "time to fresh", after = "fault", below = "15s" },
    slo { "lost", exactly = 0 },
  },
}
