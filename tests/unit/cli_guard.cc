// The guard in front of clusters that are somebody's, and the options that name a cluster.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/cli/target.h"

namespace freshet::cli {
namespace {

using ::testing::HasSubstr;

Prepared load_of(double peak_rate, double events, double bytes) {
  Prepared prepared;
  plan::Phase phase;
  phase.end = 100 * base::kSecond;
  prepared.plan.phases = {phase};
  prepared.facts.peak_rate = peak_rate;
  prepared.facts.events = events;
  prepared.facts.bytes = bytes;
  return prepared;
}

TEST(SmallLoad, EndsWhereEachLimitIsExceeded) {
  EXPECT_TRUE(is_small(load_of(100, 10'000, 10'000'000)));
  EXPECT_FALSE(is_small(load_of(100.1, 10'000, 10'000'000)));
  EXPECT_FALSE(is_small(load_of(100, 10'001, 10'000'000)));
  EXPECT_FALSE(is_small(load_of(100, 10'000, 10'000'001))) << "100 kB/s for 100 s";
}

class TargetOptions : public ::testing::Test {
 protected:
  po::variables_map parsed(const std::vector<std::string>& args) {
    OptionSpec spec;
    add_target_options(spec.options);
    auto values = parse(spec, args);
    EXPECT_TRUE(values) << (values ? "" : values.error().message);
    return values ? std::move(values).value() : po::variables_map();
  }
  base::RealClock clock_;
};

TEST_F(TargetOptions, NoneIsTheLoopbackLog) {
  const auto target = open_target(parsed({}), 1, clock_);
  ASSERT_TRUE(target);
  EXPECT_EQ(target->name, "loopback");
  EXPECT_TRUE(target->cluster->is_loopback_log());
}

TEST_F(TargetOptions, GuardsWhatIsNotThisMachine) {
  const Prepared large = load_of(5000, 500'000, 1e9), small = load_of(10, 1000, 1000);
  struct Row {
    std::vector<std::string> args;
    const Prepared& load;
    bool refused;
  };
  const Row table[] = {{{"-b", "192.0.2.1:9092"}, large, true},
                       {{"-b", "192.0.2.1:9092"}, small, false},
                       {{"-b", "192.0.2.1:9092", "--yes-load-this-cluster"}, large, false},
                       {{"-b", "127.0.0.1:9092"}, large, false},
                       {{"-b", "[::1]:9092"}, large, false},
                       {{"-b", "localhost:9092"}, large, false},
                       {{"-b", "127.0.0.1:9092,192.0.2.1:9092"}, large, true},
                       {{}, large, false}};
  for (const Row& row : table) {
    const po::variables_map values = parsed(row.args);
    const auto target = open_target(values, 1, clock_);
    ASSERT_TRUE(target) << target.error().message;
    EXPECT_EQ(refusal(row.load, *target, values).has_value(), row.refused)
        << (row.args.empty() ? "loopback" : row.args[1]);
  }
}

TEST_F(TargetOptions, ARefusalSaysWhatWouldBeSent) {
  const po::variables_map values = parsed({"-b", "192.0.2.1:9092"});
  const auto target = open_target(values, 1, clock_);
  ASSERT_TRUE(target);
  const auto refused = refusal(load_of(5000, 500'000, 1e9), *target, values);
  ASSERT_TRUE(refused);
  EXPECT_THAT(*refused, HasSubstr("192.0.2.1:9092 is not this machine"));
  EXPECT_THAT(*refused, HasSubstr("about 500 000 events, 1.00 GB, up to 5.00 k/s, in 100 s"));
  EXPECT_THAT(*refused, HasSubstr("over 100 events/s at the peak, 100 kB/s on average or 10 000 events"));
}

// However small the scenario's own load is.
TEST_F(TargetOptions, ACeilingElsewhereNeedsLeave) {
  const auto refused = [&](const std::vector<std::string>& args) {
    const po::variables_map values = parsed(args);
    const auto target = open_target(values, 1, clock_);
    EXPECT_TRUE(target);
    return ceiling_refusal(*target, values);
  };
  EXPECT_THAT(refused({"-b", "192.0.2.1:9092"}).value_or(""),
              HasSubstr("192.0.2.1:9092 is not this machine, and --ceiling writes to it as fast as"));
  EXPECT_FALSE(refused({"-b", "192.0.2.1:9092", "--yes-load-this-cluster"}));
  EXPECT_FALSE(refused({"-b", "127.0.0.1:9092"}));
}

}  // namespace
}  // namespace freshet::cli
