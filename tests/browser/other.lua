-- Another load than run.lua's, of which only a part has its match there.
local support = require "support"

return scenario {
  name = "browser-other",
  about = "Another short run, to be compared by force.",

  streams = {
    chat_turn = support.chat_turn { rate = "500/s", partitions = 6 },
    refund    = support.refund { rate = "200/s", partitions = 6 },
  },
  groups = { copilot = {} },
  phases = { warmup { "2s" }, steady { "4s" } },
}
