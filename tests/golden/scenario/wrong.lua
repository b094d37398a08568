-- A scenario with a mistake in nearly every line: what is said about it is in wrong.txt.
local support = require "suport"
local support = require "support"
local rate = param { "rate", defualt = "5/s" }

return scenario {
  nmae = "incident burst",
  tenants = support.tenants { enterprise = 2, enterprise_share = "145%", others = -1 },
  streams = {
    account_lock = support.account_lok { rate = "400/s",  bound = "2s" },
    chat_turn    = support.chat_turn    {
      rate = "-2000/s",
      bund = "10s", size = { min = "8B", max = "1KiB" },
      topic = { ["retention.ms"] = {} },
    },
    x = { rate = 400, key = "acount" },
    x = 5,
  },
  groups = {
    copilot = { members = 2.5, service_time = "50uss", streams = { "chat_trun" } },
  },
  phases = {
    wramup   { "20s" },
    steady   { "0s" },
    incident { "30.5s", magnitude = -8, hot_accounts = 5, hot_share = "50%" },
    recovery { "40s", magnitude = 3 },
  },
  slos = {
    slo { "stalenes p99", below = "2s" },
    slo { "staleness p99", clas = "chat_turn", below = 10 },
    slo { "lost", exactly = "0" },
    slo { "lost", class = "chat", exactly = 0 },
  },
  drain = "5s",
}
