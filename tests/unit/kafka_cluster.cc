// A Kafka cluster as an object, without a broker: which addresses it takes for this machine, what it refuses.
#include <gmock/gmock.h>

#include "harness/cluster/kafka/kafka.h"

namespace freshet::cluster {
namespace {

using testing::HasSubstr;

TEST(KafkaCluster, NeedsAnAddressAndKnowsLoopbackOnes) {
  const base::RealClock clock;
  EXPECT_FALSE(make_kafka(clock, {}).ok());
  const auto shares = [&](const std::string& bootstrap) {
    const auto made =
        make_kafka(clock, {.bootstrap = bootstrap, .file_settings = {}, .command_line_settings = {}});
    return made.ok() && (*made)->shares_this_machine();
  };
  EXPECT_TRUE(shares("127.0.0.1:9092"));
  EXPECT_TRUE(shares("localhost:9092,[::1]:9093"));
  EXPECT_TRUE(shares("PLAINTEXT://127.1.2.3:9092"));
  EXPECT_FALSE(shares("127.0.0.1:9092,192.0.2.1:9092"));
  EXPECT_FALSE(shares("localhost.example.com:9092"));
  const auto from_file = make_kafka(clock, {.bootstrap = "",
                                            .file_settings = {{"bootstrap.servers", "127.0.0.1:7"}},
                                            .command_line_settings = {}});
  ASSERT_TRUE(from_file.ok());
  EXPECT_EQ((*from_file)->address(), "127.0.0.1:7");
  const auto unknown = make_kafka(
      clock, {.bootstrap = "127.0.0.1:7", .file_settings = {}, .command_line_settings = {{"linger", "1"}}});
  ASSERT_FALSE(unknown.ok());
  EXPECT_THAT(unknown.error().message, HasSubstr("-X"));
}

}  // namespace
}  // namespace freshet::cluster
