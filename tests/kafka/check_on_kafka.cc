// freshet check against a real Apache Kafka: what it finds, what it refuses, and that it leaves nothing.
#include <gmock/gmock.h>

#include "tests/cli/program.h"
#include "tests/cli/scenario_text.h"
#include "tests/kafka/broker.h"

namespace freshet::tests {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class CheckOnKafka : public testing::Test {
 protected:
  void SetUp() override { ASSERT_FALSE(broker_.address().empty()) << "no Kafka to test on"; }
  Ran check(const std::string& scenario, std::vector<std::string> more = {}) {
    scratch_.write("asked.lua", scenario);
    std::vector<std::string> args = {"check", "asked.lua", "-b", broker_.address(), "--width", "200"};
    args.insert(args.end(), more.begin(), more.end());
    const Ran ran = run_freshet(scratch_.path(), args);
    EXPECT_THAT(broker_.admin("topics --list"), Not(HasSubstr("freshet-"))) << "nothing is left";
    EXPECT_THAT(broker_.admin("consumer-groups --list"), Not(HasSubstr("freshet-")));
    return ran;
  }
  // kTiny with words of a stream's own.
  static std::string tiny_with(const std::string& words) {
    std::string text = kTiny;
    return text.replace(text.find("partitions = 4"), 14, "partitions = 4, " + words);
  }
  test::Brokers broker_;
  ScratchFolder scratch_;
};

TEST_F(CheckOnKafka, TellsThatARunCouldStart) {
  const Ran ran = check(kTiny);
  EXPECT_EQ(ran.exit_status, 0) << ran.err;
  EXPECT_THAT(ran.out, AllOf(HasSubstr("one partition must take"), HasSubstr("give --ceiling to measure"),
                             HasSubstr(broker_.address() + ", 1 broker, cluster "), HasSubstr("committed"),
                             HasSubstr("chat replication 1"), HasSubstr("copilot "), HasSubstr("run ready")));
  EXPECT_THAT(ran.out, Not(HasSubstr("warning")));
}

TEST_F(CheckOnKafka, MeasuresWhatOnePartitionTakes) {
  const Ran ran = check(kTiny, {"--ceiling"});
  EXPECT_EQ(ran.exit_status, 0) << ran.err;
  EXPECT_THAT(ran.out, testing::ContainsRegex("one partition takes [0-9.]+ MB/s, [0-9]"));
  EXPECT_THAT(ran.out, Not(HasSubstr("warning"))) << "100 events/s are no load for a partition";
}

TEST_F(CheckOnKafka, SaysWhenTheHottestPartitionIsTooHot) {
  // A hundred thousand large events a second on one partition is more than a small broker takes.
  std::string text = tiny_with("size = 100000");
  text.replace(text.find("100/s"), 5, "99999/s");
  text.replace(text.find("partitions = 4"), 14, "partitions = 1");
  const Ran ran = check(text, {"--ceiling"});
  EXPECT_EQ(ran.exit_status, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("warning: the hottest partition must take"));
}

TEST_F(CheckOnKafka, RefusesWhatTheClusterCannotKeep) {
  const Ran brokers = check(tiny_with("replication = 3"));
  EXPECT_EQ(brokers.exit_status, 5);
  EXPECT_THAT(brokers.err, HasSubstr("stream chat asks for replication 3, and the cluster has 1 broker"));
  const Ran acks = check(tiny_with("client = { acks = 'all' }"), {"-X", "acks=1"});
  EXPECT_EQ(acks.exit_status, 5);
  EXPECT_THAT(acks.err, HasSubstr("acks is 1, and the scenario asks for all"));
}

TEST(CheckUnreachable, IsExitFive) {
  ScratchFolder scratch;
  scratch.write("tiny.lua", kTiny);
  const Ran ran =
      run_freshet(scratch.path(), {"check", "tiny.lua", "-b", "127.0.0.1:1", "--connect-timeout", "1s"});
  EXPECT_EQ(ran.exit_status, 5);
  EXPECT_THAT(ran.err, AllOf(HasSubstr("127.0.0.1:1"), HasSubstr("Connection refused")));
}

}  // namespace
}  // namespace freshet::tests
