// librdkafka's statistics documents, cut down to what is read of them, and the figures that must come of
// them.
#include "harness/cluster/kafka/statistics.h"

#include <gtest/gtest.h>

namespace freshet::cluster {
namespace {

// Two brokers, one of them never asked; the topic's batches; two partitions with records in the queues.
constexpr const char* kFirst = R"({
  "name": "rdkafka#producer-1", "type": "producer", "ts": 5016483000, "age": 1000250,
  "brokers": {
    "127.0.0.1:9092/1": {"nodeid": 1, "outbuf_msg_cnt": 3, "waitresp_msg_cnt": 4,
      "tx": 100, "txretries": 2, "req_timeouts": 1, "txerrs": 5, "rxerrs": 7, "connects": 2, "disconnects": 1,
      "rtt": {"min": 900, "max": 4000, "avg": 1500, "sum": 150300, "cnt": 100, "p50": 1400, "p99": 3900},
      "int_latency": {"max": 20, "sum": 30, "cnt": 4, "p50": 7, "p99": 19},
      "outbuf_latency": {"max": 9, "sum": 8, "cnt": 4, "p50": 2, "p99": 8},
      "throttle": {"max": 12, "sum": 24, "cnt": 3, "p50": 6, "p99": 12}},
    "127.0.0.1:9092/bootstrap": {"nodeid": -1, "tx": 0, "rtt": {"cnt": 0, "p50": 0}}
  },
  "topics": {"chat": {
    "batchcnt": {"max": 6, "sum": 10, "cnt": 4, "p50": 2, "p99": 6},
    "batchsize": {"max": 3000, "sum": 4096, "cnt": 4, "p50": 900, "p99": 3000},
    "partitions": {"0": {"msgq_cnt": 10, "xmit_msgq_cnt": 2}, "1": {"msgq_cnt": 1, "xmit_msgq_cnt": 0}}}}
})";
constexpr const char* kSecond = R"({
  "name": "rdkafka#producer-1", "type": "producer", "ts": 5017483500, "age": 2000750,
  "brokers": {"127.0.0.1:9092/1": {"nodeid": 1, "tx": 160, "txretries": 2, "req_timeouts": 4, "txerrs": 5,
      "rxerrs": 8, "connects": 3, "disconnects": 2, "rtt": {"cnt": 0, "sum": 0, "p50": 0, "p99": 0, "max": 0}}}
})";

constexpr auto kProducer = ClientStatistics::Kind::producer;
constexpr auto kMember = ClientStatistics::Kind::member;

// As when the library makes a broker's connection anew: less than before is all since then, and never below
// 0.
TEST(Statistics, ACounterThatFellHasBegunAnew) {
  const auto document = [](int requests, int retries) {
    return R"({"name": "rdkafka#consumer-1", "ts": 1, "brokers": {"b/1": {"nodeid": 1, "tx": )" +
           std::to_string(requests) + R"(, "txretries": )" + std::to_string(retries) + "}}}";
  };
  StatisticsInbox inbox;
  inbox.offer(kMember, "desktop", document(20, 1).c_str());
  inbox.offer(kMember, "desktop", document(7, 3).c_str());
  ASSERT_TRUE(inbox.poll());
  const auto told = inbox.poll();
  ASSERT_TRUE(told);
  EXPECT_EQ(told->brokers.at(0).requests, 7U);
  EXPECT_EQ(told->brokers.at(0).retries, 3U) << "the connection is another one";
}

