-- Customer-support traffic: the event classes of a support platform and the accounts that cause them.
--
--   local support = require "support"
--   streams = { account_lock = support.account_lock { rate = "400/s", bound = "2s" } }
--
-- Each word gives a stream with the defaults below; what the scenario states is stronger. The figures are
-- assumptions: plausible for a platform of some ten thousand accounts, measured nowhere. State your own.
--
-- Keys say what has to stay in order: account state by account, a conversation's turns by conversation.
local mark, given = ...
local support = {}

local day = 24 * 3600 * 1000 -- ms

local presets = {
  -- Signals that change what may be done for a customer now: small, rare, and wrong when late.
  account_lock       = { rate = "50/s", bound = "2s", size = "256B", key = "account", critical = true },
  entitlement_change = { rate = "50/s", bound = "5s", size = "384B", key = "account", critical = true },
  refund             = { rate = "50/s", bound = "5s", size = "512B", key = "account", critical = true },
  incident_alert     = { rate = "20/s", bound = "2s", size = "512B", key = "tenant", critical = true },
  identity_event     = { rate = "50/s", bound = "5s", size = "256B", key = "customer", keys_per_account = 3,
                         critical = true },
  feature_flag       = { rate = "20/s", bound = "10s", size = "256B", key = "tenant",
                         topic = { ["cleanup.policy"] = "compact" } },

  -- The conversation itself: most of the traffic, with long tails in size.
  chat_turn    = { rate = "1000/s", bound = "10s", key = "conversation", keys_per_account = 2,
                   size = { median = "600B", sigma = 0.8, min = "128B", max = "16KiB" } },
  ticket_event = { rate = "200/s", bound = "15s", key = "case", keys_per_account = 2,
                   size = { median = "900B", sigma = 0.7, min = "200B", max = "16KiB" } },
  agent_note   = { rate = "50/s", bound = "30s", key = "case", keys_per_account = 2,
                   size = { median = "1200B", sigma = 0.9, min = "128B", max = "32KiB" } },
  order_event  = { rate = "200/s", bound = "10s", size = "512B", key = "customer", keys_per_account = 3 },

  -- What the assistant asks, suggests and does; kept for review.
  retrieval_request  = { rate = "300/s", bound = "10s", size = "512B", key = "conversation", keys_per_account = 2 },
  recommendation     = { rate = "200/s", bound = "10s", size = "1KiB", key = "conversation", keys_per_account = 2 },
  approval           = { rate = "50/s", bound = "10s", size = "384B", key = "case", keys_per_account = 2 },
  workflow_execution = { rate = "50/s", bound = "10s", size = "512B", key = "case", keys_per_account = 2 },
  audit              = { rate = "300/s", bound = "60s", size = "512B", key = "account",
                         topic = { ["retention.ms"] = 30 * day } },
}

-- Settings are merged one by one; every other key is taken whole.
local merged_whole = { topic = true, client = true }

local function merge(defaults, own)
  local result = {}
  for key, value in pairs(defaults) do result[key] = value end
  for key, value in pairs(own) do
    if merged_whole[key] and type(value) == "table" and type(result[key]) == "table" then
      value = merge(result[key], value)
    end
    result[key] = value
  end
  return result
end

for word, defaults in pairs(presets) do
  support[word] = function(own)
    own = given(word, own)
    local stream = merge(defaults, own)
    -- How many of its keys an account has is said of the preset's key, not of another.
    if own.key then stream.keys_per_account = own.keys_per_account end
    return mark(word, stream)
  end
end

-- Accounts in two tiers: `enterprise` of them share `enterprise_share` of the traffic evenly, `others` have the
-- rest by Zipf with exponent `skew`.
function support.tenants(own)
  local defaults = { enterprise = 20, enterprise_share = "45%", others = 50000, skew = 1.1 }
  return mark("tenants", merge(defaults, given("tenants", own)))
end

return support
