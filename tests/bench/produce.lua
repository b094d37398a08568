-- Events that nobody reads: what it costs to send them, with stamps and ledger. For scripts/bench.
local rate = param { "rate", default = "20000/s", about = "events a second" }
local length = param { "length", default = "10s", about = "how long" }

return scenario {
  name = "produce",
  streams = {
    events = { rate = rate, size = "512B", bound = "1s" },
    tick   = { rate = "1/s", partitions = 1 },
  },
  groups = { reader = { members = 1, streams = { "tick" } } },
  phases = { steady { length } },
}
