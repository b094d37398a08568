-- What does a replay do to the readers that are live? Windows with and without it, in turn, on the same load.
local support = require "support"

local replay_rate = param { "replay_rate", default = "unlimited", about = "events a second, or unlimited" }

return scenario {
  name = "replay-isolation",
  about = "Four pairs of windows: a reindexing from the start, off and on.",

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
    warmup   { "20s" },
    replay   { "20s", isolation = true, pairs = 4, group = "reindex", rate = replay_rate, members = 2 },
    recovery { "20s" },
  },

  slos = {
    slo { "staleness p99", class = "account_lock", phase = "replay", below = "2s" },
    slo { "staleness p99", class = "chat_turn", phase = "replay", below = "10s" },
    slo { "lost", exactly = 0 },
  },
}
