// Wrong passes, changes, faults, group protocols and prefill: the line, what was found, what was expected.
#include "tests/unit/scenario_refused.h"

namespace freshet::scenario {
namespace {

using testing::ElementsAre;
using testing::StartsWith;

class PartRefused : public testing::TestWithParam<Wrong> {};

TEST_P(PartRefused, WithLineAndReason) {
  expect_refused(GetParam());
}

INSTANTIATE_TEST_SUITE_P(
    Passes, PartRefused,
    testing::Values(
        Wrong{"phases = { replay { '5s',\nfrom = '10x ago' } }",
              "3: phase \"replay\": from: duration \"10x\": unknown unit \"x\""},
        Wrong{"phases = { replay { '5s', from = '10m' } }",
              "2: phase \"replay\": from: found \"10m\", expected \"start\", an offset such as 12345, or a "
              "time"},
        Wrong{"phases = { replay { '5s', from = '0s ago' } }",
              "2: phase \"replay\": from: found \"0s ago\", expected"},
        Wrong{"phases = { replay { '5s', from = -1 } }",
              "2: phase \"replay\": from: found the number -1, expected a whole number, 0 to"},
        Wrong{"phases = { replay { '5s', from = { 1 } } }",
              "2: phase \"replay\": from: found a table, expected \"start\""},
        Wrong{"phases = { warmup '5s', replay {\n'5s', from = '6s ago' } }",
              "2: replay \"replay\": starts 6.00 s back, but the log of chat begins 5.00 s before it; "
              "expected at most "
              "that, or prefill = \"1s\""},
        Wrong{"phases = { warmup '5s', replay { '5s', from = 1e6 } }",
              "2: replay \"replay\": starts at offset 1000000, but about 42 records are expected"},
        Wrong{"phases = { warmup '5s', backlog { '5s', behind = '2GiB' } }",
              "2: backlog \"backlog\": starts 2.15 GB back, but 256 kB are expected in the log"},
        Wrong{"phases = { backlog { '5s' } }",
              "2: phase \"backlog\": has no behind; expected how far the group is"},
        Wrong{"phases = { backlog '5s' }",
              "2: phase \"backlog\": has no behind; expected how far the group is"},
        Wrong{"phases = { backlog { '5s', behind = 60 } }",
              "2: phase \"backlog\": behind: found the number 60, expected a time such as \"10m\" or bytes "
              "such as"},
        Wrong{"phases = { backlog { '5s', behind = '5 parsecs' } }",
              "2: phase \"backlog\": behind: found \"5 parsecs\", expected a time such as \"10m\" or bytes"},
        Wrong{"phases = { backlog { '5s', behind = '2GIB' } }", "2: phase \"backlog\": behind: "},
        Wrong{"phases = { backlog { '5s', behind = '0B' } }",
              "2: phase \"backlog\": behind: found \"0B\", expected \"1B\""},
        Wrong{"phases = { backlog { '5s', behind = '5s', from = 'start' } }",
              "2: phase \"backlog\": unknown key \"from\""},
        Wrong{"phases = { bootstrap { '5s', behind = '5s' } }",
              "2: phase \"bootstrap\": unknown key \"behind\""},
        Wrong{"phases = { replay { '5s', lasts = '1ms' } }",
              "2: phase \"replay\": lasts: found \"1ms\", expected \"1s\" to \"400d\""},
        Wrong{"phases = { replay { '5s', cpus = 1 } }",
              "2: phase \"replay\": cpus: found the number 1, expected a list of CPU numbers such as { 1 }"},
        Wrong{"phases = { replay { '5s', cpus = {} } }",
              "2: phase \"replay\": cpus: found a table, expected a list"},
        Wrong{"phases = { replay { '5s', cpus = { 0,\n1.5 } } }",
              "3: phase \"replay\": cpus: found the number 1.5, expected a CPU number, 0 to 1023"},
        Wrong{"phases = { replay { '5s', cpus = { 1, 1 } } }", "2: phase \"replay\": cpus: 1 is there twice"},
        Wrong{"phases = { replay { '5s', { group = 'a' },\n{ group = 'a' } } }",
              "3: phase \"replay\": replay: group: there is another group \"a\""},
        Wrong{"phases = { replay { '5s', { group = 'a' },\nrate = '5/s' } }",
              "3: phase \"replay\": unknown key \"rate\"; the tables after the length say what happens"},
        Wrong{"phases = { replay { '5s', { grup = 'a' } } }",
              "2: phase \"replay\": replay: unknown key \"grup\"; nearest: \"group\""},
        Wrong{"phases = { replay { '5s', { '20s', group = 'a' } } }",
              "2: phase \"replay\": replay: found \"20s\" without a name"},
        Wrong{"phases = { replay { '5s', '6s' } }",
              "2: phase \"replay\": found \"6s\", expected what happens in it: replay, backlog"},
        Wrong{"phases = { incident { '5s', { group = 'a' } } }",
              "2: phase \"incident\": found a table, expected what happens in it"},
        Wrong{"phases = { replay { '5s', steady { '6s' } } }",
              "2: phase \"replay\": found steady { … }, expected what happens"},
        Wrong{"phases = { steady { '5s',\nreplay { group = 'a' } } }",
              "3: phase \"steady\": found replay { … }, but what disturbs ends with a phase of its own (D1)"},
        Wrong{"phases = { repaly { '5s' }, steady '5s' }", "2: unknown name \"repaly\"; nearest: \"replay\""},
        Wrong{"phases = { bakclog { '5s' }, steady '5s' }",
              "2: unknown name \"bakclog\"; nearest: \"backlog\""},
        Wrong{"phases = { replay { '5s', client = { ['group.protocol'] = 'consumer',\n['session.timeout.ms'] "
              "= 6000 } } }",
              "2: phase \"replay\": client: session.timeout.ms cannot be set with group.protocol=consumer"}));

INSTANTIATE_TEST_SUITE_P(
    Isolation, PartRefused,
    testing::Values(
        Wrong{"phases = { replay { '5s', isolation = 'yes' } }",
              "2: phase \"replay\": isolation: found \"yes\", expected true or false"},
        Wrong{"phases = { replay { '5s', isolation = true,\npairs = 3 } }",
              "3: phase \"replay\": pairs: found the number 3, expected a whole number, 4 to 100"},
        Wrong{"phases = { replay { '5s', pairs = 4 } }",
              "2: phase \"replay\": pairs: expected isolation = true with it"},
        Wrong{"phases = { replay { '5s', isolation = true, lasts = '2s' } }",
              "2: phase \"replay\": isolation: each pass ends with its window; expected no lasts"},
        Wrong{"phases = { replay { '5s', isolation = true, fault { run = 'x' } } }",
              "2: phase \"replay\": isolation: the windows may differ in nothing but the passes (D2)"},
        Wrong{"phases = { replay { '100d', isolation = true } }",
              "2: phase \"replay\": its 8 windows end later than 400 days"},
        Wrong{"phases = { replay { '5s', isolation = true }, steady { '5s', name = 'replay' } }",
              "2: phase \"replay\": is there twice"},
        Wrong{"phases = { steady { '5s', name = 'replay-on-2' }, replay { '5s', isolation = true } }",
              "2: phase \"replay\": its window would be called \"replay-on-2\", which is taken or too long"},
        Wrong{"groups = { ['replay-3'] = {} }, phases = { replay { '5s', isolation = true } }",
              "2: phase \"replay\": its group would be called \"replay-3\", which is taken or too long"},
        Wrong{"phases = { bootstrap { '5s', isolation = true } }",
              "2: phase \"bootstrap\": unknown key \"isolation\""},
        Wrong{"phases = { replay { '5s', isolation = true } }, slos = { slo { 'staleness p90', phase = "
              "'repaly', below = "
              "'1s' } }",
              "2: SLO \"staleness p90\": phase \"repaly\" is not in the scenario (nearest: \"replay\")"}));

INSTANTIATE_TEST_SUITE_P(
    Changes, PartRefused,
    testing::Values(
        Wrong{"phases = { change { '5s' } }",
              "2: phase \"change\": changes nothing; expected add, stop, kill or pause, such as stop = { "
              "copilot = 1 }"},
        Wrong{"phases = { change { '5s', add = {\ncopilto = 1 } } }",
              "3: phase \"change\": add: unknown key \"copilto\"; nearest: \"copilot\""},
        Wrong{"phases = { change { '5s', add = 1 } }",
              "2: phase \"change\": add: found the number 1, expected groups and how many members"},
        Wrong{"phases = { change { '5s', add = {} } }",
              "2: phase \"change\": add: found no group, expected groups"},
        Wrong{"phases = { change { '5s', add = { copilot = 0 } } }",
              "2: phase \"change\": add: copilot: found the number 0, expected a whole number, 1 to 10000"},
        Wrong{"phases = { change { '5s', stop = { copilot = 1 }, at = '-1s' } }",
              "2: phase \"change\": at: duration \"-1s\": is negative"},
        Wrong{"phases = { change { '5s', pause = { copilot = 1 } } }",
              "2: phase \"change\": pause: expected lasts with it: how long its members do not poll"},
        Wrong{"phases = { change { '5s', add = { copilot = 1 }, lasts = '1s' } }",
              "2: phase \"change\": lasts: members that are added stay to the end"},
        Wrong{"phases = { change { '5s', stpo = { copilot = 1 }, add = { copilot = 1 } } }",
              "2: phase \"change\": unknown key \"stpo\"; nearest: \"stop\""},
        Wrong{"phases = { change { '5s', { at = '0s', add = { copilot = 1 } },\n{ at = '2s', kill = { "
              "copilot = 3 } } } }",
              "3: change \"change\": kill of 3 members of copilot at 2.00 s into change, when it has 2"},
        Wrong{"phases = { change { '5s',\nstop = { copilot = 1 }, at = '5s' } }",
              "2: change \"change\": stop of copilot at 5.00 s into change, outside the phase, which lasts "
              "5.00 s"},
        Wrong{"phases = { change { '5s', pause = { copilot = 1 }, at = '1s', lasts = '4001ms' } }",
              "2: change \"change\": pause of copilot at 1.00 s into change for 4.00 s, outside"}));

INSTANTIATE_TEST_SUITE_P(
    Faults, PartRefused,
    testing::Values(
        Wrong{"phases = { fault '5s' }", "2: phase \"fault\": has no run; expected a command such as"},
        Wrong{"phases = { fault { '5s', run = ' ' } }", "2: phase \"fault\": run: found no command"},
        Wrong{"phases = { fault { '5s', run = 5 } }",
              "2: phase \"fault\": run: found the number 5, expected a text"},
        Wrong{"phases = { fault { '5s', run = 'x', undo = 'y' } }",
              "2: phase \"fault\": undo: expected after with it: how long after run it is run"},
        Wrong{"phases = { fault { '5s', run = 'x', after = '1s' } }",
              "2: phase \"fault\": after: expected undo with it: the command that is run then"},
        Wrong{"phases = { fault { '5s', run = 'x', timeout = '1ms' } }",
              "2: phase \"fault\": timeout: found \"1ms\", expected \"1s\" to \"1d\""},
        Wrong{"phases = { fault { '5s', { at = '1s', run = 'x' },\n{ at = '9s', run = 'y' } } }",
              "3: fault \"fault\": begins 9.00 s into fault, after the end of the phase"},
        Wrong{"phases = { fault { '5s', run = 'x', undo = 'y', after = '5s' } }",
              "2: fault \"fault\": undo comes 5.00 s later, after the run's end; expected less than 5.00 s"},
        Wrong{"phases = { fault { '5s', rnu = 'x', run = 'x' } }",
              "2: phase \"fault\": unknown key \"rnu\"; nearest: \"run\""},
        Wrong{"phases = { fault { '5s', run = 'x' }, recovery '15s' }, slos = {\nslo { 'time to fresh', "
              "after = 'falut', "
              "below = '1s' } }",
              "3: SLO \"time to fresh\": disturbance \"falut\" is not in the scenario (nearest: \"fault\")"},
        Wrong{"phases = { fault { '5s', run = 'x' }, recovery '12s', change { '30s', add = { copilot = 1 } } "
              "}, slos = {\n"
              "slo { 'time to fresh', after = 'fault', below = '3s' } }",
              "3: SLO \"time to fresh\": below 3 s after fault needs 13 s of phases after it (the time and "
              "the hold of "
              "10 s) before the next disturbance; change begins 12 s after it (D1)"},
        Wrong{"phases = { fault { '5s', run = 'x', undo = 'y', after = '8s' }, recovery '30s' }, slos = {\n"
              "slo { 'time to fresh', after = 'fault', below = '3s' } }",
              "3: SLO \"time to fresh\": below 3 s after fault needs 13 s of phases after it (the time and "
              "the hold of "
              "10 s) before the next disturbance; the undo of a fault in fault begins 3 s after it (D1)"}));

INSTANTIATE_TEST_SUITE_P(
    Groups, PartRefused,
    testing::Values(
        Wrong{"groups = { g = { protocol = 'consumer', client = {\n['session.timeout.ms'] = 6000 } } }",
              "2: group \"g\": client: session.timeout.ms cannot be set with group.protocol=consumer; use "
              "the group's "
              "own setting on the broker, group.consumer.session.timeout.ms"},
        Wrong{"client = { ['heartbeat.interval.ms'] = 500 }, groups = { g = {\nprotocol = 'consumer' } }",
              "2: group \"g\": client: heartbeat.interval.ms cannot be set with group.protocol=consumer; use "
              "the group's"},
        Wrong{"groups = { g = { client = { ['group.protocol'] = 'consumer', "
              "['partition.assignment.strategy'] = 'range' } "
              "} }",
              "2: group \"g\": client: partition.assignment.strategy cannot be set with "
              "group.protocol=consumer; use "
              "group.remote.assignor"},
        Wrong{
            "groups = { g = { client = { ['max.poll.interval.ms'] = 10000 } } }",
            "2: group \"g\": client: max.poll.interval.ms is 10000, less than session.timeout.ms with 45000"},
        Wrong{"groups = { g = { protocol = 'classic', client = { ['group.protocol'] = 'consumer' } } }",
              "2: group \"g\": protocol: client says it too, as \"group.protocol\"; leave one of them out"},
        Wrong{"groups = { g = { assignor = 'sticky' } }",
              "2: group \"g\": assignor: found \"sticky\", expected \"range\", \"roundrobin\", "
              "\"cooperative-sticky\""},
        Wrong{"groups = { g = { protocol = 'consumer',\nassignor = 'cooperative-sticky' } }",
              "3: group \"g\": assignor: found \"cooperative-sticky\", expected \"uniform\", \"range\""},
        Wrong{"groups = { g = { static_membership = 'yes' } }",
              "2: group \"g\": static_membership: found \"yes\", expected true or false"},
        Wrong{"groups = { g = { racks = 'a' } }",
              "2: group \"g\": racks: found \"a\", expected a list of racks such as"},
        Wrong{"groups = { g = { racks = { 'a',\n5 } } }",
              "3: group \"g\": racks: found the number 5, expected a name of"},
        Wrong{"groups = { g = { racks = {} } }", "2: group \"g\": racks: found no list"},
        Wrong{"groups = { g = { static_membrship = true } }",
              "2: group \"g\": unknown key \"static_membrship\"; nearest: \"static_membership\""}));

INSTANTIATE_TEST_SUITE_P(
    Prefill, PartRefused,
    testing::Values(
        Wrong{"prefill = 600",
              "2: scenario: prefill: found the number 600, expected a time such as \"10m\" or bytes"},
        Wrong{"prefill = '500d'",
              "2: scenario: prefill: found \"500d\", expected more than nothing and at most \"400d\""},
        Wrong{"prefil = '5s'", "2: scenario: unknown key \"prefil\"; nearest: \"prefill\""},
        Wrong{"streams = { a = {\nprefill = '5' } }",
              "3: stream \"a\": prefill: found \"5\", expected a time such as \"10m\" or bytes such as "
              "\"2GiB\""},
        Wrong{"streams = { a = { prefill = '0s' } }",
              "2: stream \"a\": prefill: found \"0s\", expected more than nothing"},
        Wrong{"streams = { a = { prefill = '400d', rate = '10M/s' } }",
              "1: scenario: the prefill of stream a has more than 1e+12 events"}));

TEST(PartRefused, AMisspeltPartBlamesNothingElse) {
  EXPECT_THAT(
      errors_in(
          "return scenario { streams = { a = {} }, phases = { incident { '5s',\nfalut { run = 'x' } },\n"
          "recovery '20s' }, slos = { slo { 'time to fresh', below = '1s' } } }"),
      ElementsAre("2: unknown name \"falut\"; nearest: \"fault\""));
  EXPECT_THAT(errors_in("return scenario { streams = { a = {} }, groups = cpilot,\n"
                        "phases = { change { '5s', add = { copilot = 1 } } } }"),
              ElementsAre(StartsWith("1: unknown name \"cpilot\"")));
}

}  // namespace
}  // namespace freshet::scenario
