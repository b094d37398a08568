// Administration: topics, offsets, groups.
#include <algorithm>

#include "tests/contract/contract.h"

namespace freshet::cluster {
namespace {

using testing::HasSubstr;

class Administer : public Contract {
 protected:
  std::optional<TopicDescription> describe(const std::string& topic) {
    auto description = admin().describe_topic(topic, kPatience);
    EXPECT_TRUE(description.ok()) << (description.ok() ? "" : description.error().message);
    return description.ok() ? description.value() : std::nullopt;
  }
};

TEST_P(Administer, DescribesTheCluster) {
  const auto description = admin().describe_cluster(kPatience);
  ASSERT_TRUE(description.ok()) << description.error().message;
  EXPECT_NE(description->id, "");
  EXPECT_FALSE(description->brokers.empty());
  EXPECT_NE(cluster().address(), "");
  EXPECT_TRUE(cluster().shares_this_machine());
}

TEST_P(Administer, CreatesDescribesAndDeletesATopic) {
  const Settings config = {
      {"retention.ms", "86400001"}, {"cleanup.policy", "delete"}, {"segment.bytes", "2097152"}};
  const std::string topic = make_topic(5, config);
  const auto description = describe(topic);
  ASSERT_TRUE(description.has_value());
  EXPECT_EQ(description->partitions, 5);
  EXPECT_EQ(description->replication, 1);
  for (const auto& [name, value] : config) {
    ASSERT_TRUE(description->config.contains(name)) << name;
    EXPECT_EQ(description->config.at(name), value);
  }
  ASSERT_TRUE(admin().delete_topics({topic}, kPatience).ok());
  EXPECT_TRUE(in_time([&] { return !describe(topic).has_value(); }));
}

TEST_P(Administer, DescribesAnUnknownTopicAsNothing) {
  EXPECT_FALSE(describe("contract-nowhere").has_value());
}

TEST_P(Administer, RefusesATopicThatExists) {
  TopicSpec again;
  again.name = make_topic(2);
  const auto status = admin().create_topic(again, kPatience);
  ASSERT_FALSE(status.ok());
  EXPECT_THAT(status.error().message, HasSubstr(again.name));
}

TEST_P(Administer, TellsEndOffsets) {
  const std::string topic = make_topic(3);
  Writing& writing = write(topic, 3);
  writing.send_all(1, numbered(4));
  writing.send_all(2, numbered(2));
  ASSERT_TRUE(finish(writing));
  const std::vector<std::int64_t> expected = {0, 4, 2};
  std::vector<EndOffsets> ends;
  ends = end_offsets(topic, 3);
  ASSERT_EQ(ends.size(), 3u);
  for (std::size_t p = 0; p < 3; ++p) {
    EXPECT_EQ(ends[p].partition, static_cast<std::int32_t>(p));
    EXPECT_EQ(ends[p].topic, topic);
    EXPECT_EQ(ends[p].high_watermark, expected[p]);
    EXPECT_EQ(ends[p].last_stable, expected[p]);
  }
}

// The first question has to find out where the topic is, the second need not: it could be answered before.
TEST_P(Administer, AnswersEndOffsetsInTheOrderOfTheQuestions) {
  const std::string known = make_topic(1);
  EXPECT_EQ(end_offsets(known, 1)[0].high_watermark, 0);
  const std::vector<std::string> asked = {make_topic(1), known, make_topic(2), known};
  for (const std::string& topic : asked) admin().request_end_offsets(topic, 1, kPatience);
  for (const std::string& topic : asked) {
    std::optional<std::vector<EndOffsets>> answer;
    ASSERT_TRUE(eventually([&] { return (answer = admin().poll_end_offsets()).has_value(); }));
    EXPECT_EQ(answer->at(0).topic, topic);
  }
}

TEST_P(Administer, ForgetsADeletedGroup) {
  const std::string topic = make_topic();
  const std::string group = make_group();
  Writing& writing = write(topic);
  writing.send_all(0, numbered(3));
  Reading& reading = read(topic, group);
  reading.store_all = true;
  ASSERT_TRUE(eventually([&] { return reading.records.size() == 3; }));
  EXPECT_FALSE(admin().delete_groups({group}, kPatience).ok()) << "it has a member";
  ASSERT_TRUE(close(reading));
  EXPECT_EQ(committed(group, topic, 1)[0], 3);
  const auto deleted = admin().delete_groups({group}, kPatience);
  ASSERT_TRUE(deleted.ok()) << deleted.error().message;
  EXPECT_EQ(committed(group, topic, 1)[0], -1);
}

TEST_P(Administer, ListsTopicsAndGroupsWithAndWithoutMembers) {
  const std::string topic = make_topic(3);
  const std::string group = make_group();
  const auto listed_partitions = [&]() -> int {
    const auto topics = admin().list_topics(kPatience);
    EXPECT_TRUE(topics.ok()) << topics.error().message;
    EXPECT_TRUE(std::ranges::is_sorted(*topics, {}, &ListedTopic::name));
    const auto found = std::ranges::find(*topics, topic, &ListedTopic::name);
    return found == topics->end() ? 0 : found->partitions;
  };
  const auto has_members = [&]() -> std::optional<bool> {
    const auto groups = admin().list_groups(kPatience);
    EXPECT_TRUE(groups.ok()) << groups.error().message;
    const auto found = std::ranges::find(*groups, group, &ListedGroup::name);
    return found == groups->end() ? std::nullopt : std::optional(found->has_members);
  };
  EXPECT_EQ(listed_partitions(), 3);
  EXPECT_EQ(has_members(), std::nullopt);
  Writing& writing = write(topic, 3);
  writing.send_all(0, numbered(1));
  Reading& reading = read(topic, group, true, 3);
  reading.store_all = true;
  ASSERT_TRUE(eventually([&] { return reading.records.size() == 1; }));
  EXPECT_EQ(has_members(), true);
  ASSERT_TRUE(close(reading));
  EXPECT_TRUE(in_time([&] { return has_members() == false; }));
  ASSERT_TRUE(admin().delete_groups({group}, kPatience).ok());
  EXPECT_TRUE(in_time([&] { return has_members() == std::nullopt; }));
  ASSERT_TRUE(admin().delete_topics({topic}, kPatience).ok());
  EXPECT_TRUE(in_time([&] { return listed_partitions() == 0; }));
}

INSTANTIATE_TEST_SUITE_P(Cluster, Administer, testing::ValuesIn(targets()), target_name);

}  // namespace
}  // namespace freshet::cluster
