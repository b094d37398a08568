-- Ten seconds: does everything work from here to the cluster and back?
local support = require "support"

return scenario {
  name = "smoke",
  about = "A little of everything for ten seconds.",

  streams = {
    account_lock = support.account_lock { rate = "200/s" },
    chat_turn    = support.chat_turn { rate = "300/s" },
  },

  groups = { copilot = { members = 2 } },

  phases = { warmup { "3s" }, steady { "7s" } },

  slos = {
    slo { "staleness p99", class = "account_lock", below = "2s" },
    slo { "lost", exactly = 0 },
  },
}
