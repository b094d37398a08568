-- Events that one member reads as they come: what it costs to take them, with staleness and ledger, and up to
-- which rate the harness keeps its own schedule (V1: 50 ms at p99). For scripts/bench.
local rate = param { "rate", default = "20000/s", about = "events a second" }
local length = param { "length", default = "10s", about = "how long" }

return scenario {
  name = "consume",
  streams = { events = { rate = rate, size = "512B", bound = "1s" } },
  groups = { reader = { members = 1 } },
  phases = { warmup { "2s" }, steady { length } },
  slos = { slo { "staleness p99", class = "events", group = "reader", below = "1s" } },
}
