// freshet help: what the program is for, its commands, and a few topics.
#include <fmt/format.h>

#include "harness/base/text.h"
#include "harness/cli/commands.h"
#include "harness/cli/console.h"
#include "harness/cli/help_clients.h"
#include "harness/cli/man_page.h"
#include "harness/cli/options.h"
#include "harness/judge/rules.h"
#include "reports/text.h"

namespace freshet::cli {
namespace {

struct Topic {
  const char* name;
  const char* about;
  const char* text;
  std::string (*made)() = nullptr;  // from the tables that the program goes by, where there is no text
};

std::string help_validity() {
  std::string text =
      "A run that deserves no trust says so and is invalid (exit 3), whatever its\n"
      "SLOs. The first rule that is broken is the first line printed. Nothing that the\n"
      "cluster does makes a run invalid.\n\n";
  const reports::Style style;
  for (const judge::Rule& rule : judge::rules())
    text += reports::wrapped(fmt::format("  {:<18}{}. Limit: {}.", rule.id, rule.sentence, rule.limit), 20,
                             style);
  return text;
}

constexpr Topic kTopics[] = {
    {"exit-status", "what the exit status says",
     R"(The exit status of freshet run and freshet report is the verdict:

    0  pass          every SLO holds (or none is asked for: figures only)
    1  fail          an SLO does not hold
    2  usage         a bad option, an illegal scenario, a file that cannot be
                     read or written
    3  invalid       the figures cannot be trusted; the first line says why
    4  inconclusive  repetitions that do not decide (gate, bake-off)
    5  cluster       the cluster could not be reached, or refused what the
                     scenario needs
  130  interrupted   by Ctrl-C or SIGTERM, or killed: what was measured is kept
                     and marked partial
)"},
    {"targets", "how to name a cluster",
     R"(A scenario does not say where it runs; the command line does.

  nothing               the built-in loopback log, in this process: its figures
                        are the harness's own noise floor
  -b 127.0.0.1:9092     a Kafka-compatible cluster
  --target kafka=client.properties
                        the same, with librdkafka's settings from a file of
                        key=value lines, as kcat reads them:
                          bootstrap.servers=broker-1:9093,broker-2:9093
                          security.protocol=SASL_SSL
                          sasl.mechanism=SCRAM-SHA-512
                          sasl.username=bench
                          sasl.password=…
  -X linger.ms=0        one setting, stronger than the file's and the scenario's
  --profile low-latency a set of settings, weaker than all of those:
                        freshet help clients

Topics and groups carry the run's own prefix and are deleted at its end, unless
--keep-topics is given. Secrets never reach a run folder or a report.

A cluster on another machine needs --yes-load-this-cluster once the load exceeds
100 events/s at its peak, 100 kB/s on average or 10 000 events.
)"},
    {"figures", "what the words of a report mean",
     R"(  staleness         visible - intended: from when an event should have been sent
                    until a group's view answers with it. An event that never
                    became visible counts too, as bad.
  bad               staleness over the bound, or lost, undelivered, failed, not
                    sent and so on
  freshness lag     age of the first planned event that is not settled yet,
                    wherever it is stuck
  consumer lag      the same over events that the cluster has acknowledged
  offset lag        records between a group's position and the end of the log
  time to fresh     from the end of a disturbance until the freshness lag stays
                    under the bound
  debt              how long and how far the freshness lag was over the bound
                    after a disturbance
  view staleness    at a context read: how long ago the first event was due that
                    the view did not have of the account; 0 when it had all
  stale decision    a read that saw at least one class over its bound; critical:
                    a critical class. It is put down to the class that was the
                    furthest over its bound
  wrong decision    a read at which the scenario's own decide function said
                    something else on what was seen than on what was true: put
                    down to the class that, seen in time, would have put it
                    right alone; critical: the critical classes would have
  not done          planned reads that are not on record: the reader's own
                    fault; for an SLO they are bad
  late, missed      critical events that some read did not see though they were
                    older than their bound; that never became visible
  time over bound   wall time in which any key of a class was over its bound
  send delay        sent - intended; own: what of it is the harness's, not the
                    cluster's
  service latency   acknowledged - sent
  response latency  acknowledged - intended
  p99               99 of 100 planned events are at or below;
                    ≥: the event at that rank never became visible;
                    n/a: fewer than ten events lie beyond it, so it says nothing

  retries, timeouts requests that a client sent again, or gave up waiting for
  rtt mean, p99     from a producer's request to its answer: the mean, and the
                    highest p99 of any second. A group's round trips are the
                    wait of its fetches and stand in connections.csv
  throttled         the longest wait that a broker asked a client for

An SLO on a percentile is decided by counting bad events exactly, never from the
percentile that is printed.

A run that deserves no trust is invalid, whatever its SLOs:
freshet help validity.
  noise floor       the same load on the loopback log just before the run. A
                    figure within twice of it is marked *: half of it and more
                    may be the harness's own (and the scenario's service times)
  sampling floor    where the true percentile lies with 95 %, were the events
                    independent. Not the run-to-run spread, which is wider
  bad minutes       minutes of the intended time in which more than the SLO's
                    part of the events were bad; worst minute: times that part
)"},
    {"validity", "what makes a run invalid, with each limit", nullptr, help_validity},
    {"clients", "client settings: profiles, what is always set, and why", nullptr, help_clients},
};

std::string text_of(const Topic& topic) {
  return topic.text ? topic.text : topic.made();
}

std::vector<std::string> names() {
  std::vector<std::string> all = topics();
  for (const Command* command : commands()) all.emplace_back(command->name);
  return all;
}

OptionSpec spec() {
  OptionSpec spec;
  spec.positional = "COMMAND | TOPIC";
  spec.positional_is_optional = true;
  spec.words[kPositional] = names();
  spec.options.add_options()("help,h", "this text")("man", po::bool_switch(),
                                                    "the whole help as a manual page, for man(1)");
  return spec;
}

std::string help() {
  std::string text =
      "usage: freshet help [COMMAND | TOPIC]\n\n"
      "Tells what a command does, with its options and examples, or one of the\n"
      "topics:\n";
  for (const Topic& topic : kTopics) text += fmt::format("  {:<14}{}\n", topic.name, topic.about);
  return text + "\n" + option_help(spec()) +
         R"(
Examples:
  freshet help run
  freshet help --man > freshet.1 && man ./freshet.1
)";
}

