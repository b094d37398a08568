// A real Kafka under contract, and what only it can show: an address where nothing answers.
#include <cstdio>

#include "harness/cluster/kafka/kafka.h"
#include "tests/contract/contract.h"
#include "tests/kafka/broker.h"

namespace freshet::cluster {
namespace {

using testing::HasSubstr;

class KafkaBench final : public Bench {
 public:
  // nullptr with a word on standard error when there is none.
  static std::unique_ptr<KafkaBench> open(const std::string& address) {
    auto bench = std::make_unique<KafkaBench>();
    KafkaOptions options;
    options.bootstrap = address;
    auto cluster = make_kafka(bench->clock_, std::move(options));
    if (!cluster) {
      std::fprintf(stderr, "%s\n", cluster.error().message.c_str());
      return nullptr;
    }
    bench->cluster_ = std::move(cluster).value();
    return bench;
  }
  Cluster& cluster() override { return *cluster_; }
  const base::Clock& clock() const override { return clock_; }
  base::Wake& wake() override { return wake_; }
  void wait(Nanos deadline) override { wake_.wait_until(clock_, deadline); }

 private:
  base::RealClock clock_;
  base::EventWake wake_;
  std::unique_ptr<Cluster> cluster_;
};

// Port 1 of this machine: nothing listens there, and nothing else is loaded.
TEST(Unreachable, IsToldWithinTheTimeWithTheAddress) {
  const auto bench = KafkaBench::open("127.0.0.1:1");
  ASSERT_TRUE(bench);
  auto admin = bench->cluster().make_admin(bench->wake());
  ASSERT_TRUE(admin.ok());
  const Nanos begun = bench->clock().now();
  const auto description = (*admin)->describe_cluster(2 * base::kSecond);
  EXPECT_LT(bench->clock().now() - begun, 20 * base::kSecond);
  ASSERT_FALSE(description.ok());
  EXPECT_EQ(description.error().kind, base::ErrorKind::cluster);
  EXPECT_THAT(description.error().message, HasSubstr("127.0.0.1:1"));
}

}  // namespace

std::vector<Target> targets() {
  return {{"Kafka", [] { return KafkaBench::open(test::shared_kafka()); }}};
}

}  // namespace freshet::cluster
