// The oracle over runs on a real Kafka: the program's own with its calibration and with decisions, and ones
// whose broker is killed or stands still.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/cli/program.h"
#include "tests/kafka/broker.h"
#include "tests/kafka/kafka_run.h"
#include "tests/oracle/oracle_run.h"

namespace freshet::test {
namespace {

class OracleOnKafka : public testing::Test {
 protected:
  void agrees_when(const std::string& command, const std::string& undo) {
    const Brokers brokers;
    ASSERT_FALSE(brokers.address().empty()) << "no Kafka to test on";
    plan::Plan plan = small_plan(100, 3);
    plan.groups[0].members = 2;
    plan.hold = 2 * kSecond;
    const auto add = [&](plan::PhaseKind kind, const std::string& name, Nanos length) {
      plan::Phase phase;
      phase.name = name;
      phase.kind = kind;
      phase.begin = plan.end();
      phase.end = phase.begin + length;
      plan.phases.push_back(phase);
    };
    add(plan::PhaseKind::fault, "fault", 8 * kSecond);
    add(plan::PhaseKind::recovery, "recovery", 5 * kSecond);
    plan.faults.push_back({.phase = 2,
                           .at = 5 * kSecond,
                           .run = brokers.command(command),
                           .undo = brokers.command(undo),
                           .after = 3 * kSecond,
                           .timeout = 60 * kSecond});
    finish(plan);
    KafkaRun run(brokers.address());
    run.options.trace.share = 1;
    const results::Settled settled = run(plan);
    ASSERT_TRUE(results::write_summary(run.folder.path(), settled, judge::to_json(run.verdict)));
    const OracleSaid said = ask_oracle(run.folder.path(), "oracle.py --quiet --notice-ms 1000");
    EXPECT_EQ(said.exit_status, 0) << said.text;
    const OracleSaid readers = ask_oracle(run.folder.path(), "../readers/readers.py");
    EXPECT_EQ(readers.exit_status, 0) << readers.text;
  }
};

// As a person runs it: a calibration before the run, reads that decide, each on what its group's view had.
constexpr const char* kDeciding = R"(
return scenario {
  name = "deciding",
  tenants = { enterprise = 2, others = 50 },
  streams = {
    lock = { rate = "150/s", bound = "2s", partitions = 4, critical = true },
    chat = { rate = "200/s", bound = "5s", partitions = 4 },
  },
  groups = { copilot = { members = 2 }, desktop = { service_time = "1ms" } },
  reads = {
    opened = { group = "copilot", after = { class = "lock", delay = { min = "0s", max = "20ms" } },
               decide = function(view) return view.lock.n % 2 end },
    glance = { group = "desktop", rate = "60/s", classes = { "chat", "lock" },
               decide = function(view) return view.chat.n + view.lock.n end },
  },
  phases = { warmup { "1s" }, steady { "4s" }, incident { "2s", magnitude = 3 }, recovery { "2s" } },
  slos = { slo { "wrong decisions", below = "90%" }, slo { "staleness p90", class = "lock", below = "2s" } },
}
)";

TEST(OracleOnKafkaByTheProgram, AgreesOnDecisionsAndOnTheNoiseFloor) {
  const std::string address = shared_kafka();
  ASSERT_FALSE(address.empty()) << "no Kafka to test on";
  tests::ScratchFolder scratch;
  scratch.write("deciding.lua", kDeciding);
  const tests::Ran ran = tests::run_freshet(
      scratch.path(), {"run", "deciding.lua", "-b", address, "-o", "run", "--trace", "-q"});
  ASSERT_TRUE(std::filesystem::exists(scratch.path() / "run/summary.json")) << ran.out << ran.err;
  const auto summary = nlohmann::json::parse(tests::read_file(scratch.path() / "run/summary.json"));
  ASSERT_EQ(summary["noise_floor"].size(), 4U) << "two streams at two groups";
  for (const auto& row : summary["decisions"]) {
    if (!row["phase"].is_null()) continue;
    EXPECT_GT(row["wrong"], 0) << "a view is never as new as the schedule: " << row;
  }
  const OracleSaid said = ask_oracle(scratch.path() / "run", "oracle.py --quiet --notice-ms 1000");
  EXPECT_EQ(said.exit_status, 0) << said.text;
}

TEST_F(OracleOnKafka, AgreesWhenTheBrokerStandsStill) {
  agrees_when("pause", "resume");
}

TEST_F(OracleOnKafka, AgreesWhenTheBrokerIsKilled) {
  agrees_when("kill 1", "start");
}

}  // namespace
}  // namespace freshet::test