int unknown(const std::string& found) {
  const std::string near = base::nearest(found, names());
  return fail(fmt::format("no help on {}; {}", found,
                          near.empty() ? "freshet help lists what there is" : "nearest: " + near),
              kExitUsage);
}

int run(const po::variables_map& values, const Args&) {
  if (!values.count(kPositional)) {
    print(values["man"].as<bool>() ? man_page() : program_help());
    return kExitOk;
  }
  const std::string word = values[kPositional].as<std::vector<std::string>>().front();
  if (values["man"].as<bool>()) return fail("--man takes no word: it tells all", kExitUsage);
  for (const Command* command : commands()) {
    if (word != command->name) continue;
    print(command->help());
    return kExitOk;
  }
  const std::string text = topic_help(word);
  if (text.empty()) return unknown(word);
  print(text);
  return kExitOk;
}

}  // namespace

std::vector<std::string> topics() {
  std::vector<std::string> all;
  for (const Topic& topic : kTopics) all.emplace_back(topic.name);
  return all;
}

std::string topic_help(const std::string& name) {
  for (const Topic& topic : kTopics) {
    if (name == topic.name) return text_of(topic);
  }
  return "";
}

std::string program_examples() {
  return R"(  freshet check scenarios/incident_burst.lua        what would it do?
  freshet run scenarios/smoke.lua                   ten seconds, no cluster
  freshet run scenarios/incident_burst.lua -b 127.0.0.1:9092
  freshet report runs/20260102-030405-incident-burst
)";
}

std::string program_about() {
  return "freshet: when support traffic surges, how stale is the answer that a copilot or\n"
         "an agent gives, on this cluster? Runs a scripted scenario against any\n"
         "Kafka-compatible cluster and judges its freshness SLOs.\n";
}

std::string program_help() {
  std::string text = program_about() + "\nusage: freshet COMMAND [OPTION…]\n\nCommands:\n";
  for (const Command* command : commands())
    text += fmt::format("  {:<14}{}\n", command->name, command->about);
  text += "\nTopics (freshet help TOPIC):\n";
  for (const Topic& topic : kTopics) text += fmt::format("  {:<14}{}\n", topic.name, topic.about);
  return text + "\nExamples:\n" + program_examples() + R"(
Exit status: 0 pass, 1 fail, 2 usage, 3 invalid, 4 inconclusive, 5 cluster,
130 interrupted.
)";
}

const Command kHelpCommand = {"help", "tell about a command or a topic", help, spec, run};

}  // namespace freshet::cli
