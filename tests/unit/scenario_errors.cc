// Every wrong scenario is refused with the line that is wrong, what was found, and what was expected.
#include "tests/unit/scenario_refused.h"

namespace freshet::scenario {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

class Refused : public testing::TestWithParam<Wrong> {};

TEST_P(Refused, WithLineAndReason) {
  expect_refused(GetParam());
}

INSTANTIATE_TEST_SUITE_P(
    Top, Refused,
    testing::Values(
        Wrong{"nmae = 'x'", "2: scenario: unknown key \"nmae\"; nearest: \"name\""},
        Wrong{"name = 5", "2: scenario: name: found the number 5, expected a name"},
        Wrong{"name = 'a b'", "2: scenario: name: found \"a b\", expected a name of 1 to 64 letters"},
        Wrong{"about = {}", "2: scenario: about: found a table, expected a text"},
        Wrong{"seed = -1",
              "2: scenario: seed: found the number -1, expected a whole number, 0 to 9007199254740992"},
        Wrong{"seed = 0/0", "2: scenario: seed: found the number"},
        Wrong{"drain = '29s'",
              "2: scenario: drain: is shorter than the 30 s that the bounds of the live groups"},
        Wrong{"hold = '1ms'", "2: scenario: hold: found \"1ms\", expected \"1s\" to \"1d\""},
        Wrong{"'stray'", "2: scenario: found \"stray\" without a name; expected key = value"},
        Wrong{"client = { ['bootstrap.servers'] = 'x' }",
              "2: scenario: client: \"bootstrap.servers\": the target is"},
        Wrong{"client = { ['sasl.password'] = 'x' }",
              "2: scenario: client: \"sasl.password\": a scenario is recorded with its run"},
        Wrong{"tenants = 5", "2: tenants: found the number 5, expected a table"},
        Wrong{"tenants = { enterprise_share = '145%' }",
              "2: tenants: enterprise_share: share \"145%\": is over 100%"},
        Wrong{"tenants = { enterprise_share = 0.45 }",
              "2: tenants: enterprise_share: share \"0.45\": has no unit"},
        Wrong{"tenants = { enterprise = 0, enterprise_share = '5%' }",
              "2: tenants: enterprise_share: there are no"},
        Wrong{"tenants = { others = 0, enterprise_share = '5%' }",
              "2: tenants: enterprise_share: there are no other"},
        Wrong{"tenants = { others = 0, enterprise = 0 }", "2: tenants: there are no accounts at all"},
        Wrong{"tenants = { others = 100000000 }", "2: tenants: more than 100000000 accounts"},
        Wrong{"tenants = { others = 1.5 }",
              "2: tenants: others: found the number 1.5, expected a whole number"},
        Wrong{"tenants = { skew = -1 }", "2: tenants: skew: found the number -1, expected 0 to 5"},
        Wrong{"tenants = { enterprize = 5 }",
              "2: tenants: unknown key \"enterprize\"; nearest: \"enterprise\""}));

INSTANTIATE_TEST_SUITE_P(
    Streams, Refused,
    testing::Values(
        Wrong{"streams = {}", "2: streams: found an empty table"},
        Wrong{"streams = 'chat'", "2: streams: found \"chat\", expected a table such as chat_turn = "},
        Wrong{"streams = { {} }", "2: streams: found a table without a name, expected chat_turn"},
        Wrong{"streams = { a = 5 }", "2: stream \"a\": found the number 5"},
        Wrong{"streams = { ['a b'] = {} }", "2: stream \"a b\": expected a name"},
        Wrong{"streams = { a = {\nrate = 400 } }",
              "3: stream \"a\": rate: rate \"400\": has no unit; expected a rate"},
        Wrong{"streams = { a = {\nrate = '-4/s' } }", "3: stream \"a\": rate: rate \"-4/s\": is negative"},
        Wrong{"streams = { a = { rate = '0/s' } }",
              "2: stream \"a\": rate: found \"0/s\", expected a rate above 0"},
        Wrong{"streams = { a = { rate = '99M/s' } }",
              "2: stream \"a\": rate: found \"99M/s\", expected at most"},
        Wrong{"streams = { a = { rate = true } }",
              "2: stream \"a\": rate: found true, expected a rate such as"},
        Wrong{"streams = { a = { rate = '5s' } }", "2: stream \"a\": rate: rate \"5s\": unknown unit \"s\""},
        Wrong{"streams = { a = {\n\nbuond = '5s' } }",
              "4: stream \"a\": unknown key \"buond\"; nearest: \"bound\""},
        Wrong{"streams = { a = { bound = '5' } }", "2: stream \"a\": bound: duration \"5\": has no unit"},
        Wrong{"streams = { a = { bound = '0s' } }",
              "2: stream \"a\": bound: found \"0s\", expected \"1ms\" to \"1d\""},
        Wrong{"streams = { a = { partitions = 0 } }",
              "2: stream \"a\": partitions: found the number 0, expected"},
        Wrong{"streams = { a = { lanes = 50 } }",
              "2: stream \"a\": lanes: found 50, expected a multiple of the 12"},
        Wrong{"streams = { a = { key = 'acount' } }",
              "2: stream \"a\": key: found \"acount\", expected \"account\", "},
        Wrong{"streams = { a = { keys_per_account = 2 } }",
              "2: stream \"a\": keys_per_account: the key is the account"},
        Wrong{"streams = { a = { arrival = 'burst' } }",
              "2: stream \"a\": arrival: found \"burst\", expected \"poisson\""},
        Wrong{"streams = { a = { size = '71B' } }", "2: stream \"a\": size: found \"71B\", expected 72 to"},
        Wrong{"streams = { a = { size = '1KB/s' } }", "2: stream \"a\": size: "},
        Wrong{"streams = { a = { size = {\nmin = '8B', max = '1KiB' } } }",
              "3: stream \"a\": size: min: found \"8B\""},
        Wrong{"streams = { a = { size = { min = '2KiB', max = '1KiB' } } }",
              "2: stream \"a\": size: min is 2048 bytes, mo"},
        Wrong{"streams = { a = { size = { '310B',\n'8B' } } }",
              "3: stream \"a\": size: found \"8B\", expected 72 to"},
        Wrong{"streams = { a = { size = { '310B', 'big' } } }",
              "2: stream \"a\": size: size \"big\": does not start"},
        Wrong{"streams = { a = { size = { '310B', max = '1KiB' } } }",
              "2: stream \"a\": size: unknown key \"max\""},
        Wrong{"streams = { a = { size = (function()\nlocal m = {} for i = 1, 1025 do m[i] = 100 end return m "
              "end)() } }",
              "2: stream \"a\": size: has 1025 sizes, expected at most 1024"},
        Wrong{"streams = { a = { size = { min = '1KiB' } } }", "2: stream \"a\": size: has no max"},
        Wrong{"streams = { a = { size = { median = '1KiB' } } }", "2: stream \"a\": size: has no sigma"},
        Wrong{"streams = { a = { size = { median = '1KiB', sigma = 1, max = '600B' } } }",
              "2: stream \"a\": size: median"},
        Wrong{"streams = { a = {\ncompresses = '4' } }",
              "3: stream \"a\": compresses: found \"4\", expected"},
        Wrong{"streams = { a = { compresses = 0.5 } }",
              "2: stream \"a\": compresses: found the number 0.5, expected 1 to 20"},
        Wrong{"streams = { a = { compresses = 21, size = '16KiB' } }",
              "2: stream \"a\": compresses: found the number 21, expected 1 to 20"},
        Wrong{"streams = { a = { size = '100B',\ncompresses = 6 } }",
              "3: stream \"a\": compresses: found 6, but batches of records of 100 bytes compress by 1.93 to "
              "2.60"},
        Wrong{"streams = { a = { size = '100B', compresses = 1 } }",
              "2: stream \"a\": compresses: found 1, but batches of records of 100 bytes compress by"},
        Wrong{"streams = { a = { comprises = 4 } }",
              "2: stream \"a\": unknown key \"comprises\"; nearest: \"compresses\""},
        Wrong{"streams = { a = { critical = 'yes' } }",
              "2: stream \"a\": critical: found \"yes\", expected true or false"},
        Wrong{"streams = { a = { topic = {\n['retention.ms'] = {} } } }",
              "3: stream \"a\": topic: \"retention.ms\": found"},
        Wrong{"streams = { a = { topic = { 'compact' } } }",
              "2: stream \"a\": topic: found a list, expected settings"},
        Wrong{"streams = { a = {}, b = {},\na = {} }",
              "3: \"a\" is there twice in one table; first in line 2"}));

INSTANTIATE_TEST_SUITE_P(
    Groups, Refused,
    testing::Values(Wrong{"groups = {}", "2: groups: found an empty table"},
                    Wrong{"groups = { g = 2 }", "2: group \"g\": found the number 2, expected a table"},
                    Wrong{"groups = { g = { members = 0 } }",
                          "2: group \"g\": members: found the number 0, expected a whole number"},
                    Wrong{"groups = { g = {\nstreams = { 'chta' } } }",
                          "3: group \"g\": streams: found \"chta\", expected a stream of"},
                    Wrong{"groups = { g = { streams = 'chat' } }",
                          "2: group \"g\": streams: found \"chat\", expected a list of"},
                    Wrong{"groups = { g = { streams = {} } }",
                          "2: group \"g\": streams: found no list, expected a list of"},
                    Wrong{"groups = { g = { streams = { 'chat',\n'chat' } } }",
                          "3: group \"g\": streams: \"chat\" is there twice"},
                    Wrong{"groups = { g = { service_time = '50uss' } }",
                          "2: group \"g\": service_time: duration \"50uss\": unknown"},
                    Wrong{"groups = { g = { service_time = { exponential = 5 } } }",
                          "2: group \"g\": service_time: exponential: duration \"5\""},
                    Wrong{
                        "groups = { g = { service_time = { exponental = '5ms' } } }",
                        "2: group \"g\": service_time: unknown key \"exponental\"; nearest: \"exponential\""},
                    Wrong{"groups = { g = { service_time = { '5ms' } } }",
                          "2: group \"g\": service_time: found \"5ms\" without a name"},
                    Wrong{"groups = { g = { service_time = {} } }",
                          "2: group \"g\": service_time: expected a time such as \"1ms\", or { exponential"},
                    Wrong{"groups = { g = { bounds = {\ntlak = '5s' } } }",
                          "3: group \"g\": bounds: unknown key \"tlak\"; nearest: \"talk\""},
                    Wrong{"groups = { g = { commit = 'always' } }",
                          "2: group \"g\": commit: found \"always\", expected \"interval\""},
                    Wrong{"groups = { g = { start = 'earliest' } }",
                          "2: group \"g\": start: found \"earliest\", expected \"end\", "},
                    Wrong{"groups = { g = { isolation = 'snapshot' } }",
                          "2: group \"g\": isolation: found \"snapshot\", expected \"read_c"},
                    Wrong{"groups = { g = { protocol = 'new' } }",
                          "2: group \"g\": protocol: found \"new\", expected \"classic\""},
                    Wrong{"groups = { g = { queue = 0 } }", "2: group \"g\": queue: found the number 0"}));

INSTANTIATE_TEST_SUITE_P(
    Phases, Refused,
    testing::Values(
        Wrong{"phases = '20s'", "2: phases: found \"20s\", expected phases = { warmup { \"20s\" }"},
        Wrong{"phases = {}", "2: phases: found an empty table"},
        Wrong{"phases = { steady = { '5s' } }",
              "2: phases: found \"steady\" = …, expected a list, which has an order"},
        Wrong{"phases = { steady '5s',\n'5s' }", "3: phases: found \"5s\", expected a phase such as steady"},
        Wrong{"phases = {\nsteady { '0s' } }",
              "3: phase \"steady\": found \"0s\", expected \"1s\" to \"400d\""},
        Wrong{"phases = { steady {} }", "2: phase \"steady\": has no length; expected a duration"},
        Wrong{"phases = { steady { 20 } }", "2: phase \"steady\": duration \"20\": has no unit"},
        Wrong{"phases = { steady { '1500ms' } }",
              "2: phase \"steady\": lasts 1.5 s, expected whole seconds (T2)"},
        Wrong{"phases = { steady { '300d' }, recovery { '300d' } }",
              "2: phase \"recovery\": ends later than 400 days"},
        Wrong{"phases = { steady { '5s' },\nsteady { '5s' } }",
              "3: phase \"steady\": is there twice; give one of them"},
        Wrong{"phases = { warmup { '5s' }, rest { '5s' } }",
              "2: phases: nothing is measured in warmup and rest"},
        Wrong{"phases = { steady { '5s', magnitude = 2 } }",
              "2: phase \"steady\": unknown key \"magnitude\""},
        Wrong{"phases = { wramup { '5s' }, steady { '5s' } }",
              "2: unknown name \"wramup\"; nearest: \"warmup\""},
        Wrong{"phases = { phase { 'odd', '5s' } }", "2: phase \"odd\": has no kind; expected kind = "},
        Wrong{"phases = { phase { 'odd', '5s', kind = 'stedy' } }",
              "2: phase \"odd\": kind: found \"stedy\", expected"},
        Wrong{"phases = { incident { '5s', magnitude = -1 } }",
              "2: phase \"incident\": magnitude: found the number -1"},
        Wrong{"phases = { incident { '5s', magnitude = '8' } }",
              "2: phase \"incident\": magnitude: found \"8\", expected a n"},
        Wrong{"phases = { incident { '5s', ramp = '3s', decay = '3s' } }",
              "2: phase \"incident\": decay: ramp and decay take"},
        Wrong{"phases = { incident { '5s', hot_accounts = 21, hot_share = '5%' } }",
              "2: phase \"incident\": hot_accounts: f"},
        Wrong{"phases = { incident { '5s', hot_accounts = 5 } }",
              "2: phase \"incident\": hot_accounts: expected hot_share"},
        Wrong{"phases = { incident { '5s', hot_share = '5%' } }",
              "2: phase \"incident\": hot_share: expected hot_accounts"},
        Wrong{"phases = { incident { '5s', hot_accounts = 5,\nhot_share = '150%' } }",
              "3: phase \"incident\": hot_share: s"},
        Wrong{"phases = { incident { '5s', streams = { 'talk' } } }",
              "2: phase \"incident\": streams: found \"talk\", expected"},
        Wrong{"phases = { ramp { '5s', from = -1 } }", "2: phase \"ramp\": from: found the number -1"},
        Wrong{"phases = { replay { '5s', rate = '0/s' } }",
              "2: phase \"replay\": rate: found \"0/s\", expected a rate above 0"},
        Wrong{"phases = { replay { '5s', from = 'end' } }",
              "2: phase \"replay\": from: found \"end\", expected \"start\""},
        Wrong{"phases = { replay { '5s', group = 'copilot' } }",
              "2: phase \"replay\": group: there is another group"}));

INSTANTIATE_TEST_SUITE_P(
    Slos, Refused,
    testing::Values(
        Wrong{"slos = 5", "2: slos: found the number 5, expected a list"},
        Wrong{"slos = { lost = 0 }", "2: slos: found names, expected a list"},
        Wrong{"slos = { 'lost' }", "2: slos: found \"lost\", expected slo {"},
        Wrong{"slos = { slo {} }", "2: slo: has no figure; expected one of"},
        Wrong{"slos = {\nslo { 'stalenes p99', below = '2s' } }",
              "3: slo: unknown figure \"stalenes p99\"; nearest: \"stal"},
        Wrong{"slos = { slo { 'staleness p100', below = '2s' } }",
              "2: slo: found \"staleness p100\", expected a percentile"},
        Wrong{"slos = { slo { 'staleness p9.9.9', below = '2s' } }",
              "2: slo: unknown figure \"staleness p9.9.9\""},
        Wrong{"slos = { slo { 'lost', exactly = 0,\nsteady = true } }",
              "3: SLO \"lost\": steady: only an SLO on staleness can ask for it"},
        Wrong{"slos = { slo { 'staleness p90', below = '2s', steady = 1 } }",
              "2: SLO \"staleness p90\": steady: found the number 1, expected true or false"},
        Wrong{"phases = { warmup '5s', steady '9s' }, slos = { slo { 'staleness p90', below = '2s', steady = "
              "true } }",
              "2: SLO \"staleness p90\": asks to be steady, but it is judged in no steady phase of at least "
              "10"},
        Wrong{"slos = { slo { 'lost' } }", "2: SLO \"lost\": has no threshold; expected exactly = 0"},
        Wrong{"slos = { slo { 'lost', exactly = 0,\nbelow = 5 } }",
              "2: SLO \"lost\": exactly: expected one of below, above"},
        Wrong{"slos = { slo { 'lost', exactly = '0' } }",
              "2: SLO \"lost\": exactly: found \"0\", expected a whole number"},
        Wrong{"slos = { slo { 'lost', exactly = -1 } }", "2: SLO \"lost\": exactly: found the number -1"},
        Wrong{"slos = { slo { 'staleness p90', below = 10 } }",
              "2: SLO \"staleness p90\": below: duration \"10\": has no"},
        Wrong{"slos = { slo { 'staleness p90', exactly = '1s' } }",
              "2: SLO \"staleness p90\": exactly: a time is never met"},
        Wrong{"slos = { slo { 'staleness share', below = '2s' } }",
              "2: SLO \"staleness share\": below: share \"2s\": unk"},
        Wrong{"slos = { slo { 'lost', clas = 'x', exactly = 0 } }",
              "2: SLO \"lost\": unknown key \"clas\"; nearest: \"class\""},
        Wrong{"slos = { slo { 'lost', class = 'tlak', exactly = 0 } }",
              "2: SLO \"lost\": class \"tlak\" is not in the scen"},
        Wrong{"slos = { slo { 'lost', group = 'x', exactly = 0 } }",
              "2: SLO \"lost\": group \"x\" is not in the scenario"},
        Wrong{"slos = { slo { 'staleness p50', phase = 'warmup', below = '1s' } }",
              "2: SLO \"staleness p50\": phase \"war"},
        Wrong{"slos = { slo { 'time to fresh', below = '1s' } }",
              "2: SLO \"time to fresh\": the scenario has no disturbance"},
        Wrong{"slos = { slo { 'staleness p99.99', below = '1s' } }",
              "2: staleness p99.99 of talk (stream chat) at copilot"},
        Wrong{"phases = { incident '5s', recovery '15s' }, slos = {\nslo { 'time to fresh', below = '6s' } }",
              "3: SLO \"time to fresh\": below 6 s after incident needs 16 s of phases after it"}));

INSTANTIATE_TEST_SUITE_P(
    Words, Refused,
    testing::Values(Wrong{"name = param { default = 'x' }",
                          "2: param: found nothing, expected the param's name"},
                    Wrong{"name = param { 'x' }", "2: param \"x\": default: is missing"},
                    Wrong{"name = param { 'x', defalt = 'y', default = 'y' }",
                          "2: param \"x\": unknown key \"defalt\"; nearest"},
                    Wrong{"name = param { 'x', default = 'y', type = 'rat' }",
                          "2: param \"x\": type: unknown type \"rat\"; nearest"},
                    Wrong{"name = param { 'x', default = 'y', type = 'rate' }",
                          "2: param \"x\": default: rate \"y\": does not start"},
                    Wrong{"name = param { 'x', default = {} }", "2: param \"x\": default: found a table"},
                    Wrong{"name = param 'x'", "2: param: found \"x\", expected one table"},
                    Wrong{"tenants = population(5)", "2: population: found number, expected one table"},
                    Wrong{"slos = { slo() }", "2: slo: found nothing, expected one table"},
                    Wrong{"streams = { a = require('support').refund(5) }",
                          "2: refund: found number, expected one table"},
                    Wrong{"streams = { a = require('support').refnd {} }",
                          "2: support has no \"refnd\"; nearest: \"refund\""},
                    Wrong{"streams = { a = require('support').refund }", "2: stream \"a\": found a function"},
                    Wrong{"[7] = 1", "2: a table has the number 7 as a key"},
                    Wrong{"[true] = 1", "1: a table has true as a key"}));

TEST(Refused, AListItemAmongTheStreams) {
  EXPECT_THAT(errors_in("return scenario { streams = {\n a = {},\n {} } }"),
              ElementsAre(StartsWith("3: streams: found a table without a name")));
}

TEST(Refused, AllErrorsOfAFileAtOnce) {
  const auto errors = errors_in(R"(local support = require "support"
return scenario {
  nmae = "x",
  streams = {
    lock = support.account_lok {},
    chat = support.chat_turn {
      rate = "fast",
      bnd = "1s",
    },
  },
  groups = { g = { members = "2", streams = { "chta" } } },
  phases = { wramup "5s", steady "0s" },
  slos = { slo { "lost", class = "caht", exactly = 0 } },
})");
  std::vector<std::string> lines;
  for (const auto& error : errors) lines.push_back(error.substr(0, error.find(':')));
  EXPECT_THAT(lines, ElementsAre("3", "5", "7", "8", "11", "11", "12", "12", "13"))
      << testing::PrintToString(errors);
}

TEST(Refused, AMisspeltNameIsSaidOnceAndBlamesNothingElse) {
  EXPECT_THAT(errors_in("return scenario { streams = { a = {} }, phases = { incidnt '5s', steady '5s' },\n"
                        "slos = { slo { 'time to fresh', after = 'incident', below = '1s' } } }"),
              ElementsAre("1: unknown name \"incidnt\"; nearest: \"incident\""));
  EXPECT_THAT(errors_in("local support = 5\nreturn scenario { streams = { a = { rate = suport.rate } } }"),
              ElementsAre("2: unknown name \"suport\"; nearest: \"support\""));
}

TEST(Refused, LinesAreRightThroughLocalsLoopsAndFunctions) {
  EXPECT_THAT(
      errors_in("local streams = {\n  a = {\n    rate = 5 } }\nreturn scenario { streams = streams }"),
      ElementsAre(StartsWith("3: stream \"a\": rate:")));
  EXPECT_THAT(errors_in("local support = require 'support'\nlocal streams = {}\nfor i = 1, 2 do\n"
                        "  streams['s' .. i] = support.refund {\n    bound = 'x' }\nend\n"
                        "return scenario { streams = streams }"),
              ElementsAre(StartsWith("5: stream \"s1\": bound:"), StartsWith("5: stream \"s2\": bound:")));
  EXPECT_THAT(
      errors_in("local function gate(bound)\n  return slo { 'staleness p50',\n    below = bound }\nend\n"
                "return scenario { streams = { a = {} }, slos = { gate('1s'), gate('x') } }"),
      ElementsAre(StartsWith("3: SLO \"staleness p50\": below:")));
}

TEST(Refused, AFileThatReturnsNoScenario) {
  EXPECT_THAT(errors_in(""), ElementsAre(StartsWith("1: the file is empty")));
  EXPECT_THAT(errors_in(" \n\n"), ElementsAre(StartsWith("1: the file is empty")));
  EXPECT_THAT(errors_in("-- nothing\n"),
              ElementsAre(StartsWith("1: the file returns nothing; expected it to end with")));
  EXPECT_THAT(errors_in("local x = 1\nreturn x"),
              ElementsAre(StartsWith("2: the file returns the number 1")));
  EXPECT_THAT(errors_in("scenario {\n}\n"), ElementsAre(StartsWith("2: the file returns nothing")));
  EXPECT_THAT(errors_in("return { streams = {} }"), ElementsAre(StartsWith("1: the file returns a table")));
  EXPECT_THAT(errors_in("return scenario {}"), ElementsAre(StartsWith("1: scenario: has no streams")));
}

TEST(Refused, WhatIsNoUtf8) {
  EXPECT_THAT(errors_in("return 1\n-- \xff\n"),
              ElementsAre("2: found the byte 0xff, which is not UTF-8 there"));
  EXPECT_THAT(errors_in("-- \xc3\n"), ElementsAre(StartsWith("1: found the byte 0xc3")));
  EXPECT_THAT(errors_in("-- \xe0\x80\x80"), ElementsAre(StartsWith("1: found the byte 0xe0"))) << "overlong";
  EXPECT_THAT(errors_in("-- \xed\xa0\x80"), ElementsAre(StartsWith("1: found the byte 0xed"))) << "surrogate";
  EXPECT_THAT(errors_in("-- \xf4\x90\x80\x80"), ElementsAre(StartsWith("1: found the byte 0xf4")));
  EXPECT_THAT(errors_in(std::string("a\n\nb\0c", 6)),
              ElementsAre("3: found a NUL byte; expected a text in UTF-8"));
  EXPECT_THAT(errors_in("return scenario { streams = { s = {} },\nabout = 'a\\0' }"),
              ElementsAre(StartsWith("2: the text \"a\\x00\" holds a control character")));
  EXPECT_THAT(errors_in("\xef\xbb\xbfreturn scenario { about = 'é µ 日本 😀', streams = { s = {} } }"),
              IsEmpty());
}

TEST(Refused, WhatIsNoFileToRead) {
  const auto error_of = [](const std::string& path) {
    const Loaded loaded = load_scenario(path, {});
    return loaded.errors.size() == 1 ? format_error(path, loaded.errors[0]) : "no error";
  };
  EXPECT_EQ(error_of("no/such.lua"), "no/such.lua: cannot be opened: No such file or directory");
  EXPECT_EQ(error_of("/"), "/: is a folder, expected a scenario file (.lua)");
  EXPECT_THAT(load(std::string((1 << 20) + 1, ' ')).errors[0].message, HasSubstr("larger than 1 MiB"));
}

TEST(FormatError, NamesFileAndLine) {
  EXPECT_EQ(format_error("a.lua", {12, "is wrong"}), "a.lua:12: is wrong");
  EXPECT_EQ(format_error("a.lua", {0, "is wrong"}), "a.lua: is wrong");
}

}  // namespace
}  // namespace freshet::scenario
