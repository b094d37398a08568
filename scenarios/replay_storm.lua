-- A group rebuilds its index from the start of the log: what does that do to the readers that are live?
local support = require "support"

local replay_rate = param { "replay_rate", default = "unlimited", about = "events a second, or unlimited" }

return scenario {
  name = "replay-storm",
  about = "Reindexing from the start, beside live agents and copilots.",

  streams = {
    account_lock = support.account_lock { rate = "200/s" },
    chat_turn    = support.chat_turn { rate = "2000/s" },
    audit        = support.audit { rate = "500/s" },
  },

  groups = {
    agent_desktop = { members = 2, streams = { "account_lock", "chat_turn" } },
    copilot       = { members = 2, streams = { "account_lock", "chat_turn" }, service_time = "50us" },
  },

  phases = {
    warmup   { "20s" },
    steady   { "30s" },
    replay   { "20s", group = "reindex", streams = { "chat_turn", "audit" }, rate = replay_rate, members = 2 },
    recovery { "20s" },
  },

  slos = {
    slo { "staleness p99", class = "account_lock", below = "2s" },
    slo { "staleness p99", class = "chat_turn", group = "copilot", below = "10s" },
    slo { "lost", exactly = 0 },
    slo { "time to fresh", group = "copilot", after = "replay", below = "10s" },
  },
}
