-- A gate for CI: a minute that fails when answers get staler than they may (scripts/ci has the jobs).
local support = require "support"

local chat_rate = param { "chat_rate", default = "400/s", about = "chat turns a second before the burst" }

return scenario {
  name = "freshness-gate",
  about = "A minute of steady traffic with a burst of four times the chat, gated on every class's bound.",

  tenants = support.tenants { enterprise = 20, enterprise_share = "45%", others = 5000, skew = 1.1 },

  streams = {
    account_lock = support.account_lock { rate = "200/s", bound = "2s" },
    chat_turn    = support.chat_turn { rate = chat_rate, bound = "10s" },
  },

  groups = {
    agent_desktop = { members = 2 },
    copilot       = { members = 2, service_time = "50us" },
  },

  phases = {
    warmup   { "10s" },
    steady   { "20s" },
    incident { "12s", magnitude = 4, streams = { "chat_turn" }, hot_accounts = 5, hot_share = "50%" },
    recovery { "18s" },
  },

  slos = {
    slo { "staleness p99", class = "account_lock", below = "2s" },
    slo { "staleness p99", class = "chat_turn", tier = "enterprise", below = "10s" },
    slo { "time to fresh", after = "incident", below = "5s" },
    slo { "lost", exactly = 0 },
  },
}
