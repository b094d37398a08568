-- Few large customers: what do their hot partitions do to their own freshness, and to everybody else's?
local support = require "support"

return scenario {
  name = "hot-enterprise",
  about = "Ten enterprise accounts with 60% of the traffic, every class keyed by account.",

  tenants = support.tenants { enterprise = 10, enterprise_share = "60%", others = 20000, skew = 1.2 },

  streams = {
    account_lock = support.account_lock { rate = "200/s" },
    chat_turn    = support.chat_turn { rate = "2000/s", key = "account" },
  },

  groups = {
    agent_desktop = { members = 3 },
    copilot       = { members = 3, service_time = "200us" },
  },

  phases = {
    warmup { "20s" },
    steady { "30s" },
    ramp   { "30s", from = 1, to = 2, streams = { "chat_turn" } },
  },

  slos = {
    slo { "staleness p99", class = "account_lock", tier = "enterprise", below = "2s" },
    slo { "staleness p99", class = "chat_turn", tier = "enterprise", below = "10s" },
    slo { "staleness p99", class = "chat_turn", tier = "rest", below = "10s" },
    slo { "lost", exactly = 0 },
    slo { "out of order", exactly = 0 },
  },
}
