// decide functions: what they are given, what they may answer, and that they hang on nothing else.
#include "harness/scenario/decisions.h"

#include "tests/unit/scenario_refused.h"

namespace freshet::scenario {
namespace {

using base::kSecond;
using base::Nanos;
using plan::KnownKey;
using testing::HasSubstr;
using testing::StartsWith;

// Reads look at the lock (one key) and at three conversations.
std::string with_decide(const std::string& decide, const std::string& before = "") {
  return before +
         "return scenario {\n"
         "streams = { lock = { class = 'account_lock', rate = '100/s' },\n"
         "  chat = { key = 'conversation', keys_per_account = 3, rate = '100/s' } },\n"
         "groups = { copilot = {} },\n"
         "reads = { opens = { group = 'copilot', rate = '9/s', classes = { 'account_lock', 'chat' },\n"
         "  decide = " +
         decide + " } } }";
}

struct Asked {
  explicit Asked(const std::string& decide, const std::string& before = "", const Options& options = {})
      : plan(plan_of(with_decide(decide, before), options)), made(decisions_of(plan)) {
    if (!made) ADD_FAILURE() << made.error().message;
  }
  bool same(const std::vector<KnownKey>& one, const std::vector<KnownKey>& other, Nanos at = 100 * kSecond) {
    const auto answer = (*made)->same(0, at, one, other);
    if (!answer) ADD_FAILURE() << answer.error().message;
    return answer && *answer;
  }
  plan::Plan plan;
  base::Result<std::unique_ptr<plan::Decisions>> made;
};

const KnownKey kNone{};

TEST(Decisions, SeeCountAndAgeByClassAndByKey) {
  // true exactly for the state that the test writes down.
  const std::string exact =
      "function(view)\n"
      "  local lock, chat = view.account_lock, view.chat\n"
      "  if #lock ~= 1 or #chat ~= 3 then return 'keys' end\n"
      "  if lock.n ~= 2 or lock.age ~= 40 or lock[1].n ~= 2 or lock[1].age ~= 40 then return 'lock' end\n"
      "  if chat.n ~= 8 or chat.age ~= 1.5 then return 'chat' end\n"
      "  if chat[1].n ~= 5 or chat[1].age ~= 1.5 or chat[2].n ~= 0 or chat[2].age ~= nil or chat[3].n ~= 3 "
      "or\n"
      "     chat[3].age ~= 30 then return 'one chat' end\n"
      "  return true\n"
      "end";
  Asked asked(exact);
  const std::vector<KnownKey> state = {{2, 60 * kSecond}, {5, 98'500'000'000}, kNone, {3, 70 * kSecond}};
  EXPECT_TRUE(asked.same(state, state));
  std::vector<KnownKey> other = state;
  for (std::size_t key = 0; key < other.size(); ++key) {
    other[key].events += 1;
    EXPECT_FALSE(asked.same(state, other)) << "one more event of key " << key;
    other[key] = state[key];
    if (state[key].events == 0) continue;
    other[key].latest += 1;
    EXPECT_FALSE(asked.same(state, other)) << "a later event of key " << key;
    other[key] = state[key];
  }
  EXPECT_TRUE((*asked.made)->pure(0));
}

TEST(Decisions, AreComparedAsLuaDoes) {
  const auto differs = [](const std::string& answer) {
    Asked asked("function(view) return " + answer + " end");
    return !asked.same({kNone, kNone, kNone, kNone}, {{3, 0}, kNone, kNone, kNone});
  };
  EXPECT_TRUE(differs("view.account_lock.n > 0"));
  EXPECT_TRUE(differs("view.account_lock.n"));
  EXPECT_TRUE(differs("view.account_lock.n > 0 and 'locked' or 'open'"));
  EXPECT_TRUE(differs("view.account_lock.n > 0 and 0 or false"));
  EXPECT_FALSE(differs("view.account_lock.n > 0 and 'lo' .. 'ck' or 'lock'"));
  EXPECT_FALSE(differs("view.account_lock.n > 0 and 1 or 1.0"));
  EXPECT_FALSE(differs("view.chat.n"));
}

TEST(Decisions, KnowTheParamsOfTheRun) {
  Options options;
  options.params["most"] = "5";
  Asked asked("function(view) return view.account_lock.n > most end",
              "local most = param { 'most', default = 1, about = 'locks' }\n", options);
  EXPECT_TRUE(asked.same({kNone, kNone, kNone, kNone}, {{5, 0}, kNone, kNone, kNone}));
  EXPECT_FALSE(asked.same({kNone, kNone, kNone, kNone}, {{6, 0}, kNone, kNone, kNone}));
}

TEST(Decisions, MayUseHelpersAndTables) {
  Asked asked("function(view) return worst(view.chat) end",
              "local weight = { 1, 2, 3 }\n"
              "local function worst(chat)\n"
              "  local most = 0\n"
              "  for i, key in ipairs(chat) do most = math.max(most, weight[i] * key.n) end\n"
              "  return most\n"
              "end\n");
  for (std::uint64_t i = 0; i < 3000; ++i)
    EXPECT_EQ(asked.same({kNone, kNone, kNone, {2, 0}}, {kNone, {i, 0}, kNone, {2, 0}}), i <= 6);
  EXPECT_TRUE((*asked.made)->pure(0));
}

TEST(Decisions, HaveTheirTextInThePlanAndItsHash) {
  const plan::Plan plan = plan_of(with_decide("function(view)\n  return view.chat.n > 1\nend"));
  EXPECT_EQ(plan.reads[0].decide, "function(view)\n  return view.chat.n > 1\nend");
  const plan::Plan other = plan_of(with_decide("function(view)\n  return view.chat.n > 2\nend"));
  EXPECT_NE(plan::scenario_hash(plan), plan::scenario_hash(other));
  EXPECT_EQ(plan::load_hash(plan), plan::load_hash(other));
  EXPECT_EQ(plan_of(with_decide("f", "local function f(view) return view.chat.n end\n")).reads[0].decide,
            "function f(view) return view.chat.n end");
}

// What is found only while a run is settled, for the trials did not come there.
TEST(Decisions, ThatFailLaterSayWhereAndAreNotAskedAgain) {
  Asked asked("function(view)\n  if view.account_lock.n == 17 then error('seventeen') end\n  return 1\nend");
  const std::vector<KnownKey> seventeen = {{17, 0}, kNone, kNone, kNone}, none(4);
  EXPECT_TRUE(asked.same(none, none));
  for (const auto& [one, other] : {std::pair(none, seventeen), std::pair(none, none)}) {
    const auto failed = (*asked.made)->same(0, kSecond, one, other);
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().message, "test.lua:7: read \"opens\": decide: seventeen");
  }
}

TEST(Decisions, ThatChangeSomethingLaterAreFound) {
  Asked asked(
      "function(view)\n  local n = view.account_lock.n\n  if n >= 150 and n < 200 then last = n end\n  "
      "return 1\nend",
      "local last = 0\n");
  std::uint64_t n = 0;
  const std::vector<KnownKey> none(4);
  for (; n < 200; ++n) EXPECT_TRUE(asked.same(none, {{n < 150 ? 1 : n, 0}, kNone, kNone, kNone}));
  const base::Status pure = (*asked.made)->pure(0);
  ASSERT_FALSE(pure);
  EXPECT_EQ(pure.error().message,
            "test.lua:7: read \"opens\": decide: changes \"last\", which outlives the call; expected a "
            "function whose answer hangs on the view alone");
}

struct Refused {
  const char* decide;
  const char* expected;
  const char* before = "";
};
void PrintTo(const Refused& refused, std::ostream* out) {
  *out << refused.decide;
}

class DecideRefused : public testing::TestWithParam<Refused> {};

TEST_P(DecideRefused, BeforeTheRun) {
  const auto errors = errors_in(with_decide(GetParam().decide, GetParam().before));
  ASSERT_THAT(errors, testing::SizeIs(1)) << testing::PrintToString(errors);
  EXPECT_THAT(errors[0], StartsWith(GetParam().expected));
}

INSTANTIATE_TEST_SUITE_P(
    Decide, DecideRefused,
    testing::Values(
        Refused{
            "'locked'",
            "6: read \"opens\": decide: found \"locked\", expected a function such as function(view) return "
            "view.account_lock.n > 0 end"},
        Refused{"5", "6: read \"opens\": decide: found the number 5, expected a function"},
        Refused{"{ function(view) return 1 end }",
                "6: read \"opens\": decide: found a table, expected a function"},
        Refused{"function(view)\nend",
                "6: read \"opens\": decide: returns nothing, expected true, false, a number or a text (when "
                "nothing is known)"},
        Refused{"function(view) return {} end",
                "6: read \"opens\": decide: returns table, expected true, false"},
        Refused{"function(view) return 0/0 end",
                "6: read \"opens\": decide: returns what is no number (0/0), expected true"},
        Refused{"math.abs", "5: read \"opens\": decide: bad argument #1"},
        Refused{"function(view)\nreturn view.account_lock.age < 5 end",
                "7: read \"opens\": decide: attempt to compare nil with number (when nothing is known)"},
        Refused{"function(view)\nreturn view.chat.n > 0 and view.account_lock.age < 5 end",
                "7: read \"opens\": decide: attempt to compare nil with number (when all but account_lock is "
                "known)"},
        Refused{"function(view)\nreturn (view.chat.n > 0 and view.chat[2].age or 1) < 5 and view.chat[3].age "
                "< 3 end",
                "7: read \"opens\": decide: attempt to compare nil with number"},
        Refused{"function(view)\n\nreturn view.acount_lock.n > 0 end",
                "8: read \"opens\": decide: view has no \"acount_lock\"; nearest: \"account_lock\" (when "
                "nothing"},
        Refused{"function(view) return view.chat.m end", "6: read \"opens\": decide: view.chat has no \"m\""},
        Refused{"function(view)\nreturn vieww.chat.n end",
                "7: read \"opens\": decide: unknown name \"vieww\""},
        Refused{"function(view)\nreturn os.time() end", "7: read \"opens\": decide: \"os\" is not available"},
        Refused{"function(view)\nreturn math.random() end",
                "7: read \"opens\": decide: math has no \"random\""},
        Refused{"function(view)\nwhile true do end end",
                "7: read \"opens\": decide: runs longer than 200 thousand instructions"},
        Refused{"function(view)\nlocal t = {} while true do t[#t + 1] = ('x'):rep(100000) end end",
                "7: read \"opens\": decide: runs longer than 200 thousand"},
        Refused{"function(view)\nerror('no such case') end",
                "7: read \"opens\": decide: no such case (when nothing is known)"},
        Refused{"function(view)\ncount = count + 1 return count > 7 end",
                "7: read \"opens\": decide: changes \"count\", which outlives the call", "local count = 0\n"},
        Refused{
            "function(view)\nseen[#seen + 1] = view.chat.n return 1 end",
            "7: read \"opens\": decide: changes \"seen\", which outlives the call; expected a function whose "
            "answer hangs on the view alone (when nothing is known)",
            "local seen = {}\n"},
        Refused{"function(view)\nmath.pi = view.chat.n return 1 end",
                "6: read \"opens\": decide: changes a global, which outlives the call"},
        Refused{"function(view)\nhelp(view.chat.n) return 1 end",
                "7: read \"opens\": decide: changes \"help\", which outlives the call",
                "local last local function help(n) last = n end\n"}));

// Two functions with something wrong are two errors; the second is not blamed for the first's.
TEST(Decisions, AreEachToldOnce) {
  EXPECT_THAT(
      errors_in("return scenario {\n"
                "streams = { lock = { rate = '100/s' } }, groups = { copilot = {} },\n"
                "reads = {\n"
                "one = { group = 'copilot', rate = '9/s', decide = function(view) return view.loc.n end },\n"
                "two = { group = 'copilot', rate = '9/s', decide = function(view) return nil end },\n"
                "three = { group = 'copilot', rate = '9/s', decide = function(view) return 1 end } } }"),
      testing::ElementsAre(StartsWith("4: read \"one\": decide: view has no \"loc\""),
                           StartsWith("5: read \"two\": decide: returns nothing")));
}

}  // namespace
}  // namespace freshet::scenario
