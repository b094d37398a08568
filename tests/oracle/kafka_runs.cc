// The oracle over runs on a real Kafka whose broker is killed or stands still.
#include <gtest/gtest.h>

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

TEST_F(OracleOnKafka, AgreesWhenTheBrokerStandsStill) {
  agrees_when("pause", "resume");
}

TEST_F(OracleOnKafka, AgreesWhenTheBrokerIsKilled) {
  agrees_when("kill 1", "start");
}

}  // namespace
}  // namespace freshet::test
