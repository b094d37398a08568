-- A short run on the built-in log with something to see in each chart: an incident, hot accounts, reads.
local support = require "support"

return scenario {
  name = "browser",
  about = "A short run for the tests of the page.",

  streams = {
    account_lock = support.account_lock { rate = "400/s" },
    chat_turn    = support.chat_turn { rate = "800/s" },
  },
  groups = { agent_desktop = { members = 2 }, copilot = { members = 2, service_time = "50us" } },
  reads = {
    opens_account = { group = "agent_desktop", rate = "200/s" },
    after_lock    = { group = "copilot", after = { class = "account_lock", delay = { min = "100ms", max = "1s" } } },
  },
  phases = {
    warmup   { "3s" },
    steady   { "5s" },
    incident { "5s", magnitude = 4, streams = { "chat_turn" }, hot_accounts = 5, hot_share = "50%" },
    recovery { "5s" },
  },
  slos = {
    slo { "staleness p99", class = "account_lock", phase = "steady", below = "2s" },
    slo { "staleness p99", class = "chat_turn", below = "10s" },
    slo { "stale decisions", below = "50%" },
    slo { "lost", exactly = 0 },
  },
}