TEST(Statistics, AreReadToTheirUnits) {
  StatisticsInbox inbox;
  inbox.offer(kProducer, "chat", kFirst);
  const auto told = inbox.poll();
  ASSERT_TRUE(told);
  EXPECT_EQ(told->name, "chat");
  EXPECT_EQ(told->at, 5'016'483'000'000);
  EXPECT_EQ(told->interval, 1'000'250'000) << "since the client was made";
  EXPECT_EQ(told->waiting, 13);
  EXPECT_EQ(told->in_flight, 7);
  EXPECT_EQ(told->batch_records.count, 4);
  EXPECT_DOUBLE_EQ(told->batch_records.mean, 2.5);
  EXPECT_DOUBLE_EQ(told->batch_bytes.mean, 1024);
  EXPECT_EQ(told->batch_bytes.max, 3000);
  ASSERT_EQ(told->brokers.size(), 1U) << "one that was never asked is none";
  const BrokerStatistics& broker = told->brokers[0];
  EXPECT_EQ(broker.broker, "127.0.0.1:9092/1");
  EXPECT_EQ(broker.requests, 100U);
  EXPECT_EQ(broker.retries, 2U);
  EXPECT_EQ(broker.timeouts, 1U);
  EXPECT_EQ(broker.errors, 12U);
  EXPECT_EQ(broker.connects, 2U);
  EXPECT_EQ(broker.disconnects, 1U);
  EXPECT_EQ(broker.round_trip.count, 100);
  EXPECT_DOUBLE_EQ(broker.round_trip.mean, 1'503'000) << "not the library's whole microseconds";
  EXPECT_EQ(broker.round_trip.p99, 3'900'000);
  EXPECT_EQ(broker.round_trip.max, 4'000'000);
  EXPECT_DOUBLE_EQ(broker.in_client.mean, 7'500);
  EXPECT_DOUBLE_EQ(broker.to_socket.mean, 2'000);
  EXPECT_EQ(broker.throttle.max, 12'000'000) << "milliseconds";
  EXPECT_FALSE(inbox.poll());
}

TEST(Statistics, CountersAreDifferencesToTheSameClientsLast) {
  StatisticsInbox inbox;
  inbox.offer(kProducer, "chat", kFirst);
  std::string other = kFirst;  // another client's first one is no difference to this one's
  other.replace(other.find("producer-1"), 10, "producer-2");
  inbox.offer(kProducer, "lock", other.c_str());
  inbox.offer(kProducer, "chat", kSecond);
  ASSERT_TRUE(inbox.poll());
  EXPECT_EQ(inbox.poll()->brokers[0].requests, 100U);
  const auto told = inbox.poll();
  ASSERT_TRUE(told);
  EXPECT_EQ(told->interval, 1'000'500'000);
  const BrokerStatistics& broker = told->brokers[0];
  EXPECT_EQ(broker.requests, 60U);
  EXPECT_EQ(broker.retries, 0U);
  EXPECT_EQ(broker.timeouts, 3U);
  EXPECT_EQ(broker.errors, 1U);
  EXPECT_EQ(broker.disconnects, 1U);
  EXPECT_EQ(broker.round_trip.count, 0);
  EXPECT_EQ(told->waiting, 0);
}

TEST(Statistics, OfAMemberAreWhatItHasFetched) {
  StatisticsInbox inbox;
  inbox.offer(kMember, "copilot-0", R"({"name": "rdkafka#consumer-1", "ts": 7000000, "age": 1000000,
    "brokers": {"GroupCoordinator": {"nodeid": -1, "tx": 5}},
    "topics": {"a": {"partitions": {"0": {"fetchq_cnt": 40}, "-1": {"fetchq_cnt": 0}}},
               "b": {"partitions": {"3": {"fetchq_cnt": 2}}}}})");
  const auto told = inbox.poll();
  ASSERT_TRUE(told);
  EXPECT_EQ(told->kind, kMember);
  EXPECT_EQ(told->fetched, 42);
  ASSERT_EQ(told->brokers.size(), 1U) << "one without a number that was asked";
  EXPECT_EQ(told->brokers[0].requests, 5U);
}

TEST(Statistics, WhatCannotBeReadIsPassedOver) {
  StatisticsInbox inbox;
  for (const char* text : {"", "{", "[]", "{}", R"({"name": 7})", "null"})
    inbox.offer(kProducer, "chat", text);
  inbox.offer(kProducer, "chat", R"({"name": "x", "ts": "soon", "brokers": [1], "topics": {"chat": 3}})");
  const auto told = inbox.poll();
  ASSERT_TRUE(told);
  EXPECT_EQ(told->at, 0);
  EXPECT_TRUE(told->brokers.empty());
  EXPECT_FALSE(inbox.poll());
}

}  // namespace
}  // namespace freshet::cluster
