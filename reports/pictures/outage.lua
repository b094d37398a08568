-- The run of the README's pictures: an outage's chat traffic, then a broker that stands still, while agents and a
-- copilot open accounts. scripts/pictures runs it on three brokers.
local support = require "support"

return scenario {
  name = "outage",
  about = "Six times the chat traffic, half of it from five enterprise accounts; later one of three brokers stands still.",

  tenants = support.tenants { enterprise = 20, enterprise_share = "45%", others = 20000, skew = 1.1 },

  streams = {
    account_lock = support.account_lock { rate = "100/s", bound = "2s", replication = 3, partitions = 6 },
    chat_turn    = support.chat_turn { rate = "400/s", bound = "10s", replication = 3, partitions = 6 },
  },

  groups = {
    agent_desktop = { members = 2 },
    copilot       = { members = 2, service_time = "50us" },
  },

  reads = {
    agent_opens_account = { group = "agent_desktop", rate = "100/s" },
    answer_after_lock   = { group = "copilot", classes = { "account_lock", "chat_turn" },
                            after = { class = "account_lock", delay = { min = "1s", max = "4s" } } },
  },

  phases = {
    warmup   { "20s" },
    steady   { "20s" },
    incident { "20s", magnitude = 6, ramp = "2s", decay = "3s",
               streams = { "chat_turn" }, hot_accounts = 5, hot_share = "50%" },
    recovery { "20s" },
    fault    { "20s", at = "4s", run = "scripts/kafka pause 2", undo = "scripts/kafka resume 2", after = "6s" },
    recovery { "25s", name = "after_fault" },
  },

  slos = {
    slo { "staleness p99", class = "account_lock", group = "copilot", phase = "incident", below = "2s" },
    slo { "staleness p99", class = "chat_turn", group = "copilot", tier = "enterprise", below = "10s" },
    slo { "staleness share", class = "account_lock", group = "agent_desktop", below = "10%" },
    slo { "critical stale decisions", phase = "incident", below = "1%" },
    slo { "critical stale decisions", phase = "fault", below = "5%" },
    slo { "time to fresh", after = "incident", below = "10s" },
    slo { "time to fresh", after = "fault", below = "10s" },
    slo { "lost", exactly = 0 },
  },
}
