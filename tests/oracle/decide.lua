-- Runs the decide functions of a scenario for the oracle, in a plain Lua of its own.
--   lua5.4 decide.lua SCENARIO PARAMS <questions >answers
-- PARAMS has a line "name TAB type TAB value" each. A question is "read TAB class TAB n age n age … TAB class …", the age
-- "-" where nothing is known; its answer is one line that is equal exactly when the decision is.
local params = {}
for line in io.lines(arg[2]) do
  local name, kind, value = line:match("^(.-)\t(.-)\t(.*)$")
  if kind == "number" then value = tonumber(value) elseif kind == "boolean" then value = value == "true" end
  params[name] = value
end

local function same(t) return t end
local words = {
  require = function() return setmetatable({}, { __index = function() return same end }) end,
  param = function(t) return params[t[1]] end,
}
setmetatable(words, { __index = function(_, name) return _G[name] == nil and same or _G[name] end })
local scenario = assert(loadfile(arg[1], "t", words))()

local function view_of(rest)
  local view = {}
  for class, keys in rest:gmatch("\t([^\t]+)\t([^\t]+)") do
    local all = { n = 0 }
    for n, age in keys:gmatch("(%S+) (%S+)") do
      local key = { n = math.tointeger(tonumber(n)), age = tonumber(age) }
      all[#all + 1] = key
      all.n = all.n + key.n
      if key.age and (not all.age or key.age < all.age) then all.age = key.age end
    end
    view[class] = all
  end
  return view
end

for line in io.lines() do
  local read, rest = line:match("^([^\t]+)(.*)$")
  local answer = scenario.reads[read].decide(view_of(rest))
  if type(answer) == "number" then
    print("number " .. string.format("%.17g", answer))
  else
    print(type(answer) .. " " .. (string.format("%q", tostring(answer)):gsub("\n", "n")))
  end
end
