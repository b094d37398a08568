-- What does the agent see? Accounts are opened in the background, and some seconds after each was locked.
local support = require "support"

return scenario {
  name = "agent-reads",
  about = "Agents and a copilot open accounts through an outage: how many answers rest on an old view?",

  tenants = support.tenants { enterprise = 20, enterprise_share = "45%", others = 20000, skew = 1.1 },

  streams = {
    account_lock = support.account_lock { rate = "100/s", bound = "2s" },
    chat_turn    = support.chat_turn { rate = "500/s", bound = "10s" },
  },

  groups = { agent_desktop = { members = 2 }, copilot = { members = 2, service_time = "50us" } },

  reads = {
    agent_opens_account = { group = "agent_desktop", rate = "100/s" },
    answer_after_lock   = { group = "copilot", classes = { "account_lock", "chat_turn" },
                            after = { class = "account_lock", delay = { min = "1s", max = "5s" } },
                            -- Locks and unlocks take turns: does the copilot answer, or refuse?
                            decide = function(view) return view.account_lock.n % 2 == 0 end },
  },

  phases = {
    warmup   { "10s" },
    steady   { "20s" },
    incident { "15s", magnitude = 6, ramp = "2s", decay = "3s",
               streams = { "chat_turn" }, hot_accounts = 5, hot_share = "50%" },
    recovery { "15s" },
  },

  slos = {
    slo { "view staleness p99", class = "account_lock", below = "2s" },
    slo { "stale decisions", below = "1%" },
    slo { "critical stale decisions", exactly = 0 },
    slo { "wrong decisions", below = "1%" },
    slo { "late", exactly = 0 },
    slo { "missed", exactly = 0 },
    slo { "time over bound", class = "account_lock", below = "1s" },
  },
}
