// What clients counted of themselves: rows there and back, and the figures of rows that a test made up.
#include "harness/results/clients.h"

#include <gtest/gtest.h>

#include "tests/unit/results_fixture.h"

namespace freshet::results {
namespace {

ClientSecond client_second(ClientKey client, std::int64_t second) {
  return {client, second, kSecond, 3, 2, 1, {4, 2.5, 2, 6, 6}, {4, 1024.25, 900, 3000, 3001}};
}

ConnectionSecond connection_second(ClientKey client, std::int64_t second, const char* broker) {
  return {client,
          second,
          100,
          2,
          1,
          12,
          3,
          4,
          {10, 1'500'000, 1'400'000, 3'900'000, 4'000'000},
          {4, 7'500.5, 7'000, 19'000, 20'000},
          {},
          {1, 12'000'000, 12'000'000, 12'000'000, 12'000'000},
          broker};
}

TEST(ClientTables, RowsComeBackAsTheyWere) {
  std::string text;
  const ClientSecond client = client_second({.stream = 3}, -2);
  append(text, client);
  ClientSecond back;
  ASSERT_TRUE(parse(std::string_view(text).substr(0, text.size() - 1), back)) << text;
  EXPECT_EQ(back, client);
  text.clear();
  const ConnectionSecond connection = connection_second({.pass = 1, .member = 7}, 5, "[::1]:9092/2");
  append(text, connection);
  ConnectionSecond again;
  ASSERT_TRUE(parse(std::string_view(text).substr(0, text.size() - 1), again)) << text;
  EXPECT_EQ(again, connection);
  EXPECT_FALSE(parse("0,65535,0,5,1,2,3", again));
  EXPECT_FALSE(parse("", back));
}

// The cluster names its brokers; what it says may not break the table.
TEST(ClientTables, ANameStaysOneField) {
  std::string text;
  append(text, connection_second({.stream = 0}, 1, "a,b\nc"));
  ConnectionSecond back;
  ASSERT_TRUE(parse(std::string_view(text).substr(0, text.size() - 1), back)) << text;
  EXPECT_EQ(back.broker, "a_b_c");
}

TEST(ClientFigures, AddUpOverSecondsMembersAndBrokers) {
  MadeRun run(small_plan());
  run.decide([](auto, const auto&) { return Fate{}; });
  const ClientKey producer{.stream = 0}, first{.pass = 0, .member = 0}, second{.pass = 0, .member = 1};
  run.facts().add(client_second(producer, 1));
  ClientSecond more = client_second(producer, 2);
  more.waiting = 900;
  more.batch_records = {1, 12.5, 12, 12, 13};
  run.facts().add(more);
  run.facts().add(connection_second(producer, 1, "h:1/1"));
  run.facts().add(connection_second(producer, 1, "h:2/2"));
  ConnectionSecond slow = connection_second(producer, 2, "h:2/2");
  slow.round_trip = {30, 5'500'000, 1, 9'000'000, 9'500'000};
  run.facts().add(slow);
  for (const ClientKey& member : {first, second}) run.facts().add(connection_second(member, 1, "h:1/1"));
  ClientSecond fetched = client_second(second, 1);
  fetched.fetched = 77;
  run.facts().add(fetched);
  run.finish();

  const Figures figures = run.settled().figures;
  EXPECT_TRUE(figures.damage.empty()) << figures.damage.front();
  ASSERT_EQ(figures.clients.size(), 2U);
  const ClientRow& p = figures.clients[0];
  EXPECT_EQ(p.stream, 0);
  EXPECT_EQ(p.pass, -1);
  EXPECT_EQ(p.all.requests, 300U);
  EXPECT_EQ(p.all.retries, 6U);
  EXPECT_EQ(p.all.timeouts, 3U);
  EXPECT_EQ(p.all.errors, 36U);
  EXPECT_EQ(p.all.round_trip.count, 50U);
  EXPECT_DOUBLE_EQ(p.all.round_trip.mean, (10 * 1.5e6 + 10 * 1.5e6 + 30 * 5.5e6) / 50) << "weighted by count";
  EXPECT_EQ(p.all.round_trip.highest_p99, 9'000'000);
  EXPECT_EQ(p.all.round_trip.max, 9'500'000);
  EXPECT_EQ(p.all.to_socket.count, 0U);
  EXPECT_EQ(p.most_waiting, 900);
  EXPECT_DOUBLE_EQ(p.batch_records.mean, (4 * 2.5 + 12.5) / 5);
  EXPECT_EQ(p.batch_records.max, 13);
  ASSERT_EQ(p.brokers.size(), 2U);
  EXPECT_EQ(p.brokers[0].broker, "h:1/1");
  EXPECT_EQ(p.brokers[0].requests, 100U);
  EXPECT_EQ(p.brokers[1].requests, 200U);
  const ClientRow& group = figures.clients[1];
  EXPECT_EQ(group.stream, -1);
  EXPECT_EQ(group.pass, 0);
  EXPECT_EQ(group.all.requests, 200U) << "of both members";
  EXPECT_EQ(group.most_fetched, 77);

  const Json json = figures_to_json(run.plan(), figures)["clients"];
  EXPECT_EQ(json[0]["stream"], run.plan().streams[0].name);
  EXPECT_TRUE(json[0]["group"].is_null());
  EXPECT_EQ(json[0]["all"]["round_trip_ns"]["highest_p99"], 9'000'000);
  EXPECT_TRUE(json[0]["all"]["to_socket_ns"].is_null()) << "no data is no zero";
  EXPECT_EQ(json[1]["group"], run.plan().groups[0].name);
}

TEST(ClientFigures, RowsOfNobodyAreDamage) {
  MadeRun run(small_plan());
  run.decide([](auto, const auto&) { return Fate{}; });
  run.facts().add(client_second({.stream = 99}, 1));
  run.facts().add(connection_second({.stream = 0, .pass = 0}, 1, "h"));
  run.finish();
  const Figures figures = run.settled().figures;
  EXPECT_EQ(figures.damage.size(), 2U);
  EXPECT_TRUE(figures.clients.empty());
}

}  // namespace
}  // namespace freshet::results
