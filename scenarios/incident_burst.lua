-- An outage: how stale are the copilot's answers while everybody writes at once, and how soon is it over?
local support = require "support"

local chat_rate = param { "chat_rate", default = "1000/s", about = "chat turns a second before the outage" }

return scenario {
  name = "incident-burst",
  about = "A regional outage: eight times the chat traffic, half of it from five enterprise accounts.",

  tenants = support.tenants { enterprise = 20, enterprise_share = "45%", others = 50000, skew = 1.1 },

  streams = {
    account_lock = support.account_lock { rate = "200/s", bound = "2s" },
    chat_turn    = support.chat_turn { rate = chat_rate, bound = "10s" },
  },

  groups = {
    agent_desktop  = { members = 2 },
    copilot        = { members = 2, service_time = "50us" },
    quality_review = { members = 2, service_time = "100us", streams = { "chat_turn" }, bound = "20s" },
  },

  phases = {
    warmup   { "20s" },
    steady   { "15s" },
    incident { "15s", magnitude = 8, ramp = "2s", decay = "3s",
               streams = { "chat_turn" }, hot_accounts = 5, hot_share = "50%" },
    recovery { "20s" },
  },

  slos = {
    slo { "staleness p99", class = "account_lock", group = "copilot", below = "2s" },
    slo { "staleness p99", class = "chat_turn", group = "copilot", tier = "enterprise", below = "10s" },
    slo { "lost", exactly = 0 },
    slo { "time to fresh", class = "chat_turn", group = "copilot", after = "incident", below = "10s" },
  },
}
