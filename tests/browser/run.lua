-- A short run with something to see in each chart: hot accounts, desktops that cannot keep up, readers who decide.
local support = require "support"
local freeze = param { "freeze", default = false, about = "a broker stands still instead of the incident" }

return scenario {
  name = "browser",
  about = "A short run for the tests of the page.",

  streams = {
    account_lock = support.account_lock { rate = "400/s", bound = "500ms", partitions = 6 },
    chat_turn    = support.chat_turn { rate = "800/s", partitions = 6 },
  },
  groups = { agent_desktop = { members = 2, service_time = "700us" }, copilot = { members = 2, service_time = "50us" } },
  reads = {
    opens_account = { group = "agent_desktop", rate = "200/s",
                      decide = function(view) return view.account_lock.n % 2 == 0 end },
    after_lock    = { group = "copilot", after = { class = "account_lock", delay = { min = "100ms", max = "1s" } } },
  },
  phases = {
    warmup   { "3s" },
    steady   { "5s" },
    freeze and fault { "6s", at = "1s", run = "scripts/kafka pause", undo = "scripts/kafka resume", after = "2s" }
      or incident { "5s", magnitude = 4, streams = { "chat_turn" }, hot_accounts = 5, hot_share = "50%" },
    recovery { "5s" },
  },
  slos = {
    slo { "staleness p99", class = "account_lock", phase = "steady", below = "2s" },
    slo { "staleness p99", class = "chat_turn", below = "10s" },
    slo { "stale decisions", below = "50%" },
    slo { "lost", exactly = 0 },
  },
}
