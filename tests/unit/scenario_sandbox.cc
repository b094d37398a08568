// What a scenario cannot do: run for ever, take all memory, read files, be another plan each time.
#include "tests/unit/scenario_fixture.h"

namespace freshet::scenario {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

const std::string kLegal = "return scenario { streams = { s = {} } }\n";

TEST(Sandbox, EndsALoopWithoutEnd) {
  EXPECT_THAT(errors_in("local x = 1\nwhile true do\nend"),
              ElementsAre(AllOf(StartsWith("2: "), HasSubstr("runs longer than 10 million instructions"))));
  EXPECT_THAT(errors_in("\nlocal function f() return f() end f()"),
              ElementsAre(HasSubstr("2: runs longer than 10 million instructions")));
}

TEST(Sandbox, NothingCanSwallowTheLimit) {
  EXPECT_THAT(errors_in("while true do\npcall(function() while true do end end) end"),
              ElementsAre(HasSubstr("\"pcall\" is not available"), HasSubstr("2: runs longer than")));
}

TEST(Sandbox, EndsAMemoryBomb) {
  EXPECT_THAT(errors_in("local t = {}\nwhile true do t[#t + 1] = {} end"),
              ElementsAre(HasSubstr("2: needs more than 64 MiB of memory")));
  EXPECT_THAT(errors_in("local s = 'x'\nwhile true do s = s .. s end"),
              ElementsAre(HasSubstr("2: makes a text of more than 1 MiB")));
  EXPECT_THAT(errors_in("local function f()\nreturn 1 + f()\nend\nf()"), ElementsAre(StartsWith("2: ")));
}

TEST(Sandbox, LetsNoCallOfTheLibraryRunForEver) {
  for (const char* text : {"(''):rep(1 << 62)", "('x'):rep(1 << 62)", "('x'):rep(1000000, 'yyyyyyyyyyyy')",
                           "table.unpack({}, 1, 1 << 62)", "table.concat({}, '', 1, 1 << 62)",
                           "local t = {} for i = 1, 1e5 do t[i] = i end while true do table.sort(t) end",
                           "local t = {} for i = 1, 1e5 do table.insert(t, 1, i) end",
                           "local s = ('x'):rep(1e6) while true do local u = s:upper() end",
                           "local t = {} for i = 1, 1e4 do t[i] = 'x' end while true do table.concat(t) end",
                           "while true do string.format('%99.9f', 1) end"}) {
    EXPECT_FALSE(load(text).ok()) << text;
  }
}

TEST(Sandbox, HasNoFilesNoClockNoChance) {
  for (const char* name : {"os", "io", "load", "loadfile", "dofile", "debug", "package", "coroutine", "print",
                           "setmetatable", "getmetatable", "rawset", "collectgarbage", "next", "_G"}) {
    EXPECT_THAT(errors_in(std::string("local x = ") + name + "\n" + kLegal),
                ElementsAre(AllOf(StartsWith("1: "), HasSubstr("is not available"))))
        << name;
  }
  for (const char* member : {"math.random", "math.randomseed", "math.exp", "string.find", "string.gsub",
                             "string.dump", "table.move"}) {
    EXPECT_THAT(errors_in(std::string("local x = ") + member + "\n" + kLegal),
                ElementsAre(HasSubstr("has no")))
        << member;
  }
  EXPECT_THAT(errors_in("local x = ('a'):gsub('a', 'b')\n" + kLegal),
              ElementsAre(HasSubstr("1: string has no \"gsub\"")));
}

TEST(Sandbox, LeavesWhatAScenarioNeeds) {
  EXPECT_EQ(
      plan_of("local t = {}\n"
              "for i, v in ipairs { 3, 1, 2 } do table.insert(t, v) end\n"
              "table.insert(t, 1, 9) table.remove(t, 1) table.sort(t)\n"
              "assert(table.concat(t, ',') == '1,2,3' and select('#', table.unpack(t)) == 3)\n"
              "assert(math.max(1, 2) == 2 and math.floor(2.5) == 2 and tonumber('5') == 5)\n"
              "assert(('ab'):upper() == 'AB' and ('ab'):rep(2, '-') == 'ab-ab' and #t == 3)\n"
              "return scenario { about = string.format('%d %s', 5, tostring(true)), streams = { s = {} } }")
          .about,
      "5 true");
}

TEST(Sandbox, PairsGoesInOrder) {
  const std::string text =
      "local names = {}\n"
      "for k in pairs { zeta = 1, alpha = 1, [7] = 1, [2.5] = 1, mid = 1, [-1] = 1 } do names[#names + 1] = "
      "k end\n"
      "return scenario { about = table.concat(names, ' '), streams = { s = {} } }";
  EXPECT_EQ(plan_of(text).about, "-1 2.5 7 alpha mid zeta");
}

TEST(Sandbox, ShowsNoAddresses) {
  EXPECT_EQ(
      plan_of("return scenario { about = tostring({}) .. tostring(pairs), streams = { s = {} } }").about,
      "tablefunction");
  EXPECT_FALSE(load("local x = ('%p'):format('x')").ok());
  EXPECT_FALSE(load("local x = ('%-10p'):format('x')").ok());
  EXPECT_FALSE(load("local x = ('%s'):format({})").ok());
}

TEST(Sandbox, EvaluatesToTheSamePlanEachTime) {
  const std::string text =
      "local streams, groups = {}, {}\n"
      "for i = 1, 40 do streams['s' .. i] = { rate = i .. '/s' } groups['g' .. i] = {} end\n"
      "return scenario { streams = streams, groups = groups }";
  const std::string first = plan::scenario_hash(plan_of(text));
  for (int i = 0; i < 10; ++i) EXPECT_EQ(plan::scenario_hash(plan_of(text)), first);
}

TEST(Sandbox, RequiresOnlyItsOwnModules) {
  EXPECT_THAT(
      errors_in("local s = require 'suport'\nlocal t = require('os')\nlocal u = require(5)\n" + kLegal),
      ElementsAre("1: require: there is no library module \"suport\"; nearest: \"support\"",
                  "2: require: there is no library module \"os\"; expected one of: support",
                  HasSubstr("3: require: there is no library module number")));
}

TEST(Sandbox, RefusesTablesWithoutEnd) {
  EXPECT_THAT(errors_in("local t = {}\nt.t = t\nreturn scenario { streams = { s = t } }"),
              testing::Contains(HasSubstr("does a table contain itself?")));
  EXPECT_THAT(errors_in("local t = {}\nfor i = 1, 30000 do t[i] = {} end\nreturn scenario { slos = t }"),
              testing::Contains(HasSubstr("more than 20000 values")));
}

TEST(Sandbox, ReportsErrorsOfTheProgramWithTheirLine) {
  EXPECT_THAT(errors_in("local x\n\nx.y = 1"), ElementsAre("3: attempt to index a nil value (local 'x')"));
  EXPECT_THAT(errors_in("\nerror('no such region')"), ElementsAre("2: no such region"));
  EXPECT_THAT(errors_in("\nerror({})"), ElementsAre("2: error() was called with a table"));
  EXPECT_THAT(errors_in("error('\\27[2J')"), ElementsAre("1:  [2J"));
  EXPECT_THAT(errors_in("return scenario {\n streams = {\n"),
              ElementsAre(AllOf(StartsWith("3: "), HasSubstr("unexpected symbol"))));
  EXPECT_THAT(errors_in("local x = " + std::string(300, '(')), ElementsAre(HasSubstr("nested too deeply")));
}

TEST(Sandbox, KeepsAnErrorOnceAndNotWithoutEnd) {
  EXPECT_EQ(load("for i = 1, 1000 do local x = nothing_like_it end").errors.size(), 2U);
  EXPECT_EQ(load("for i = 1, 1000 do local x = _ENV['unheard_of_' .. i] end").errors.size(), 501U);
  EXPECT_EQ(load("while true do local x = slo(5) end").errors.size(), 2U);
}

TEST(Sandbox, RefusesBinaryChunks) {
  EXPECT_FALSE(load("\x1bLua").ok());
}

}  // namespace
}  // namespace freshet::scenario
