-- Members of a group come, go, die and freeze. Who waits, and does the other assignor do better?
local support = require "support"

local session = { ["session.timeout.ms"] = 6000, ["heartbeat.interval.ms"] = 2000 }

return scenario {
  name = "rebalance",
  about = "The same changes in two groups: one stops as a whole, one moves only what has to move.",

  streams = {
    account_lock = support.account_lock { rate = "200/s" },
    chat_turn    = support.chat_turn { rate = "1000/s" },
  },

  groups = {
    eager       = { members = 2, assignor = "range", client = session },
    cooperative = { members = 2, assignor = "cooperative-sticky", client = session },
  },

  phases = {
    warmup   { "20s" },
    change   { "30s", name = "scale", { at = "0s",  add  = { eager = 1, cooperative = 1 } },
                                      { at = "15s", stop = { eager = 1, cooperative = 1 } } },
    recovery { "20s", name = "scaled" },
    change   { "30s", name = "crash", kill = { eager = 1, cooperative = 1 }, lasts = "20s" },
    recovery { "20s", name = "crashed" },
    change   { "30s", name = "freeze", pause = { eager = 1, cooperative = 1 }, lasts = "5s" },
    recovery { "20s", name = "frozen" },
  },

  slos = {
    slo { "staleness p99", class = "account_lock", phase = "scaled", below = "2s" },
    slo { "time to fresh", below = "10s" },
    slo { "lost", exactly = 0 },
  },
}
