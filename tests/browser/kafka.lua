-- A short run on a real broker that stands still for two seconds while agents open accounts.
local support = require "support"

return scenario {
  name = "browser-kafka",
  about = "A broker stands still for two seconds.",

  streams = {
    account_lock = support.account_lock { rate = "200/s", bound = "500ms", partitions = 6 },
    chat_turn    = support.chat_turn { rate = "400/s", partitions = 6 },
  },
  groups = { agent_desktop = { members = 2 }, copilot = { members = 2, service_time = "50us" } },
  reads = {
    opens_account = { group = "agent_desktop", rate = "200/s" },
    after_lock    = { group = "copilot", after = { class = "account_lock", delay = { min = "100ms", max = "1s" } } },
  },
  phases = {
    warmup   { "3s" },
    steady   { "4s" },
    fault    { "6s", at = "1s", run = "scripts/kafka pause", undo = "scripts/kafka resume", after = "2s" },
    recovery { "3s" },
  },
  slos = {
    slo { "staleness p99", class = "chat_turn", below = "10s" },
    slo { "critical stale decisions", phase = "fault", below = "1%" },
    slo { "lost", exactly = 0 },
  },
}
