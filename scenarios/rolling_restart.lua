-- An upgrade: each broker is restarted in good order, one after another. Does anybody notice?
--   freshet run scenarios/rolling_restart.lua --allow-commands -b "$(scripts/kafka start --brokers 3)"
local support = require "support"

return scenario {
  name = "rolling-restart",
  about = "Three brokers are restarted in turn, each when the one before it is in sync again.",

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
    fault    { "105s", { at = "0s",  run = "scripts/kafka restart 1" },
                       { at = "35s", run = "scripts/kafka restart 2" },
                       { at = "70s", run = "scripts/kafka restart 3" } },
    recovery { "30s" },
  },

  slos = {
    slo { "staleness p99", class = "account_lock", below = "2s" },
    slo { "staleness p99", class = "chat_turn", below = "10s" },
    slo { "time to fresh", after = "fault", below = "10s" },
    slo { "lost", exactly = 0 },
  },
}
