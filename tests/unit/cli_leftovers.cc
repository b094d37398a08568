// freshet clean without a cluster's help: whose names are a run's, and what is kept.
#include <gmock/gmock.h>

#include "harness/base/clock.h"
#include "harness/cli/leftovers.h"
#include "harness/cluster/loopback/loopback.h"
#include "tests/simulation/told_cluster.h"

namespace freshet::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr base::Nanos kPatience = base::kSecond;

TEST(RunPrefix, IsEightHexDigits) {
  EXPECT_EQ(run_prefix_of("freshet-0123abcd-chat", ""), "freshet-0123abcd-");
  for (const char* name : {"freshet-0123abcd-", "freshet-0123abc-chat", "freshet-0123abcg-chat",
                           "freshet-0123ABCD-chat", "freshet-0123abcdchat", "freshet-0123abcd0-chat",
                           "x-freshet-0123abcd-chat", "freshet", "", "chat", "__consumer_offsets"}) {
    EXPECT_EQ(run_prefix_of(name, ""), "") << name;
  }
}

TEST(RunPrefix, IsTheOneAskedFor) {
  EXPECT_EQ(run_prefix_of("bake-off-chat", "bake-off-"), "bake-off-");
  EXPECT_EQ(run_prefix_of("freshet-0123abcd-chat", "bake-off-"), "");
  EXPECT_EQ(run_prefix_of("__consumer_offsets", "__"), "") << "a cluster's own";
}

class Cleaning : public testing::Test {
 protected:
  Cleaning() : cluster_(cluster::make_loopback(clock_, {})), admin_(cluster_->make_admin(wake_).value()) {
    for (const char* name : {"freshet-00000001-chat", "freshet-00000001-lock", "freshet-00000002-chat",
                             "chat", "freshet-prod-chat"}) {
      EXPECT_TRUE(admin_->create_topic({.name = name, .partitions = 2, .config = {}}, kPatience).ok());
    }
    member_ = cluster_
                  ->make_member({.group = "freshet-00000002-copilot",
                                 .client_id = "m",
                                 .topics = {"freshet-00000002-chat"},
                                 .settings = {}},
                                wake_)
                  .value();
  }
  std::vector<std::string> topics() {
    std::vector<std::string> names;
    const auto listed = admin_->list_topics(kPatience);
    for (const auto& topic : *listed) names.push_back(topic.name);
    return names;
  }
  base::RealClock clock_;
  base::EventWake wake_;
  std::unique_ptr<cluster::Cluster> cluster_;
  std::unique_ptr<cluster::Admin> admin_;
  std::unique_ptr<cluster::Member> member_;
};

TEST_F(Cleaning, RemovesRunsAndKeepsLiveOnesAndWhatIsNotARuns) {
  Leftovers leftovers = find_leftovers(*admin_, "", kPatience, 0).value();
  ASSERT_EQ(leftovers.runs.size(), 2U);
  EXPECT_FALSE(leftovers.runs.at("freshet-00000001-").live());
  EXPECT_TRUE(leftovers.runs.at("freshet-00000002-").live());
  EXPECT_EQ(leftovers.removable(false), 2U);
  EXPECT_EQ(leftovers.removable(true), 4U);
  const std::string text = leftovers_text(leftovers, false, {});
  EXPECT_THAT(text, HasSubstr("kept unless --force"));
  EXPECT_THAT(text, Not(HasSubstr("prod")));
  remove(*admin_, leftovers, false, kPatience);
  EXPECT_EQ(leftovers.removed, 2U);
  EXPECT_TRUE(leftovers.left.empty());
  EXPECT_THAT(topics(), testing::ElementsAre("chat", "freshet-00000002-chat", "freshet-prod-chat"));
}

TEST_F(Cleaning, SaysWhatCannotBeRemoved) {
  Leftovers leftovers = find_leftovers(*admin_, "", kPatience, 0).value();
  remove(*admin_, leftovers, true, kPatience);
  EXPECT_EQ(leftovers.removed, 3U);
  ASSERT_EQ(leftovers.left.size(), 1U);
  EXPECT_EQ(leftovers.left[0].first, "group freshet-00000002-copilot");
  EXPECT_THAT(leftovers.left[0].second, HasSubstr("members"));
  EXPECT_THAT(topics(), testing::ElementsAre("chat", "freshet-prod-chat"));
  EXPECT_EQ(to_json(leftovers)["left"][0]["name"], "group freshet-00000002-copilot");
}

TEST_F(Cleaning, OnlyThePrefixThatIsAskedFor) {
  Leftovers leftovers = find_leftovers(*admin_, "freshet-prod-", kPatience, 0).value();
  ASSERT_EQ(leftovers.runs.size(), 1U);
  EXPECT_EQ(leftovers.removable(false), 1U);
}

// A log in which each look finds one record more.
class Growing final : public test::ToldAdmin {
 public:
  using ToldAdmin::ToldAdmin;
  std::optional<std::vector<cluster::EndOffsets>> poll_end_offsets() override {
    auto ends = ToldAdmin::poll_end_offsets();
    if (ends && ends->front().topic == "freshet-00000001-chat") ends->front().high_watermark += ++looks_;
    return ends;
  }

 private:
  std::int64_t looks_ = 0;
};

// A run that writes its past has no members yet.
TEST_F(Cleaning, KeepsWhatIsBeingWrittenTo) {
  const test::Told told;
  Growing growing(std::move(admin_), told, clock_);
  Leftovers leftovers = find_leftovers(growing, "", kPatience, 0).value();
  EXPECT_TRUE(leftovers.runs.at("freshet-00000001-").live());
  EXPECT_FALSE(leftovers.runs.at("freshet-00000001-").has_members());
  EXPECT_EQ(leftovers.removable(false), 0U);
  EXPECT_THAT(leftovers_text(leftovers, false, {}), HasSubstr("is being written to; kept unless --force"));
  remove(growing, leftovers, false, kPatience);
  EXPECT_EQ(leftovers.removed, 0U);
  EXPECT_EQ(to_json(leftovers)["runs"][0]["live"], true);
}

}  // namespace
}  // namespace freshet::cli
