// freshet clean after kill -9, on a real Apache Kafka: nothing of the run is left, everything else is.
#include <gmock/gmock.h>
#include <signal.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "harness/base/clock.h"
#include "harness/cluster/kafka/kafka.h"
#include "tests/cli/program.h"
#include "tests/kafka/broker.h"

namespace freshet::tests {
namespace {

using testing::Contains;
using testing::HasSubstr;

// Its members are given up 6 s after they died, which is the least that a broker allows by default.
constexpr const char* kScenario = R"(
return scenario {
  name = "to-be-killed",
  client = { ["session.timeout.ms"] = "6000" },
  streams = { chat = { rate = "50/s", bound = "5s", partitions = 3 } },
  groups = { copilot = {} },
  phases = { steady { "120s" } },
}
)";

class Clean : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_FALSE(broker_.address().empty()) << "no Kafka to test on";
    auto cluster = cluster::make_kafka(clock_, {.bootstrap = broker_.address()});
    ASSERT_TRUE(cluster.ok());
    cluster_ = std::move(cluster).value();
    auto admin = cluster_->make_admin(wake_);
    ASSERT_TRUE(admin.ok());
    admin_ = std::move(admin).value();
  }
  Ran clean(std::vector<std::string> args) {
    args.insert(args.begin(), {std::string("clean"), std::string("-b"), broker_.address()});
    return run_freshet(scratch_.path(), args);
  }
  nlohmann::json found() { return nlohmann::json::parse(clean({"--json"}).out, nullptr, false); }
  std::vector<std::string> topics() {
    std::vector<std::string> names;
    const auto listed = admin_->list_topics(30 * base::kSecond);
    for (const auto& topic : *listed) names.push_back(topic.name);
    return names;
  }

  test::Brokers broker_;
  ScratchFolder scratch_;
  base::RealClock clock_;
  base::EventWake wake_;
  std::unique_ptr<cluster::Cluster> cluster_;
  std::unique_ptr<cluster::Admin> admin_;
};

TEST_F(Clean, LeavesNothingOfAKilledRunAndAllOfOthers) {
  const std::vector<std::string> others = {"chat", "freshet-prod-chat", "freshet-0123abcd"};
  for (const std::string& name : others) {
    ASSERT_TRUE(admin_->create_topic({.name = name, .config = {}}, 30 * base::kSecond).ok());
  }
  EXPECT_THAT(clean({}).out, HasSubstr("no run has left anything"));

  scratch_.write("killed.lua", kScenario);
  Freshet run(scratch_.path(),
              {"run", "killed.lua", "-b", broker_.address(), "-o", "killed", "--no-calibration"});
  ASSERT_TRUE(run.wait_for("offered "));
  run.signal(SIGKILL);
  EXPECT_EQ(run.wait().exit_status, 128 + SIGKILL);

  // Its members are still counted: a run that is on looks the same, and is kept.
  const Ran kept = clean({"--yes"});
  EXPECT_EQ(kept.exit_status, 0);
  EXPECT_THAT(kept.out, HasSubstr("kept unless --force"));
  nlohmann::json json = found();
  ASSERT_EQ(json["runs"].size(), 1U) << json;
  EXPECT_EQ(json["runs"][0]["topics"][0]["partitions"], 3);
  EXPECT_GT(json["runs"][0]["topics"][0]["records"], 0);
  const std::string topic = json["runs"][0]["topics"][0]["name"];
  EXPECT_THAT(topics(), Contains(topic));

  const base::Nanos deadline = clock_.now() + 60 * base::kSecond;
  while (json["runs"][0]["live"] == true && clock_.now() < deadline) json = found();
  ASSERT_EQ(json["runs"][0]["live"], false);
  const Ran shown = clean({});
  EXPECT_EQ(shown.exit_status, 0);
  EXPECT_THAT(shown.err, HasSubstr("nothing was removed"));
  EXPECT_THAT(topics(), Contains(topic)) << "only after being told";

  const Ran removed = clean({"--yes"});
  EXPECT_EQ(removed.exit_status, 0) << removed.err;
  EXPECT_THAT(removed.out, HasSubstr("removed 2 of 2"));
  EXPECT_THAT(clean({}).out, HasSubstr("no run has left anything"));
  for (const std::string& name : topics()) {
    EXPECT_TRUE(name.starts_with("__") || std::ranges::find(others, name) != others.end()) << name;
  }
  for (const std::string& name : others) EXPECT_THAT(topics(), Contains(name));
}

TEST(CleanUnreachable, IsExitFive) {
  ScratchFolder scratch;
  const Ran ran =
      run_freshet(scratch.path(), {"clean", "-b", "127.0.0.1:1", "--connect-timeout", "1s", "--yes"});
  EXPECT_EQ(ran.exit_status, 5);
  EXPECT_THAT(ran.err, HasSubstr("127.0.0.1:1"));
}

}  // namespace
}  // namespace freshet::tests
